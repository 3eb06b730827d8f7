"""Answers counted over the registry in one statement, so that all of an answer is of one snapshot.

Of each measure there is a row for every thing counted, family and code that is asked: ``item`` (key, family,
feeds, ``day_`` for each date basis asked and a column for each dimension asked that is none of these). A
thing is dated as the overview dates it: by its first day in the family (its last update), or by that of each
record where it is told of records.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.feeds import FEED_BITS
from app.statistics.asking import basis_of
from app.statistics.dimensions import (
    BY_ID,
    LIMA_METROPOLITAN,
    LIMA_PROVINCES,
    LIMA_UNTOLD,
    OFFICES,
    UNKNOWN,
)
from schemas.query import Grain, Query
from schemas.vocabulary import CallCategory, DateBasis, Feed

Coded = Callable[[str, str], str]
_BIT: Final = "CASE feed " + " ".join(f"WHEN '{feed}' THEN {bit}" for feed, bit in FEED_BITS.items()) + " END"

_PERIODS: Final = {
    Grain.MONTH: "to_char({day}, 'YYYY-\"M\"MM')",
    Grain.BIMESTER: "to_char({day}, 'YYYY-\"B\"') || (extract(month FROM {day})::int + 1) / 2",
    Grain.QUARTER: "to_char({day}, 'YYYY-\"Q\"Q')",
    Grain.SEMESTER: "to_char({day}, 'YYYY-\"S\"') || (extract(month FROM {day})::int + 5) / 6",
    Grain.YEAR: "to_char({day}, 'YYYY')",
}
_UPDATED: Final = "(r.stamp AT TIME ZONE INTERVAL '-05:00')::date"  # the day in Lima
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
    **{each: f"coalesce({each}.code, '{UNKNOWN}')" for each in OFFICES},
}
LISTS: Final = {
    "purpose": "purposes",
    "recruitment": "recruitment",
}  # every one that a record of the case states


def _district(dimension: str) -> str:
    """The code of a record's office; NULL where it states none that the list has."""
    names = " ".join(f"WHEN '{name}' THEN '{code}'" for name, code in OFFICES[dimension][1].items())
    return f"CASE r.office_district {names} END"


# The district of the record's own office, by which files are told instead of by all of their case.
_OWN_OFFICE: Final = {
    each: f"CASE WHEN r.feed = '{feed}' THEN coalesce({_district(each)}, '{UNKNOWN}') ELSE '{UNKNOWN}' END"
    for each, (feed, _) in OFFICES.items()
}
_BY_OWN_OFFICE: Final = {
    "prosecution_files": "fiscal_district",
    **dict.fromkeys(("court_files", "sentenced_files", "convicted", "acquitted"), "judicial_district"),
}

# What is told of each person in the case: one column of ``named`` and ``ruling`` each, where it is asked.
OF_PERSON: Final = {
    "sex": f"coalesce(v.sex, '{UNKNOWN}')",
    "nationality": f"coalesce(v.nationality, '{UNKNOWN}')",
    "age_band": f"coalesce(v.age_group, '{UNKNOWN}')",
    "minor": f"CASE v.minor WHEN true THEN 'yes' WHEN false THEN 'no' ELSE '{UNKNOWN}' END",
    "relation": f"coalesce(v.relation, '{UNKNOWN}')",
}
_GOLDEN_PERSON: Final = "LEFT JOIN person_case v ON v.person_id = p.person_id AND v.case_id = t.case_id"

