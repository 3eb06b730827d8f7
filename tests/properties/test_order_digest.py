"""Operations in any order leave the links of a run from scratch, to the last bit of every weight.

Arrivals in any order and split, corrections, annulments, reviewers' decisions and their withdrawal, linked
now and later in any mix; against another registry that gets only what stands at the end, in another order.
``INTERTRATA_OPERATIONS`` sets how many (``make fuzz``: 10,000).
"""

import os
from dataclasses import dataclass, field
from random import Random

import pytest

from app.db.engine import Database
from app.reconciliation.digest import LinksDigest, links_digest
from app.reconciliation.ledger import Decision
from app.world.observe import observation
from app.world.world import World
from schemas.observations import Observation
from support.database_fixtures import fresh, opened
from support.databases import Server
from support.keeping import Registry
from support.partitions import Decided

OPERATIONS = int(os.environ.get("INTERTRATA_OPERATIONS", "200"))
SEED = int(os.environ.get("INTERTRATA_OPERATIONS_SEED", "1"))
NEAR = "SELECT kind, a, b FROM edge WHERE weight < 30"
RECORDS = "SELECT feed, key, id FROM record"
MENTIONS = 'SELECT r.feed, r.key, m.role, m."order", m.id FROM mention m JOIN record r ON r.id = m.record_id'


@dataclass
class Walk:
    """Random operations on one registry; ``standing`` and ``decided`` say what they leave."""

    registry: Registry
    random: Random
    waiting: list[Observation]
    standing: dict[tuple[str, str], Observation] = field(default_factory=dict)
    decided: Decided = field(default_factory=Decided)
    done: dict[str, int] = field(default_factory=dict)

    async def run(self, operations: int) -> None:
        for _ in range(operations):
            way = self.random.random()
            if way < 0.12 and len(self.standing) > 5:
                await self._decide()
            elif way < 0.2 and self.standing:
                seen = self.random.choice(list(self.standing.values()))
                await self._arrive(
                    "annulled or restored", seen.model_copy(update={"annulled": not seen.annulled})
                )
            elif way < 0.25 and self.standing:
                await self._arrive("again", self.random.choice(list(self.standing.values())))
            else:
                await self._arrive("arrived", self.waiting.pop())
            if self.random.random() < 0.02:
                await self.registry.linker.link_pending()
        await self.registry.linker.link_pending()

    async def _arrive(self, what: str, seen: Observation) -> None:
        self.done[what] = self.done.get(what, 0) + 1
        self.standing[(seen.feed.value, seen.key)] = seen
        await (self.registry.put if self.random.random() < 0.7 else self.registry.keep_all)(seen)

    async def _decide(self) -> None:
        """Of pairs that stand near each other, of pairs decided before, now and then of any two."""
        near = await self.registry.rows(NEAR)
        before = sorted(self.decided.outcomes)
        pool = before if before and self.random.random() < 0.35 else near
        if not pool:
            return
        kind, a, b = self.random.choice(sorted(pool))
        outcome = self.random.choice(("same", "different", "withdrawn"))
        await decide(self.registry, Decision(kind, a, b, outcome, "revisora-1"))
        self.decided.outcomes[kind, a, b] = outcome
        self.done[outcome] = self.done.get(outcome, 0) + 1


async def decide(registry: Registry, decision: Decision) -> None:
    async with registry.database.write() as session:
        await registry.linker.decide(session, decision)


async def digest(registry: Registry) -> LinksDigest:
    async with registry.database.read() as session:
        return await links_digest(session)


def versions(random: Random, count: int) -> list[Observation]:
    """At least that many: versions of every record of one world, in any order."""
    world = World.generate(mentions=max(count, 200), seed=SEED, difficulty="hard")
    found = [
        observation(said)
        for _, histories in world.histories()
        for history in histories
        if history.final.broken is None
        for said in history.delivered
        if said.broken is None
    ]
    while len(found) < count:
        found.append(random.choice(found))
    random.shuffle(found)
    return found


async def from_scratch(walk: Walk, database: Database) -> LinksDigest:
    """The same records, the last arrived first, and the decisions that stand, linked by one run."""
    registry = Registry(database)
    await registry.keep_all(*reversed(walk.standing.values()))
    ids = {
        "case": {row[:-1]: row[-1] for row in await registry.rows(RECORDS)},
        "person": {row[:-1]: row[-1] for row in await registry.rows(MENTIONS)},
    }
    for (kind, a, b), outcome in (await walk.decided.named(walk.registry)).items():
        if a in ids[kind] and b in ids[kind]:
            judged = Decision(kind, ids[kind][a], ids[kind][b], outcome, "revisora-1")
            await decide(registry, judged)
    await registry.linker.reconcile_full()
    return await digest(registry)


@pytest.mark.parametrize("operations", [OPERATIONS])
async def test_any_order_of_operations_has_the_digest_from_scratch(
    server: Server, database: Database, operations: int
) -> None:
    random = Random(SEED)
    walk = Walk(Registry(database), random, versions(random, operations))
    await walk.run(operations)
    reached = await digest(walk.registry)
    async with fresh(server) as url, opened(url) as other:
        anew = await from_scratch(walk, other)
    print(f"{operations} operations {walk.done}\n  as they came {reached}\n  from scratch {anew}")  # noqa: T201
    assert reached.mentions > operations / 4
    assert reached == anew
    await walk.registry.linker.reconcile_full()
    assert await digest(walk.registry) == reached, "a run over everything changes nothing"


async def test_the_digest_tells_every_difference(database: Database) -> None:
    """One decision, one annulment: each gives another; withdrawn, the first is back."""
    random = Random(7)
    walk = Walk(Registry(database), random, versions(random, 60))
    for seen in walk.waiting[:60]:
        await walk._arrive("arrived", seen)
    await walk.registry.linker.link_pending()
    first = await digest(walk.registry)
    kind, a, b = sorted(await walk.registry.rows("SELECT kind, a, b FROM edge WHERE outcome = 'same'"))[0]
    await decide(walk.registry, Decision(kind, a, b, "different", "revisora-1"))
    apart = await digest(walk.registry)
    assert apart.links != first.links
    assert (apart.cases != first.cases) or (apart.persons != first.persons)
    await decide(walk.registry, Decision(kind, a, b, "withdrawn", "revisora-1"))
    assert await digest(walk.registry) == first
