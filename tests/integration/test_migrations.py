"""The migrated database and the models are one; ledgers refuse edits."""

import asyncio
import sys

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.db.engine import Database
from app.db.migrate import differences, status, upgrade
from app.models import Base
from support.databases import Server


async def test_migrations_are_in_step_with_the_models(module_database_url: str) -> None:
    assert await differences(module_database_url, Base.metadata) == []


CATALOGUE = """
select conrelid::regclass::text as of_table, conname as name, pg_get_constraintdef(oid) as definition
from pg_constraint where connamespace = 'public'::regnamespace
union all
select tablename, indexname, indexdef from pg_indexes where schemaname = 'public'
"""


async def catalogue(url: str) -> set[tuple[str, str, str]]:
    """Every constraint and index of the models' tables as the database itself writes them."""
    database = Database(url)
    async with database.read() as session:
        rows = (await session.execute(text(CATALOGUE))).all()
    await database.close()
    tables = {name for table in Base.metadata.tables for name in (table, f'"{table}"')}
    return {(row.of_table, row.name, row.definition) for row in rows if row.of_table in tables}


async def test_constraints_and_indexes_are_in_step_with_the_models(
    server: Server, module_database_url: str
) -> None:
    """Alembic compares neither checks nor what an index is on; the catalogue does."""
    url = await server.create(migrated=False)
    modelled = Database(url)
    async with modelled.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await modelled.close()
    assert await catalogue(module_database_url) == await catalogue(url)
    await server.drop(url)


async def test_status_tells_an_empty_database_from_a_migrated_one(server: Server) -> None:
    url = await server.create(migrated=False)
    before = await status(url)
    assert before.current is None
    assert not before.up_to_date
    assert (await upgrade(url)).up_to_date
    await server.drop(url)


async def test_two_processes_may_migrate_at_once(server: Server) -> None:
    url = await server.create(migrated=False)
    program = "import asyncio, sys; from app.db.migrate import upgrade; asyncio.run(upgrade(sys.argv[1]))"
    both = [await asyncio.create_subprocess_exec(sys.executable, "-c", program, url) for _ in range(2)]
    assert [await each.wait() for each in both] == [0, 0]
    assert (await status(url)).up_to_date
    await server.drop(url)


async def test_two_upgrades_in_one_process_do_not_mix(server: Server) -> None:
    urls = [await server.create(migrated=False) for _ in range(2)]
    both = await asyncio.gather(*(upgrade(url) for url in urls))
    assert all(each.up_to_date for each in both)
    for url in urls:
        await server.drop(url)


async def test_the_change_cursor_is_one_row(database: Database) -> None:
    async with database.read() as session:
        assert (await session.execute(text("select id, last from change_cursor"))).all() == [(1, 0)]
    async with database.write() as session:
        with pytest.raises(IntegrityError):
            await session.execute(text("insert into change_cursor (id) values (2)"))


LEDGERS = {
    "judgement": "insert into judgement (kind, a, b, outcome, judge) values ('person', 1, 2, 'same', 'x')",
    "redirect": "insert into redirect (kind, event, from_id) values ('case', 'emptied', gen_random_uuid())",
    "pin": "insert into pin (kind, member, attribute, act, judge, reason) "
    "values ('case', 1, 'stage', 'pinned', 'x', '')",
    "change": "insert into change (position, kind, event, entity_id) values (1, 'case', 'created', 'x')",
}


@pytest.mark.parametrize("table", LEDGERS)
@pytest.mark.parametrize("edit", ["update {} set at = now()", "delete from {}", "truncate {}"])
async def test_ledgers_refuse_edits(database: Database, table: str, edit: str) -> None:
    statement = edit.format(table).replace(
        "set at", "set made_at" if table in {"judgement", "pin"} else "set at"
    )
    async with database.write() as session:
        await session.execute(text(LEDGERS[table]))
    async with database.write() as session:
        with pytest.raises(IntegrityError, match="append-only"):
            await session.execute(text(statement))


BATCH = """
insert into batch (id, feed, form, sha256, size_bytes, client, contract_version, adapter_version)
values ('00000000-0000-0000-0000-000000000001', 'reta-pnp', 'csv', '', 0, 'test', 1, 1)
"""
DELIVERY = """
insert into delivery (batch_id, position, outcome, rows, verbatim, data_key)
values ('00000000-0000-0000-0000-000000000001', 0, 'rejected', '{2}', 'sealed', 'key')
"""


@pytest.mark.parametrize(
    ("edit", "allowed"),
    [
        ("update delivery set data_key = null", True),
        ("update delivery set data_key = null, verbatim = null", True),
        ("update delivery set outcome = 'accepted'", False),
        ("update delivery set verbatim = 'other'", False),
        ("update delivery set data_key = null, number = 'X'", False),
        ("delete from delivery", False),
    ],
)
async def test_a_delivery_can_be_erased_and_not_edited(database: Database, edit: str, allowed: bool) -> None:
    async with database.write() as session:
        await session.execute(text(BATCH))
        await session.execute(text(DELIVERY))
    async with database.write() as session:
        if allowed:
            await session.execute(text(edit))
        else:
            with pytest.raises(IntegrityError, match="append-only"):
                await session.execute(text(edit))


async def test_counts_that_do_not_add_up_are_refused(database: Database) -> None:
    async with database.write() as session:
        await session.execute(text(BATCH))
        with pytest.raises(IntegrityError, match="ck_batch_arithmetic"):
            await session.execute(text("update batch set received = 3, accepted = 2"))