# What one feed alone says is told by the family that it states (``said``), and so is its date of the facts.
_TOLD: Final = """
told AS MATERIALIZED (
  SELECT r.record_id, r.feed, r.citation_key, m.case_id, {family} AS family,
    r.offence_family AS said {days} {columns}
  FROM report r JOIN case_member m USING (record_id) JOIN case_entity c ON c.id = m.case_id {lists}
  WHERE r.makes_case AND {source} AND {inside}
), named AS (
  SELECT p.person_id, n.role, n.id AS mention_id, t.* {people}
  FROM told t JOIN mention n USING (record_id) JOIN person_member p ON p.mention_id = n.id {golden}
  WHERE n.present AND n.role IN ('victim', 'suspect') AND n.kind = 'natural'
), ruling AS (
  SELECT p.person_id, t.* {people},
    x.value ->> 'type' AS type, (x.value ->> 'date')::date AS day_ruling
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
      AND h.type IN ('reversed', 'annulled') AND (h.day_ruling IS NULL OR c.day_ruling IS NULL
        OR h.day_ruling >= c.day_ruling))
)"""

# Every call, whether it makes a case or not; of a record (report) alone.
DERIVATION: Final = """CASE
      WHEN referred_at IS NULL AND referred_to IS NULL THEN 'not_derived'
      WHEN referred_at IS NULL OR reported_at IS NULL OR referred_at < reported_at THEN 'derived_unmeasured'
      WHEN referred_at - reported_at <= interval '3 hours' THEN 'derived_within_3_hours'
      ELSE 'derived_late'
    END"""
_CALL: Final = f"""(
  SELECT r.record_id, r.feed, '' AS family, r.annulled, r.report_date AS day_report,
    r.facts_date AS day_facts, {_UPDATED} AS day_update,
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
    family: str = "family"
    first: bool = True


_SUSPECTS: Final = "named WHERE role = 'suspect'"
_COMPLAINT_CALLS: Final = f"{_CALL} WHERE call_category = 'complaint' AND derivation = "
SOURCES: Final = {
    "complaints": Source("record_id", "told WHERE feed = 'reta-pnp'"),
    "prosecution_files": Source("citation_key", "told WHERE feed = 'sistra'"),
    "court_files": Source("citation_key", "told WHERE feed = 'poder-judicial'"),
    "sentenced_files": Source("citation_key", "standing WHERE type = 'convicted'"),
    "cases": Source("case_id", "told"),
    "victims": Source("person_id", "named WHERE role = 'victim'"),
    "suspects": Source("person_id", _SUSPECTS),
    "accused": Source("person_id", f"{_SUSPECTS} AND feed IN ('sistra', 'poder-judicial')"),
    "convicted": Source("person_id", "standing WHERE type = 'convicted'"),
    "acquitted": Source("person_id", "standing WHERE type = 'acquitted'"),
    "protection_measures": Source("item", _given("measures", "measure_type"), first=False),
    "services": Source("item", _given("services", "service_type"), first=False),
    "feed_records": Source("record_id", "told", family="said", first=False),
    "feed_victim_mentions": Source("mention_id", "named WHERE role = 'victim'", family="said", first=False),
    "feed_victims": Source("person_id", "named WHERE role = 'victim'", family="said", first=False),
    "feed_suspects": Source("person_id", _SUSPECTS, family="said", first=False),
    "feed_convicted": Source("person_id", "standing WHERE type = 'convicted'", family="said"),
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
        day, bases = day_column(basis_of(measure, query)), (basis_of(measure, query),)
        codes = "".join(f", {_column(each, query.grain, day)}" for each in query.dimensions)
        statement = f"""{told(_asked(query), "true", own=False, bases=bases)}
SELECT DISTINCT key, family, {day} AS day, ARRAY[{codes.removeprefix(", ")}]::text[] AS codes
FROM ({items(measure, _asked(query), bases)}) item WHERE {_kept(query, day)}"""
        return (await self._session.execute(text(statement), _parameters(query))).all()

    async def undated(self, measure: str) -> dict[str, int]:
        """By family, how many things have no date, and so are never among the facts."""
        query = Query.model_construct(measures=(measure,))
        basis = basis_of(measure, query)
        statement = f"""{told((), "true", own=False, bases=(basis,))}
