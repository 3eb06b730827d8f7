"""The tables of records and their versions: locks, what is held, and writing what one chunk changed.

Everything here speaks asyncpg on the connection of the caller's session, set by set, in few round trips.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from app.core.raw import raw_connection
from app.db.copy import copy_rows
from app.db.engine import WriteSession
from app.ingestion.columns import COLUMNS
from app.ingestion.plan import HeldRecord
from app.ingestion.rows import MentionKey, Origin, Row, Rows
from app.ingestion.versions import Version
from schemas.vocabulary import Feed

_FEED_LOCK: Final = 0x1A7E  # class of the two-part advisory locks, the feed is the other part
_FEEDS: Final = {feed: number for number, feed in enumerate(Feed)}
_COPY_FROM: Final = 40  # rows; below, a statement that is prepared already takes fewer round trips
_ORDER: Final = (  # parents before children
    "record",
    "record_version",
    "delivery",
    "delivery_issue",
    "report",
    "citation",
    "mention",
    "mention_identity",
    "mention_key",
    "record_key",
)


@dataclass(frozen=True, slots=True)
class HeldContent:
    """A record with the sealed verbatim content of the version that it stands on."""

    key: str
    record: HeldRecord
    origin: Origin
    verbatim: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class RejectedContent:
    """The sealed verbatim content of a delivery that was rejected."""

    batch_id: UUID
    position: int
    data_key: bytes
    verbatim: bytes
    form: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class SealedMention:
    """A mention that a record has or once had, with its sealed identity where that is kept."""

    id: int
    key: MentionKey
    present: bool
    identity: bytes | None


@dataclass(frozen=True, slots=True)
class KeptVerbatim:
    """The sealed verbatim content of the version that a record stands on."""

    batch_id: UUID
    position: int
    data_key: bytes
    verbatim: bytes


def _insert_statement(table: str, columns: Iterable[str]) -> str:
    names = [f'"{column}"' for column in columns]
    places = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"


_INSERTS: Final[Mapping[str, str]] = {
    table: _insert_statement(table, columns) for table, columns in COLUMNS.items()
}
_CHANGE_MENTION: Final = "UPDATE mention SET {} WHERE id = $1".format(
    ", ".join(f'"{column}" = ${number}' for number, column in enumerate(COLUMNS["mention"], 1) if number > 1)
)


class RecordRepository:
    """The tables of records, in one transaction of the caller's."""

    def __init__(self, session: WriteSession, connection: Any) -> None:
        self._session = session
        self._connection = connection

    @classmethod
    async def of(cls, session: WriteSession) -> Self:
        return cls(session, await raw_connection(session))

    async def lock_feed(self, feed: Feed) -> None:
        """One chunk of a feed at a time, to the end of the transaction; single records underway end first."""
        await self._connection.execute("SELECT pg_advisory_xact_lock($1, $2)", _FEED_LOCK, _FEEDS[feed])

    async def lock_record(self, feed: Feed, key: str) -> None:
        """Single records of a feed pass side by side, each alone with its own key, none beside a chunk."""
        await self._connection.execute(
            "SELECT pg_advisory_xact_lock_shared($1, $2),"
            " pg_advisory_xact_lock(hashtextextended('record|' || $3, $2::integer))",
            _FEED_LOCK,
            _FEEDS[feed],
            key,
        )

    async def held_records(self, feed: Feed, keys: Sequence[str]) -> dict[str, HeldRecord]:
        """What is held under these natural keys, as read."""
        found = await self._connection.fetch(
            "SELECT key, id, stamp, content_digest, data_key,"
            " ARRAY(SELECT mark FROM erased_identity e WHERE e.record_id = record.id)"
            " FROM record WHERE feed = $1 AND key = ANY($2)",
            feed.value,
            list(keys),
        )
        return {
            key: HeldRecord(id_, Version(stamp, digest), wrapped, frozenset(erased))
            for key, id_, stamp, digest, wrapped, erased in found
        }

    async def held_verbatim(self, record_ids: Sequence[int]) -> dict[int, KeptVerbatim]:
        found = await self._connection.fetch(
            """
            SELECT DISTINCT ON (v.record_id) v.record_id, v.batch_id, v.position, r.data_key, d.verbatim
            FROM record AS r
            JOIN record_version AS v ON v.record_id = r.id AND v.stamp = r.stamp
            JOIN delivery AS d ON d.batch_id = v.batch_id AND d.position = v.position
            WHERE r.id = ANY($1) AND d.verbatim IS NOT NULL
            ORDER BY v.record_id, v.revision DESC
            """,
            list(record_ids),
        )
        return {row[0]: KeptVerbatim(row[1], row[2], row[3], row[4]) for row in found}

    async def held_contents(
        self, feed: Feed, after: int, limit: int, below: int | None = None
    ) -> list[HeldContent]:
        """In the order of row ids; with ``below``, those alone whose index is of an earlier version."""
        found = await self._connection.fetch(
            """
            SELECT r.key, r.id, r.stamp, r.content_digest, r.data_key, r.index_version,
                   v.batch_id, v.position, v.revision, d.verbatim, b.received_at
            FROM record AS r
            JOIN LATERAL (
                SELECT * FROM record_version
                WHERE record_id = r.id AND stamp = r.stamp ORDER BY revision DESC LIMIT 1
            ) AS v ON true
            JOIN delivery AS d ON d.batch_id = v.batch_id AND d.position = v.position
            JOIN batch AS b ON b.id = v.batch_id
            WHERE r.feed = $1 AND r.id > $2 AND d.verbatim IS NOT NULL
              AND ($4::int IS NULL OR r.index_version < $4)
            ORDER BY r.id LIMIT $3
            """,
            feed.value,
            after,
            limit,
            below,
        )
        return [
            HeldContent(
                row[0],
                HeldRecord(row[1], Version(row[2], row[3]), row[4], index_version=row[5]),
                Origin(*row[6:9]),
                *row[9:11],
            )
            for row in found
        ]

    async def behind(self, version: int) -> bool:
        """Whether a record is held whose index is of an earlier version."""
        found = await self._connection.fetchval(
            "SELECT EXISTS (SELECT 1 FROM record WHERE index_version < $1)", version
        )
        return bool(found)

    async def leave_behind(self, feed: Feed, version: int) -> int:
        """What cannot be indexed anew stays as it is, and is not tried again. How many records."""
        done: str = await self._connection.execute(
            "UPDATE record SET index_version = $2 WHERE feed = $1 AND index_version < $2",
            feed.value,
            version,
        )
        return int(done.rpartition(" ")[2])

    async def rejected_contents(
        self, feed: Feed, after: tuple[UUID, int], limit: int
    ) -> list[RejectedContent]:
        """In the order of batch and position."""
        found = await self._connection.fetch(
            """
            SELECT d.batch_id, d.position, d.data_key, d.verbatim, b.form, b.received_at
            FROM delivery AS d JOIN batch AS b ON b.id = d.batch_id
            WHERE b.feed = $1 AND d.outcome = 'rejected' AND (d.batch_id, d.position) > ($2, $3)
              AND d.data_key IS NOT NULL AND d.verbatim IS NOT NULL
            ORDER BY d.batch_id, d.position LIMIT $4
            """,
            feed.value,
            *after,
            limit,
        )
        return [RejectedContent(*row) for row in found]

    async def known_mentions(self, record_ids: Sequence[int]) -> dict[int, list[SealedMention]]:
        """The mentions that these records ever had, present or not."""
        known: dict[int, list[SealedMention]] = {record_id: [] for record_id in record_ids}
        if not record_ids:
            return known
        found = await self._connection.fetch(
            'SELECT m.record_id, m.id, m.role, m."order", m.present, i.identity'
            " FROM mention AS m LEFT JOIN mention_identity AS i ON i.mention_id = m.id"
            " WHERE m.record_id = ANY($1)",
            list(record_ids),
        )
        for record_id, mention_id, role, order, present, identity in found:
            known[record_id].append(SealedMention(mention_id, (role, order), present, identity))
        return known

    async def new_ids(self, records: int, mentions: int) -> tuple[list[int], list[int]]:
        row = await self._connection.fetchrow(
            "SELECT ARRAY(SELECT nextval('record_id_seq') FROM generate_series(1, $1)),"
            " ARRAY(SELECT nextval('mention_id_seq') FROM generate_series(1, $2))",
            records,
            mentions,
        )
        return row[0], row[1]

    async def add_batch(self, values: Mapping[str, Any]) -> None:
        await self._connection.execute(_insert_statement("batch", values), *values.values())

    async def write(self, rows: Rows) -> None:
        """Write what a chunk changed; what a held record said before is taken back first."""
        if rows.changed_records:
            await self._take_back(rows.changed_records, [row[0] for row in rows.changed_mentions])
        for table in _ORDER:
            await self._insert(table, rows.new[table])
        if rows.changed_mentions:
            await self._change_mentions(rows.changed_mentions)

    async def _take_back(self, changed: Sequence[Row], named: Sequence[int]) -> None:
        """``named`` are the mentions that are written anew. Who is named no more stays known, not matched."""
        ids = [row[0] for row in changed]
        await self._connection.executemany(
            "UPDATE record SET stamp = $2, content_digest = $3, annulled = $4, index_version = $5,"
            " last_received_at = now() WHERE id = $1",
            changed,
        )
        await self._connection.execute("DELETE FROM report WHERE record_id = ANY($1)", ids)
        await self._connection.execute("DELETE FROM record_key WHERE record_id = ANY($1)", ids)
        await self._connection.execute(
            "DELETE FROM mention_key WHERE mention_id IN (SELECT id FROM mention WHERE record_id = ANY($1))",
            ids,
        )
        await self._connection.execute("DELETE FROM mention_identity WHERE mention_id = ANY($1)", list(named))
        await self._connection.execute(
            "UPDATE mention_identity SET features = NULL WHERE features IS NOT NULL"
            " AND mention_id IN (SELECT id FROM mention WHERE record_id = ANY($1))",
            ids,
        )
        await self._connection.execute(
            "UPDATE mention SET present = false WHERE record_id = ANY($1) AND present", ids
        )

    async def _insert(self, table: str, rows: Sequence[Row]) -> None:
        if not rows:
            return
        if len(rows) >= _COPY_FROM:
            await copy_rows(self._session, table, COLUMNS[table], rows)
            return
        await self._connection.executemany(_INSERTS[table], rows)

    async def _change_mentions(self, changed: Sequence[Row]) -> None:
        await self._connection.executemany(_CHANGE_MENTION, changed)

    async def mark_dirty(self, record_ids: Sequence[int]) -> None:
        """Ask for linking. The row is written anew where there is one: see ``LinkDirty``."""
        await self._connection.execute(
            "INSERT INTO link_dirty (record_id) SELECT unnest($1::bigint[])"
            " ON CONFLICT (record_id) DO UPDATE SET since = now()",
            sorted(record_ids),
        )
