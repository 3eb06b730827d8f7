"""Rotation of the wrapping key: every data key is wrapped anew, in the background, while records are read.

No sealed content is touched. Where a run ends the next goes on: a data key that the current key wraps is not
found again, so that a crash costs nothing.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Table,
    bindparam,
    func,
    literal,
    select,
    text,
    tuple_,
    update,
)

from app.core.errors import OperatorError
from app.core.queue import Handler
from app.db.engine import Database, ReadSession
from app.models import Base
from app.models.privacy import Privacy, columns_of
from app.security.sealing import Sealer

CHUNK: Final = 2_000  # data keys in one transaction
REWRAP: Final = "rewrap_data_keys"  # the job
_NOTICE_SECONDS: Final = 2.0  # in which every process has seen that the ring changed
_ID_FROM, _ID_BYTES = 2, 8  # where the wrapping key's id stands in a wrapped key (sealing.py), from 1

_OLDEST: Final = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
_RUNNING: Final = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"

Row = Mapping[Any, Any]
Progress = Callable[[int], None]  # data keys wrapped anew so far


class KeyOpensContent(OperatorError):
    code = "key-opens-content"
    es = "Todavía hay {count} llaves de datos bajo esa llave; ejecute antes `intertrata keys rewrap`."
    en = "{count} data keys are still wrapped by that key; run `intertrata keys rewrap` first."


class RingBehind(OperatorError):
    code = "ring-behind"
    es = "Este proceso todavía no tiene la llave nueva; el trabajo vuelve a intentarse."
    en = "This process does not have the new key yet; the job is tried again."


class Rotation:
    """Over every column of the privacy class ``wrapped-key``, whichever stage it is of."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def rewrap(self, progress: Progress | None = None) -> int:
        """Wrap with the current key whatever another one wraps; how many data keys that were.

        Raises ``SealError`` where one cannot be opened; what came before it is done.
        """
        self._sealer.look_again()  # another process may have added the key that all is to be wrapped by
        done = 0
        for table, column in columns_of(Privacy.WRAPPED_KEY):
            while changed := await self._pass(Base.metadata.tables[table], column):
                done += changed
                if progress:
                    progress(done)
        return done

    async def rewrap_by(self, key_id: str) -> int:
        """The same, where that key is the current one or an older one of the ring.

        Raises ``RingBehind`` in a process whose ring does not hold it: it would turn new keys back.
        """
        self._sealer.look_again()
        if not self._sealer.holds(key_id):
            raise RingBehind
        return await self.rewrap()

    async def wrapped_by(self) -> Mapping[str, int]:
        """How many data keys each wrapping key's id wraps."""
        counts: dict[str, int] = {}
        async with self._database.read() as session:
            for table, column in columns_of(Privacy.WRAPPED_KEY):
                found = await _counts(session, Base.metadata.tables[table], column)
                counts = {key: counts.get(key, 0) + found.get(key, 0) for key in counts | found}
        return counts

    async def assert_unused(self, key_id: str) -> None:
        """Raises ``KeyOpensContent`` unless no data key is, or is about to be, wrapped by that key.

        Waits for the transactions that began before every process had seen the new ring.
        """
        await asyncio.sleep(_NOTICE_SECONDS)
        async with self._database.read() as session:
            horizon = (await session.execute(text(_OLDEST))).scalar_one()
        while await self._oldest_running() < horizon:  # noqa: ASYNC110  transactions end without telling
            await asyncio.sleep(0.1)
        if count := (await self.wrapped_by()).get(key_id, 0):
            raise KeyOpensContent(count=count)

    async def _oldest_running(self) -> int:
        async with self._database.read() as session:
            oldest: int = (await session.execute(text(_RUNNING))).scalar_one()
        return oldest

    async def _pass(self, table: Table, column: str) -> int:
        """Once through the table in the order of its key; how many data keys another key had wrapped."""
        found, last = 0, None
        while rows := await self._outdated(table, column, last):
            last = [rows[-1][key.name] for key in table.primary_key.columns]
            changes = [_change(table, row, self._sealer.rewrap(row["was"])) for row in rows]
            async with self._database.write() as session:
                await session.execute(_rewrapped(table, column), changes)
            found += len(rows)
        return found

    async def _outdated(self, table: Table, column: str, last: list[Any] | None) -> Sequence[Row]:
        keys, wrapped = table.primary_key.columns, table.c[column]
        wanted = (
            select(*keys, wrapped.label("was"))
            .where(wrapped.is_not(None), _key_id(wrapped) != literal(self._sealer.current_id, LargeBinary))
            .order_by(*keys)
            .limit(CHUNK)
        )
        if last is not None:
            wanted = wanted.where(tuple_(*keys) > tuple_(*last))
        async with self._database.read() as session:
            return (await session.execute(wanted)).mappings().all()


def _key_id(wrapped: ColumnElement[bytes]) -> ColumnElement[bytes]:
    return func.substring(wrapped, _ID_FROM, _ID_BYTES, type_=LargeBinary)


def _rewrapped(table: Table, column: str) -> Any:
    """One row, as long as it still holds the key that was read: erasure in between is not undone."""
    places = [key == bindparam(f"at_{key.name}") for key in table.primary_key.columns]
    statement = update(table).where(*places, table.c[column] == bindparam("was"))
    return statement.values({column: bindparam("now")})


def _change(table: Table, row: Row, now: bytes) -> dict[str, Any]:
    return {f"at_{key.name}": row[key.name] for key in table.primary_key.columns} | {
        "was": row["was"],
        "now": now,
    }


async def _counts(session: ReadSession, table: Table, column: str) -> dict[str, int]:
    key_id = _key_id(table.c[column])
    counted = select(key_id, func.count()).where(table.c[column].is_not(None)).group_by(key_id)
    return {id_.hex(): count for id_, count in await session.execute(counted)}


def rotation_jobs(rotation: Rotation) -> Mapping[str, Handler]:
    """May run twice: the second finds nothing to do."""

    async def rewrap(payload: dict[str, Any]) -> None:
        await rotation.rewrap_by(payload["key_id"])

    return {REWRAP: rewrap}
