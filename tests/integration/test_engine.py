"""Sessions: one snapshot to read, a commit before the answer, COPY inside the transaction."""

import uuid
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.db.copy import copy_rows
from app.db.engine import Database, DatabaseUnavailable, ReadDep, ReadSession, WriteDep, WriteSession

TABLE = """
create table thing (
    id int primary key,
    other int constraint fk_thing_other references thing (id) deferrable initially deferred
)
"""


@pytest_asyncio.fixture
async def things(database: Database) -> Database:
    async with database.write() as session:
        await session.execute(text(TABLE))
    return database


async def count(database: Database) -> int:
    async with database.read() as session:
        return int((await session.execute(text("select count(*) from thing"))).scalar_one())


async def test_a_write_session_commits_when_its_block_ends(things: Database) -> None:
    async with things.write() as session:
        await session.execute(text("insert into thing values (1)"))
    assert await count(things) == 1


async def test_a_write_session_rolls_back_when_its_block_raises(things: Database) -> None:
    async def fail() -> None:
        async with things.write() as session:
            await session.execute(text("insert into thing values (1)"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await count(things) == 0


async def test_a_read_session_cannot_write(things: Database) -> None:
    async with things.read() as session:
        with pytest.raises(DBAPIError, match="read-only transaction"):
            await session.execute(text("insert into thing values (1)"))


async def test_a_connection_that_read_can_write_again(things: Database) -> None:
    one = Database(things.engine.url.render_as_string(hide_password=False), pool_size=1)
    async with one.read() as session:
        await session.execute(text("select 1"))
    async with one.write() as session:
        await session.execute(text("insert into thing values (1)"))
    await one.close()
    assert await count(things) == 1


async def test_a_read_session_sees_one_snapshot(things: Database) -> None:
    async with things.read() as session:
        statement = text("select count(*) from thing")
        assert (await session.execute(statement)).scalar_one() == 0
        async with things.write() as writer:
            await writer.execute(text("insert into thing values (1)"))
        assert (await session.execute(statement)).scalar_one() == 0


def test_a_writer_may_read_and_a_reader_may_not_write() -> None:
    assert issubclass(WriteSession, ReadSession)
    assert not issubclass(ReadSession, WriteSession)


async def test_a_message_never_repeats_parameters(things: Database) -> None:
    statement = text("insert into thing select :id from pg_class where relname = :name")
    async with things.write() as session:
        with pytest.raises(DBAPIError) as caught:
            await session.execute(statement, {"id": "QUISPE", "name": "MAMANI"})
    assert "MAMANI" not in str(caught.value)


async def test_ping_of_a_server_that_is_not_there() -> None:
    database = Database("postgresql://nobody:x@127.0.0.1:1/none")
    with pytest.raises(DatabaseUnavailable):
        await database.ping()
    await database.close()


async def test_copy_is_part_of_the_transaction(things: Database) -> None:
    async with things.write() as session:
        assert await copy_rows(session, "thing", ["id"], [(n,) for n in range(1000)]) == 1000
        await session.rollback()
    assert await count(things) == 0
    async with things.write() as session:
        await copy_rows(session, "thing", ["id", "other"], [(1, None), (2, 1)])
    assert await count(things) == 2


async def test_copy_writes_json_arrays_bytes_and_uuids(database: Database) -> None:
    async with database.write() as session:
        await session.execute(text("create table mixed (a jsonb, b text[], c bytea, d uuid)"))
        row = ('{"ñ": 1}', ["x", "y"], b"\x00\xff", uuid.UUID(int=7))
        await copy_rows(session, "mixed", ["a", "b", "c", "d"], [row])
    async with database.read() as session:
        kept = (await session.execute(text("select a, b, c, d from mixed"))).one()
    assert tuple(kept) == ({"ñ": 1}, ["x", "y"], b"\x00\xff", uuid.UUID(int=7))


@pytest_asyncio.fixture
async def client(things: Database) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.state.database = things

    @app.post("/things/{other}", status_code=201)
    async def make(other: int, session: WriteDep) -> str:
        await session.execute(text("insert into thing values (1, :other)"), {"other": other})
        return "made"

    @app.get("/things")
    async def number(session: ReadDep) -> int:
        return int((await session.execute(text("select count(*) from thing"))).scalar_one())

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def test_an_answer_follows_its_commit(client: httpx.AsyncClient) -> None:
    assert (await client.post("/things/1")).status_code == 201
    assert (await client.get("/things")).json() == 1


async def test_a_commit_that_fails_is_never_answered_with_success(client: httpx.AsyncClient) -> None:
    """The deferred constraint is checked by COMMIT alone: the handler itself has returned well."""
    assert (await client.post("/things/999")).status_code >= 500
    assert (await client.get("/things")).json() == 0


async def test_the_failing_commit_is_the_commit(things: Database) -> None:
    session = things.write()
    open_session = await session.__aenter__()
    await open_session.execute(text("insert into thing values (1, 999)"))
    with pytest.raises(IntegrityError, match="fk_thing_other"):
        await session.__aexit__(None, None, None)
