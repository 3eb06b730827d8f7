"""Stories of identities over the database: record by record, and anew by the run over everything, they end as
the reference says."""

from random import Random

import pytest
from spec import test_brothers, test_one_document, test_stories_of_cases

from app.db.engine import Database
from schemas.observations import Observation
from support.keeping import Registry
from support.partitions import partition_of, reference

TOLD = (test_brothers.STORIES, test_one_document.STORIES, test_stories_of_cases.STORIES)


def records(seed: int) -> list[Observation]:
    """Of all stories, in an order of ``seed``; of records of one number the first, so that stories mix."""
    told = [each for stories in TOLD for story in stories.values() for each in story.records.values()]
    found: dict[tuple[str, str], Observation] = {}
    for each in Random(seed).sample(told, len(told)):
        found.setdefault((each.feed.value, each.key), each)
    return list(found.values())


@pytest.mark.parametrize("seed", range(3))
async def test_stories_end_as_the_reference_says(database: Database, seed: int) -> None:
    registry, seen = Registry(database), records(seed)
    expected = reference(seen)
    await registry.put(*seen)
    assert await partition_of(registry) == expected
    await registry.linker.reconcile_full()
    assert await partition_of(registry) == expected
