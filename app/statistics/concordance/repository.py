"""The feeds beside each other, counted in one statement: what is read of reports is read once."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Final

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.feeds import FEED_BITS
from app.statistics.concordance.rules import FEED_OF, STEPS, STRETCHES
from schemas.concordance import FunnelStep, Milestone
from schemas.vocabulary import DateBasis, Feed, OffenceFamily

_BIT: Final = "CASE feed " + " ".join(f"WHEN '{feed}' THEN {bit}" for feed, bit in FEED_BITS.items()) + " END"
_COURTS: Final = Feed.PODER_JUDICIAL.value
_FIRST: Final = ",\n    ".join(
    f"min(day) FILTER (WHERE feed = '{FEED_OF[each]}') AS {each}"
    for each in Milestone
    if each is not Milestone.SENTENCE
)

# Days are Lima's. A conviction stands unless a ruling of the same court case, in any of its records (also
# those of another family), reversed or annulled it for that person.
_WITH: Final = """
WITH told AS MATERIALIZED (
  SELECT r.record_id, r.feed, r.citation_key, r.report_date AS day, r.rulings, r.offence_family AS said,
    m.case_id, c.offence_family AS family, {dated} AS dated, {own_dated} AS own_dated
  FROM report r JOIN case_member m USING (record_id) JOIN case_entity c ON c.id = m.case_id
  WHERE r.makes_case AND {inside}
), heard AS MATERIALIZED ({heard}
), known AS MATERIALIZED (
  SELECT case_id, bit_or({bit}) AS feeds, min(dated) AS began,
    {first}
  FROM told WHERE family = :family GROUP BY case_id
), named AS MATERIALIZED (
  SELECT p.person_id, t.feed, t.dated, t.own_dated, t.family, t.said
  FROM told t JOIN mention n USING (record_id) JOIN person_member p ON p.mention_id = n.id
  WHERE n.present AND n.role = 'victim' AND n.kind = 'natural' AND :family IN (t.family, t.said)
), victim AS MATERIALIZED (
  SELECT bit_or({bit}) AS feeds, min(dated) AS began FROM named WHERE family = :family GROUP BY person_id
), ruled AS (
  SELECT t.case_id, bool_or(x.value ->> 'type' IN ('convicted', 'acquitted')) AS sentenced,
    min((x.value ->> 'date')::date) FILTER (WHERE x.value ->> 'type' IN ('convicted', 'acquitted')) AS day
  FROM told t CROSS JOIN jsonb_array_elements(t.rulings) x
  WHERE t.feed = '{courts}' AND t.family = :family GROUP BY t.case_id
), party AS MATERIALIZED (
  SELECT p.person_id, t.case_id, t.citation_key, t.family, x.value ->> 'type' AS type,
    (x.value ->> 'date')::date AS day
  FROM told t
  CROSS JOIN jsonb_array_elements(t.rulings) x
  CROSS JOIN jsonb_array_elements(x.value -> 'parties') y
  JOIN mention n ON n.record_id = t.record_id AND n.role = 'suspect' AND n.present
    AND n."order" = (y.value ->> 'order')::int
  JOIN person_member p ON p.mention_id = n.id
  WHERE t.feed = '{courts}' AND t.rulings <> '[]'
), convicted AS (
  SELECT DISTINCT case_id FROM party c WHERE family = :family AND type = 'convicted' AND NOT EXISTS (
    SELECT 1 FROM party h WHERE h.citation_key = c.citation_key AND h.person_id = c.person_id
      AND h.type IN ('reversed', 'annulled') AND (h.day IS NULL OR c.day IS NULL OR h.day >= c.day))
), cohort AS MATERIALIZED (
  SELECT k.*, r.day AS sentence, coalesce(r.sentenced, false) AS sentenced, r.case_id IS NOT NULL AS ruled,
    v.case_id IS NOT NULL AS convicted
  FROM known k LEFT JOIN ruled r USING (case_id) LEFT JOIN convicted v USING (case_id) WHERE {began}
)"""


def _reached(milestone: Milestone) -> str:
    if milestone is Milestone.SENTENCE:
        return "sentenced"
    return f"feeds & {FEED_BITS[FEED_OF[milestone]]} <> 0"


_REACHED: Final = {
    FunnelStep.POLICE: _reached(Milestone.COMPLAINT),
    FunnelStep.PROSECUTION: _reached(Milestone.PROSECUTION),
    FunnelStep.COURT: _reached(Milestone.COURT),
    FunnelStep.RULING: "ruled",
    FunnelStep.CONVICTION: "convicted",
}


def _stretch(start: Milestone, end: Milestone) -> str:
    """How the cases of one stretch ended, and after how many days."""
    heard = f"(SELECT day FROM heard WHERE feed = '{FEED_OF[end]}')"
    return f"""
