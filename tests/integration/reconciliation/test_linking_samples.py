"""The story of the contract's samples, linked over the database in several ways to one end."""

import random

import pytest

from app.core.raw import raw_connection
from app.db.engine import Database
from app.reconciliation.projection import REFRESH_MANY_CASES
from support.keeping import Registry
from support.partitions import Partition, partition_of, reference
from support.sample_story import OBSERVATIONS


@pytest.fixture
def registry(database: Database) -> Registry:
    return Registry(database)


async def test_one_by_one_as_one_batch_and_from_scratch_are_the_same(registry: Registry) -> None:
    expected: Partition = reference(OBSERVATIONS)
    await registry.put(*OBSERVATIONS)
    assert await partition_of(registry) == expected
    await registry.linker.reconcile_full()
    assert await partition_of(registry) == expected


async def test_order_of_arrival_does_not_matter(registry: Registry) -> None:
    shuffled = list(OBSERVATIONS)
    random.Random(7).shuffle(shuffled)
    await registry.keep_all(*shuffled[:20])
    await registry.linker.link_pending()
    await registry.put(*shuffled[20:])
    assert await partition_of(registry) == reference(OBSERVATIONS)


async def test_cases_computed_as_a_set_are_as_they_are_one_by_one(registry: Registry) -> None:
    facts = (
        "SELECT id, offence_family, offence_conflict, first_date, department, stage, feeds, reports, victims,"
        " suspects FROM case_entity ORDER BY id"
    )
    await registry.put(*OBSERVATIONS)
    one_by_one = await registry.rows(facts)
    async with registry.database.write() as session:
        connection = await raw_connection(session)
        await connection.execute("UPDATE case_entity SET stage = NULL, victims = 0, reports = 0, feeds = 0")
        await connection.execute(REFRESH_MANY_CASES, [row[0] for row in one_by_one])
    assert await registry.rows(facts) == one_by_one
    assert len(one_by_one) == 11
