"""The links as a table: one row per record, one per mention of a victim or suspect that is a natural person.

Annulled records do not appear, nor do calls re-sent as not valid (the way Línea 1818 annuls). A record of no
case has an empty case; its mentions are not resolved and have no rows. Streamed and sorted: the same links
give the same bytes, but for ids.
"""

from pathlib import Path
from typing import Any, Final

from app.core.raw import raw_connection
from app.db.engine import ReadSession
from app.reconciliation.errors import FileUnusable

# A call that was not valid from the first is simply a call. What came before is asked of the deliveries, not
# of the versions once held: so the answer is the same where the later version arrived first.
_SHOWN: Final = """
NOT p.annulled AND (p.category IS DISTINCT FROM 'not_valid' OR NOT EXISTS (
    SELECT 1 FROM delivery d
    WHERE d.record_id = p.record_id AND d.stamp < p.stamp AND d.outcome <> 'rejected'))
"""

_LINKS: Final = f"""
SELECT feed, record, "order", role, case_id, person_id FROM (
    SELECT p.feed, upper(btrim(p.number)) AS record, NULL::int AS "order", NULL::text AS role, c.case_id,
           NULL::uuid AS person_id, p.record_id
    FROM report p LEFT JOIN case_member c USING (record_id)
    WHERE {_SHOWN}
    UNION ALL
    SELECT p.feed, upper(btrim(p.number)), m."order", m.role, c.case_id, pm.person_id, p.record_id
    FROM report p
    JOIN mention m ON m.record_id = p.record_id AND m.present
    JOIN person_member pm ON pm.mention_id = m.id
    LEFT JOIN case_member c ON c.record_id = p.record_id
    WHERE {_SHOWN}
) links
ORDER BY feed COLLATE "C", record COLLATE "C", record_id, role COLLATE "C" NULLS FIRST, "order"
"""  # noqa: S608  constants


async def export_links(session: ReadSession, out: Path) -> int:
    """Write the links to ``out`` as CSV with a header; their number. What was there is replaced at the end.

    Raises ``FileUnusable`` where nothing can be written there.
    """
    part = out.with_name(out.name + ".part")
    try:
        with part.open("wb") as file:
            rows = await _copy(session, file)
        part.replace(out)
    except OSError:
        raise FileUnusable from None
    finally:
        part.unlink(missing_ok=True)
    return rows


async def _copy(session: ReadSession, file: Any) -> int:
    connection = await raw_connection(session)
    status: str = await connection.copy_from_query(_LINKS, output=file, format="csv", header=True)
    return int(status.removeprefix("COPY "))
