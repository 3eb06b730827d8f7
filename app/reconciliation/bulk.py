"""Everything at once: blind keys as arrays, records opened in one sweep, what stands of a whole partition."""

import io
from collections.abc import AsyncIterator
from itertools import groupby
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

import numpy as np

from app.reconciliation import queries
from app.reconciliation.columns import Ids
from app.reconciliation.held import Held, open_record
from app.reconciliation.neighbourhood import Kind
from app.reconciliation.repository import Edges, Standing
from app.security.sealing import Sealer

Keys = tuple[Ids, Ids]  # a key, and who has it

_COPY_HEADER: Final = 19  # signature, flags, length of the extension
_COPY_TRAILER: Final = 2
# One binary COPY row of two bigints, as PostgreSQL documents the form.
_TWO_BIGINTS: Final = np.dtype([("n", ">i2"), ("la", ">i4"), ("a", ">i8"), ("lb", ">i4"), ("b", ">i8")])


class BulkRepository:
    """Over one raw connection, inside the caller's transaction."""

    def __init__(self, connection: Any, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    async def held(self) -> Held:
        """Every record, opened."""
        citations = _grouped(await self._connection.fetch(queries.ALL_CITATIONS))
        mentions = _grouped(await self._connection.fetch(queries.ALL_MENTIONS))
        held = Held()
        async for row in self._rows(queries.ALL_RECORDS):
            record_id = row["id"]
            held.add(
                open_record(row, citations.pop(record_id, ()), mentions.pop(record_id, ()), self._sealer)
            )
        return held

    async def _rows(self, query: str) -> AsyncIterator[Any]:
        async for row in self._connection.cursor(query, prefetch=5_000):
            yield row

    async def mention_keys(self) -> Keys:
        """Keys, and the mentions that have them."""
        return await self._pairs("SELECT key, mention_id FROM mention_key")

    async def record_keys(self) -> Keys:
        return await self._pairs("SELECT key, record_id FROM record_key")

    async def edges(self, kind: Kind) -> Edges:
        rows = await self._connection.fetch(queries.ALL_EDGES, kind)
        return {(row[0], row[1]): Standing(row[2], row[3], row[4]) for row in rows}

    async def clusters(self, kind: Kind) -> dict[int, UUID]:
        rows = await self._connection.fetch(queries.ALL_MEMBERS[kind])
        return {row[0]: row[1] for row in rows}

    async def former(self, kind: Kind) -> dict[int, UUID]:
        """Ids that ended, by the oldest of their last members; the latest of each."""
        return {row[0]: row[1] for row in await self._connection.fetch(queries.ALL_FORMER, kind)}

    async def _pairs(self, query: str) -> Keys:
        buffer = io.BytesIO()
        await self._connection.copy_from_query(query, output=buffer, format="binary")
        data = buffer.getbuffer()[_COPY_HEADER:-_COPY_TRAILER]
        rows = np.frombuffer(data, dtype=_TWO_BIGINTS)
        return rows["a"].astype(np.int64), rows["b"].astype(np.int64)


def _grouped(rows: list[Any]) -> dict[int, list[tuple[Any, ...]]]:
    """By the first column, by which the rows are ordered; that column left out."""
    return {key: [tuple(row)[1:] for row in group] for key, group in groupby(rows, key=itemgetter(0))}
