"""An act is witnessed in its own transaction; entries get positions without gaps."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.audit.acts import Act, ActKind, Purpose, thing
from app.audit.errors import AuditUnavailable
from app.db.engine import Database
from app.wiring import Services

REASON = Purpose("EXP-00123-2026", "Ubicar a la señora Invención Ficticia")


def act(number: int = 0) -> Act:
    return Act(ActKind.CASE_READ, "cl-0000000000000000", objects=(thing("case", number),))


async def witness(services: Services, *acts: Act) -> None:
    async with services.database.write() as session:
        for each in acts:
            await services.audit.witness(session, each)


async def count(database: Database, table: str) -> int:
    async with database.read() as session:
        return int(await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


async def test_what_is_rolled_back_was_not_witnessed(services: Services) -> None:
    async with services.database.write() as session:
        await services.audit.witness(session, act())
        await session.rollback()
    assert await services.merkle.sequence() == 0
    assert await count(services.database, "audit_entry") == 0


async def test_positions_have_no_gaps_whatever_is_rolled_back_or_at_work(services: Services) -> None:
    async def one(number: int) -> None:
        async with services.database.write() as session:
            await services.audit.witness(session, act(number))
            await asyncio.sleep(0)
            if number % 3 == 0:
                raise RuntimeError

    await asyncio.gather(
        *(one(number) for number in range(30)),
        *(services.merkle.sequence() for _ in range(4)),
        return_exceptions=True,
    )
    assert await services.merkle.sequence() == 20
    async with services.database.read() as session:
        positions = (await session.scalars(text("SELECT position FROM audit_leaf ORDER BY position"))).all()
    assert positions == list(range(20))
    assert await count(services.database, "audit_pending") == 0


async def test_a_purpose_is_sealed_apart_and_can_be_read_by_whoever_holds_the_keys(
    services: Services,
) -> None:
    await witness(
        services, Act(ActKind.PERSON_READ, "cl-1", "PNP-31337", REASON, (thing("person", uuid4()),))
    )
    async with services.database.read() as session:
        entry = (await session.execute(text("SELECT * FROM audit_entry"))).one()
        kept = (await session.execute(text("SELECT * FROM audit_purpose"))).one()
        written = await session.scalar(text("SELECT string_agg(e::text, '') FROM audit_entry e"))
    assert "Ficticia" not in str(written)
    assert b"Ficticia" not in kept.sealed
    purpose = services.audit.opened(entry.id.bytes, kept.data_key, kept.sealed)
    assert purpose == REASON
    assert services.audit.is_purpose(purpose, entry.purpose)
    assert not services.audit.is_purpose(Purpose("EXP-00123-2026", "otra"), entry.purpose)


async def test_a_log_that_cannot_be_written_stops_the_act(services: Services) -> None:
    async with services.database.write() as session:
        await session.execute(text("DROP TABLE audit_pending"))
    with pytest.raises(AuditUnavailable):
        await witness(services, act())
    assert await count(services.database, "audit_entry") == 0


@pytest.mark.parametrize("table", ["audit_entry", "audit_leaf", "audit_node", "audit_checkpoint"])
@pytest.mark.parametrize("edit", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
async def test_nothing_of_the_log_is_edited(services: Services, table: str, edit: str) -> None:
    await witness(services, act(1), act(2))
    await services.merkle.checkpoint()
    column = {"audit_checkpoint": "size", "audit_entry": "actor"}.get(table, "hash")
    statement = edit.format(table, column, column)
    with pytest.raises(Exception, match="append-only"):
        async with services.database.write() as session:
            await session.execute(text(statement))


@pytest.mark.parametrize(
    "wrong",
    [
        {"objects": ("Invención Ficticia",)},
        {"objects": ("person/Invención",)},
        {"actor": ""},
        {"officer": "a\nb"},
        {"outcome": "x" * 201},
    ],
)
def test_data_has_no_way_into_an_act(wrong: dict[str, object]) -> None:
    fields: dict[str, object] = {"kind": ActKind.CASE_READ, "actor": "cl-1", **wrong}
    with pytest.raises(ValueError, match="of an act"):
        Act(**fields)  # type: ignore[arg-type]
