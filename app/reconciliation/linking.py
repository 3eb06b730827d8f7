"""Linking records with what stands around them, in one transaction; see docs/plan.md, "Linking"."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from app.reconciliation.held import Held
from app.reconciliation.ledger import Ledger
from app.reconciliation.neighbourhood import (
    Kind,
    Settled,
    Weighed,
    Weights,
    case_edges,
    cross_pairs,
    decisions_of,
    person_edges,
    regrouped,
    settle,
    settle_cases,
    settle_persons,
)
from app.reconciliation.reports import may_link
from app.reconciliation.repository import Candidates, Component, LinkRepository
from app.reconciliation.resolve import Pair, pair
from app.reconciliation.rivals import without_rivals
from app.reconciliation.scoring import Model


class Linking:
    """One linking of some changed records. Make one, ``run`` it once, under the linking lock.

    The old neighbourhood is reached over the edges that still stand, the new one over the candidates; both
    are computed anew as a whole, so that what comes out is what a run over everything gives.
    """

    def __init__(self, repository: LinkRepository, ledger: Ledger, model: Model) -> None:
        self._repository = repository
        self._ledger = ledger
        self._model = model
        self._held = Held()

    async def run(self, record_ids: Sequence[int]) -> None:
        """``record_ids``: records that came, changed or were annulled."""
        changed = frozenset(record_ids)
        found = await self._repository.candidates(sorted(changed))
        await self._read(changed.union(*found.records))
        cases, moves = await self._cases(changed, found)
        persons = await self._persons(changed, found, cases, moves)
        await self._publish(changed, cases, persons)

    async def _cases(self, changed: frozenset[int], found: Candidates) -> tuple[Settled, set[Pair]]:
        new = case_edges(self._held, self._gated(found.records), self._model)
        seeds = {end for key in new for end in key}
        around = await self._repository.case_component(seeds, sorted(changed), self._model.case.upper)
        await self._read(around.nodes)
        weights = {
            key: standing.weight for key, standing in around.edges.items() if changed.isdisjoint(key)
        } | new
        decided = decisions_of(around.decisions)
        resolved = settle_cases(self._held, around.nodes, Weighed(weights, weights), decided, self._model)
        self._ledger.edges("case", around.edges, weights, resolved.judged)
        settled = self._settle("case", around, resolved.clusters)
        moves = regrouped(around.clusters, settled.members)
        return settled, {move for move in moves if changed.isdisjoint(move)}

    def _gated(self, candidates: Iterable[Pair]) -> list[Pair]:
        records = self._held.records
        return [
            (a, b)
            for a, b in sorted(candidates)
            if a in records and b in records and may_link(records[a].report, records[b].report)
        ]

    async def _persons(
        self, changed: frozenset[int], found: Candidates, cases: Settled, moves: set[Pair]
    ) -> Settled:
        new = await self._person_edges(changed, found, cases, moves)
        seeds = {end for key in new for end in key}
        touched = changed.union(*moves)
        around = await self._repository.person_component(seeds, sorted(touched), self._model.person.upper)
        await self._read(around.nodes.values())
        self._held.far_roles |= around.roles
        record_of = self._held.record_of | around.ends | around.nodes
        weights = {
            key: standing.weight
            for key, standing in around.edges.items()
            if not self._replaced(key, record_of, changed, moves)
        } | new
        rivals = {key: bits for key, bits in around.far.items() if key not in around.edges}
        lessened = without_rivals(record_of, weights | rivals)
        weighed = Weighed(weights, {key: lessened[key] for key in weights})
        decided = decisions_of(around.decisions)
        resolved = settle_persons(self._held, around.nodes, weighed, decided, self._model)
        self._ledger.edges("person", around.edges, weights, resolved.judged)
        return self._settle("person", around, resolved.clusters)

    async def _person_edges(
        self, changed: frozenset[int], found: Candidates, cases: Settled, moves: set[Pair]
    ) -> Weights:
        """Edges of the mentions of changed records, and of records that came together or apart by them."""

        def same_case(x: int, y: int) -> bool:
            return x == y or (x in cases.members and cases.members[x] == cases.members.get(y))

        pairs = set(found.mentions)
        fellows: dict[UUID, list[int]] = {}
        for record_id, case in cases.members.items():
            fellows.setdefault(case, []).append(record_id)
        for record_id in changed & cases.members.keys():
            for other in fellows[cases.members[record_id]]:
                pairs.update(self._between(record_id, other))
        apart = {move for move in moves if not same_case(*move)}
        for move in moves - apart:
            pairs.update(self._between(*move))
        if apart:
            pairs |= await self._keyed(apart)
        return person_edges(self._held, pairs, same_case, self._model)

    def _between(self, x: int, y: int) -> Iterable[Pair]:
        return cross_pairs(self._held.mention_ids(x), self._held.mention_ids(y))

    async def _keyed(self, moves: set[Pair]) -> set[Pair]:
        """Mentions of records that came apart are candidates only by their blind keys again."""
        found = await self._repository.candidates(sorted({record for move in moves for record in move}))
        of = found.record_of
        return {(a, b) for a, b in found.mentions if pair(of[a], of[b]) in moves}

    def _replaced(
        self, key: Pair, record_of: Mapping[int, int], changed: frozenset[int], moves: set[Pair]
    ) -> bool:
        records = (record_of[key[0]], record_of[key[1]])
        return not changed.isdisjoint(records) or pair(*records) in moves

    def _settle(self, kind: Kind, around: Component, clusters: Sequence[Sequence[int]]) -> Settled:
        settled = settle(around.clusters, clusters, former=around.former)
        self._ledger.members(kind, settled)
        return settled

    async def _publish(self, changed: frozenset[int], cases: Settled, persons: Settled) -> None:
        moved = {self._held.record_of[mention] for mention in persons.moved} | changed
        counted = {cases.members[record] for record in moved & cases.members.keys()}
        if outside := moved - cases.members.keys() - changed:
            counted.update((await self._repository.cases_of(outside)).values())
        named = {mention for record in changed for mention in self._held.mention_ids(record)}
        await self._ledger.write(counted)
        people = {persons.members[mention] for mention in named}
        await self._ledger.publish(sorted(changed), {"case": counted, "person": people})

    async def _read(self, record_ids: Iterable[int]) -> None:
        for record in await self._repository.records(self._held.missing(record_ids)):
            self._held.add(record)
