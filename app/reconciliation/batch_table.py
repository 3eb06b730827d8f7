"""Mentions as columns, and the model as SQL: the batch path, and Splink beside it.

``pair_sql`` gives on DuckDB the same weight for a pair as ``scoring.weight``, to the last bit.
"""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, TypeVar

import pyarrow as pa

from app.reconciliation.blocking import MENTION_RULES
from app.reconciliation.comparisons import COMPARISONS, Comparison
from app.reconciliation.features import MentionFeatures, ReportFeatures
from app.reconciliation.scoring import Model

pa.array([None])  # the first one looks for pandas, which takes a second where it is there: not in a run

_TEXT = pa.string()
_DAYS = pa.int32()
_LIST = pa.list_(pa.string())
_Value = TypeVar("_Value")

# name, type, value: the columns that comparisons read.
COLUMNS: tuple[tuple[str, pa.DataType, Callable[[MentionFeatures], Any]], ...] = (
    ("role", _TEXT, attrgetter("role")),
    ("paternal", _TEXT, attrgetter("paternal")),
    ("maternal", _TEXT, attrgetter("maternal")),
    ("paternal_sound", _TEXT, attrgetter("paternal_sound")),
    ("maternal_sound", _TEXT, attrgetter("maternal_sound")),
    ("given", _TEXT, lambda f: " ".join(f.given) or None),
    ("first", _TEXT, attrgetter("first")),
    ("second", _TEXT, attrgetter("second")),
    ("given_sound", _TEXT, attrgetter("given_sound")),
    ("stems", _LIST, attrgetter("stems")),
    ("initials", _LIST, attrgetter("initials")),
    ("initials_only", pa.bool_(), attrgetter("initials_only")),
    ("head", _TEXT, attrgetter("head")),
    ("document_type", _TEXT, attrgetter("document_type")),
    ("document", _TEXT, attrgetter("document")),
    ("birth", _TEXT, attrgetter("birth")),
    ("birth_lo", _DAYS, attrgetter("birth_lo")),
    ("birth_hi", _DAYS, attrgetter("birth_hi")),
    ("sex", _TEXT, attrgetter("sex")),
    ("nationality", _TEXT, attrgetter("nationality")),
    ("alias", _TEXT, attrgetter("alias")),
)


def feature_table(ids: Sequence[int], mentions: Sequence[MentionFeatures], model: Model) -> pa.Table:
    """One row per mention: ``id``, the columns of ``COLUMNS``, and ``<term>_bits`` for each adjusted
    column."""
    columns: dict[str, pa.Array[Any]] = {"id": pa.array(ids, pa.int64())}
    kept: dict[str, list[Any]] = {}
    for name, kind, value in COLUMNS:
        values = list(map(value, mentions))
        columns[name] = pa.array(values, kind)
        if name in ("paternal", "maternal", "first"):
            kept[name] = values
    columns["paternal_bits"] = _bits(kept["paternal"], model.surname_bits)
    columns["maternal_bits"] = _bits(kept["maternal"], model.surname_bits)
    columns["first_bits"] = _bits(kept["first"], model.first_bits)
    columns["given_bits"] = _bits([f.given for f in mentions], model.given_bits)
    return pa.table(columns)


def _bits(values: Sequence[_Value], of: Callable[[_Value], float]) -> "pa.Array[Any]":
    """Asked once of every value that occurs; nothing said weighs nothing."""
    known = {value: of(value) if value else 0.0 for value in set(values)}
    return pa.array(list(map(known.__getitem__, values)), pa.float64())


def block_columns(
    mentions: Sequence[MentionFeatures], reports: Sequence[ReportFeatures]
) -> "dict[str, pa.Array[Any]]":
    """``block_<rule>`` columns for Splink; ``reports[i]`` is the record of ``mentions[i]``."""
    columns: dict[str, pa.Array[Any]] = {
        f"block_{rule.name}": pa.array(
            [rule.value(f, r) if f.nameable else None for f, r in zip(mentions, reports, strict=True)], _TEXT
        )
        for rule in MENTION_RULES
    }
    for name, place in (("facts_district", "district"), ("facts_province", "province")):
        columns[f"block_{name}"] = pa.array([_facts(r, place) for r in reports], _TEXT)
    return columns


def _facts(report: ReportFeatures, place: str) -> str | None:
    where = getattr(report, place)
    return f"{report.facts_date}|{where}" if report.facts_date and where else None


def pair_sql(model: Model, features: str = "features", pairs: str = "pairs") -> str:
    """SELECT of ``a, b, weight`` for every row (a, b: ids) of ``pairs`` over ``feature_table``'s rows in
    ``features``."""
    weights = "\n + ".join(_weight_case(comparison, model) for comparison in COMPARISONS)
    names = [*(name for name, _, _ in COLUMNS), "paternal_bits", "maternal_bits", "first_bits", "given_bits"]
    sides = ", ".join(f"l.{n} AS {n}_l, r.{n} AS {n}_r" for n in names)
    wide = f"SELECT p.a, p.b, {sides} FROM {pairs} p JOIN {features} l ON l.id = p.a"  # noqa: S608  names are ours
    return f"SELECT a, b, {weights} AS weight FROM ({wide} JOIN {features} r ON r.id = p.b)"  # noqa: S608


def level_sql(comparison: Comparison) -> str:
    """The name of the level of a pair, of columns ``<name>_l`` and ``<name>_r``."""
    *levels, rest = comparison.levels
    cases = " ".join(f"WHEN {level.sql} THEN '{level.name}'" for level in levels)
    return f"(CASE {cases} ELSE '{rest.name}' END)"


def _weight_case(comparison: Comparison, model: Model) -> str:
    parts = []
    for level in comparison.levels:
        bits = f"CAST({model.level_bits(comparison.name, level)!r} AS DOUBLE)"
        value = f"{bits} + {level.term}_bits_l" if level.term else bits
        parts.append(f"ELSE {value}" if level.sql == "ELSE" else f"WHEN {level.sql} THEN {value}")
    return f"(CASE {' '.join(parts)} END)"
