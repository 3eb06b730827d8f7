"""Reads and leases of the queue. Rows in, rows out."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.raw import raw_connection
from app.reconciliation.resolve import Pair
from app.reconciliation.review import queue_sql
from app.reconciliation.review.rules import ItemId, Place
from app.reconciliation.review_items import ReviewItems


class QueueRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def items(
        self, wanted: dict[str, str | None], after: Place | None, limit: int
    ) -> Sequence[RowMapping]:
        """``wanted``: state, kind, department, feed."""
        if after is None:
            return await self._rows(queue_sql.QUEUE.format(after=""), **wanted, limit=limit)
        place = {
            "figures": after.figures,
            "minors": after.minors,
            "moved": after.moved,
            "likely": after.likely,
            "after_kind": after.item.kind,
            "a": after.item.a,
            "b": after.item.b,
        }
        return await self._rows(queue_sql.QUEUE.format(after=queue_sql.AFTER), **wanted, **place, limit=limit)

    async def item(self, item: ItemId) -> RowMapping | None:
        rows = await self._rows(queue_sql.ITEM, **_key(item))
        return rows[0] if rows else None

    async def pairs(self, row: RowMapping) -> list[Pair]:
        """Every doubtful pair between the two of an item."""
        ends = {"ours": row["ours"], "theirs": row["theirs"]}
        return [(each["a"], each["b"]) for each in await self._rows(queue_sql.PAIRS[row["kind"]], **ends)]

    async def beside(self, rows: Sequence[RowMapping], now: datetime) -> dict[ItemId, RowMapping]:
        """Lease that still runs (holder, expires_at), latest judgement of the machine."""
        columns = {name: [row[name] for row in rows] for name in ("a", "b", "ours", "theirs")}
        kinds = [row["kind"] for row in rows]
        found = await self._rows(queue_sql.BESIDE, kinds=kinds, **columns, now=now)
        return {ItemId(row["kind"], row["a"], row["b"]): row for row in found}

    async def sides(self, kind: str, nodes: Sequence[int]) -> dict[int, RowMapping]:
        return {row["node"]: row for row in await self._rows(queue_sql.SIDES[kind], nodes=list(nodes))}

    async def sizes(self, kind: str, ids: Sequence[Any]) -> dict[Any, int]:
        return {row["id"]: row["n"] for row in await self._rows(queue_sql.SIZES[kind], ids=list(ids))}

    async def claim(self, item: ItemId, holder: str, now: datetime, until: datetime) -> bool:
        """False where somebody else holds it."""
        found = await self._rows(queue_sql.CLAIM, **_key(item), holder=holder, now=now, until=until)
        return bool(found)

    async def leases(self, item: ItemId, now: datetime) -> Sequence[RowMapping]:
        """(a, b, holder, expires_at) of what runs on any doubtful pair between the two."""
        return await self._rows(queue_sql.LEASES, **_key(item), now=now)

    async def release(self, item: ItemId, holder: str) -> None:
        await self._session.execute(text(queue_sql.RELEASE), {**_key(item), "holder": holder})

    async def forget_expired(self, now: datetime) -> None:
        await self._session.execute(text(queue_sql.EXPIRED), {"now": now})

    async def refresh(self, kind: str, nodes: Collection[int]) -> None:
        """What the queue says of these records or mentions, after something was said of them."""
        mentions, records = (nodes, ()) if kind == "person" else ((), nodes)
        await ReviewItems(await raw_connection(self._session)).refresh((), (), mentions, records)

    async def _rows(self, statement: str, **values: Any) -> Sequence[RowMapping]:
        return (await self._session.execute(text(statement), values)).mappings().all()


def _key(item: ItemId) -> dict[str, Any]:
    return {"kind": item.kind, "a": item.a, "b": item.b}
