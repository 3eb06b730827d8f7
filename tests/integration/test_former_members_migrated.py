"""Ids that ended before their last members were kept lead where it is certain that they do, nowhere else."""

import importlib
from uuid import UUID

from app.core.raw import raw_connection
from app.reconciliation.ledger import Decision
from app.reconciliation.review.repository import ReviewRepository
from app.wiring import Services
from schemas.observations import Observation
from support.keeping import Registry
from support.sample_story import R, V, person, record

MIGRATION = importlib.import_module("migrations.versions.0035_former_members")
NAMES = (
    "CCORI/HUAMAN/ODALIS",
    "RIOS/PANDURO/ELENA",
    "FLORES/CHAMBI/LUISA",
    "ROJAS/PUMA/ERIKA",
    "SOTO/VARGAS/NOEMI",
)
DOCUMENTS = ("29150731", "41150799", "46872215", "70334518", "53019962")
MEMBERS = "SELECT person_id FROM person_member ORDER BY mention_id"


def alone(number: int) -> Observation:
    """Of somebody who is nobody else, at a time and place of their own."""
    named = person(V, 1, NAMES[number], doc=f"DNI {DOCUMENTS[number]}", sex="F", age=20 + 5 * number)
    day = f"20{number + 15}-03-10"
    return record(R, f"COM-{number}", [named], facts=day, reported=day, place=f"{number + 10}0102")


async def decide(registry: Registry, a: int, b: int, outcome: str) -> None:
    async with registry.database.write() as session:
        await registry.linker.decide(session, Decision("person", a, b, outcome, "revisora"))


async def test_an_id_merged_leads_on_unless_that_was_split_since(services: Services) -> None:
    registry = Registry(services.database, services.keyring)
    await registry.put(*(alone(number) for number in range(5)))
    mentions = [row[0] for row in await registry.rows("SELECT id FROM mention ORDER BY id")]
    a, b, c, d, e = (row[0] for row in await registry.rows(MEMBERS))
    await decide(registry, mentions[1], mentions[2], "same")  # c into b
    await decide(registry, mentions[0], mentions[1], "same")  # b, with c, into a
    await decide(registry, mentions[3], mentions[4], "same")  # e into d
    await decide(registry, mentions[3], mentions[4], "different")
    standing = [row[0] for row in await registry.rows(MEMBERS)]
    assert standing == [a, a, a, d, e]
    await decide(registry, mentions[3], mentions[4], "same")
    # d is split from e, which takes another id, as it did before ids were given back
    await registry.rows("DELETE FROM former_member")
    await decide(registry, mentions[3], mentions[4], "different")
    assert (await registry.rows(MEMBERS))[4][0] not in {d, e}

    async with registry.database.write() as session:
        connection = await raw_connection(session)
        await connection.execute("DELETE FROM former_member")
        await connection.execute(MIGRATION.BACKFILL)
    async with registry.database.read() as session:
        found: dict[UUID, object] = {
            each: await ReviewRepository(session).became("person", each) for each in (b, c, e)
        }
    assert found == {b: [a], c: [a], e: []}

    await decide(registry, mentions[0], mentions[1], "different")
    now = [row[0] for row in await registry.rows(MEMBERS)]
    assert {b, c}.isdisjoint(now), "which of them bore it is not known"
