"""Everything at once: blind keys as arrays, records opened in one sweep, what stands of a whole partition."""

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

_AT_A_TIME: Final = 5_000  # records
_OWNERS: Final = 500_000
# What PostgreSQL's array_send gives of bigints that are not NULL: a header of five integers, then each.
_ARRAY_HEADER: Final = 20
_BIGINT: Final = np.dtype([("length", ">i4"), ("value", ">i8")])
_NONE: Final[Ids] = np.empty(0, np.int64)


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
            cited, named = citations.pop(row["id"], ()), mentions.pop(row["id"], ())
            held.add(open_record(row, cited, named, self._sealer))
        return held

    async def _rows(self, query: str) -> AsyncIterator[Any]:
        cursor = await self._connection.cursor(query)
        while rows := await cursor.fetch(_AT_A_TIME):
            for row in rows:
                yield row

    async def mention_keys(self) -> Keys:
        """Keys, and the mentions that have them."""
        return await self._keys("mention_key", "mention_id")

    async def record_keys(self) -> Keys:
        return await self._keys("record_key", "record_id")

    async def edges(self, kind: Kind) -> Edges:
        rows = await self._connection.fetch(queries.ALL_EDGES, kind)
        return {(row[0], row[1]): Standing(row[2], row[3], row[4]) for row in rows}

    async def clusters(self, kind: Kind) -> dict[int, UUID]:
        rows = await self._connection.fetch(queries.ALL_MEMBERS[kind])
        return {row[0]: row[1] for row in rows}

    async def former(self, kind: Kind) -> dict[int, UUID]:
        """Ids that ended, by the oldest of their last members; the latest of each."""
        return {row[0]: row[1] for row in await self._connection.fetch(queries.ALL_FORMER, kind)}

    async def _keys(self, table: str, owner: str) -> Keys:
        """As arrays, of so many owners at a time that a value stays far below what one may hold."""
        query = queries.ALL_KEYS.format(table=table, owner=owner)
        rows = await self._connection.fetch(query, _OWNERS)
        keys, owners = ([_bigints(row[place]) for row in rows] for place in (0, 1))
        return np.concatenate([_NONE, *keys]), np.concatenate([_NONE, *owners])


def _bigints(sent: bytes) -> Ids:
    return np.frombuffer(sent, _BIGINT, offset=_ARRAY_HEADER)["value"].astype(np.int64)


def _grouped(rows: list[Any]) -> dict[int, list[tuple[Any, ...]]]:
    """By the first column, by which the rows are ordered; that column left out."""
    return {key: [tuple(row)[1:] for row in group] for key, group in groupby(rows, key=itemgetter(0))}
