"""Whether an officer holds urgent access to an object now; the gate asks."""

from typing import Final
from uuid import UUID

from sqlalchemy import text

from app.core.clock import Clock
from app.db.engine import Database

_HELD: Final = text("""
    SELECT EXISTS (
        SELECT FROM break_glass g
        WHERE g.client = :client AND g.officer = :officer AND g.closed_at IS NULL AND g.expires_at > :now
          AND (g.kind = :kind AND g.entity_id = :id OR :kind = 'person' AND g.kind = 'case' AND EXISTS (
              SELECT FROM case_member c JOIN mention n USING (record_id)
              JOIN person_member p ON p.mention_id = n.id
              WHERE c.case_id = g.entity_id AND p.person_id = :id))
    )
""")


class Glass:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def held(self, client: str, officer: str, kind: str, entity_id: UUID) -> bool:
        """Access to a case is access to the persons in it."""
        values = {"client": client, "officer": officer, "kind": kind, "id": entity_id}
        async with self._database.read() as session:
            return bool(await session.scalar(_HELD, {**values, "now": self._clock.now()}))
