"""Splink by itself on rehearsed mentions: the same comparisons and blocking rules, its own term frequencies,
training and clusters. What our links are held against."""

from collections.abc import Iterator, Mapping

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker
from splink.internals.exceptions import EMTrainingException

from app.reconciliation.batch_table import block_columns, feature_table
from app.reconciliation.rehearsal import Rehearsed
from app.reconciliation.splink_model import splink_settings

THRESHOLDS = tuple(range(-16, 29, 2))  # bits of match weight, Splink's prior of a random pair in them
_SAMPLED_PAIRS = 3e6
_EM_RULES = ("document", "surnames", "birth_given", "facts_district")


def splink_clusters(rehearsed: Rehearsed) -> Iterator[tuple[int, Mapping[int, int]]]:
    """At each threshold, the cluster of every mention by its number."""
    with duckdb.connect() as connection:
        linker = _trained(DuckDBAPI(connection=connection), _table(rehearsed))
        predicted = linker.inference.predict(threshold_match_weight=THRESHOLDS[0])
        for threshold in THRESHOLDS:
            found = linker.clustering.cluster_pairwise_predictions_at_threshold(
                predicted, threshold_match_weight=threshold
            )
            table = found.as_pyarrow_table()  # type: ignore[no-untyped-call]
            found.drop_table_from_database_and_remove_from_cache()
            columns = (table.column(name).to_pylist() for name in ("id", "cluster_id"))
            yield threshold, dict(zip(*columns, strict=True))


def _table(rehearsed: Rehearsed) -> pa.Table:
    held = rehearsed.held
    ids = sorted(held.mentions)
    features = [held.mentions[number] for number in ids]
    reports = [held.report(held.record_of[number]) for number in ids]
    table = feature_table(ids, features, rehearsed.model)
    for name, column in block_columns(features, reports).items():
        table = table.append_column(name, column)
    records = pa.array([held.record_of[number] for number in ids], pa.int64())
    return table.append_column("record", records)


def _trained(api: DuckDBAPI, table: pa.Table) -> Linker:
    """Pairs of one record are no candidates, as with us. A rule that has too few pairs is left out."""
    settings = splink_settings(None)
    rules = settings["blocking_rules_to_generate_predictions"]
    apart = [f"{rule} AND l.record <> r.record" for rule in rules]
    linker = Linker(api.register(table), settings | {"blocking_rules_to_generate_predictions": apart})
    linker.training.estimate_u_using_random_sampling(max_pairs=_SAMPLED_PAIRS, seed=1)
    for rule in _EM_RULES:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(
                f"l.block_{rule} = r.block_{rule}"
            )
        except (EMTrainingException, ValueError):
            continue
    return linker
