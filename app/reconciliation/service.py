"""Matching as other stages use it: link what changed, now or later; link all anew; say a record's case.

One linking at a time: each takes the linking lock for its transaction and reads only what is committed then.
Records that are being written meanwhile stay dirty and are linked next.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import text

from app.core.raw import raw_connection
from app.db.engine import Database, ReadSession, WriteSession
from app.reconciliation import blocking
from app.reconciliation.errors import DecisionPointless, DecisionUnknown, RelinkingPending
from app.reconciliation.indexer import FeatureIndexer
from app.reconciliation.ledger import Decision, Ledger
from app.reconciliation.linking import Linking
from app.reconciliation.neighbourhood import KINDS, Kind, Settled
from app.reconciliation.rekeying import Rekeying
from app.reconciliation.repository import LinkRepository
from app.reconciliation.running import Models
from app.reconciliation.scoring import Model
from app.security.sealing import Sealer

if TYPE_CHECKING:
    from app.reconciliation.engine import Engine

CHUNK: Final = 500  # records linked in one transaction: others wait no longer than that takes
FULL_SHARE: Final = 0.15  # of the records held: above it the run over everything is the shorter way
FULL_LEAST: Final = 2_000  # dirty records below which it never is

# So much was written that what the planner knows is of another database; readers would wait twice as long.
_ANALYZE: Final = (
    "ANALYZE record, report, mention, case_member, person_member, case_entity, person_entity, person_case"
)

_TOTALS: Final = """
SELECT (SELECT count(*) FROM case_entity) AS cases, (SELECT count(*) FROM person_entity) AS persons,
       (SELECT count(*) FROM link_dirty) AS pending
