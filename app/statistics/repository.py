"""Counts over the registry, in one statement: what is read of reports and mentions is read once.

Figures count what is linked. Each is dated by its own event; ``undated`` are those without that date.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

_PERIOD = (
    "((CAST(:since AS date) IS NULL OR {day} >= :since)"
    " AND (CAST(:until AS date) IS NULL OR {day} <= :until))"
)


def _in_period(day: str) -> str:
    """Without bounds everything is in the period, also what has no date."""
    return _PERIOD.format(day=day)


def _unit(unit: str, source: str, day: str = "day") -> str:
    """One figure by family: how many rows of ``source``, and how many of them have no date."""
    return f"""
SELECT '{unit}' AS unit, family, NULL::text AS feed, NULL::int AS feeds,
  count(*) FILTER (WHERE {_in_period(day)}) AS counted, count(*) FILTER (WHERE {day} IS NULL) AS undated
FROM {source} GROUP BY family"""


def _feed_unit(unit: str, counted: str, source: str) -> str:
    """One figure by feed and the family that its own records state."""
    return f"SELECT '{unit}', said, feed, NULL, {counted}, 0 FROM {source} GROUP BY said, feed"


# "told": records that make a case. "named": the persons that they name. ``said`` is the family that the
# record itself states, ``family`` that of its case; ``bit`` as in app.models.feeds.
_SOURCES = f"""
WITH told AS MATERIALIZED (
  SELECT r.record_id, r.feed, r.citation_key, r.report_date AS day, r.offence_family AS said,
    m.case_id, c.offence_family AS family, r.rulings,
    CASE r.feed WHEN 'linea-1818' THEN 8 WHEN 'reta-pnp' THEN 4 WHEN 'sistra' THEN 2 ELSE 1 END AS bit
  FROM report r JOIN case_member m USING (record_id) JOIN case_entity c ON c.id = m.case_id
  WHERE r.makes_case
), named AS MATERIALIZED (
  SELECT p.person_id, n.role, t.case_id, t.family, t.said, t.feed, t.bit, t.day
  FROM told t JOIN mention n USING (record_id) JOIN person_member p ON p.mention_id = n.id
  WHERE n.present AND n.role IN ('victim', 'suspect') AND n.kind = 'natural'
), file AS (
  SELECT feed, citation_key, family, min(day) AS day FROM told
  WHERE feed IN ('sistra', 'poder-judicial') GROUP BY feed, citation_key, family
), reconciled_case AS MATERIALIZED (
  SELECT case_id, family, min(day) AS day FROM told GROUP BY case_id, family
), victim AS MATERIALIZED (
  SELECT person_id, family, min(day) AS day, bit_or(bit) AS feeds FROM named
  WHERE role = 'victim' GROUP BY person_id, family
), victimisation AS (
  SELECT v.family, c.day
  FROM (SELECT DISTINCT person_id, case_id, family FROM named WHERE role = 'victim') v
  JOIN reconciled_case c USING (case_id, family)
), suspect AS MATERIALIZED (
  SELECT person_id, family, min(day) AS day, bool_or(bit <= 2) AS accused,
    min(day) FILTER (WHERE bit <= 2) AS accused_day
  FROM named WHERE role = 'suspect' GROUP BY person_id, family
), ruling AS MATERIALIZED (
  SELECT p.person_id, t.citation_key, t.family, t.said, x.value ->> 'type' AS type,
    (x.value ->> 'date')::date AS day
  FROM told t
  CROSS JOIN jsonb_array_elements(t.rulings) x
  CROSS JOIN jsonb_array_elements(x.value -> 'parties') y
  JOIN mention n ON n.record_id = t.record_id AND n.role = 'suspect' AND n.present
    AND n."order" = (y.value ->> 'order')::int
  JOIN person_member p ON p.mention_id = n.id
  WHERE t.feed = 'poder-judicial' AND t.rulings <> '[]'
), standing AS MATERIALIZED (
  -- unless a ruling of the same court case, in any of its records, reversed or annulled it for that person
  SELECT * FROM ruling c WHERE type = 'convicted' AND NOT EXISTS (
    SELECT 1 FROM ruling h WHERE h.citation_key = c.citation_key AND h.person_id = c.person_id
      AND h.type IN ('reversed', 'annulled') AND (h.day IS NULL OR c.day IS NULL OR h.day >= c.day))
), convicted AS (
  SELECT person_id, family, min(day) AS day FROM standing GROUP BY person_id, family
), sentenced_file AS (
  SELECT citation_key, family, min(day) AS day FROM standing GROUP BY citation_key, family
), feed_person AS MATERIALIZED (
  SELECT feed, said, role, person_id, count(*) AS mentions FROM named
  WHERE {_in_period("day")} GROUP BY feed, said, role, person_id
), feed_convicted AS (
  SELECT 'poder-judicial' AS feed, said, person_id, min(day) AS day FROM standing GROUP BY said, person_id
)"""

FIGURES = _SOURCES + "\nUNION ALL ".join(
    (
        _unit("complaints", "told WHERE feed = 'reta-pnp'"),
        _unit("prosecution_files", "file WHERE feed = 'sistra'"),
        _unit("court_files", "file WHERE feed = 'poder-judicial'"),
        _unit("cases", "reconciled_case"),
        f"""
