"""Which pairs of records, found by their people alone, may be one case whoever those people are. As SQL.

Beside ``reports.prospect``, which decides: a pair left out here is none there, so that leaving it out changes
nothing but the time. Millions of pairs are told apart in sets before any is looked at by itself. A test
holds levels and gate against ``reports``.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import pyarrow as pa

from app.reconciliation.comparisons import one_edit_sql
from app.reconciliation.features import ReportFeatures
from app.reconciliation.reports import DATES_BAD, PLACE_GOOD, most_of_people
from app.reconciliation.scoring import Model
from schemas.vocabulary import Feed

_MARGIN: Final = 1e-6  # bits: sums are made in another order than there


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

# Without a number in common a citation of the other's feed names another record, or this one misread.
_CITED: Final = f"""
SELECT a, b, max(near) AS near FROM (
    SELECT c.a, c.b, CASE WHEN {one_edit_sql("n.key", "y.number")} THEN 1 ELSE 0 END AS near
    FROM {{pairs}} c JOIN cited n ON n.r = c.a JOIN report y ON y.r = c.b AND y.feed = n.feed
    WHERE NOT c.shared
    UNION ALL
    SELECT c.a, c.b, CASE WHEN {one_edit_sql("n.key", "x.number")} THEN 1 ELSE 0 END
    FROM {{pairs}} c JOIN cited n ON n.r = c.b JOIN report x ON x.r = c.a AND x.feed = n.feed
    WHERE NOT c.shared) cites
GROUP BY a, b"""  # noqa: S608  constants


def report_table(places: Sequence[int], reports: Iterable[ReportFeatures]) -> dict[str, "pa.Array[Any]"]:
    """The columns that the gate reads; ``r`` are the records' places."""
    held = list(reports)
    texts = {name: name for name in ("feed", "department", "province", "district", "family")}
    columns: dict[str, pa.Array[Any]] = {
        name: pa.array([getattr(r, field) or None for r in held], pa.string())
        for name, field in (texts | {"number": "citation_key"}).items()
    }
    days = {"facts": "facts_date", "reported": "report_date"}
    columns |= {name: pa.array([getattr(r, field) for r in held], pa.int32()) for name, field in days.items()}
    lists = pa.list_(pa.string())
    where = [(r.department,) if r.department else r.office_departments for r in held]
    return columns | {
        "r": pa.array(places, pa.int64()),
        "makes": pa.array([r.makes_case for r in held], pa.bool_()),
        "places": pa.array(where, lists),
    }


def cited_table(places: Sequence[int], reports: Iterable[ReportFeatures]) -> dict[str, "pa.Array[Any]"]:
    """Every citation of another record: whose it is, and what it names."""
    rows = [(place, *cited) for place, report in zip(places, reports, strict=True) for cited in report.cited]
    kinds = {"r": pa.int64(), "feed": pa.string(), "key": pa.string()}
    return {name: pa.array([row[i] for row in rows], kind) for i, (name, kind) in enumerate(kinds.items())}


def gate_sql(model: Model, pairs: str) -> str:
    """SELECT of ``a, b`` of the rows of ``pairs`` (a, b, shared) that may be prospects.

    ``shared`` pairs have a record key in common and all pass.
    """
    bits = model.report_bits
    least = model.case.lower - most_of_people(model) - bits["prior"]["prior"] - _MARGIN
    sums = " + ".join(_bits(model, part) for part in ("numbers", "dates", "place", "family", "feeds"))
    bad, good = (", ".join(f"'{level}'" for level in sorted(levels)) for levels in (DATES_BAD, PLACE_GOOD))
    return f"""
SELECT a, b FROM (
    SELECT c.a, c.b, c.shared OR NOT (x.makes AND y.makes) AS passes,
           CASE n.near WHEN 1 THEN 'near' WHEN 0 THEN 'elsewhere' ELSE 'none' END AS numbers,
           {DATES} AS dates, {PLACE} AS place, {_FAMILY} AS family, {_FEEDS} AS feeds
    FROM {pairs} c JOIN report x ON x.r = c.a JOIN report y ON y.r = c.b
    LEFT JOIN ({_CITED.format(pairs=pairs)}) n ON n.a = c.a AND n.b = c.b) pairs
WHERE passes OR ((numbers = 'near' OR CASE WHEN dates IN ({bad}) THEN place IN ({good})
                                ELSE place <> 'conflict' OR dates = 'facts_equal' END)
    AND {sums} >= {least!r})
"""  # noqa: S608  levels and bits of the model


def _bits(model: Model, part: str) -> str:
    cases = " ".join(f"WHEN '{level}' THEN {bits!r}" for level, bits in model.report_bits[part].items())
    return f"CASE {part} {cases} END"
