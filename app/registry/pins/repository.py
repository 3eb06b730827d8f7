"""The ledger of pins: rows in, rows out."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, text

from app.db.engine import WriteSession

# A member of a case or a person, with the key that a reason is sealed with.
_MEMBER: Final = {
    "case": """
SELECT r.id AS member, r.feed, r.number, NULL::text AS role, NULL::int AS "order", r.data_key
FROM case_member c JOIN record r ON r.id = c.record_id JOIN report p ON p.record_id = r.id
WHERE c.case_id = :entity {wanted} ORDER BY NOT p.makes_case, r.id LIMIT 1""",
    "person": """
SELECT m.id AS member, r.feed, r.number, m.role, m."order", r.data_key
FROM person_member p JOIN mention m ON m.id = p.mention_id JOIN record r ON r.id = m.record_id
WHERE p.person_id = :entity {wanted} ORDER BY m.id LIMIT 1""",
}
_WANTED: Final = {
    "case": "AND r.feed = :feed AND r.key = :key",
    "person": 'AND r.feed = :feed AND r.key = :key AND m.role = :role AND m."order" = :order',
}
_HISTORY: Final = {
    "case": """
SELECT n.*, r.feed, r.number, NULL::text AS role, NULL::int AS "order", r.data_key
FROM case_member c JOIN pin n ON n.kind = 'case' AND n.member = c.record_id JOIN record r ON r.id = n.member
WHERE c.case_id = :entity ORDER BY n.id""",
    "person": """
SELECT n.*, r.feed, r.number, m.role, m."order", r.data_key
FROM person_member p JOIN pin n ON n.kind = 'person' AND n.member = p.mention_id
JOIN mention m ON m.id = n.member JOIN record r ON r.id = m.record_id
WHERE p.person_id = :entity ORDER BY n.id""",
}
_INSERT: Final = """
INSERT INTO pin (kind, member, attribute, act, value, judge, reason)
VALUES (:kind, :member, :attribute, :act, :value, :judge, :reason) RETURNING id
"""


class PinRepository:
    def __init__(self, session: WriteSession) -> None:
        self._session = session

    async def member(self, kind: str, entity: UUID, **wanted: object) -> RowMapping | None:
        """The member named by feed, key (role, order); unnamed, the oldest. None: not of this entity."""
        statement = _MEMBER[kind].format(wanted=_WANTED[kind] if wanted else "")
        rows = await self._rows(statement, entity=entity, **wanted)
        return rows[0] if rows else None

    async def history(self, kind: str, entity: UUID) -> Sequence[RowMapping]:
        """Every word on members that the entity has today, the first first."""
        return await self._rows(_HISTORY[kind], entity=entity)

    async def add(self, **row: object) -> int:
        added: int = (await self._rows(_INSERT, **row))[0]["id"]
        return added

    async def cases_of(self, person_id: UUID) -> list[UUID]:
        """In which the person appears."""
        rows = await self._rows(
            """SELECT DISTINCT c.case_id FROM person_member p JOIN mention m ON m.id = p.mention_id
            JOIN case_member c USING (record_id) WHERE p.person_id = :id ORDER BY 1""",
            id=person_id,
        )
        return [row["case_id"] for row in rows]

    async def _rows(self, statement: str, **values: Any) -> Sequence[RowMapping]:
        return (await self._session.execute(text(statement), values)).mappings().all()
