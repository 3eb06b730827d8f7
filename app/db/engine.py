"""The one way to the database: read sessions and write sessions are different types.

A repository that writes asks for a ``WriteSession``; one that reads asks for a ``ReadSession`` and may be
given either, so that a writer reads what it has just written.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final

import sqlalchemy.exc
from fastapi import Depends, Request
from sqlalchemy import event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from app.core.errors import Unavailable
from app.db.urls import sqlalchemy_url

APPLICATION = "intertrata"
ASKED_AFTER: Final = 30.0  # seconds that a connection may lie idle before the server is asked if it is there
# Our own work sees whole tables or fails; only a caller's transaction (app.security.reach) is shown a part.
_WHOLE = {"row_security": "off"}
_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def _timeouts(seconds: int) -> dict[str, str]:
    return {
        "statement_timeout": f"{seconds}s",
        "idle_in_transaction_session_timeout": f"{seconds}s",
    }


class DatabaseUnavailable(Unavailable):
    code = "database-unavailable"
    es = "La base de datos no responde por el momento. Vuelva a intentarlo."
    en = "The database does not answer at the moment. Try again."


class ReadSession(AsyncSession):
    """A transaction to read in."""


class WriteSession(ReadSession):
    """A transaction to write in; committed by the context that made it, never by a stage."""


class Database:
    """The pool of one database. Make it in the event loop that uses it; ``close`` it there."""

    def __init__(self, url: str, *, pool_size: int = 10, statement_seconds: int | None = None) -> None:
        """``statement_seconds``: the server itself ends a statement, or a transaction that stands idle, after
        so long. For a process that only answers requests; linking and migrations take what they take."""
        timed = {} if statement_seconds is None else _timeouts(statement_seconds)
        self.engine = create_async_engine(
            sqlalchemy_url(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=30,
            hide_parameters=True,  # they are personal data; they do not belong in exception messages
            connect_args={"server_settings": {"application_name": APPLICATION, **_WHOLE, **timed}},
        )
        _hold_to_life(self.engine.pool)
        self._readers = async_sessionmaker(self.engine, class_=ReadSession, expire_on_commit=False)
        self._writers = async_sessionmaker(self.engine, class_=WriteSession, expire_on_commit=False)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadSession]:
        """One snapshot for all its statements; the database refuses to write in it."""
        async with self._readers() as session:
            await session.connection(execution_options=_SNAPSHOT)
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[WriteSession]:
        """Commits when the block ends, rolls back when it raises."""
        async with self._writers.begin() as session:
            yield session

    @asynccontextmanager
    async def snapshot_write(self) -> AsyncIterator[WriteSession]:
        """As ``write``, and all its statements see one snapshot: for a reading that also leaves its mark."""
        async with self._writers.begin() as session:
            await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[AsyncConnection]:
        """A connection on which every statement stands alone: one round trip, committed when it is done."""
        async with self.engine.connect() as connection:
            yield await connection.execution_options(isolation_level="AUTOCOMMIT")

    async def ping(self) -> None:
        """Raises ``DatabaseUnavailable`` when no connection can be had."""
        try:
            async with self.engine.connect() as connection:
                await connection.execute(text("select 1"))
        except (OSError, sqlalchemy.exc.SQLAlchemyError) as error:
            raise DatabaseUnavailable from error

    async def close(self) -> None:
        await self.engine.dispose()


def _hold_to_life(pool: Any) -> None:
    """A connection whose server hung up is not given out: the driver has seen it, which costs no round trip
    (SQLAlchemy's own ``pool_pre_ping`` costs three). One that lay idle for long may be cut where nobody hung
    up, and is asked."""

    def given_back(_connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info["idle_since"] = time.monotonic()

    def given_out(connection: Any, entry: ConnectionPoolEntry, _proxy: Any) -> None:
        if connection.driver_connection.is_closed():
            raise sqlalchemy.exc.InvalidatePoolError
        if time.monotonic() - entry.info.get("idle_since", float("inf")) > ASKED_AFTER:
            try:
                connection.ping()
            except Exception:  # whatever it says, it is of no use
                raise sqlalchemy.exc.InvalidatePoolError from None

    event.listen(pool, "checkin", given_back)
    event.listen(pool, "checkout", given_out)


def database_of(request: Request) -> Database:
    """The application keeps its ``Database`` in ``app.state.database``."""
    database: Database = request.app.state.database
    return database


async def get_read_session(request: Request) -> AsyncIterator[ReadSession]:
    async with database_of(request).read() as session:
        yield session


async def get_write_session(request: Request) -> AsyncIterator[WriteSession]:
    async with database_of(request).write() as session:
        yield session


# scope="function": the transaction ends before the answer leaves. With FastAPI's default it would end after,
# and a client could be told of a row that the commit then refused.
ReadDep = Annotated[ReadSession, Depends(get_read_session, scope="function")]
WriteDep = Annotated[WriteSession, Depends(get_write_session, scope="function")]
