"""Decisions, splits, merges and undoing in between arrivals: the partition is that of a run from scratch, and
what reviewers said is fulfilled."""

from random import Random
from uuid import UUID

import pytest

from app.core.errors import IntertrataError
from app.reconciliation.review.membership import Memberships
from app.reconciliation.review.repository import ReviewRepository
from app.reconciliation.review.service import ReviewService
from app.wiring import Services
from schemas.review import MergeRequest, PairDecision, SplitRequest
from support.keeping import Registry
from support.partitions import Decided, partition_of, reference
from support.review_kit import kept_and_rebuilt
from support.small_worlds import latest, observations

REASON = "Comparado"
IDS = "SELECT record_id, case_id FROM case_member UNION ALL SELECT -mention_id, person_id FROM person_member"
STANDING = """
SELECT DISTINCT ON (kind, a, b) kind, a, b, outcome FROM judgement WHERE judge <> 'machine'
ORDER BY kind, a, b, id DESC
"""
# What stands, told from the acts alone: the latest that took effect and was not undone, of each pair.
FROM_ACTS = """
SELECT DISTINCT ON (t.kind, p.a, p.b) t.kind, p.a, p.b, p.outcome
FROM review_act t JOIN review_pair p ON p.act_id = t.id
LEFT JOIN review_word c ON c.act_id = t.id AND c.word = 'confirmed'
WHERE (cardinality(t.why_second) = 0 OR c.word IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM review_word w WHERE w.act_id = t.id AND w.word IN ('undone', 'disputed'))
ORDER BY t.kind, p.a, p.b, coalesce(c.made_at, t.made_at) DESC
"""


class Wanderer:
    """Does at random what reviewers may do; what the rules refuse leaves nothing."""

    def __init__(self, services: Services, registry: Registry, random: Random) -> None:
        self._services = services
        self._registry = registry
        self._random = random

    async def act(self) -> None:
        doing = self._random.choice(
            (self._pair, self._pair, self._split, self._merge, self._undo, self._second)
        )
        try:
            async with self._services.database.write() as session:
                reviewer = f"cl-{self._random.randint(1, 3):016x}"
                await doing(ReviewService(self._services.review, session, reviewer))
        except IntertrataError:
            pass

    async def act_and_undo(self) -> None:
        """A split or a merge that takes effect, and is undone."""
        doing = self._random.choice((self._split, self._merge))
        try:
            async with self._services.database.write() as session:
                await doing(ReviewService(self._services.review, session, "cl-1/revisora-1"))
        except IntertrataError:
            return
        (act,) = (await self._registry.rows("SELECT id FROM review_act ORDER BY number DESC LIMIT 1"))[0]
        async with self._services.database.write() as session:
            second = ReviewService(self._services.review, session, "cl-2/revisora-2")
            if (await second.decision(act)).state == "proposed":
                await second.confirm(act, REASON)
        async with self._services.database.write() as session:
            await ReviewService(self._services.review, session, "cl-2/revisora-2").undo(act, REASON)

    async def _pair(self, service: ReviewService) -> None:
        rows = await self._registry.rows(
            "SELECT kind, a, b FROM edge WHERE outcome = 'unsure' ORDER BY 1, 2, 3"
        )
        if rows:
            kind, a, b = self._random.choice(rows)
            item = f"{kind}-{a}-{b}"
            await service._queue.claim(service._writing(), item, service._reviewer)
            outcome = self._random.choice(("same", "same", "different", "unsure"))
            await service.decide(item, PairDecision(outcome=outcome, reason=REASON))

    async def _split(self, service: ReviewService) -> None:
        kind, entity = await self._entity()
        members = list((await Memberships(ReviewRepository(service._session)).read(kind, entity)).members)
        self._random.shuffle(members)
        parts = (tuple(members[: self._random.randint(1, 2)]),)
        await service.split(kind, entity, "*", SplitRequest(parts=parts, reason=REASON))

    async def _merge(self, service: ReviewService) -> None:
        kind, entity = await self._entity()
        _, other = await self._entity(kind)
        await service.merge(kind, entity, "*", MergeRequest(other=other, reason=REASON))

    async def _undo(self, service: ReviewService) -> None:
        rows = await self._registry.rows("SELECT id FROM review_act ORDER BY number")
        if rows:
            await service.undo(self._random.choice(rows)[0], REASON)

    async def _second(self, service: ReviewService) -> None:
        for (act,) in await self._registry.rows("SELECT id FROM review_act WHERE why_second <> '{}'"):
            await self._random.choice((service.confirm, service.dispute))(act, REASON)

    async def _entity(self, kind: str | None = None) -> tuple[str, UUID]:
        kind = kind or self._random.choice(("case", "person"))
        rows = await self._registry.rows(f"SELECT id FROM {kind}_entity ORDER BY number")
        return kind, self._random.choice(rows)[0]


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_reviewers_do_in_between_the_end_is_that_from_scratch(
    services: Services, seed: int
) -> None:
    random, registry = Random(seed), Registry(services.database, services.keyring)
    wanderer = Wanderer(services, registry, random)
    versions = observations(random, 32)
    for number, seen in enumerate(versions):
        await (registry.put(seen) if random.random() < 0.6 else registry.keep_all(seen))
        if number > 5:
            await wanderer.act()
        if random.random() < 0.1:
            await registry.linker.link_pending()
    await registry.linker.link_pending()

    standing = await registry.rows(STANDING)
    acts = await registry.rows(FROM_ACTS)
    assert {row for row in standing if row[3] != "withdrawn"} == set(acts)
    assert await registry.rows("SELECT count(*) FROM review_act") > [(6,)]

    decided = Decided({(kind, a, b): outcome for kind, a, b, outcome in standing if outcome != "unsure"})
    expected = reference(latest(versions), await decided.named(registry))
    assert await partition_of(registry) == expected
    kept, rebuilt = await kept_and_rebuilt(registry)
    assert kept == rebuilt
    before = sorted(await registry.rows(IDS))
    await registry.linker.reconcile_full()
    assert await partition_of(registry) == expected
    assert sorted(await registry.rows(IDS)) == before


@pytest.mark.parametrize("seed", range(4))
async def test_what_is_undone_or_comes_back_leaves_every_id_as_it_was(services: Services, seed: int) -> None:
    """A decision and its undoing; a record annulled and delivered again; linked at once and anew."""
    random, registry = Random(seed), Registry(services.database, services.keyring)
    versions = latest(observations(random, 24))
    await registry.keep_all(*versions)
    await registry.linker.link_pending()
    wanderer = Wanderer(services, registry, random)
    for turn in range(12):
        before = sorted(await registry.rows(IDS))
        if turn % 3:
            await wanderer.act_and_undo()
        else:
            seen = random.choice([each for each in versions if not each.annulled])
            await registry.put(seen.model_copy(update={"annulled": True}))
            await registry.put(seen)
        if turn % 4 == 0:
            await registry.linker.reconcile_full()
        assert sorted(await registry.rows(IDS)) == before
    assert await registry.rows("SELECT count(*) FROM redirect") > [(6,)], "ids came and went"