"""

Progress = Callable[[int, int], None]  # records linked, records to link
Ids = Mapping[Kind, Mapping[int, UUID]]  # of records (case) and mentions (person)


@dataclass(frozen=True, slots=True)
class LinkSummary:
    """What a run linked; ``full`` where it computed everything anew."""

    records: int
    full: bool


@dataclass(frozen=True, slots=True)
class _Tools:
    """Of one transaction that links."""

    connection: Any
    repository: LinkRepository
    ledger: Ledger
    model: Model

    async def model_stands(self) -> bool:
        """Whether what stands was linked with the running model and blocking rules; of nothing, it was."""
        standing = await self.repository.state()
        if standing is None:
            await self.repository.set_model(self.model.version, blocking.VERSION)
        return standing in (None, (self.model.version, blocking.VERSION))


class ReconciliationService:
    """Fulfils ``app.ingestion.ports.Linker``. Which model links is asked anew in every transaction."""

    def __init__(
        self, database: Database, sealer: Sealer, indexer: FeatureIndexer, models: Models | None = None
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._indexer = indexer
        self._models = models or Models()

    async def link_now(self, session: WriteSession, record_ids: Sequence[int]) -> None:
        """Link these records inside the caller's transaction, as far as they changed.

        Where another model, or other blocking rules, made what stands, they stay dirty for the run over
        everything.
        """
        tools = await self._locked(session)
        if await tools.model_stands():
            await Linking(tools.repository, tools.ledger, tools.model).run(record_ids)
            await tools.repository.clean(record_ids)

    async def link_pending(self, progress: Progress | None = None) -> LinkSummary:
        """Link every record that is dirty when this is called, in transactions of its own."""
        dirty, full = await self._pending()
        if full:
            return await self.reconcile_full(progress)
        linked, last = 0, 0
        while True:
            done, last = await self._link_chunk(last)
            linked += done
            if not done:
                break
            if progress:
                progress(linked, max(linked, dirty))
        return LinkSummary(linked, full=False)

    async def reconcile_full(
        self, progress: Progress | None = None, engine: "Callable[[], Engine] | None" = None
    ) -> LinkSummary:
        """Everything anew from records, decisions and model; ids are kept. One transaction.

        ``engine`` makes what computes the sets; None: DuckDB. It is closed at the end.
        """
        other_rules = await self._other_rules()
        if other_rules:
            await Rekeying(self._database, self._sealer, self._indexer).run()
        async with self._database.write() as session:
            records = await self.relink(session, engine=engine)
            if other_rules:
                await (await self._locked(session)).repository.set_blocking(blocking.VERSION)
        if progress:
            progress(records, records)
        return LinkSummary(records, full=True)

    async def relink(
        self,
        session: WriteSession,
        wanted: Ids | None = None,
        engine: "Callable[[], Engine] | None" = None,
    ) -> int:
        """As ``reconcile_full``, in the caller's transaction; how many records are held.

        ``wanted``: ids that members stood under before, which clusters get back where they can.
        """
        # DuckDB and Arrow take a second to load, which other commands need not wait for.
        from app.reconciliation.batch import FullLinking
        from app.reconciliation.bulk import BulkRepository
        from app.reconciliation.bulk_ledger import BulkLedger
        from app.reconciliation.engine import DuckDBEngine

        tools = await self._locked(session)
        bulk = BulkRepository(tools.connection, self._sealer)
        seen = await tools.repository.dirty(None)
        ledger = BulkLedger(tools.connection, tools.model.version)
        linking = FullLinking(tools.repository, bulk, ledger, tools.model)
        records = await linking.run(sorted(seen), wanted, engine or DuckDBEngine)
        await tools.repository.set_model(tools.model.version, blocking.VERSION)
        await tools.repository.clean_seen(seen)
        await session.execute(text(_ANALYZE))
        return records

    async def hold(self, session: WriteSession) -> None:
        """Keep every other linking out, to the end of the caller's transaction."""
        await LinkRepository(await raw_connection(session), self._sealer).lock()

    async def case_of(self, session: ReadSession, record_id: int) -> UUID | None:
        """None where the record is in no case, or not linked yet."""
        found = await session.execute(
            text("SELECT case_id FROM case_member WHERE record_id = :id"), {"id": record_id}
        )
        return found.scalar_one_or_none()

    async def totals(self, session: ReadSession) -> dict[str, int]:
        """What stands: ``cases``, ``persons``, and ``pending`` records still to link."""
        row = (await session.execute(text(_TOTALS))).one()
        return {"cases": row.cases, "persons": row.persons, "pending": row.pending}

    async def retell(self, session: WriteSession, cases: Sequence[UUID], persons: Sequence[UUID]) -> None:
        """Compute anew what is told of these cases, and say so of them and the persons in the change feed.

        The caller has ``hold``.
        """
        tools = await self._locked(session)
        await tools.ledger.retell(cases, persons)

    async def decide(self, session: WriteSession, decision: Decision) -> None:
        """One reviewer's word on one pair; see ``decide_all``."""
        await self.decide_all(session, [decision])

    async def decide_all(
        self, session: WriteSession, decisions: Sequence[Decision]
    ) -> Mapping[Kind, Settled]:
        """Write words of reviewers into the ledger and link what they touch, in the caller's transaction;
        how cases and persons stand then, around them.

        Raises ``DecisionPointless`` or ``DecisionUnknown`` where a pair is none, ``RelinkingPending`` where
        another model computed what stands: nothing of two models is mixed.
        """
        if any(decision.a == decision.b for decision in decisions):
            raise DecisionPointless
        tools = await self._locked(session)
        if not await tools.model_stands():
            raise RelinkingPending
        records: set[int] = set()
        for kind in KINDS:
            ends = {end for decision in decisions if decision.kind == kind for end in decision.pair}
            behind = await tools.repository.records_behind(kind, ends)
            if behind is None:
                raise DecisionUnknown
            records.update(behind)
        await tools.ledger.decisions(decisions)
        await Linking(tools.repository, tools.ledger, tools.model).run(sorted(records))
        return tools.ledger.settled

    async def _locked(self, session: WriteSession) -> _Tools:
        """Under the linking lock, to the end of the caller's transaction."""
        connection = await raw_connection(session)
        repository = LinkRepository(connection, self._sealer)
        await repository.lock()
        model = await self._models.running(connection)
        return _Tools(connection, repository, Ledger(connection, model.version), model)

    async def _pending(self) -> tuple[int, bool]:
        """How many records are dirty, and whether linking everything is the shorter way."""
        async with self._database.write() as session:
            connection = await raw_connection(session)
            repository = LinkRepository(connection, self._sealer)
            dirty, records = await repository.sizes(FULL_LEAST)
            standing = await repository.state()
            running = ((await self._models.running(connection)).version, blocking.VERSION)
        if not dirty:
            return 0, False
        many = records is not None and dirty >= FULL_SHARE * records
        return dirty, many or standing not in (None, running)

    async def _other_rules(self) -> bool:
        """Whether keys that are held were made by other blocking rules than those that run."""
        async with self._database.write() as session:
            standing = await LinkRepository(await raw_connection(session), self._sealer).state()
        return standing is not None and standing[1] != blocking.VERSION

    async def _link_chunk(self, after: int) -> tuple[int, int]:
        """How many were linked, and the last of them."""
        async with self._database.write() as session:
            tools = await self._locked(session)
            seen = await tools.repository.dirty(CHUNK, after)
            if not seen or not await tools.model_stands():
                return 0, after
            await Linking(tools.repository, tools.ledger, tools.model).run(sorted(seen))
            await tools.repository.clean_seen(seen)
            return len(seen), max(seen)
