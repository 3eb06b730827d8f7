"""The story of the contract's samples, linked over the database in several ways to one end."""

import random

import pytest

from app.db.engine import Database
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
