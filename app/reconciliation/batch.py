"""Linking everything anew: the same rules and the same result as record by record, reached in bulk.

What stood before is read only to keep ids and to write differences.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.reconciliation.batch_pairs import BatchPairs, PeopleWeights
from app.reconciliation.bulk import BulkRepository, Keys
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
from app.reconciliation.reports import Prospect, concluded, edge_weight, people_level, prospect
from app.reconciliation.repository import LinkRepository
from app.reconciliation.resolve import Decisions, Pair, pair, person_weight, without_rivals
from app.reconciliation.scoring import Model
from schemas.vocabulary import Feed, Role


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
        weights = self._case_edges(self._pairs)
        resolved = settle_cases(self._held, self._held.records, weights, self._decided["case"], self._model)
        for place, cluster in enumerate(resolved.clusters):
            self._case_of.update(dict.fromkeys(cluster, place))
        return Conclusion(weights, resolved)

    def _case_edges(self, pairs: BatchPairs) -> Weights:
        """As ``edge_weight`` gives them one by one, with the people of all pairs weighed at once."""
        edges: Weights = {}
        found: list[tuple[Pair, Prospect]] = []
        for a, b in pairs.record_pairs():
            x, y = self._held.report(a), self._held.report(b)
            if not (x.makes_case and y.makes_case):
                edges[(a, b)] = edge_weight(x, y, self._model)
            elif (prospective := prospect(x, y, self._model)) is not None:
                found.append(((a, b) if x.name < y.name else (b, a), prospective))
        people = pairs.people([key for key, _ in found])
        for place, ((a, b), prospective) in enumerate(found):
            calls = Feed.LINEA_1818 in (self._held.report(a).feed, self._held.report(b).feed)
            victims = _level(people.get((place, Role.VICTIM)), calls)
            suspects = _level(people.get((place, Role.SUSPECT)), calls)
            edges[pair(a, b)] = concluded(prospective, victims, suspects, self._model)
        return {key: weight for key, weight in edges.items() if weight >= self._model.case.lower}

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


def _level(weights: PeopleWeights | None, calls: bool) -> str:
    return people_level(weights, calls) if weights else "unknown"