SELECT family, count(DISTINCT key) AS counted FROM ({items(measure, (), (basis,))}) item
WHERE {_kept(query, day_column(basis))} AND {day_column(basis)} IS NULL GROUP BY family"""
        return {row.family: row.counted for row in await self._session.execute(text(statement))}


def day_column(basis: DateBasis) -> str:
    """Of an item."""
    return f"day_{basis}"


def told(  # noqa: PLR0913  each narrows or names something else
    asked: Sequence[str],
    source: str,
    *,
    own: bool,
    bases: Iterable[DateBasis],
    coded: Coded | None = None,
    inside: str = "true",
    records: str = "true",
) -> str:
    """What the measures are counted from, as the head of a statement.

    ``source`` says of which feed's reports ``r``, ``records`` of which of all of them, ``inside`` of which
    cases ``c``; ``own``: by the family and the date of the facts that the reports state, not their case's.
    ``coded`` makes of a dimension and its words the column that stands for them.
    """
    as_told = coded or (lambda _, words: words)
    people = [each for each in asked if each in OF_PERSON]
    of_which = f"{source} AND {records}"
    columns = [(each, each, OF_CASE[each]) for each in asked if each in OF_CASE]
    columns += [(each, f"own_{each}", _OWN_OFFICE[each]) for each in asked if each in OFFICES]
    return "WITH " + _TOLD.format(
        family=as_told("offence_family", "r.offence_family" if own else "c.offence_family"),
        source=of_which,
        inside=inside,
        days="".join(f", {day}" for basis in bases for day in _days(basis, own=own)),
        columns="".join(f", {as_told(each, words)} AS {name}" for each, name, words in columns),
        lists="".join(
            [_listed(each, of_which) for each in asked if each in LISTS]
            + [_acting(each, records) for each in asked if each in OFFICES]
        ),
        people="".join(f", {as_told(each, OF_PERSON[each])} AS {each}" for each in people),
        golden=_GOLDEN_PERSON if people else "",
    )


def _days(basis: DateBasis, *, own: bool) -> tuple[str, ...]:
    """The columns of ``told`` that date by this basis; a ruling dates itself."""
    match basis:
        case DateBasis.REPORT:
            return ("r.report_date AS day_report",)
        case DateBasis.FACTS:
            of_case = "r.facts_date" if own else "c.facts_date"
            return (f"{of_case} AS day_facts", "r.facts_date AS day_said_facts")
        case DateBasis.UPDATE:
            return (f"{_UPDATED} AS day_update",)
        case DateBasis.RULING:
            return ()


def _statement(query: Query, *, limited: bool = False) -> str:
    bounds = _bounds(query, limited)
    own = query.source is not None
    bases = dict.fromkeys(basis_of(measure, query) for measure in query.measures)
    head = told(_asked(query), bounds["source"], own=own, bases=bases, inside=bounds["inside"])
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


def _acting(dimension: str, records: str) -> str:
    """Of all offices that act in a case, whichever feed is asked; ``records`` holds cases whole."""
    code = _district(dimension)
    return f"""
  LEFT JOIN (
    SELECT DISTINCT o.case_id, {code} AS code FROM report r JOIN case_member o USING (record_id)
    WHERE r.makes_case AND r.feed = '{OFFICES[dimension][0]}' AND {code} IS NOT NULL AND {records}
  ) {dimension} ON {dimension}.case_id = m.case_id"""


def _measure(ordinal: int, measure: str, query: Query, bounds: dict[str, str]) -> str:
    """Its cells, and its total as one more row."""
    basis = basis_of(measure, query)
    day = day_column(basis)
    codes = [f"code_{each}" for each in range(len(query.dimensions))]
    told_by = "".join(f", {code}" for code in codes)
    columns = "".join(
        f", {_column(dimension, query.grain, day)} AS {code}"
        for dimension, code in zip(query.dimensions, codes, strict=True)
    )
    sets = f"(({', '.join(codes)}), ())" if codes else "(())"
    total = f"grouping({codes[0]}) = 1" if codes else "true"
    return f"""
