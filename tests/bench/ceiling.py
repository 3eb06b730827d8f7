"""The ceiling of ingestion: the same file parsed, validated, sealed and copied into equal tables, and
nothing else. No landing, no versions, no blind keys, no linking; no keys, no indexes, no constraints."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import count, islice
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from adapters.base import Context
from adapters.catalog import CATALOG
from adapters.transport.spill import spill_into
from app.ingestion.columns import COLUMNS
from app.ingestion.rows import mention_row, report_row
from app.security.keyring import KeyRing
from app.security.sealing import Sealer
from bench.feeding import form_of
from schemas.translation import Translation
from schemas.vocabulary import Feed

_CHUNK = 1000  # as ingestion
TABLES = ("record", "delivery", "report", "citation", "mention", "mention_identity")
Rows = dict[str, list[tuple[Any, ...]]]


class RowsOf:
    """Rows of chunks of translations, sealed as ingestion seals them."""

    def __init__(self, sealer: Sealer, batch_id: UUID) -> None:
        self._sealer = sealer
        self._batch_id = batch_id
        self._records = count(1)
        self._mentions = count(1)

    def make(self, chunk: Sequence[Translation]) -> Rows:
        rows: Rows = {table: [] for table in TABLES}
        for translation in chunk:
            self._add(rows, translation)
        return rows

    def _add(self, rows: Rows, translation: Translation) -> None:
        seen, record_id = translation.observation, next(self._records)
        key, wrapped = self._sealer.new_key()
        position = translation.position
        verbatim = key.seal(translation.verbatim, f"delivery|{self._batch_id}|{position}".encode())
        number, stamp = translation.number, seen.stamp if seen else None
        outcome = "accepted" if seen else "rejected"
        rows["delivery"].append(
            (self._batch_id, position, record_id, number, stamp, outcome, translation.rows, wrapped, verbatim)
        )
        if seen is None:
            return
        rows["record"].append(
            (record_id, seen.feed.value, seen.key, seen.number, stamp, b"", seen.annulled, wrapped, 0)
        )
        rows["report"].append(report_row(record_id, seen, key))
        rows["citation"].extend(
            (record_id, ordinal, cited.feed.value, cited.raw, cited.key, cited.relation.value)
            for ordinal, cited in enumerate(seen.citations)
        )
        for mention in seen.mentions:
            mention_id = next(self._mentions)
            rows["mention"].append(mention_row(mention_id, record_id, mention))
            identity = mention.identity.model_dump_json(exclude_defaults=True).encode()
            binding = f"identity|{record_id}|{mention.role}|{mention.order}".encode()
            rows["mention_identity"].append((mention_id, key.seal(identity, binding), None))


def copy_only(home: str, url: str, feed: str, file: str) -> dict[str, Any]:
    """Task for ``bench.child``: seconds and records."""
    return asyncio.run(_copy_only(Path(home), url, Feed(feed), Path(file)))


async def _copy_only(home: Path, url: str, feed: Feed, file: Path) -> dict[str, Any]:
    connection = await asyncpg.connect(url)
    for table in TABLES:
        await connection.execute(f"CREATE TABLE ceiling_{table} (LIKE {table} INCLUDING DEFAULTS)")
        names = await connection.fetch(
            "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0",
            f"ceiling_{table}",
        )
        for (name,) in names:
            await connection.execute(f'ALTER TABLE ceiling_{table} ALTER "{name}" DROP NOT NULL')
    started = time.perf_counter()
    records = await _copy_all(connection, RowsOf(Sealer(KeyRing.load_or_create(home)), uuid4()), feed, file)
    seconds = time.perf_counter() - started
    await connection.close()
    return {"seconds": seconds, "records": records}


async def _copy_all(connection: Any, rows_of: RowsOf, feed: Feed, file: Path) -> int:
    """As ingestion does: the next chunk is made in a thread while the database takes in this one."""
    loop, thread = asyncio.get_running_loop(), ThreadPoolExecutor(max_workers=1)
    with file.open("rb") as source, thread:
        context = Context(today=date(2026, 1, 15), spill=spill_into())
        translations = CATALOG[feed].translate(source, form_of(file), context)

        def next_rows() -> tuple[int, Rows]:
            chunk = list(islice(translations, _CHUNK))
            return len(chunk), rows_of.make(chunk)

        records = 0
        following = loop.run_in_executor(thread, next_rows)
        while True:
            made, rows = await following
            if not made:
                return records
            following = loop.run_in_executor(thread, next_rows)
            async with connection.transaction():
                for table, values in _filled(rows):
                    await connection.copy_records_to_table(
                        f"ceiling_{table}", columns=COLUMNS[table], records=values
                    )
            records += made


def _filled(rows: Rows) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    return ((table, values) for table, values in rows.items() if values)
