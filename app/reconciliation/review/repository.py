"""Decisions of reviewers as they are kept. Rows in, rows out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.reconciliation import redirected
from app.reconciliation.resolve import Pair
from app.reconciliation.review import acts_sql, queue_sql


@dataclass(frozen=True, slots=True)
class NewAct:
    """A row of ``review_act``. ``effect`` is JSON."""

    id: UUID
    kind: str
    act: str
    outcome: str | None
    judge: str
    why_second: list[str]
    digest: bytes
    effect: str
    now: datetime


class ReviewRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def members(self, kind: str, entity_id: UUID) -> list[int]:
        rows = await self._rows(acts_sql.MEMBERS[kind], id=entity_id)
        return [row["node"] for row in rows]

    async def became(self, kind: str, entity_id: UUID) -> Sequence[UUID] | None:
        """Where those stand whom an id stood for at its end; None where there never was such an id."""
        row = (await self._rows(redirected.BECAME[kind], id=entity_id))[0]
        successors: Sequence[UUID] = row["successors"]
        return successors if successors or row["known"] else None

    async def references(self, kind: str, nodes: Collection[int]) -> dict[int, RowMapping]:
        """(feed, number, role, order) of records or mentions."""
        return {row["node"]: row for row in await self._rows(queue_sql.SIDES[kind], nodes=list(nodes))}

    async def words_around(self, kind: str, nodes: Collection[int]) -> dict[Pair, str]:
        """Standing words of reviewers on every pair that words connect with the nodes."""
        rows = await self._rows(acts_sql.WORDS_AROUND, kind=kind, nodes=list(nodes))
        return {(row["a"], row["b"]): row["outcome"] for row in rows}

    async def standing(self, kind: str, pairs: Collection[Pair]) -> dict[Pair, tuple[str, UUID | None]]:
        """Outcome and act of what stands of the pairs, what was undone left out."""
        rows = await self._rows(
            acts_sql.STANDING, kind=kind, a=[pair[0] for pair in pairs], b=[pair[1] for pair in pairs]
        )
        return {(row["a"], row["b"]): (row["outcome"], row["act_id"]) for row in rows}

    async def add_act(self, new: NewAct, words: Mapping[Pair, str]) -> None:
        values = {name: getattr(new, name) for name in NewAct.__slots__}
        await self._session.execute(text(acts_sql.ADD_ACT), values)
        columns = {
            "a": [pair[0] for pair in words],
            "b": [pair[1] for pair in words],
            "outcomes": list(words.values()),
        }
        await self._session.execute(text(acts_sql.ADD_PAIRS), {"id": new.id, **columns})

    async def add_word(self, act_id: UUID, word: str, judge: str, effect: str, now: datetime) -> None:
        values = {"id": act_id, "word": word, "judge": judge, "effect": effect, "now": now}
        await self._session.execute(text(acts_sql.ADD_WORD), values)

    async def add_reason(self, act_id: UUID, word: str, data_key: bytes, reason: bytes) -> None:
        values = {"id": act_id, "word": word, "data_key": data_key, "reason": reason}
        await self._session.execute(text(acts_sql.ADD_REASON), values)

    async def act(self, act_id: UUID) -> RowMapping | None:
        return await self._row(acts_sql.ACT, id=act_id)

    async def act_by_digest(self, digest: bytes) -> RowMapping | None:
        """The latest act of that request."""
        return await self._row(acts_sql.ACT_BY_DIGEST, digest=digest)

    async def act_on_pair(self, kind: str, pair: Pair) -> RowMapping | None:
        """The latest act on that doubtful pair."""
        return await self._row(acts_sql.ACT_ON_PAIR, kind=kind, a=pair[0], b=pair[1])

    async def acts(self, state: str | None, resting: bool, before: int, limit: int) -> Sequence[RowMapping]:
        """The latest first. ``resting``: those alone that are effective and rest in part."""
        states = set(acts_sql.STATES) if state is None else {state}
        if resting:
            states &= {"effective"}
        statement = acts_sql.acts(state, resting)
        return await self._rows(statement, states=sorted(states), before=before, limit=limit)

    async def pairs(self, act_id: UUID) -> dict[Pair, str]:
        rows = await self._rows(acts_sql.PAIRS, id=act_id)
        return {(row["a"], row["b"]): row["outcome"] for row in rows}

    async def words(self, act_ids: Collection[UUID]) -> Sequence[RowMapping]:
        """Of each act in the order they were said."""
        return await self._rows(acts_sql.WORDS, ids=list(act_ids))

    async def forget_reasons(self, record_ids: Collection[int]) -> list[UUID]:
        """The acts whose reasons, all words' on them, are gone now."""
        rows = await self._rows(acts_sql.FORGET_REASONS, records=list(record_ids))
        return sorted({row["act_id"] for row in rows})

    async def reasons(self, act_ids: Collection[UUID]) -> Sequence[RowMapping]:
        return await self._rows(acts_sql.REASONS, ids=list(act_ids))

    async def records_of(self, mentions: Collection[int]) -> dict[int, int]:
        rows = await self._rows(acts_sql.RECORDS_OF, mentions=list(mentions))
        return {row["mention_id"]: row["record_id"] for row in rows}

    async def minors(self, mentions: Collection[int]) -> set[int]:
        """Those known to be under 18 at the facts."""
        return {row["id"] for row in await self._rows(acts_sql.MINORS, mentions=list(mentions))}

    async def mentions_around(self, records: Collection[int]) -> set[int]:
        return {row["id"] for row in await self._rows(acts_sql.MENTIONS_AROUND, records=list(records))}

    async def figures(self, records: Collection[int], mentions: Collection[int]) -> Sequence[RowMapping]:
        """(level, unit, family, department, year, counted)"""
        return await self._rows(acts_sql.FIGURES, records=list(records), mentions=list(mentions))

    async def _row(self, statement: str, **values: Any) -> RowMapping | None:
        rows = await self._rows(statement, **values)
        return rows[0] if rows else None

    async def _rows(self, statement: str, **values: Any) -> Sequence[RowMapping]:
        return (await self._session.execute(text(statement), values)).mappings().all()
