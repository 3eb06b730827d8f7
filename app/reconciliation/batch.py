"""Linking everything anew: the same rules and the same result as record by record, reached in bulk.

What stood before is read only to keep ids and to write differences.
"""

import asyncio
import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from app.reconciliation.batch_pairs import BatchPairs
from app.reconciliation.bulk import BulkRepository, Keys
from app.reconciliation.bulk_ledger import BulkLedger
from app.reconciliation.engine import DuckDBEngine, Engine
from app.reconciliation.held import Held
from app.reconciliation.keeping import settle_all
from app.reconciliation.neighbourhood import (
    Kind,
    Resolved,
    Settled,
    Weights,
    decisions_of,
)
from app.reconciliation.repository import LinkRepository
from app.reconciliation.resolve import Decisions
from app.reconciliation.scoring import Model
from app.reconciliation.settling import Partition, settle_mentions, settle_records

Wanted = Mapping[Kind, Mapping[int, UUID]]
MakeEngine = Callable[[], Engine]


@dataclass(frozen=True)
class Conclusion:
    """A partition, and for who looks at single edges the same by pair."""

    partition: Partition

    @cached_property
    def weights(self) -> Weights:
        return self.partition.weights()

    @cached_property
    def resolved(self) -> Resolved:
        return Resolved(self.partition.clusters(), self.partition.judged())


class FullLinking:
    """One run over everything, under the linking lock. Long computing is done beside the event loop."""

    def __init__(
        self, repository: LinkRepository, bulk: BulkRepository, ledger: BulkLedger, model: Model
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
        self._ledger.all_edges(kind, await self._bulk.edges(kind), found.partition)
        stood, former = await self._bulk.clusters(kind), await self._bulk.former(kind)
        settled = settle_all(stood, found.partition, self._wanted.get(kind), former)
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
        self._pairs: BatchPairs | None = None
        self._cases: Partition | None = None

    def cases(self) -> Conclusion:
        of_mentions, of_records = self._keys
        self._pairs = BatchPairs(self._held, (of_mentions, of_records), self._model, self._make_engine())
        self._keys.clear()
        del of_mentions, of_records
        edges = self._pairs.record_edges()
        self._cases = settle_records(self._held, edges, self._decided["case"], self._model)
        return Conclusion(self._cases)

    def persons(self) -> Conclusion:
        """After ``cases``."""
        assert self._pairs is not None and self._cases is not None  # noqa: PT018
        edges = self._pairs.person_edges(self._cases.labels)
        self._pairs.close()
        return Conclusion(settle_mentions(self._held, edges, self._decided["person"], self._model))
