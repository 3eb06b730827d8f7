"""Linking everything anew: the same rules and the same result as record by record, reached in bulk.

What stood before is read only to keep ids and to write differences.
"""

import asyncio
import gc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from app.reconciliation.batch_pairs import BatchPairs, PairEdges
from app.reconciliation.bulk import BulkRepository, Keys
from app.reconciliation.engine import DuckDBEngine, Engine
from app.reconciliation.held import Held
from app.reconciliation.ledger import Ledger
from app.reconciliation.neighbourhood import (
    Kind,
    Resolved,
    Settled,
    Weighed,
    Weights,
    decisions_of,
    settle,
    settle_cases,
    settle_persons,
)
from app.reconciliation.repository import LinkRepository
from app.reconciliation.resolve import (
    Decisions,
    pair,
)
from app.reconciliation.rivals import without_rivals
from app.reconciliation.scoring import Model

Wanted = Mapping[Kind, Mapping[int, UUID]]
MakeEngine = Callable[[], Engine]


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
        self._wanted: Wanted = {}
        self._engine: MakeEngine = DuckDBEngine

    async def run(
        self, changed: Sequence[int], wanted: Wanted | None = None, engine: MakeEngine = DuckDBEngine
    ) -> int:
        """``changed``: records of which the change feed speaks. The number of records held.

        ``wanted``: ids that members are to have rather than those they have, where a cluster can have them.
        """
        self._wanted, self._engine = wanted or {}, engine
        with _no_collection():
            return await self._run(changed)

    async def _run(self, changed: Sequence[int]) -> int:
        held = await self._bulk.held()
        keys = [await self._bulk.mention_keys(), await self._bulk.record_keys()]
        decided = {kind: decisions_of(await self._repository.decisions(kind)) for kind in KINDS}
        work = Work(held, keys, decided, self._model, self._engine)
        cases = await self._keep("case", await asyncio.to_thread(work.cases))
        persons = await self._keep("person", await asyncio.to_thread(work.persons))
        await self._publish(held, changed, cases, persons)
        return len(held.records)

    async def _keep(self, kind: Kind, found: Conclusion) -> Settled:
        before = await self._bulk.edges(kind)
        self._ledger.edges(kind, before, found.weights, found.resolved.judged)
        stood, former = await self._bulk.clusters(kind), await self._bulk.former(kind)
        settled = settle(stood, found.resolved.clusters, self._wanted.get(kind), former)
        self._ledger.members(kind, settled)
        return settled

    async def _publish(self, held: Held, changed: Sequence[int], cases: Settled, persons: Settled) -> None:
        records = {held.record_of[m] for m in persons.moved if m in held.record_of}.union(changed)
        counted: set[UUID] = {cases.members[r] for r in records if r in cases.members}
        named = {m for record in changed for m in held.mention_ids(record)}
        await self._ledger.write(counted, everything=True)
        people = {persons.members[m] for m in named}
        await self._ledger.publish(changed, {"case": counted, "person": people})


@contextmanager
def _no_collection() -> Iterator[None]:
    """Millions of objects that live to the end: to look for cycles among them costs a third of the run."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


KINDS: tuple[Kind, ...] = ("case", "person")


class Work:
    """The computing of a run, in two steps: cases, then persons in them.

    ``keys`` (of mentions, of records) is emptied as soon as they are taken over: no room for them twice.
    """

    def __init__(
        self,
        held: Held,
        keys: list[Keys],
        decided: dict[Kind, Decisions],
        model: Model,
        engine: MakeEngine = DuckDBEngine,
    ) -> None:
        self._held = held
        self._keys = keys
        self._decided = decided
        self._model = model
        self._make_engine = engine
        self._case_of: dict[int, int] = {}
        self._pairs: BatchPairs | None = None

    def cases(self) -> Conclusion:
        of_mentions, of_records = self._keys
        self._pairs = BatchPairs(self._held, (of_mentions, of_records), self._model, self._make_engine())
        self._keys.clear()
        del of_mentions, of_records
        edges, known = _weights(self._pairs.record_edges())
        weighed = Weighed(edges, edges, known)
        decided = self._decided["case"]
        resolved = settle_cases(self._held, self._held.records, weighed, decided, self._model)
        for place, cluster in enumerate(resolved.clusters):
            self._case_of.update(dict.fromkeys(cluster, place))
        return Conclusion(weighed.edges, resolved)

    def persons(self) -> Conclusion:
        held, model = self._held, self._model
        weights: Weights = {}
        known: Weights = {}
        if self._pairs is not None:
            weights, known = _weights(self._pairs.person_edges(self._case_of))
            self._pairs.close()
        weighed = Weighed(weights, _effective(held.record_of, weights), known)
        resolved = settle_persons(held, held.mentions, weighed, self._decided["person"], model)
        return Conclusion(weights, resolved)


def _weights(found: PairEdges) -> tuple[Weights, Weights]:
    """Weight and evidence by pair."""
    pairs = list(zip(found.a.tolist(), found.b.tolist(), strict=True))
    columns = (found.weights.tolist(), found.known.tolist())
    weights, known = (dict(zip(pairs, column, strict=True)) for column in columns)
    return weights, known


def _effective(record_of: Mapping[int, int], weights: Weights) -> Weights:
    """``without_rivals`` of everything; most edges stand alone between their records, and are told apart by
    counting."""
    between = Counter(pair(record_of[a], record_of[b]) for a, b in weights)
    rivals = {
        (a, b): weight for (a, b), weight in weights.items() if between[pair(record_of[a], record_of[b])] > 1
    }
    return weights | without_rivals(record_of, rivals)
