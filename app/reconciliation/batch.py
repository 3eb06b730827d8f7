"""Linking everything anew: the same rules and the same result as record by record, reached in bulk.

What stood before is read only to keep ids and to write differences.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.reconciliation.batch_pairs import BatchPairs
from app.reconciliation.bulk import BulkRepository, Keys
from app.reconciliation.features import MentionFeatures
from app.reconciliation.held import Held
from app.reconciliation.ledger import Ledger
from app.reconciliation.neighbourhood import (
    Kind,
    Resolved,
    Settled,
    Weights,
    decisions_of,
    person_node,
    settle,
    settle_cases,
    settle_persons,
)
from app.reconciliation.reports import edge_weight, may_link
from app.reconciliation.repository import LinkRepository
from app.reconciliation.resolve import Decisions, Pair, pair, person_weight, without_rivals
from app.reconciliation.scoring import Model


@dataclass(frozen=True, slots=True)
class Conclusion:
    weights: Weights
    resolved: Resolved


class FullLinking:
    """One run over everything, under the linking lock. Long computing is done beside the event loop."""

    def __init__(
        self, repository: LinkRepository, bulk: BulkRepository, ledger: Ledger, model: Model
    ) -> None:
        self._repository = repository
        self._bulk = bulk
        self._ledger = ledger
        self._model = model

    async def run(self, changed: Sequence[int]) -> int:
        """``changed``: records of which the change feed speaks. The number of records held."""
        held = await self._bulk.held()
        keys = (await self._bulk.mention_keys(), await self._bulk.record_keys())
        decided = {kind: decisions_of(await self._repository.decisions(kind)) for kind in KINDS}
        work = Work(held, keys, decided, self._model)
        cases = await self._keep("case", await asyncio.to_thread(work.cases))
        persons = await self._keep("person", await asyncio.to_thread(work.persons))
        await self._publish(held, changed, cases, persons)
        return len(held.records)

    async def _keep(self, kind: Kind, found: Conclusion) -> Settled:
        before = await self._bulk.edges(kind)
        self._ledger.edges(kind, before, found.weights, found.resolved.judged)
        settled = settle(await self._bulk.clusters(kind), found.resolved.clusters)
        self._ledger.members(kind, settled)
        return settled

    async def _publish(self, held: Held, changed: Sequence[int], cases: Settled, persons: Settled) -> None:
        records = {held.record_of[m] for m in persons.moved if m in held.record_of}.union(changed)
        counted: set[UUID] = {cases.members[r] for r in records if r in cases.members}
        named = {m for record in changed for m in held.mention_ids(record)}
        await self._ledger.write(counted)
        people = {persons.members[m] for m in named}
        await self._ledger.publish(changed, {"case": counted, "person": people})


KINDS: tuple[Kind, ...] = ("case", "person")


class Work:
    """The computing of a run, in two steps: cases, then persons in them."""

    def __init__(
        self, held: Held, keys: tuple[Keys, Keys], decided: dict[Kind, Decisions], model: Model
    ) -> None:
        self._held = held
        self._keys = keys
        self._decided = decided
        self._model = model
        self._case_of: dict[int, int] = {}
        self._pairs: BatchPairs | None = None

    def cases(self) -> Conclusion:
        self._pairs = BatchPairs(self._held, *self._keys, self._model)
        records = self._held.records
        gated = [
            (a, b) for a, b in self._pairs.record_pairs() if may_link(records[a].report, records[b].report)
        ]
        weights = self._case_edges(gated, self._pairs.score(gated))
        resolved = settle_cases(self._held, records, weights, self._decided["case"], self._model)
        for place, cluster in enumerate(resolved.clusters):
            self._case_of.update(dict.fromkeys(cluster, place))
        return Conclusion(weights, resolved)

    def _case_edges(self, gated: Sequence[Pair], scored: dict[Pair, float]) -> Weights:
        mention_of = {id(features): mention for mention, features in self._held.mentions.items()}

        def weigh(x: MentionFeatures, y: MentionFeatures) -> float:
            return scored[pair(mention_of[id(x)], mention_of[id(y)])]

        edges: Weights = {}
        for a, b in gated:
            weight = edge_weight(self._held.report(a), self._held.report(b), self._model, weigh)
            if weight >= self._model.case.lower:
                edges[(a, b)] = weight
        return edges

    def persons(self) -> Conclusion:
        held, model = self._held, self._model
        nodes = {mention: person_node(held, mention) for mention in held.mentions}
        weights: Weights = {}
        if self._pairs is not None:
            for a, b, bits, together in self._pairs.likely(self._case_of):
                weight = person_weight(nodes[a], nodes[b], together, model, bits)
                if weight >= model.person.lower:
                    weights[(a, b)] = weight
            self._pairs.close()
        effective = without_rivals(held.record_of, weights)
        decided = self._decided["person"]
        resolved = settle_persons(held, held.mentions, weights, effective, decided, model)
        return Conclusion(weights, resolved)
