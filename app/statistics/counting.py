"""Answers counted over the registry in one statement, so that all of an answer is of one snapshot.

Of each measure there is a row for every thing counted, family and code that is asked: ``item`` (key, family,
feeds, day and a column for each dimension asked that is none of these). A thing is dated as the overview
dates it: by its first day in the family, or by that of each record where it is told of records.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.feeds import FEED_BITS
from app.statistics.dimensions import BY_ID, LIMA_METROPOLITAN, LIMA_PROVINCES, LIMA_UNTOLD, UNKNOWN
from schemas.query import Grain, Query
from schemas.vocabulary import CallCategory, Feed

Coded = Callable[[str, str], str]
_BIT: Final = "CASE feed " + " ".join(f"WHEN '{feed}' THEN {bit}" for feed, bit in FEED_BITS.items()) + " END"

_PERIODS: Final = {
    Grain.MONTH: "to_char(day, 'YYYY-\"M\"MM')",
    Grain.BIMESTER: "to_char(day, 'YYYY-\"B\"') || (extract(month FROM day)::int + 1) / 2",
    Grain.QUARTER: "to_char(day, 'YYYY-\"Q\"Q')",
    Grain.SEMESTER: "to_char(day, 'YYYY-\"S\"') || (extract(month FROM day)::int + 5) / 6",
    Grain.YEAR: "to_char(day, 'YYYY')",
}
_COLUMNS: Final = {
    "offence_family": "family",
    "feeds": f"feeds::bit({len(FEED_BITS)})::text",
}
OF_ITEM: Final = frozenset({"period", *_COLUMNS})  # told of the item itself, whatever else is asked

# What is told of each case: one column of ``told`` each, where it is asked. Lima is its two regions.
OF_CASE: Final = {
    "stage": f"coalesce(c.stage, '{UNKNOWN}')",
    "department": f"""CASE WHEN c.department IS NULL THEN '{UNKNOWN}'
      WHEN c.department <> '15' THEN c.department
      WHEN c.province = '1501' THEN '{LIMA_METROPOLITAN}' WHEN c.province LIKE '15%' THEN '{LIMA_PROVINCES}'
      ELSE '{LIMA_UNTOLD}' END""",
    "exploitation_place": f"coalesce(c.exploitation_place, '{UNKNOWN}')",
    "purpose": f"coalesce(purpose.code, '{UNKNOWN}')",
    "recruitment": f"coalesce(recruitment.code, '{UNKNOWN}')",
}
LISTS: Final = {
    "purpose": "purposes",
    "recruitment": "recruitment",
}  # every one that a record of the case states

# What is told of each person in the case: one column of ``named`` and ``ruling`` each, where it is asked.
OF_PERSON: Final = {
    "sex": f"coalesce(v.sex, '{UNKNOWN}')",
    "nationality": f"coalesce(v.nationality, '{UNKNOWN}')",
    "age_band": f"coalesce(v.age_group, '{UNKNOWN}')",
    "minor": f"CASE v.minor WHEN true THEN 'yes' WHEN false THEN 'no' ELSE '{UNKNOWN}' END",
    "relation": f"coalesce(v.relation, '{UNKNOWN}')",
}
_GOLDEN_PERSON: Final = "LEFT JOIN person_case v ON v.person_id = p.person_id AND v.case_id = t.case_id"

# What one feed alone says is told by the family that it states (``said``).
_TOLD: Final = """
told AS MATERIALIZED (
  SELECT r.record_id, r.feed, r.citation_key, r.report_date AS day, m.case_id, {family} AS family,
    r.offence_family AS said {columns}
  FROM report r JOIN case_member m USING (record_id) JOIN case_entity c ON c.id = m.case_id {lists}
  WHERE r.makes_case AND {source} AND {inside}
), named AS (
  SELECT p.person_id, n.role, n.id AS mention_id, t.* {people}
  FROM told t JOIN mention n USING (record_id) JOIN person_member p ON p.mention_id = n.id {golden}
  WHERE n.present AND n.role IN ('victim', 'suspect') AND n.kind = 'natural'
), ruling AS (
  SELECT p.person_id, t.* {people},
    x.value ->> 'type' AS type, (x.value ->> 'date')::date AS ruled
  FROM told t JOIN report r USING (record_id)
  CROSS JOIN jsonb_array_elements(r.rulings) x
  CROSS JOIN jsonb_array_elements(x.value -> 'parties') y
  JOIN mention n ON n.record_id = t.record_id AND n.role = 'suspect' AND n.present
    AND n."order" = (y.value ->> 'order')::int
  JOIN person_member p ON p.mention_id = n.id {golden}
  WHERE t.feed = 'poder-judicial' AND r.rulings <> '[]'
), standing AS (
  SELECT * FROM ruling c WHERE type IN ('convicted', 'acquitted') AND NOT EXISTS (
    SELECT 1 FROM ruling h WHERE h.citation_key = c.citation_key AND h.person_id = c.person_id
      AND h.type IN ('reversed', 'annulled') AND (h.ruled IS NULL OR c.ruled IS NULL OR h.ruled >= c.ruled))
)"""

# Every call, whether it makes a case or not; of a record (report) alone.
DERIVATION: Final = """CASE
      WHEN referred_at IS NULL AND referred_to IS NULL THEN 'not_derived'
      WHEN referred_at IS NULL OR reported_at IS NULL OR referred_at < reported_at THEN 'derived_unmeasured'
      WHEN referred_at - reported_at <= interval '3 hours' THEN 'derived_within_3_hours'
      ELSE 'derived_late'
    END"""
_CALL: Final = f"""(
  SELECT r.record_id, r.feed, '' AS family, r.report_date AS day, r.annulled,
    CASE WHEN r.annulled THEN '{CallCategory.NOT_VALID}' ELSE coalesce(r.category, '{UNKNOWN}') END
      AS call_category,
    {DERIVATION} AS derivation
  FROM report r LEFT JOIN case_member m USING (record_id) LEFT JOIN case_entity c ON c.id = m.case_id
  WHERE r.feed = '{Feed.LINEA_1818}' AND {{source}} AND {{inside}}) call"""

# Every kind of ruling that a court file has, in whichever of its records; without any, unknown.
_COURT_OUTCOME: Final = f"""(
  SELECT t.*, coalesce(o.code, '{UNKNOWN}') AS outcome FROM told t LEFT JOIN (
    SELECT DISTINCT t.citation_key, x.value ->> 'type' AS code
    FROM told t JOIN report r USING (record_id) CROSS JOIN jsonb_array_elements(r.rulings) x
    WHERE t.feed = 'poder-judicial'
  ) o ON o.citation_key = t.citation_key WHERE t.feed = 'poder-judicial') file"""


def _given(column: str, dimension: str) -> str:
    """Each measure or service of a list that a record has of a victim."""
    return f"""(
  SELECT n.*, n.mention_id || '|' || x.place AS item, coalesce(x.value ->> 'type', '{UNKNOWN}') AS {dimension}
  FROM named n JOIN mention m ON m.id = n.mention_id
  CROSS JOIN LATERAL jsonb_array_elements(m.{column}) WITH ORDINALITY AS x (value, place)
  WHERE n.role = 'victim') given"""


@dataclass(frozen=True, slots=True)
class Source:
    """The key of what is counted, and where it is told. ``first``: dated by its first day in the family; else
    each row by its own."""

    key: str
    rows: str
    day: str = "day"
    family: str = "family"
    first: bool = True


_SUSPECTS: Final = "named WHERE role = 'suspect'"
_COMPLAINT_CALLS: Final = f"{_CALL} WHERE call_category = 'complaint' AND derivation = "
SOURCES: Final = {
    "complaints": Source("record_id", "told WHERE feed = 'reta-pnp'"),
    "prosecution_files": Source("citation_key", "told WHERE feed = 'sistra'"),
    "court_files": Source("citation_key", "told WHERE feed = 'poder-judicial'"),
    "sentenced_files": Source("citation_key", "standing WHERE type = 'convicted'", day="ruled"),
    "cases": Source("case_id", "told"),
    "victims": Source("person_id", "named WHERE role = 'victim'"),
    "suspects": Source("person_id", _SUSPECTS),
    "accused": Source("person_id", f"{_SUSPECTS} AND feed IN ('sistra', 'poder-judicial')"),
    "convicted": Source("person_id", "standing WHERE type = 'convicted'", day="ruled"),
    "acquitted": Source("person_id", "standing WHERE type = 'acquitted'", day="ruled"),
    "protection_measures": Source("item", _given("measures", "measure_type"), first=False),
    "services": Source("item", _given("services", "service_type"), first=False),
    "feed_records": Source("record_id", "told", family="said", first=False),
    "feed_victim_mentions": Source("mention_id", "named WHERE role = 'victim'", family="said", first=False),
    "feed_victims": Source("person_id", "named WHERE role = 'victim'", family="said", first=False),
    "feed_suspects": Source("person_id", _SUSPECTS, family="said", first=False),
    "feed_convicted": Source("person_id", "standing WHERE type = 'convicted'", day="ruled", family="said"),
    "calls": Source("record_id", _CALL, first=False),
    "calls_derived_within_3_hours": Source(
        "record_id", f"{_COMPLAINT_CALLS}'derived_within_3_hours'", first=False
    ),
    **{
        f"complaint_calls_{each}": Source("record_id", f"{_COMPLAINT_CALLS}'{each}'", first=False)
        for each in ("derived_late", "derived_unmeasured", "not_derived")
    },
}


class Counting:
    """``department``: nothing is counted but what is told of cases of this one (UBIGEO, two digits)."""

    def __init__(self, session: AsyncSession, department: str | None = None) -> None:
        self._session = session
        self._department = department

    async def counted(self, query: Query) -> Sequence[RowMapping]:
        """(measure, total, code_0.., counted, position, at) of a question that ``asking`` has checked."""
        limit = {} if self._department is None else {"department": self._department}
        statement = text(_statement(query, limited=bool(limit)))
        found = await self._session.execute(statement, _parameters(query) | limit)
        return found.mappings().all()

    async def facts(
        self, measure: str, dimensions: Sequence[str], since: date, until: date
    ) -> Sequence[Row[Any]]:
        """(key, family, day, codes): each thing dated within the bounds, in a row for each of its codes."""
        query = Query.model_construct(
            measures=(measure,), dimensions=tuple(dimensions), since=since, until=until
        )
        codes = "".join(f", {_column(each, query.grain)}" for each in query.dimensions)
        statement = f"""{told(_asked(query), "true", own=False)}
