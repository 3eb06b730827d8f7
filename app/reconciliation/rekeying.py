"""Blind keys made anew from the features held, where the blocking rules are others than they were made by."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from app.core.raw import raw_connection
from app.db.engine import Database
from app.reconciliation.held import HeldRecord
from app.reconciliation.indexer import FeatureIndexer
from app.reconciliation.repository import LinkRepository
from app.security.sealing import Sealer

_CHUNK: Final = 5_000  # records in one transaction: who writes one of them waits no longer than that takes

# What a writer holds gets its new keys from that writer; to wait for it could be a deadlock.
_TAKE: Final = """
SELECT id FROM record WHERE id IN (SELECT id FROM record WHERE id > $1 ORDER BY id LIMIT $2)
ORDER BY id FOR UPDATE SKIP LOCKED
"""
_LAST: Final = "SELECT max(id) FROM (SELECT id FROM record WHERE id > $1 ORDER BY id LIMIT $2) chunk"
_FORGET: Final = (
    "DELETE FROM record_key WHERE record_id = ANY($1::bigint[])",
    """DELETE FROM mention_key WHERE mention_id IN (
        SELECT id FROM mention WHERE record_id = ANY($1::bigint[]))""",
)


class Rekeying:
    """In transactions of its own, before a run over everything. Killed, it can begin again."""

    def __init__(self, database: Database, sealer: Sealer, indexer: FeatureIndexer) -> None:
        self._database = database
        self._sealer = sealer
        self._indexer = indexer

    async def run(self) -> int:
        """The number of records whose keys were made anew."""
        done, last = 0, 0
        while True:
            async with self._database.write() as session:
                connection = await raw_connection(session)
                end = await connection.fetchval(_LAST, last, _CHUNK)
                if end is None:
                    return done
                taken = [row[0] for row in await connection.fetch(_TAKE, last, _CHUNK)]
                records = await LinkRepository(connection, self._sealer).records(taken)
                await self._replace(connection, taken, records)
                done, last = done + len(records), end

    async def _replace(
        self, connection: Any, record_ids: Sequence[int], records: Iterable[HeldRecord]
    ) -> None:
        for statement in _FORGET:
            await connection.execute(statement, record_ids)
        of_records: list[tuple[int, int]] = []
        of_mentions: list[tuple[int, int]] = []
        for record in records:
            index = self._indexer.keys(record.report)
            of_records.extend((key, record.id) for key in index.record_keys)
            for mention_id, keys in zip(record.mention_ids, index.mention_keys, strict=True):
                of_mentions.extend((key, mention_id) for key in keys)
        for table, columns, rows in (
            ("record_key", ("key", "record_id"), of_records),
            ("mention_key", ("key", "mention_id"), of_mentions),
        ):
            await connection.copy_records_to_table(table, columns=columns, records=rows)