SELECT 'victims', family, NULL, feeds, count(*) FILTER (WHERE {_in_period("day")}),
  count(*) FILTER (WHERE day IS NULL)
FROM victim GROUP BY family, feeds""",
        _unit("victimisations", "victimisation"),
        _unit("suspects", "suspect"),
        _unit("accused", "suspect WHERE accused", "accused_day"),
        _unit("convicted", "convicted"),
        _unit("sentenced_files", "sentenced_file"),
        _feed_unit("records", f"count(*) FILTER (WHERE {_in_period('day')})", "told"),
        _feed_unit(
            "victim_mentions", "coalesce(sum(mentions) FILTER (WHERE role = 'victim'), 0)", "feed_person"
        ),
        _feed_unit("feed_victims", "count(*) FILTER (WHERE role = 'victim')", "feed_person"),
        _feed_unit("feed_suspects", "count(*) FILTER (WHERE role = 'suspect')", "feed_person"),
        _feed_unit("feed_convicted", f"count(*) FILTER (WHERE {_in_period('day')})", "feed_convicted"),
    )
)

# The hotline's service target: a complaint is derived within 3 hours of the call.
CALLS = f"""
WITH call AS (
  SELECT CASE WHEN annulled THEN 'not_valid' ELSE category END AS category, report_date AS day,
    CASE
      WHEN referred_at IS NULL AND referred_to IS NULL THEN 'not_derived'
      WHEN referred_at IS NULL OR reported_at IS NULL OR referred_at < reported_at THEN 'derived_unmeasured'
      WHEN referred_at - reported_at <= interval '3 hours' THEN 'derived_within_3_hours'
      ELSE 'derived_late'
    END AS derivation
  FROM report WHERE feed = 'linea-1818'
)
SELECT category, derivation, count(*) FILTER (WHERE {_in_period("day")}) AS counted,
  count(*) FILTER (WHERE day IS NULL) AS undated
FROM call GROUP BY category, derivation"""


class StatisticsRepository:
    def __init__(self, session: AsyncSession, since: date | None, until: date | None) -> None:
        self._session = session
        self._period = {"since": since, "until": until}

    async def figures(self) -> Sequence[RowMapping]:
        """(unit, family, feed, feeds, counted, undated); feed or feeds where the unit is told by it."""
        return await self._rows(FIGURES)

    async def calls(self) -> Sequence[RowMapping]:
        """(category, derivation, counted, undated)"""
        return await self._rows(CALLS)

    async def _rows(self, statement: str) -> Sequence[RowMapping]:
        return (await self._session.execute(text(statement), self._period)).mappings().all()