SELECT DISTINCT key, family, day, ARRAY[{codes.removeprefix(", ")}]::text[] AS codes
FROM ({items(measure, _asked(query))}) item WHERE {_kept(query)}"""
        return (await self._session.execute(text(statement), _parameters(query))).all()


def told(
    asked: Sequence[str], source: str, *, own: bool, coded: Coded | None = None, inside: str = "true"
) -> str:
    """What the measures are counted from, as the head of a statement. ``source`` says of which reports ``r``,
    ``inside`` of which cases ``c``; ``own``: by the family that the reports state, not that of their case.
    ``coded`` makes of a dimension and its words the column that stands for them."""
    as_told = coded or (lambda _, words: words)
    people = [each for each in asked if each in OF_PERSON]
    return "WITH " + _TOLD.format(
        family=as_told("offence_family", "r.offence_family" if own else "c.offence_family"),
        source=source,
        inside=inside,
        columns="".join(f", {as_told(each, OF_CASE[each])} AS {each}" for each in asked if each in OF_CASE),
        lists="".join(_listed(each, source) for each in asked if each in LISTS),
        people="".join(f", {as_told(each, OF_PERSON[each])} AS {each}" for each in people),
        golden=_GOLDEN_PERSON if people else "",
    )


def _statement(query: Query, *, limited: bool = False) -> str:
    bounds = _bounds(query, limited)
    own = query.source is not None
    head = told(_asked(query), bounds["source"], own=own, inside=bounds["inside"])
    return head + "\nUNION ALL ".join(
        _measure(ordinal, measure, query, bounds) for ordinal, measure in enumerate(query.measures)
    )


def _asked(query: Query) -> list[str]:
    """The dimensions that are a column of each item: each multiplies no more than it must."""
    named = {*query.dimensions, *query.filters} - OF_ITEM
    return [each for each in BY_ID if each in named]


def _bounds(query: Query, limited: bool) -> dict[str, str]:
    """What is told at all: of one feed, inside one department (of the case, where there is one)."""
    of_record = "CASE WHEN m.case_id IS NULL THEN r.department ELSE c.department END"
    return {
        "source": "r.feed = :source" if query.source else "true",
        "inside": f"{of_record} = :department" if limited else "true",
    }


def _listed(dimension: str, source: str) -> str:
    return f"""
  LEFT JOIN (
    SELECT DISTINCT o.case_id, code FROM report r JOIN case_member o USING (record_id)
    CROSS JOIN unnest(r.{LISTS[dimension]}) code WHERE r.makes_case AND {source}
  ) {dimension} ON {dimension}.case_id = m.case_id"""


def _measure(ordinal: int, measure: str, query: Query, bounds: dict[str, str]) -> str:
    """Its cells, and its total as one more row."""
    codes = [f"code_{each}" for each in range(len(query.dimensions))]
    told_by = "".join(f", {code}" for code in codes)
    columns = "".join(
        f", {_column(dimension, query.grain)} AS {code}"
        for dimension, code in zip(query.dimensions, codes, strict=True)
    )
    sets = f"(({', '.join(codes)}), ())" if codes else "(())"
    total = f"grouping({codes[0]}) = 1" if codes else "true"
    return f"""