SELECT '{start}' AS part, ending AS code, count(*) AS counted, days FROM (
  SELECT ending, CASE ending WHEN 'measured' THEN {end} - {start}
    WHEN 'not_arrived' THEN CASE WHEN {heard} < {start} THEN 0 ELSE {heard} - {start} END END AS days
  FROM (SELECT *, CASE
      WHEN NOT ({_reached(start)}) THEN 'without_start'
      WHEN NOT ({_reached(end)}) THEN 'not_arrived'
      WHEN {start} IS NULL OR {end} IS NULL THEN 'undated'
      WHEN {end} < {start} THEN 'contradicting'
      ELSE 'measured' END AS ending
    FROM cohort WHERE ({_reached(start)}) OR ({_reached(end)})) ended
) stretch GROUP BY ending, days"""


def _step(place: int) -> str:
    """How many came to a step by every one before it, and how many anyway."""
    through = " AND ".join(_REACHED[each] for each in STEPS[: place + 1])
    return "\nUNION ALL ".join(
        f"SELECT '{part}' AS part, '{STEPS[place]}' AS code, count(*) AS counted, NULL::int AS days"
        f" FROM cohort WHERE {condition}"
        for part, condition in (("funnel", through), ("anyway", _REACHED[STEPS[place]]))
    )


def _counted(part: str, code: str, source: str, condition: str) -> str:
    return (
        f"SELECT '{part}' AS part, {code} AS code, count(*) AS counted, NULL::int AS days"
        f" FROM {source} WHERE {condition} GROUP BY 2"
    )


@cache
def _statement(since: bool, until: bool, facts: bool, department: bool) -> str:
    bounds = [*(["{day} >= :since"] * since), *(["{day} <= :until"] * until)]
    within = " AND ".join(bounds) or "true"
    told = _WITH.format(
        bit=_BIT,
        first=_FIRST,
        courts=_COURTS,
        began=within.format(day="began"),
        dated="c.facts_date" if facts else "r.report_date",
        own_dated="r.facts_date" if facts else "r.report_date",
        inside="c.department = :department" if department else "true",
        heard=_heard(department),
    )
    feeds = f"feeds::bit({len(FEED_BITS)})::text"
    own = f"said = :family AND {within.format(day='own_dated')}"
    parts = (
        _counted("records", "feed", "told", own),
        _counted("mentions", "feed", "named", own),
        _counted("cases", feeds, "cohort", "true"),
        _counted("victims", feeds, "victim", within.format(day="began")),
        _counted("undated", "'cases'", "known", "began IS NULL"),
        _counted("undated", "'victims'", "victim", "began IS NULL"),
        *(_stretch(*stretch) for stretch in STRETCHES),
        *(_step(place) for place in range(len(STEPS))),
    )
    return f"{told}\n" + "\nUNION ALL ".join(parts)


def _heard(department: bool) -> str:
    of_record = "CASE WHEN m.case_id IS NULL THEN r.department ELSE c.department END"
    return f"""
SELECT r.feed, (max(r.stamp) AT TIME ZONE INTERVAL '-05:00')::date AS day
FROM report r LEFT JOIN case_member m USING (record_id) LEFT JOIN case_entity c ON c.id = m.case_id
WHERE {f"{of_record} = :department" if department else "true"} GROUP BY r.feed"""


_MARK: Final = "SELECT last AS position, now() AS at FROM change_cursor"


class ConcordanceRepository:
    """Wants a session that sees one snapshot. ``department``: nothing is told but of its cases."""

    def __init__(self, session: AsyncSession, department: str | None = None) -> None:
        self._session = session
        self._limit = {} if department is None else {"department": department}

    async def counted(
        self, family: OffenceFamily, since: date | None, until: date | None, basis: DateBasis
    ) -> Sequence[RowMapping]:
        """(part, code, counted, days); the part of a stretch is its first milestone."""
        bounds = {name: day for name, day in (("since", since), ("until", until)) if day is not None}
        facts = basis is DateBasis.FACTS
        statement = text(_statement(since is not None, until is not None, facts, bool(self._limit)))
        found = await self._session.execute(statement, {"family": family.value, **bounds, **self._limit})
        return found.mappings().all()

    async def heard(self) -> dict[str, date]:
        """By feed, the day of its latest version held."""
        statement = text(_heard(bool(self._limit)))
        return {row.feed: row.day for row in await self._session.execute(statement, self._limit)}

    async def mark(self) -> RowMapping:
        """(position, at)"""
        return (await self._session.execute(text(_MARK))).mappings().one()
