"""Erasure of identities from records, for good: what stays says that there was somebody, not who.

Of the mentions erased, the name, the blind keys and whatever matching compared go; role, sex and age stay,
for without them past figures would change (Ley 29733, art. 14: dissociated data). Of their records the
verbatim content of every version and the free text go too, for they name the same people, and so does the
identity of whoever they name no more. What others in the record are called is sealed anew under a fresh
data key, and the old key is destroyed: no copy of the row opens any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.core.raw import raw_connection
from app.db.engine import WriteSession
from app.ingestion.erased import marks_of
from app.ingestion.repository import RecordRepository
from app.ingestion.tools import Tools
from app.security.sealing import DataKey
from schemas.observations import Identity
from schemas.vocabulary import Feed

_NOBODY: Final = Identity().model_dump_json(exclude_defaults=True).encode()

_RECORDS: Final = """
SELECT r.id, r.feed, r.key FROM record r
WHERE r.id = ANY($2) OR r.id IN (SELECT record_id FROM mention WHERE id = ANY($1)) ORDER BY r.feed, r.key
"""
_MENTIONS: Final = """
SELECT m.id, m.role, m."order", m.present, i.identity, i.features
FROM mention m JOIN mention_identity i ON i.mention_id = m.id
WHERE m.record_id = $1
"""
_KEEP_MARKS: Final = """
INSERT INTO erased_identity (record_id, mark) SELECT $1, unnest($2::bytea[]) ON CONFLICT DO NOTHING
"""
_FORGET: Final = (
    "UPDATE report SET narrative = NULL WHERE record_id = $1",
    "UPDATE delivery SET verbatim = NULL WHERE record_id = $1 AND verbatim IS NOT NULL",
)
# Which ids they once stood under.
_FORGET_IDS: Final = """
DELETE FROM former_member WHERE kind = 'case' AND member = ANY($2) OR kind = 'person' AND (
    member = ANY($1) OR member IN (SELECT id FROM mention WHERE record_id = ANY($2)))
"""


@dataclass(frozen=True, slots=True)
class Erased:
    """Row ids of the records that were changed; how many mentions lost their identity."""

    records: tuple[int, ...]
    mentions: int


class Eraser:
    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def erase(
        self, session: WriteSession, mention_ids: Sequence[int], record_ids: Sequence[int] = ()
    ) -> Erased:
        """Inside the caller's transaction; the records are marked to be linked anew.

        ``record_ids``: of these, verbatim content, free text and former ids go even where no mention does.
        """
        records, connection = await RecordRepository.of(session), await raw_connection(session)
        wanted, erased = frozenset(mention_ids), 0
        found = await connection.fetch(_RECORDS, list(wanted), list(record_ids))
        for record_id, feed, key in found:
            await records.lock_record(Feed(feed), key)
            erased += await self._record(connection, record_id, wanted)
        ids = [row[0] for row in found]
        await connection.execute(_FORGET_IDS, list(wanted), list(record_ids))
        if ids:
            await records.mark_dirty(ids)
        return Erased(tuple(ids), erased)

    async def _record(self, connection: Any, record_id: int, wanted: frozenset[int]) -> int:
        """How many of its mentions were erased. The record is locked."""
        wrapped = await connection.fetchval("SELECT data_key FROM record WHERE id = $1", record_id)
        old, (new, new_wrapped) = self._tools.sealer.unwrap(wrapped), self._tools.sealer.new_key()
        gone: list[int] = []
        for row in await connection.fetch(_MENTIONS, record_id):
            if row["id"] in wanted:
                await connection.execute(_KEEP_MARKS, record_id, self._marks(record_id, row, old))
                gone.append(row["id"])
            sealed = self._sealed_anew(record_id, row, (old, new), row["id"] in wanted or not row["present"])
            await connection.execute(
                "UPDATE mention_identity SET identity = $2, features = $3 WHERE mention_id = $1",
                row["id"],
                *sealed,
            )
        await connection.execute("DELETE FROM mention_key WHERE mention_id = ANY($1)", gone)
        for statement in _FORGET:
            await connection.execute(statement, record_id)
        await connection.execute("UPDATE record SET data_key = $2 WHERE id = $1", record_id, new_wrapped)
        return len(gone)

    def _marks(self, record_id: int, row: Mapping[str, Any], key: DataKey) -> list[bytes]:
        plain = key.open(row["identity"], _place("identity", record_id, row))
        return sorted(marks_of(Identity.model_validate_json(plain), self._tools.blind))

    def _sealed_anew(
        self, record_id: int, row: Mapping[str, Any], keys: tuple[DataKey, DataKey], erased: bool
    ) -> tuple[bytes, bytes | None]:
        """Identity and features under the new key, those of an erased mention of nobody."""
        old, new = keys
        names, features = _place("identity", record_id, row), _place("features", record_id, row)
        identity = _NOBODY if erased else old.open(row["identity"], names)
        if row["features"] is None:
            return new.seal(identity, names), None
        compared = old.open(row["features"], features)
        kept = self._tools.indexer.anonymous(compared) if erased else compared
        return new.seal(identity, names), new.seal(kept, features)


def _place(column: str, record_id: int, row: Mapping[str, Any]) -> bytes:
    return f"{column}|{record_id}|{row['role']}|{row['order']}".encode()
