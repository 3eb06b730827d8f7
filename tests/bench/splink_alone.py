"""Splink by itself on the same mentions: the same comparisons and blocking rules, its own training, its own
clusters. A task for ``bench.child``.

Timed: training (u by sampling, m by EM), prediction, and clustering at one threshold. Not timed, in its
favour: reading and opening the mentions, making their columns, and the search for its best threshold.
"""

import asyncio
import csv
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker
from splink.internals.exceptions import EMTrainingException

from app.core.raw import raw_connection
from app.reconciliation.batch_table import block_columns, feature_table
from app.reconciliation.bulk import BulkRepository
from app.reconciliation.features import MentionFeatures, ReportFeatures
from app.reconciliation.scoring import Model
from app.reconciliation.splink_model import splink_settings
from app.wiring import open_services
from app.world.evaluate import LINKS_HEADER
from bench.child import peak_mib
from bench.feeding import settings_for
from bench.reconciling import quality

# Bits of match weight; Splink's prior of a random pair is in them. Wide enough to hold the best of any size.
THRESHOLDS = tuple(range(-16, 29, 2))
_TIMED_FROM = -6  # what is below is not written while the clock runs
_TYPICAL = 4
_SAMPLED_PAIRS = 3e6  # as when our model was trained; Splink's own advice for a final model is more
_EM_RULES = ("document", "surnames", "birth_given", "facts_district")
_NAMES = """
SELECT m.id, p.feed, upper(btrim(p.number)) AS record, m."order", m.role
FROM mention m JOIN report p USING (record_id)
"""
Named = dict[int, tuple[str, str, int, str]]  # feed, record, order, role of a mention


def alone(home: str, url: str, links: str, truth: str, traits: str, sweep: bool = True) -> dict[str, Any]:
    """``sweep``: also, not timed, every threshold measured by the truth; ``best`` has the best of each."""
    named, table = asyncio.run(_mentions(home, url))
    with duckdb.connect() as connection:
        started, worked = time.perf_counter(), time.process_time()
        linker, skipped = _trained(DuckDBAPI(connection=connection), table)
        after_training = time.perf_counter()
        predicted = linker.inference.predict(threshold_match_weight=_TIMED_FROM)
        after_predicting = time.perf_counter()
        _clusters(linker, predicted, _TYPICAL)
        ended = time.perf_counter()
        found: dict[str, Any] = {
            "seconds": ended - started,
            "training": after_training - started,
            "predicting": after_predicting - after_training,
            "clustering": ended - after_predicting,
            "cpu_seconds": round(time.process_time() - worked, 2),
            "peak_mib": round(peak_mib(), 1),
            "mentions": len(table),
            "skipped_training": skipped,
            "pairs": len(predicted.as_pyarrow_table()),
        }
        if sweep:
            everything = linker.inference.predict(threshold_match_weight=THRESHOLDS[0])
            found["best"], found["sweep"] = _best(linker, everything, named, links, (truth, traits))
    return found


def _best(
    linker: Linker, predicted: Any, named: Named, links: str, truth: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Each measure at the threshold that is best for it, in Splink's favour."""
    sweep = {
        threshold: _measured(_clusters(linker, predicted, threshold), named, links, truth)
        for threshold in THRESHOLDS
    }
    best: dict[str, Any] = {}
    for key in ("pairwise", "bcubed"):
        name = f"person_{key}_f1"
        threshold = max(sweep, key=lambda bits: sweep[bits][name])
        best |= {name: sweep[threshold][name], f"{key}_threshold": threshold}
    shown = ("person_pairwise_f1", "person_bcubed_f1", "biggest_person")
    return best, {str(bits): [found[name] for name in shown] for bits, found in sweep.items()}


async def _mentions(home: str, url: str) -> tuple[Named, pa.Table]:
    async with open_services(settings_for(home, url)) as services, services.database.write() as session:
        connection = await raw_connection(session)
        held = await BulkRepository(connection, services.sealer).held()
        named = {row[0]: (row[1], row[2], row[3], row[4]) for row in await connection.fetch(_NAMES)}
    ids = sorted(held.mentions)
    features: list[MentionFeatures] = [held.mentions[mention] for mention in ids]
    reports: list[ReportFeatures] = [held.report(held.record_of[mention]) for mention in ids]
    table = feature_table(ids, features, Model.load())
    for name, column in block_columns(features, reports).items():
        table = table.append_column(name, column)
    records = pa.array([held.record_of[mention] for mention in ids], pa.int64())
    return named, table.append_column("record", records)


def _trained(api: DuckDBAPI, table: pa.Table) -> tuple[Linker, list[str]]:
    """Pairs of one record are no candidates, as with us; Splink is a little better so.

    Also the rules under which it could not train: at the sizes of a smoke run there may be too few pairs.
    """
    settings = splink_settings(None)
    rules = settings["blocking_rules_to_generate_predictions"]
    apart = [f"{rule} AND l.record <> r.record" for rule in rules]
    linker = Linker(api.register(table), settings | {"blocking_rules_to_generate_predictions": apart})
    linker.training.estimate_u_using_random_sampling(max_pairs=_SAMPLED_PAIRS, seed=1)
    skipped = []
    for rule in _EM_RULES:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(
                f"l.block_{rule} = r.block_{rule}"
            )
        except (EMTrainingException, ValueError):
            skipped.append(rule)
    return linker, skipped


def _clusters(linker: Linker, predicted: Any, threshold: int) -> Any:
    return linker.clustering.cluster_pairwise_predictions_at_threshold(
        predicted, threshold_match_weight=threshold
    )


def _measured(clusters: Any, named: Named, links: str, truth: Sequence[str]) -> dict[str, Any]:
    table = clusters.as_pyarrow_table()
    clusters.drop_table_from_database_and_remove_from_cache()
    with Path(links).open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(LINKS_HEADER)
        columns = (table.column(name).to_pylist() for name in ("id", "cluster_id"))
        for mention, cluster in zip(*columns, strict=True):
            writer.writerow((*named[mention], "", cluster))
    return quality(Path(truth[0]), Path(links), Path(truth[1]))
