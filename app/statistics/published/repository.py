"""Two counts that no question to the statistics answers: complaint calls, and how court files stand."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.statistics.dimensions import LIMA_METROPOLITAN, LIMA_PROVINCES, LIMA_UNTOLD, UNKNOWN
from app.statistics.published.counterparts import COMPLAINT_CALLS, COURT_OUTCOMES, FAMILY, Asked

_CALLS: Final = f"""
SELECT CASE WHEN r.department IS NULL THEN '{UNKNOWN}'
    WHEN r.department <> '15' THEN r.department
    WHEN r.province = '1501' THEN '{LIMA_METROPOLITAN}' WHEN r.province LIKE '15%' THEN '{LIMA_PROVINCES}'
    ELSE '{LIMA_UNTOLD}' END AS code, count(*) AS counted
FROM report r JOIN case_member m USING (record_id) JOIN case_entity c ON c.id = m.case_id
WHERE r.feed = 'linea-1818' AND r.makes_case AND r.offence_family = :family
  AND r.report_date BETWEEN :since AND :until AND {{inside}}
GROUP BY 1"""

# A file with several records (incidents) is told by its latest version that says how it stands.
_OUTCOMES: Final = f"""
WITH told AS MATERIALIZED (
  SELECT r.* FROM report r JOIN case_member m USING (record_id) JOIN case_entity c ON c.id = m.case_id
  WHERE r.feed = 'poder-judicial' AND r.makes_case AND r.offence_family = :family AND {{inside}}
), file AS (
  SELECT citation_key, min(report_date) AS day,
    (array_agg(stage ORDER BY stamp DESC, record_id) FILTER (WHERE stage IS NOT NULL))[1] AS stage
  FROM told GROUP BY citation_key
), ruling AS MATERIALIZED (
  SELECT p.person_id, t.citation_key, x.value ->> 'type' AS type, (x.value ->> 'date')::date AS ruled
  FROM told t
  CROSS JOIN jsonb_array_elements(t.rulings) x
  CROSS JOIN jsonb_array_elements(x.value -> 'parties') y
  JOIN mention n ON n.record_id = t.record_id AND n.role = 'suspect' AND n.present
    AND n."order" = (y.value ->> 'order')::int
  JOIN person_member p ON p.mention_id = n.id
), standing AS (
  SELECT citation_key, bool_or(type = 'convicted') AS convicted FROM ruling c
  WHERE type IN ('convicted', 'acquitted') AND NOT EXISTS (
    SELECT 1 FROM ruling h WHERE h.citation_key = c.citation_key AND h.person_id = c.person_id
      AND h.type IN ('reversed', 'annulled') AND (h.ruled IS NULL OR c.ruled IS NULL OR h.ruled >= c.ruled))
  GROUP BY citation_key
)
SELECT CASE WHEN convicted THEN 'convicted' WHEN NOT convicted THEN 'acquitted'
    WHEN stage IN ('dismissed', 'filed') THEN stage
    WHEN stage IN ('in_process', 'on_appeal') THEN 'in_process'
    ELSE '{UNKNOWN}' END AS code, count(*) AS counted
FROM file LEFT JOIN standing USING (citation_key) WHERE day BETWEEN :since AND :until GROUP BY 1"""

_STATEMENTS: Final = {COMPLAINT_CALLS: _CALLS, COURT_OUTCOMES: _OUTCOMES}


class PublishedRepository:
    """``department``: nothing is counted but what is told of its cases."""

    def __init__(self, session: AsyncSession, department: str | None = None) -> None:
        self._session = session
        self._limit = {} if department is None else {"department": department}

    async def counted(self, asked: Asked) -> Mapping[str, int]:
        """By code of the one dimension that the measure has; together they are its total."""
        found = await self._session.execute(
            text(
                _STATEMENTS[asked.measure].format(
                    inside="c.department = :department" if self._limit else "true"
                )
            ),
            {"family": FAMILY.value, "since": asked.since, "until": asked.until, **self._limit},
        )
        return {row.code: row.counted for row in found}

    async def mark(self) -> RowMapping:
        """(position, at): the last change that the session knows of, and its moment."""
        found = await self._session.execute(text("SELECT last AS position, now() AS at FROM change_cursor"))
        return found.mappings().one()