SELECT {ordinal} AS measure, {total} AS total{told_by}, count(DISTINCT key) AS counted,
  (SELECT last FROM change_cursor) AS position, now() AS at
FROM (SELECT key{columns} FROM ({items(measure, _asked(query), **bounds)}) item WHERE {_kept(query)}) kept
GROUP BY GROUPING SETS {sets}"""


def items(measure: str, asked: Sequence[str], *, source: str = "true", inside: str = "true") -> str:
    """(key, family, those dimensions, feeds, day) of a measure, under what ``told`` begins. Calls make no
    case and are read by themselves: ``source`` and ``inside`` are for them."""
    if measure == "victimisations":
        more = "".join(f", n.{each}" for each in asked)
        return f"""
SELECT DISTINCT (n.person_id, n.case_id)::text AS key, n.family{more},
  bit_or({_BIT.replace("feed", "n.feed", 1)}) OVER of AS feeds, c.day
FROM named n JOIN (SELECT case_id, family, min(day) AS day FROM told GROUP BY case_id, family) c
  USING (case_id, family)
WHERE role = 'victim' WINDOW of AS (PARTITION BY n.person_id, n.case_id, n.family)"""
    of = SOURCES[measure]
    rows = (_COURT_OUTCOME if "outcome" in asked else of.rows).format(source=source, inside=inside)
    named = f"{of.key}::text AS key, {of.family} AS family" + "".join(f", {each}" for each in asked)
    if not of.first:
        return f"SELECT DISTINCT {named}, {_BIT} AS feeds, {of.day} AS day FROM {rows}"
    return f"""
SELECT DISTINCT {named}, bit_or({_BIT}) OVER of AS feeds, min({of.day}) OVER of AS day
FROM {rows} WINDOW of AS (PARTITION BY {of.key}, {of.family})"""


def _column(dimension: str, grain: Grain) -> str:
    if dimension == "period":
        return f"coalesce({_PERIODS[grain]}, 'undated')"
    return _COLUMNS.get(dimension, dimension)


def _kept(query: Query) -> str:
    return " AND ".join(
        (
            "family IS NOT NULL",
            *(["day >= :since"] if query.since else ()),
            *(["day <= :until"] if query.until else ()),
            *(f"{_COLUMNS.get(dimension, dimension)} = ANY(:of_{dimension})" for dimension in query.filters),
        )
    )


def _parameters(query: Query) -> dict[str, Any]:
    told = {"since": query.since, "until": query.until, "source": query.source and query.source.value}
    filters = {f"of_{dimension}": list(codes) for dimension, codes in query.filters.items()}
    return {name: value for name, value in told.items() if value is not None} | filters
