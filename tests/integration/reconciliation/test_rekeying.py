"""Other blocking rules: kept keys are made anew, and until then nothing is linked by half of them."""

from random import Random

from app.db.engine import Database
from app.reconciliation.digest import links_digest
from support.keeping import Registry
from support.small_worlds import observations

KEYS = "SELECT 'r', key, record_id FROM record_key UNION ALL SELECT 'm', key, mention_id FROM mention_key"
OTHER_RULES = (
    "UPDATE record_key SET key = key / 2",
    "DELETE FROM mention_key WHERE mention_id % 2 = 0",
    "UPDATE link_state SET blocking = '2020.01'",
)


async def linked(database: Database) -> Registry:
    registry = Registry(database)
    await registry.put(*observations(Random(5), 30))
    return registry


async def by_other_rules(registry: Registry) -> None:
    for statement in OTHER_RULES:
        await registry.rows(statement)


async def test_a_run_over_everything_makes_the_keys_of_the_rules_that_run(database: Database) -> None:
    registry = await linked(database)
    keys = sorted(await registry.rows(KEYS))
    async with database.read() as session:
        links = await links_digest(session)
    await by_other_rules(registry)
    assert sorted(await registry.rows(KEYS)) != keys
    await registry.linker.reconcile_full()
    assert sorted(await registry.rows(KEYS)) == keys
    async with database.read() as session:
        assert await links_digest(session) == links


async def test_what_comes_before_that_run_waits_for_it(database: Database) -> None:
    registry = await linked(database)
    await by_other_rules(registry)
    (new,) = await registry.put(*observations(Random(6), 1))
    assert await registry.rows("SELECT record_id FROM link_dirty") == [(new,)]
    summary = await registry.linker.link_pending()
    assert summary.full
    assert await registry.rows("SELECT record_id FROM link_dirty") == []