SELECT {ordinal} AS measure, {total} AS total{told_by}, count(DISTINCT key) AS counted,
  (SELECT last FROM change_cursor) AS position, now() AS at
FROM (
  SELECT key{columns} FROM ({items(measure, _asked(query), (basis,), **bounds)}) item
  WHERE {_kept(query, day)}
) kept
GROUP BY GROUPING SETS {sets}"""


def items(
    measure: str,
    asked: Sequence[str],
    bases: Iterable[DateBasis],
    *,
    source: str = "true",
    inside: str = "true",
) -> str:
    """(key, family, those dimensions, feeds, a day for each basis) of a measure, under what ``told`` begins.
    Calls make no case and are read by themselves: ``source`` and ``inside`` are for them."""
    if measure == "victimisations":
        more = "".join(f", n.{each}" for each in asked)
        days = [(_chosen(basis), day_column(basis)) for basis in bases]
        return f"""
SELECT DISTINCT (n.person_id, n.case_id)::text AS key, n.family{more},
  bit_or({_BIT.replace("feed", "n.feed", 1)}) OVER of AS feeds{"".join(f", c.{day}" for _, day in days)}
FROM named n JOIN (
  SELECT case_id, family{"".join(f", {chosen}({day}) AS {day}" for chosen, day in days)}
  FROM told GROUP BY case_id, family) c USING (case_id, family)
WHERE role = 'victim' WINDOW of AS (PARTITION BY n.person_id, n.case_id, n.family)"""
    of = SOURCES[measure]
    rows = (_COURT_OUTCOME if "outcome" in asked else of.rows).format(source=source, inside=inside)
    named = f"{of.key}::text AS key, {of.family} AS family" + "".join(
        f", own_{each} AS {each}" if _BY_OWN_OFFICE.get(measure) == each else f", {each}" for each in asked
    )
    dated = [(basis, _dated(basis, of), day_column(basis)) for basis in bases]
    if not of.first:
        own_days = "".join(f", {day} AS {name}" for _, day, name in dated)
        return f"SELECT DISTINCT {named}, {_BIT} AS feeds{own_days} FROM {rows}"
    chosen = "".join(f", {_chosen(basis)}({day}) OVER of AS {name}" for basis, day, name in dated)
    return f"""
SELECT DISTINCT {named}, bit_or({_BIT}) OVER of AS feeds{chosen}
FROM {rows} WINDOW of AS (PARTITION BY {of.key}, {of.family})"""


def _dated(basis: DateBasis, of: Source) -> str:
    """The column of its rows. What is told by the family that a record states is so by its facts."""
    return "day_said_facts" if basis is DateBasis.FACTS and of.family == "said" else day_column(basis)


def _chosen(basis: DateBasis) -> str:
    """Of the days of one thing."""
    return "max" if basis is DateBasis.UPDATE else "min"


def _column(dimension: str, grain: Grain, day: str) -> str:
    if dimension == "period":
        return f"coalesce({_PERIODS[grain].format(day=day)}, 'undated')"
    return _COLUMNS.get(dimension, dimension)


def _kept(query: Query, day: str) -> str:
    return " AND ".join(
        (
            "family IS NOT NULL",
            *([f"{day} >= :since"] if query.since else ()),
            *([f"{day} <= :until"] if query.until else ()),
            *(f"{_COLUMNS.get(dimension, dimension)} = ANY(:of_{dimension})" for dimension in query.filters),
        )
    )


def _parameters(query: Query) -> dict[str, Any]:
    told = {"since": query.since, "until": query.until, "source": query.source and query.source.value}
    filters = {f"of_{dimension}": list(codes) for dimension, codes in query.filters.items()}
    return {name: value for name, value in told.items() if value is not None} | filters
