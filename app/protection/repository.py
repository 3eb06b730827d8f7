"""Which records an erasure or a hold is about, and the ledgers of both."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import RowMapping, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import WriteSession
from app.models.protection import Erasure, LegalHold
from app.protection.retention import Keeping

_OF_PERSON: Final = """
SELECT m.id AS mention_id, m.record_id FROM person_member p JOIN mention m ON m.id = p.mention_id
WHERE p.person_id = :person
"""
_OF_CASE: Final = "SELECT record_id FROM case_member WHERE case_id = :case"

# A hold on one record holds every record of its case as the case stands now.
_HELD: Final = """
SELECT count(DISTINCT h.record_id) FROM legal_hold h WHERE h.lifted_at IS NULL AND (
    h.record_id = ANY(:records) OR h.record_id IN (
        SELECT other.record_id FROM case_member own JOIN case_member other ON other.case_id = own.case_id
        WHERE own.record_id = ANY(:records)))
"""

# What was erased already has no verbatim content left.
_DUE: Final = """
WITH heard AS (
    SELECT r.id, c.case_id, r.annulled,
           max(r.last_received_at) OVER (PARTITION BY coalesce(c.case_id::text, r.id::text)) AS last
    FROM record r LEFT JOIN case_member c ON c.record_id = r.id
), kept AS (
    SELECT id, last,
           CASE WHEN annulled THEN 'annulled' WHEN case_id IS NULL THEN 'call' ELSE 'case' END AS keeping
    FROM heard
)
SELECT k.id FROM kept k
WHERE k.id > :after AND k.last < CASE k.keeping
          WHEN 'annulled' THEN CAST(:annulled AS timestamptz)
          WHEN 'call' THEN CAST(:call AS timestamptz) ELSE CAST(:case AS timestamptz) END
  AND EXISTS (SELECT 1 FROM delivery d WHERE d.record_id = k.id AND d.verbatim IS NOT NULL)
  AND NOT EXISTS (
      SELECT 1 FROM legal_hold h WHERE h.lifted_at IS NULL AND (h.record_id = k.id OR h.record_id IN (
          SELECT other.record_id FROM case_member own JOIN case_member other ON other.case_id = own.case_id
          WHERE own.record_id = k.id)))
ORDER BY k.id LIMIT :limit
"""


class ProtectionRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def mentions_of_person(self, person_id: UUID) -> Sequence[RowMapping]:
        """``mention_id``, ``record_id``."""
        return (await self._session.execute(text(_OF_PERSON), {"person": person_id})).mappings().all()

    async def mentions_of_records(self, record_ids: Sequence[int]) -> list[int]:
        found = text("SELECT id FROM mention WHERE record_id = ANY(:records)")
        return list(await self._session.scalars(found, {"records": list(record_ids)}))

    async def records_of_case(self, case_id: UUID) -> list[int]:
        return list(await self._session.scalars(text(_OF_CASE), {"case": case_id}))

    async def held(self, record_ids: Sequence[int]) -> int:
        """How many holds in force stand against erasing anything of these records."""
        counted = await self._session.execute(text(_HELD), {"records": list(record_ids)})
        return int(counted.scalar_one())

    async def due(self, before: dict[Keeping, datetime], after: int, limit: int) -> list[int]:
        """Records last heard of before what is kept as theirs, in order of row ids."""
        bounds = {keeping.value: instant for keeping, instant in before.items()}
        return list(await self._session.scalars(text(_DUE), {"after": after, "limit": limit, **bounds}))

    async def holds(self) -> Sequence[LegalHold]:
        """Those in force, the oldest first."""
        wanted = select(LegalHold).where(LegalHold.lifted_at.is_(None))
        return (await self._session.scalars(wanted.order_by(LegalHold.placed_at, LegalHold.id))).all()


async def keep_erasure(session: WriteSession, erasure: Erasure) -> None:
    session.add(erasure)
    await session.flush()


async def keep_holds(session: WriteSession, holds: Sequence[LegalHold]) -> None:
    session.add_all(holds)
    await session.flush()


async def lift(session: WriteSession, hold_id: UUID, by: str, at: datetime) -> bool:
    """False where no such hold is in force."""
    lifted = (
        update(LegalHold)
        .where(LegalHold.id == hold_id, LegalHold.lifted_at.is_(None))
        .values(lifted_by=by, lifted_at=at)
        .returning(LegalHold.id)
    )
    return (await session.execute(lifted)).first() is not None
