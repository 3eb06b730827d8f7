"""Reading one pair: its rows in the ledger, its ends, and the edges that are its rivals."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.raw import raw_connection
from app.reconciliation.held import Held
from app.reconciliation.neighbourhood import Kind
from app.reconciliation.repository import LinkRepository
from app.reconciliation.resolve import Pair
from app.reconciliation.running import Models
from app.reconciliation.scoring import Model
from app.security.sealing import Sealer
from schemas.vocabulary import Feed, Role

_ROW: Final = (
    "SELECT id, kind, a, b, outcome, judge, model, weight, probability, reason, made_at FROM judgement"
)

# An end of a pair, by id: a record, or a mention of one.
_ENDS: Final[dict[Kind, str]] = {
    "case": """
SELECT r.id, r.id AS record_id, r.feed, r.number,
       NULL::text AS role, NULL::int AS "order", c.case_id AS entity
FROM record r LEFT JOIN case_member c ON c.record_id = r.id WHERE r.id = ANY(:ids)""",
    "person": """
SELECT m.id, m.record_id, r.feed, r.number, m.role, m."order", p.person_id AS entity
FROM mention m JOIN record r ON r.id = m.record_id LEFT JOIN person_member p ON p.mention_id = m.id
WHERE m.id = ANY(:ids)""",
}

# Every edge between the two records, the pair's own among them.
_RIVALS: Final = """
SELECT e.a, e.b, e.weight FROM mention x
CROSS JOIN LATERAL (
  SELECT a, b, weight, b AS other FROM edge WHERE kind = 'person' AND a = x.id
  UNION ALL SELECT a, b, weight, a AS other FROM edge WHERE kind = 'person' AND b = x.id) e
JOIN mention y ON y.id = e.other
WHERE x.record_id = :a_record AND y.record_id = :b_record
"""

_MEMBERS: Final[dict[Kind, str]] = {
    "case": "SELECT record_id AS id FROM case_member WHERE case_id = :id ORDER BY 1 LIMIT :most",
    "person": "SELECT mention_id AS id FROM person_member WHERE person_id = :id ORDER BY 1 LIMIT :most",
}


class PairRepository:
    def __init__(self, session: AsyncSession, sealer: Sealer) -> None:
        self._session = session
        self._sealer = sealer

    async def judgement(self, judgement_id: int) -> RowMapping | None:
        rows = await self._rows(f"{_ROW} WHERE id = :id", id=judgement_id)
        return rows[0] if rows else None

    async def judgements(self, kind: Kind, key: Pair) -> Sequence[RowMapping]:
        """Every row of a pair, the first first."""
        return await self._rows(
            f"{_ROW} WHERE kind = :kind AND a = :a AND b = :b ORDER BY id", kind=kind, a=key[0], b=key[1]
        )

    async def ends(self, kind: Kind, key: Sequence[int]) -> dict[int, RowMapping]:
        """(record_id, feed, number, role, order, entity) by id."""
        return {row["id"]: row for row in await self._rows(_ENDS[kind], ids=list(key))}

    async def held(self, record_ids: Sequence[int]) -> Held:
        """The records opened, as linking sees them."""
        held = Held()
        repository = LinkRepository(await raw_connection(self._session), self._sealer)
        for record in await repository.records(sorted(set(record_ids))):
            held.add(record)
        return held

    async def standing_model(self) -> str | None:
        rows = await self._rows("SELECT model FROM link_state")
        return rows[0]["model"] if rows else None

    async def model(self, models: Models, version: str | None) -> Model | None:
        """Of that version; the running one where none is given. None where it is not at hand."""
        connection = await raw_connection(self._session)
        return await (models.of(connection, version) if version else models.running(connection))

    async def edge_outcome(self, kind: Kind, key: Pair) -> str | None:
        rows = await self._rows(
            "SELECT outcome FROM edge WHERE kind = :kind AND a = :a AND b = :b", kind=kind, a=key[0], b=key[1]
        )
        return rows[0]["outcome"] if rows else None

    async def edges_between(self, records: Pair) -> dict[Pair, float]:
        """The edges of the people of two records."""
        rows = await self._rows(_RIVALS, a_record=records[0], b_record=records[1])
        return {(row["a"], row["b"]): row["weight"] for row in rows}

    async def cases_of(self, record_ids: Sequence[int]) -> dict[int, UUID]:
        rows = await self._rows(
            "SELECT record_id, case_id FROM case_member WHERE record_id = ANY(:ids)", ids=list(record_ids)
        )
        return {row["record_id"]: row["case_id"] for row in rows}

    async def record(self, feed: Feed, key: str) -> int | None:
        rows = await self._rows(
            "SELECT id FROM record WHERE feed = :feed AND key = :key", feed=feed.value, key=key
        )
        return rows[0]["id"] if rows else None

    async def mention(self, record_id: int, role: Role, order: int) -> int | None:
        rows = await self._rows(
            'SELECT id FROM mention WHERE record_id = :id AND role = :role AND "order" = :order',
            id=record_id,
            role=role.value,
            order=order,
        )
        return rows[0]["id"] if rows else None

    async def members(self, entity: UUID, most: int) -> tuple[Kind, list[int]] | None:
        """The oldest members of a case or a person; None where the id stands for neither."""
        for kind, query in _MEMBERS.items():
            if rows := await self._rows(query, id=entity, most=most):
                return kind, [row["id"] for row in rows]
        return None

    async def _rows(self, statement: str, **values: Any) -> Sequence[RowMapping]:
        return (await self._session.execute(text(statement), values)).mappings().all()
