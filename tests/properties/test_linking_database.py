"""Any order, any split, any mix of linking at once, later and anew ends in the one partition of the records.

Held against the reference linker in memory, which knows no order: partition, weights, what is unsure.
"""

import os
from random import Random

import pytest

from app.db.engine import Database
from app.reconciliation.ledger import Decision
from support.keeping import Registry
from support.partitions import Decided, partition_of, reference
from support.review_kit import kept_and_rebuilt
from support.small_worlds import latest, observations

SEEDS = range(int(os.environ.get("INTERTRATA_LINKING_SEEDS", "10")))
VERSIONS = 36

MENTIONS = "SELECT id, record_id FROM mention WHERE present ORDER BY id"
STANDING = """
SELECT kind, a, b, outcome, probability FROM (
    SELECT DISTINCT ON (kind, a, b) * FROM judgement WHERE judge = 'machine'
    ORDER BY kind, a, b, id DESC) latest
WHERE outcome <> 'withdrawn'
"""
IDS = """
SELECT 'r', record_id, case_id FROM case_member UNION SELECT 'm', mention_id, person_id FROM person_member
"""


async def wander(registry: Registry, random: Random, decided: Decided) -> list:
    """Keep and link the versions of one history in a random way; the versions, all of them linked."""
    versions = observations(random, VERSIONS)
    for seen in versions:
        way = random.random()
        if way < 0.5:
            await registry.put(seen)
        else:
            await registry.keep_all(seen)
        if way > 0.85:
            await registry.linker.link_pending()
        if way > 0.97:
            await registry.linker.reconcile_full()
        if 0.2 < way < 0.3:
            await decide(registry, random, decided)
    await registry.linker.link_pending()
    return versions


async def decide(registry: Registry, random: Random, decided: Decided) -> None:
    kind = random.choice(("case", "person"))
    nodes = await registry.rows("SELECT id FROM record" if kind == "case" else "SELECT id FROM mention")
    if len(nodes) < 2:
        return
    a, b = sorted(node for (node,) in random.sample(sorted(nodes), 2))
    outcome = random.choice(("same", "different", "withdrawn"))
    async with registry.database.write() as session:
        await registry.linker.decide(session, Decision(kind, a, b, outcome, "revisora-1"))
    decided.outcomes[kind, a, b] = outcome


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_way_of_linking_gives_the_partition_from_scratch(database: Database, seed: int) -> None:
    registry, decided = Registry(database), Decided()
    versions = await wander(registry, Random(seed), decided)
    expected = reference(latest(versions), await decided.named(registry))
    assert await partition_of(registry) == expected

    before = await registry.rows(IDS)
    judgements = await registry.rows("SELECT count(*) FROM judgement")
    await registry.linker.reconcile_full()
    assert await partition_of(registry) == expected
    assert sorted(await registry.rows(IDS)) == sorted(before), "a run over everything keeps every id"
    assert await registry.rows("SELECT count(*) FROM judgement") == judgements, "and judges nothing anew"


@pytest.mark.parametrize("seed", SEEDS)
async def test_what_is_derived_agrees_with_what_it_is_derived_from(database: Database, seed: int) -> None:
    registry = Registry(database)
    await wander(registry, Random(1000 + seed), Decided())
    rows = registry.rows
    edges = await rows("SELECT kind, a, b, outcome, probability FROM edge WHERE outcome IS NOT NULL")
    assert sorted(await rows(STANDING)) == sorted(edges), "edges are the projection of the ledger"
    assert await rows("SELECT id FROM case_entity ORDER BY 1") == await rows(
        "SELECT DISTINCT case_id FROM case_member ORDER BY 1"
    )
    assert await rows("SELECT id FROM person_entity ORDER BY 1") == await rows(
        "SELECT DISTINCT person_id FROM person_member ORDER BY 1"
    )
    assert await rows(COUNTS_DIFFER) == [], "a case counts its reports and its distinct persons"
    positions = [position for (position,) in await rows("SELECT position FROM change ORDER BY 1")]
    assert positions == list(range(1, len(positions) + 1)), "the feed has no gap"
    kept, rebuilt = await kept_and_rebuilt(registry)
    assert kept == rebuilt, "the queue stands as it would be computed anew"
    assert await rows(LOST_IDS) == [], "an id that is gone says what became of it"
    assert await rows(REMEMBERED_WRONGLY) == [], (
        "of whatever is gone its last members are kept, of nothing else"
    )


COUNTS_DIFFER = """
SELECT e.id FROM case_entity e WHERE (e.reports, e.victims, e.suspects) IS DISTINCT FROM (
    (SELECT count(*) FROM case_member c WHERE c.case_id = e.id),
    (SELECT count(DISTINCT p.person_id) FROM case_member c JOIN mention m USING (record_id)
        JOIN person_member p ON p.mention_id = m.id WHERE c.case_id = e.id AND m.role = 'victim'),
    (SELECT count(DISTINCT p.person_id) FROM case_member c JOIN mention m USING (record_id)
        JOIN person_member p ON p.mention_id = m.id WHERE c.case_id = e.id AND m.role = 'suspect'))
"""
LOST_IDS = """
SELECT entity_id FROM change WHERE event = 'created' AND kind IN ('case', 'person')
EXCEPT SELECT id::text FROM case_entity EXCEPT SELECT id::text FROM person_entity
EXCEPT SELECT from_id::text FROM redirect
"""
REMEMBERED_WRONGLY = """
SELECT from_id FROM redirect EXCEPT SELECT id FROM case_entity EXCEPT SELECT id FROM person_entity
EXCEPT SELECT entity_id FROM former_member
UNION ALL
SELECT entity_id FROM former_member
WHERE entity_id IN (SELECT id FROM case_entity UNION SELECT id FROM person_entity)
"""
