"""The tables of models: versions, comparisons, promotions, and where members stood before one."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.raw import raw_connection
from app.lifecycle.history import Promotion
from app.reconciliation.neighbourhood import Kind
from app.statistics.cube.repository import mark_of
from app.statistics.memory import Mark

_VERSIONS: Final = (
    "SELECT version, digest, provenance, made_at, made_by FROM model_version ORDER BY made_at, 1"
)
_HISTORY: Final = """
SELECT id, kind, version, previous, undoes, comparison, reason, made_at, made_by
FROM model_promotion ORDER BY id
"""
_KEEP_VERSION: Final = """
INSERT INTO model_version (version, content, digest, provenance, made_by)
VALUES (:version, :content, :digest, CAST(:provenance AS jsonb), :made_by)
ON CONFLICT (version) DO NOTHING
"""
_KEEP_PROMOTION: Final = """
INSERT INTO model_promotion (kind, version, previous, undoes, comparison, reason, made_by)
VALUES (:kind, :version, :previous, :undoes, :comparison, :reason, :made_by) RETURNING id
"""
_KEEP_COMPARISON: Final = """
INSERT INTO model_comparison (digest, version, against, position, pending, versions, report, made_by)
VALUES (:digest, :version, :against, :position, :pending, :versions, :report, :made_by)
ON CONFLICT (digest) DO NOTHING
"""
_COMPARED: Final = """
SELECT digest FROM model_comparison
WHERE (version, against, position, pending, versions) = (:version, :against, :position, :pending, :versions)
ORDER BY made_at DESC LIMIT 1
"""
_REMEMBER: Final = """
CREATE TEMPORARY TABLE stood_before ON COMMIT DROP AS
SELECT 'case' AS kind, record_id AS member, case_id AS entity_id FROM case_member
UNION ALL SELECT 'person', mention_id, person_id FROM person_member
"""
_KEEP_MOVED: Final = """
INSERT INTO promotion_member (promotion_id, kind, member, entity_id)
SELECT :promotion, b.kind, b.member, b.entity_id
FROM stood_before b
LEFT JOIN case_member c ON b.kind = 'case' AND c.record_id = b.member
LEFT JOIN person_member p ON b.kind = 'person' AND p.mention_id = b.member
WHERE coalesce(c.case_id, p.person_id) IS DISTINCT FROM b.entity_id
"""
_FATES: Final = """
SELECT kind, event, count(DISTINCT from_id) AS ids FROM redirect WHERE id > :after GROUP BY 1, 2 ORDER BY 1, 2
"""


class ModelRepository:
    """Inside the caller's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def mark(self) -> Mark:
        """Two comparisons of one mark measured the same data."""
        return (await mark_of(self._session))[0]

    async def versions(self) -> Sequence[RowMapping]:
        return await self._rows(_VERSIONS)

    async def version(self, version: str) -> RowMapping | None:
        rows = await self._rows("SELECT * FROM model_version WHERE version = :version", version=version)
        return rows[0] if rows else None

    async def keep_version(self, **values: Any) -> None:
        """Nothing where there is one of that version already."""
        await self._session.execute(text(_KEEP_VERSION), values)

    async def history(self) -> list[Promotion]:
        return [Promotion(**row) for row in await self._rows(_HISTORY)]

    async def keep_promotion(self, **values: Any) -> int:
        values = {"undoes": None, "comparison": None, **values}
        found: int = (await self._session.execute(text(_KEEP_PROMOTION), values)).scalar_one()
        return found

    async def keep_comparison(self, **values: Any) -> None:
        await self._session.execute(text(_KEEP_COMPARISON), values)

    async def comparisons(self) -> Sequence[RowMapping]:
        return await self._rows(
            "SELECT digest, version, against, position, made_at, made_by FROM model_comparison"
            " ORDER BY made_at, digest"
        )

    async def comparison(self, digest: str) -> str | None:
        """The report of that digest."""
        rows = await self._rows("SELECT report FROM model_comparison WHERE digest = :digest", digest=digest)
        return rows[0]["report"] if rows else None

    async def compared(self, version: str, against: str, mark: Mark) -> str | None:
        """The digest of the latest comparison of the two that measured just what is held now."""
        values = {"position": mark.position, "pending": mark.pending, "versions": mark.versions}
        rows = await self._rows(_COMPARED, version=version, against=against, **values)
        return rows[0]["digest"] if rows else None

    async def standing(self) -> str | None:
        """The model that the whole partition was computed with."""
        rows = await self._rows("SELECT model FROM link_state")
        return rows[0]["model"] if rows else None

    async def remember_members(self) -> None:
        """For ``keep_moved``, in the same transaction."""
        await self._session.execute(text(_REMEMBER))

    async def keep_moved(self, promotion: int) -> None:
        await self._session.execute(text(_KEEP_MOVED), {"promotion": promotion})

    async def members_before(self, promotion: int) -> dict[Kind, dict[int, UUID]]:
        """Ids that the members moved by that promotion stood under."""
        connection = await raw_connection(self._session)
        query = "SELECT kind, member, entity_id FROM promotion_member WHERE promotion_id = $1"
        found: dict[Kind, dict[int, UUID]] = {"case": {}, "person": {}}
        for kind, member, entity_id in await connection.fetch(query, promotion):
            found[kind][member] = entity_id
        return found

    async def last_redirect(self) -> int:
        found: int = (await self._one("SELECT coalesce(max(id), 0) AS last FROM redirect"))["last"]
        return found

    async def fates(self, after: int) -> Mapping[str, Mapping[str, int]]:
        """How many ids were merged, split or emptied since that redirect, by kind."""
        found: dict[str, dict[str, int]] = {"case": {}, "person": {}}
        for row in await self._rows(_FATES, after=after):
            found[row["kind"]][row["event"]] = row["ids"]
        return found

    async def _one(self, query: str) -> RowMapping:
        return (await self._session.execute(text(query))).mappings().one()

    async def _rows(self, query: str, **values: Any) -> Sequence[RowMapping]:
        return (await self._session.execute(text(query), values)).mappings().all()
