"""Trying a decision: carried out inside a savepoint, looked at, and taken back.

So a preview is the effect itself, worked out by the code that will do it, and nothing of it stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.raw import raw_connection
from app.db.engine import WriteSession
from app.reconciliation.ledger import Decision
from app.reconciliation.neighbourhood import KINDS, Kind, Settled
from app.reconciliation.repository import LinkRepository
from app.reconciliation.resolve import Pair
from app.reconciliation.review.effects import (
    Figures,
    Row,
    changed_clusters,
    difference,
    effect_of,
    figures_of,
    joined_persons,
    touched_nodes,
)
from app.reconciliation.review.errors import DecisionsConflict, DecisionWithoutEffect
from app.reconciliation.review.repository import ReviewRepository
from app.reconciliation.review.rules import Joined, contradiction, fulfilled
from app.reconciliation.service import ReconciliationService
from app.security.sealing import Sealer
from schemas.review import Effect
from schemas.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Words:
    """What is to be written: words of one judge on pairs of one kind."""

    kind: Kind
    outcomes: Mapping[Pair, str]
    judge: str
    act: UUID

    def decisions(self) -> list[Decision]:
        return [
            Decision(self.kind, *pair, outcome, self.judge, act=self.act)  # type: ignore[arg-type]  # checked by the database
            for pair, outcome in sorted(self.outcomes.items())
        ]


@dataclass(frozen=True, slots=True)
class Tried:
    """What came out. ``joined``: clusters made out of several, for the two-person rule."""

    effect: Effect
    joined: tuple[Joined, ...]
    settled: Mapping[Kind, Settled]
    change: Figures
    supersedes: tuple[UUID, ...]


class Bench:
    """Tries decisions and carries them out. Take the linking lock before: a savepoint gives back what is
    locked inside it."""

    def __init__(self, linker: ReconciliationService, sealer: Sealer, session: WriteSession) -> None:
        self._linker = linker
        self._sealer = sealer
        self._session = session
        self._repository = ReviewRepository(session)

    async def attempt(self, words: Words, must_hold: bool = True) -> Tried:
        """Raises DecisionsConflict; where they ``must_hold`` and what the records say today makes that
        impossible, DecisionWithoutEffect. Nothing stays written."""
        await self._demand_consistent(words)
        supersedes = await self._superseded(words)
        savepoint = await self._session.begin_nested()
        try:
            settled = await self._linker.decide_all(self._session, words.decisions())
            if must_hold and not fulfilled(words.outcomes, settled[words.kind].members):
                raise DecisionWithoutEffect
            records, mentions = await self._touched(settled)
            after = figures_of(await self._repository.figures(records, mentions))
            joined = await self._joined(settled)
        finally:
            await savepoint.rollback()
        before = figures_of(await self._repository.figures(records, mentions))
        change = difference(before, after)
        effect = await self._told(settled, change, supersedes, preview=True)
        return Tried(effect, tuple(joined), settled, change, supersedes)

    async def carry_out(self, words: Words, tried: Tried) -> Effect:
        """What was tried, done. Nobody else links or decides between the two: they end the same."""
        settled = await self._linker.decide_all(self._session, words.decisions())
        return await self._told(settled, tried.change, tried.supersedes, preview=False)

    async def _demand_consistent(self, words: Words) -> None:
        ends = {end for pair in words.outcomes for end in pair}
        standing = await self._repository.words_around(words.kind, ends)
        chain = contradiction(standing, words.outcomes)
        if chain is None:
            return
        others = [pair for pair in chain if pair not in words.outcomes]
        acts = await self._repository.standing(words.kind, others)
        named = [str(acts[pair][1] or f"{words.kind}-{pair[0]}-{pair[1]}") for pair in others if pair in acts]
        raise DecisionsConflict(dict.fromkeys(named))

    async def _superseded(self, words: Words) -> tuple[UUID, ...]:
        standing = await self._repository.standing(words.kind, list(words.outcomes))
        acts = {
            act
            for pair, (outcome, act) in standing.items()
            if act not in (None, words.act) and outcome != words.outcomes[pair]
        }
        return tuple(sorted(act for act in acts if act is not None))

    async def _touched(self, settled: Mapping[Kind, Settled]) -> tuple[set[int], set[int]]:
        """Records and mentions whose cases and persons may count otherwise now: the clusters that changed,
        the cases that name a changed person, and whoever is named in any of these."""
        mentions = touched_nodes(settled["person"])
        records = touched_nodes(settled["case"])
        records |= set((await self._repository.records_of(mentions)).values())
        mentions |= await self._repository.mentions_around(records)
        return records, mentions

    async def _joined(self, settled: Mapping[Kind, Settled]) -> list[Joined]:
        several = [cluster for cluster in changed_clusters(settled) if len(cluster.sides()) > 1]
        mentions = [member for cluster in several if cluster.kind == "person" for member in cluster.members]
        minors = await self._repository.minors(mentions)
        documented = await self._documented_victims(mentions)
        return joined_persons(several, minors, documented.__contains__)

    async def _documented_victims(self, mentions: Sequence[int]) -> set[int]:
        """Those of the mentions that are victims with a valid document."""
        records = set((await self._repository.records_of(mentions)).values())
        reader = LinkRepository(await raw_connection(self._session), self._sealer)
        return {
            mention_id
            for record in await reader.records(records)
            for mention_id, mention in zip(record.mention_ids, record.report.mentions, strict=True)
            if mention.role == Role.VICTIM and mention.document is not None
        } & set(mentions)

    async def _told(
        self, settled: Mapping[Kind, Settled], change: Figures, supersedes: Sequence[UUID], preview: bool
    ) -> Effect:
        clusters = changed_clusters(settled)
        references: dict[Kind, Mapping[int, Row]] = {}
        for kind in KINDS:
            nodes = [node for cluster in clusters if cluster.kind == kind for node in cluster.members]
            references[kind] = await self._repository.references(kind, nodes)
        return effect_of(settled, references, change, supersedes, preview)
