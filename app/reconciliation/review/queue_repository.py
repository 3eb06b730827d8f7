"""Reads and leases of the queue. Rows in, rows out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.reconciliation.review import queue_sql
from app.reconciliation.review.rules import ItemId, Place


class QueueRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def items(
        self, wanted: dict[str, str | None], after: Place | None, limit: int
    ) -> Sequence[RowMapping]:
        """``wanted``: state, kind, department, feed."""
        place: dict[str, Any] = dict.fromkeys(
            ("figures", "minors", "moved", "likely", "after_kind", "a", "b")
        )
        if after is not None:
            place = {
                "figures": after.figures,
                "minors": after.minors,
                "moved": after.moved,
                "likely": after.likely,
                "after_kind": after.item.kind,
                "a": after.item.a,
                "b": after.item.b,
            }
        return await self._rows(queue_sql.QUEUE, **wanted, **place, limit=limit)

    async def item(self, item: ItemId) -> RowMapping | None:
        rows = await self._rows(queue_sql.ITEM, kind=item.kind, a=item.a, b=item.b)
        return rows[0] if rows else None

    async def beside(self, items: Sequence[ItemId], now: datetime) -> dict[ItemId, RowMapping]:
        """Lease that still runs (holder, expires_at), proposal, latest judgement of the machine."""
        columns = {
            "kinds": [item.kind for item in items],
            "a": [item.a for item in items],
            "b": [item.b for item in items],
        }
        rows = await self._rows(queue_sql.BESIDE, **columns, now=now)
        return {ItemId(row["kind"], row["a"], row["b"]): row for row in rows}

    async def sides(self, kind: str, nodes: Sequence[int]) -> dict[int, RowMapping]:
        return {row["node"]: row for row in await self._rows(queue_sql.SIDES[kind], nodes=list(nodes))}

    async def sizes(self, kind: str, ids: Sequence[Any]) -> dict[Any, int]:
        return {row["id"]: row["n"] for row in await self._rows(queue_sql.SIZES[kind], ids=list(ids))}

    async def claim(self, item: ItemId, holder: str, now: datetime, until: datetime) -> bool:
        """False where somebody else holds it."""
        found = await self._rows(queue_sql.CLAIM, **_key(item), holder=holder, now=now, until=until)
        return bool(found)

    async def lease(self, item: ItemId, now: datetime) -> RowMapping | None:
        """(holder, expires_at) of a lease that still runs."""
        rows = await self._rows(queue_sql.LEASE, **_key(item), now=now)
        return rows[0] if rows else None

    async def release(self, item: ItemId, holder: str) -> None:
        await self._session.execute(text(queue_sql.RELEASE), {**_key(item), "holder": holder})

    async def forget_expired(self, now: datetime) -> None:
        await self._session.execute(text(queue_sql.EXPIRED), {"now": now})

    async def _rows(self, statement: str, **values: Any) -> Sequence[RowMapping]:
        return (await self._session.execute(text(statement), values)).mappings().all()


def _key(item: ItemId) -> dict[str, Any]:
    return {"kind": item.kind, "a": item.a, "b": item.b}
