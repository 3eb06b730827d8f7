"""The comparisons as Splink 5 settings: for training, and to hold our scorer equal to Splink's."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from app.reconciliation.blocking import splink_blocking_rules
from app.reconciliation.comparisons import COMPARISONS, Comparison
from app.reconciliation.features import MentionFeatures
from app.reconciliation.scoring import Model


def splink_settings(model: Model | None = None) -> dict[str, Any]:
    """Settings for deduplication over ``feature_table`` (plus ``block_columns``); with a model, its m and
    u are set.

    Term frequencies are the model's: register ``tf_<column>`` lookups (see ``train``), or Splink counts
    its own.
    """
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "id",
        "probability_two_random_records_match": 2.0**-16,
        "comparisons": [_comparison(comparison, model) for comparison in COMPARISONS],
        "blocking_rules_to_generate_predictions": splink_blocking_rules(),
        "retain_intermediate_calculation_columns": False,
        "retain_matching_columns": False,
    }


def _comparison(comparison: Comparison, model: Model | None) -> dict[str, Any]:
    return {
        "output_column_name": comparison.name,
        "comparison_description": comparison.name,
        "comparison_levels": [_level(comparison, index, model) for index in range(len(comparison.levels))],
    }


def _level(comparison: Comparison, index: int, model: Model | None) -> dict[str, Any]:
    level = comparison.levels[index]
    out: dict[str, Any] = {"sql_condition": level.sql, "label_for_charts": level.name}
    if level.null:
        return out | {"is_null_level": True}
    if level.term:
        out |= {
            "tf_adjustment_column": level.term,
            "tf_adjustment_weight": 1.0,
            "disable_tf_exact_match_detection": True,
        }
    if model is not None:
        found = model.levels[comparison.name][level.name]
        out |= {"m_probability": found.m, "u_probability": found.u}
    return out


def register_terms(linker: Any, api: Any, mentions: Sequence[MentionFeatures], model: Model) -> None:
    """Give a Splink linker the model's frozen frequencies of every value that these mentions have."""
    values: dict[str, dict[str, float]] = {"paternal": {}, "maternal": {}, "first": {}, "given": {}}
    for mention in mentions:
        if mention.paternal:
            values["paternal"][mention.paternal] = model.terms.surname(mention.paternal)
        if mention.maternal:
            values["maternal"][mention.maternal] = model.terms.surname(mention.maternal)
        if mention.given:
            values["first"][mention.given[0]] = model.terms.first(mention.given[0])
            values["given"][" ".join(mention.given)] = model.terms.given_names(mention.given)
    for column, shares in values.items():
        table = pa.table({column: list(shares), f"tf_{column}": list(shares.values())})
        registered = api.register(table)
        linker.table_management.register_term_frequency_lookup(registered, column)
