"""Answers counted over the registry in one statement, so that all of an answer is of one snapshot.

Of each measure there is a row for every thing counted, family and code of its cases that is asked: ``item``
(key, family, feeds, day and those codes). A thing is dated by its first
day in the family, as the overview dates it.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.feeds import FEED_BITS
from app.statistics.dimensions import LIMA_METROPOLITAN, LIMA_PROVINCES, LIMA_UNTOLD, UNKNOWN
from schemas.query import Grain, Query

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

# What is told of each case: one column of ``told`` each, where it is asked. Lima is its two regions.
OF_CASE: Final = {
    "stage": f"coalesce(c.stage, '{UNKNOWN}')",
    "department": f"""CASE WHEN c.department IS NULL THEN '{UNKNOWN}'
      WHEN c.department <> '15' THEN c.department
      WHEN c.province = '1501' THEN '{LIMA_METROPOLITAN}' WHEN c.province LIKE '15%' THEN '{LIMA_PROVINCES}'
      ELSE '{LIMA_UNTOLD}' END""",
    "purpose": f"coalesce(purpose.code, '{UNKNOWN}')",
    "recruitment": f"coalesce(recruitment.code, '{UNKNOWN}')",
}
LISTS: Final = {
    "purpose": "purposes",
    "recruitment": "recruitment",
}  # every one that a record of the case states

# What one feed alone says is told by the family that it states.
_TOLD: Final = """
told AS MATERIALIZED (
  SELECT r.record_id, r.feed, r.citation_key, r.report_date AS day, m.case_id, {family} AS family
    {columns}
  FROM report r JOIN case_member m USING (record_id) JOIN case_entity c ON c.id = m.case_id {lists}
  WHERE r.makes_case AND {source}
), named AS (
  SELECT p.person_id, n.role, t.*
  FROM told t JOIN mention n USING (record_id) JOIN person_member p ON p.mention_id = n.id
  WHERE n.present AND n.role IN ('victim', 'suspect') AND n.kind = 'natural'
), ruling AS (
  SELECT p.person_id, t.*,
    x.value ->> 'type' AS type, (x.value ->> 'date')::date AS ruled
  FROM told t JOIN report r USING (record_id)
  CROSS JOIN jsonb_array_elements(r.rulings) x
  CROSS JOIN jsonb_array_elements(x.value -> 'parties') y
  JOIN mention n ON n.record_id = t.record_id AND n.role = 'suspect' AND n.present
    AND n."order" = (y.value ->> 'order')::int
  JOIN person_member p ON p.mention_id = n.id
  WHERE t.feed = 'poder-judicial' AND r.rulings <> '[]'
), standing AS (
  SELECT * FROM ruling c WHERE type IN ('convicted', 'acquitted') AND NOT EXISTS (
    SELECT 1 FROM ruling h WHERE h.citation_key = c.citation_key AND h.person_id = c.person_id
      AND h.type IN ('reversed', 'annulled') AND (h.ruled IS NULL OR c.ruled IS NULL OR h.ruled >= c.ruled))
)"""

_SUSPECTS: Final = "named WHERE role = 'suspect'"
SOURCES: Final = {  # the key of what is counted, and where it is told
    "complaints": ("record_id", "told WHERE feed = 'reta-pnp'"),
    "prosecution_files": ("citation_key", "told WHERE feed = 'sistra'"),
    "court_files": ("citation_key", "told WHERE feed = 'poder-judicial'"),
    "sentenced_files": ("citation_key", "standing WHERE type = 'convicted'"),
    "cases": ("case_id", "told"),
    "victims": ("person_id", "named WHERE role = 'victim'"),
    "suspects": ("person_id", _SUSPECTS),
    "accused": ("person_id", f"{_SUSPECTS} AND feed IN ('sistra', 'poder-judicial')"),
    "convicted": ("person_id", "standing WHERE type = 'convicted'"),
    "acquitted": ("person_id", "standing WHERE type = 'acquitted'"),
}


class Counting:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def counted(self, query: Query) -> Sequence[RowMapping]:
        """(measure, total, code_0.., counted, position, at) of a question that ``asking`` has checked."""
        found = await self._session.execute(text(_statement(query)), _parameters(query))
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


def told(of_case: Sequence[str], source: str, *, own: bool, coded: Coded | None = None) -> str:
    """What the measures are counted from, as the head of a statement. ``source`` says of which reports ``r``;
    ``own``: by the family that these state, not that of their case. ``coded`` makes of a dimension and its
    words the column that stands for them."""
    as_told = coded or (lambda _, words: words)
    return "WITH " + _TOLD.format(
        family=as_told("offence_family", "r.offence_family" if own else "c.offence_family"),
        source=source,
        columns="".join(f", {as_told(each, OF_CASE[each])} AS {each}" for each in of_case),
        lists="".join(_listed(each, source) for each in of_case if each in LISTS),
    )


def _statement(query: Query) -> str:
    source = "r.feed = :source" if query.source else "true"
    return told(_asked(query), source, own=query.source is not None) + "\nUNION ALL ".join(
        _measure(ordinal, measure, query) for ordinal, measure in enumerate(query.measures)
    )


def _asked(query: Query) -> list[str]:
    """What of a case is asked: each multiplies no more than it must."""
    return [each for each in OF_CASE if each in query.dimensions or each in query.filters]


def _listed(dimension: str, source: str) -> str:
    return f"""
  LEFT JOIN (
    SELECT DISTINCT o.case_id, code FROM report r JOIN case_member o USING (record_id)
    CROSS JOIN unnest(r.{LISTS[dimension]}) code WHERE r.makes_case AND {source}
  ) {dimension} ON {dimension}.case_id = m.case_id"""


def _measure(ordinal: int, measure: str, query: Query) -> str:
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
FROM (SELECT key{columns} FROM ({items(measure, _asked(query))}) item WHERE {_kept(query)}) kept
GROUP BY GROUPING SETS {sets}"""


def items(measure: str, of_case: Sequence[str]) -> str:
    """(key, family, those dimensions, feeds, day) of a measure, under what ``told`` begins."""
    if measure == "victimisations":
        more = "".join(f", n.{each}" for each in of_case)
        return f"""
SELECT DISTINCT (n.person_id, n.case_id)::text AS key, n.family{more},
  bit_or({_BIT.replace("feed", "n.feed", 1)}) OVER of AS feeds, c.day
FROM named n JOIN (SELECT case_id, family, min(day) AS day FROM told GROUP BY case_id, family) c
  USING (case_id, family)
WHERE role = 'victim' WINDOW of AS (PARTITION BY n.person_id, n.case_id, n.family)"""
    key, source = SOURCES[measure]
    day = "ruled" if source.startswith("standing") else "day"
    more = "".join(f", {each}" for each in of_case)
    return f"""
SELECT DISTINCT {key}::text AS key, family{more}, bit_or({_BIT}) OVER of AS feeds, min({day}) OVER of AS day
FROM {source} WINDOW of AS (PARTITION BY {key}, family)"""


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
