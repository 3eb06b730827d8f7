"""The levels of pairs of records as SQL, millions at a time, and what the rules make of levels.

A pair's levels are one number, so that the rules themselves (``reports``) are asked once of every number that
occurs and of no pair. A test holds the levels against ``reports``, pair by pair.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from app.reconciliation.columns import Bits, Ids
from app.reconciliation.comparisons import one_edit_sql
from app.reconciliation.features import ReportFeatures
from app.reconciliation.reports import NEVER, PARTS, concluded, evidence, prospect_of, readable
from app.reconciliation.scoring import Model
from schemas.vocabulary import Feed

_PEOPLE: Final = ("victims", "suspects")  # last among the parts: what is below their steps is of the others


def _lag(days: str) -> str:
    return (
        f"CASE WHEN {days} < -3 THEN 'lag_impossible' WHEN {days} <= 14 THEN 'lag_days' "
        f"WHEN {days} <= 200 THEN 'lag_months' WHEN {days} <= 1500 THEN 'lag_years' ELSE 'lag_impossible' END"
    )


DATES: Final = f"""
CASE WHEN x.facts IS NOT NULL AND y.facts IS NOT NULL THEN
    CASE WHEN x.facts = y.facts THEN 'facts_equal' WHEN abs(x.facts - y.facts) <= 3 THEN 'facts_days'
         WHEN abs(x.facts - y.facts) <= 60 THEN 'facts_weeks' ELSE 'facts_far' END
WHEN x.facts IS NOT NULL AND y.reported IS NOT NULL THEN {_lag("(y.reported - x.facts)")}
WHEN y.facts IS NOT NULL AND x.reported IS NOT NULL THEN {_lag("(x.reported - y.facts)")}
WHEN x.reported IS NOT NULL AND y.reported IS NOT NULL THEN
    CASE WHEN abs(x.reported - y.reported) <= 10 THEN 'reports_days'
         WHEN abs(x.reported - y.reported) <= CASE WHEN '{Feed.PODER_JUDICIAL}' IN (x.feed, y.feed)
              THEN 1100 ELSE 120 END THEN 'reports_months' ELSE 'reports_far' END
ELSE 'unknown' END"""

PLACE: Final = """
CASE WHEN x.department IS NOT NULL AND y.department IS NOT NULL THEN
    CASE WHEN x.department <> y.department THEN 'conflict'
         WHEN x.province IS NULL OR y.province IS NULL THEN 'department'
         WHEN x.province <> y.province THEN 'province_differs'
         WHEN x.district IS NULL OR y.district IS NULL THEN 'province'
         WHEN x.district = y.district THEN 'district' ELSE 'district_differs' END
WHEN array_length(x.places) = 0 OR array_length(y.places) = 0 THEN 'unknown'
WHEN list_has_any(x.places, y.places) THEN 'office' ELSE 'conflict' END"""

_FAMILY: Final = """
CASE WHEN x.family IS NULL OR y.family IS NULL THEN 'unknown'
     WHEN x.family = y.family THEN 'equal' ELSE 'differs' END"""

_FEEDS: Final = "CASE WHEN x.feed = y.feed THEN 'same' ELSE 'cross' END"

# What each cites of the other (3: it; 2: a number one edit from its own; 1: another of its feed), and whether
# both cite one third.
_OF_EACH: Final = "CASE WHEN n.key = {other}.number THEN 3 WHEN {near} THEN 2 ELSE 1 END"
_CITED: Final = f"""
SELECT a, b, max(there) AS there, max(back) AS back, max(third) AS third FROM (
    SELECT c.a, c.b, {_OF_EACH.format(other="y", near=one_edit_sql("n.key", "y.number"))} AS there,
           0 AS back, 0 AS third
    FROM {{pairs}} c JOIN cited n ON n.r = c.a JOIN report y ON y.r = c.b AND y.feed = n.feed
    UNION ALL
    SELECT c.a, c.b, 0, {_OF_EACH.format(other="x", near=one_edit_sql("n.key", "x.number"))}, 0
    FROM {{pairs}} c JOIN cited n ON n.r = c.b JOIN report x ON x.r = c.a AND x.feed = n.feed
    UNION ALL
    SELECT c.a, c.b, 0, 0, 1
    FROM {{pairs}} c JOIN cited n ON n.r = c.a JOIN cited m ON m.r = c.b AND m.feed = n.feed AND m.key = n.key
    ) cites
GROUP BY a, b"""  # noqa: S608  constants

_NUMBERS: Final = f"""
CASE WHEN x.feed = y.feed AND x.number = y.number THEN
    CASE WHEN x.feed = '{Feed.PODER_JUDICIAL}' THEN 'court_case'
         WHEN x.readable THEN 'one_number' ELSE 'none' END
WHEN x.feed = '{Feed.LINEA_1818}' AND y.feed = x.feed
    AND (x.first_call = y.number OR y.first_call = x.number) THEN 'first_call'
WHEN n.there = 3 AND n.back = 3 THEN 'both'
WHEN 3 IN (n.there, n.back) THEN CASE WHEN 1 IN (n.there, n.back) THEN 'one_contradicted' ELSE 'one' END
WHEN n.third = 1 THEN 'third'
WHEN 2 IN (n.there, n.back) THEN 'near'
WHEN 1 IN (n.there, n.back) THEN 'elsewhere' ELSE 'none' END"""

_LEVELS: Final = {"feeds": _FEEDS, "numbers": _NUMBERS, "dates": DATES, "place": PLACE, "family": _FAMILY}

_JOINED: Final = "FROM {pairs} c JOIN report x ON x.r = c.a JOIN report y ON y.r = c.b"


def report_table(places: Sequence[int], reports: Iterable[ReportFeatures]) -> dict[str, "pa.Array[Any]"]:
    """The columns that levels are made of; ``r`` are the records' places."""
    held = list(reports)
    texts = {name: name for name in ("feed", "first_call", "department", "province", "district", "family")}
    columns: dict[str, pa.Array[Any]] = {
        name: pa.array([getattr(r, field) or None for r in held], pa.string())
        for name, field in texts.items()
    }
    days = {"facts": "facts_date", "reported": "report_date"}
    columns |= {name: pa.array([getattr(r, field) for r in held], pa.int32()) for name, field in days.items()}
    lists = pa.list_(pa.string())
    return columns | {
        "r": pa.array(places, pa.int64()),
        "key": pa.array([r.key for r in held], pa.string()),
        "number": pa.array([r.citation_key for r in held], pa.string()),
        "readable": pa.array(_readable(held), pa.bool_()),
        "makes": pa.array([r.makes_case for r in held], pa.bool_()),
        "places": pa.array([r.departments for r in held], lists),
    }


def _readable(held: Sequence[ReportFeatures]) -> list[bool]:
    """Asked of numbers that several records bear: of one alone it says nothing."""
    times = Counter((r.feed, r.citation_key) for r in held)
    return [times[r.feed, r.citation_key] > 1 and readable(r) for r in held]


def cited_table(places: Sequence[int], reports: Iterable[ReportFeatures]) -> dict[str, "pa.Array[Any]"]:
    """Every citation of another record: whose it is, and what it names."""
    rows = [(place, *cited) for place, report in zip(places, reports, strict=True) for cited in report.cited]
    kinds = {"r": pa.int64(), "feed": pa.string(), "key": pa.string()}
    return {name: pa.array([row[i] for row in rows], kind) for i, (name, kind) in enumerate(kinds.items())}


def levels_sql(pairs: str) -> str:
    """SELECT of ``a, b``, their ``code`` without people, and whether ``b`` comes first by its name
    (``turned``): of the rows of ``pairs`` (a, b) that both make a case."""
    code = " + ".join(_step_sql(part) for part in _LEVELS)
    levels = ", ".join(f"{sql} AS {part}" for part, sql in _LEVELS.items())
    return f"""
SELECT a, b, turned, CAST({code} AS BIGINT) AS code FROM (
    SELECT c.a, c.b, y.feed < x.feed OR (y.feed = x.feed AND y.key < x.key) AS turned, {levels}
    {_JOINED.format(pairs=pairs)}
    LEFT JOIN ({_CITED.format(pairs=pairs)}) n ON n.a = c.a AND n.b = c.b
    WHERE x.makes AND y.makes) pairs
"""  # noqa: S608  levels are constants


def following_sql(pairs: str) -> str:
    """SELECT of the rows of ``pairs`` that do not both make a case, and of which one may follow the other."""
    return f"""
SELECT c.a, c.b {_JOINED.format(pairs=pairs)}
WHERE NOT (x.makes AND y.makes) AND x.feed = y.feed
    AND (x.first_call = y.number OR y.first_call = x.number)
"""


# --- codes --------------------------------------------------------------------------------------


def _steps() -> dict[str, int]:
    """What one level further in a part adds to a code."""
    found, step = {}, 1
    for part in (*_LEVELS, *_PEOPLE):
        found[part] = step
        step *= len(PARTS[part])
    return found


STEPS: Final = _steps()


def step(part: str, level: str) -> int:
    """What that level adds to a code."""
    return STEPS[part] * PARTS[part].index(level)


def levels_of(code: int) -> dict[str, str]:
    return {part: PARTS[part][code // size % len(PARTS[part])] for part, size in STEPS.items()}


def _step_sql(part: str) -> str:
    cases = " ".join(f"WHEN '{level}' THEN {step(part, level)}" for level in PARTS[part])
    return f"CASE {part} {cases} END"


def hopeful(codes: Ids, model: Model) -> Ids:
    """Those of the codes (without people) that are prospects."""
    return np.array([code for code in codes.tolist() if prospect_of(_bare(code), model)], dtype=np.int64)


def weighed(codes: Ids, model: Model) -> tuple[Bits, Bits]:
    """``concluded`` and ``evidence`` of every code of a prospect."""
    different, place = np.unique(codes, return_inverse=True)
    found = np.array([_weighed(code, model) for code in different.tolist()], dtype=np.float64).reshape(-1, 2)
    return found[place, 0], found[place, 1]


def _weighed(code: int, model: Model) -> tuple[float, float]:
    prospect, levels = prospect_of(_bare(code), model), levels_of(code)
    if prospect is None:
        return NEVER, NEVER
    victims, suspects = (levels[part] for part in _PEOPLE)
    return concluded(prospect, victims, suspects, model), evidence(prospect, victims, suspects, model)


def _bare(code: int) -> dict[str, str]:
    return {part: level for part, level in levels_of(code).items() if part not in _PEOPLE}
