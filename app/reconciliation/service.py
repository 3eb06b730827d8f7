"""Matching as other stages use it: link what changed, now or later; link all anew; say a record's case.

One linking at a time: each takes the linking lock for its transaction and reads only what is committed then.
Records that are being written meanwhile stay dirty and are linked next.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import text

from app.core.raw import raw_connection
from app.db.engine import Database, ReadSession, WriteSession
from app.reconciliation import blocking
from app.reconciliation.errors import DecisionPointless, DecisionUnknown
from app.reconciliation.indexer import FeatureIndexer
from app.reconciliation.ledger import Decision, Ledger
from app.reconciliation.linking import Linking
from app.reconciliation.rekeying import Rekeying
from app.reconciliation.repository import LinkRepository
from app.reconciliation.scoring import Model
from app.security.sealing import Sealer

CHUNK: Final = 500  # records linked in one transaction: others wait no longer than that takes
FULL_SHARE: Final = 0.15  # of the records held: above it the run over everything is the shorter way
FULL_LEAST: Final = 2_000  # dirty records below which it never is

# So much was written that what the planner knows is of another database; readers would wait twice as long.
_ANALYZE: Final = "ANALYZE record, report, mention, case_member, person_member, case_entity, person_entity"

_TOTALS: Final = """
SELECT (SELECT count(*) FROM case_entity) AS cases, (SELECT count(*) FROM person_entity) AS persons,
       (SELECT count(*) FROM link_dirty) AS pending
"""

Progress = Callable[[int, int], None]  # records linked, records to link


@dataclass(frozen=True, slots=True)
class LinkSummary:
    """What a run linked; ``full`` where it computed everything anew."""

    records: int
    full: bool


class ReconciliationService:
    """Fulfils ``app.ingestion.ports.Linker``."""

    def __init__(
        self, database: Database, sealer: Sealer, indexer: FeatureIndexer, model: Model | None = None
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._indexer = indexer
        self._model = model or Model.load()

    async def link_now(self, session: WriteSession, record_ids: Sequence[int]) -> None:
        """Link these records inside the caller's transaction, as far as they changed.

        Where another model, or other blocking rules, made what stands, they stay dirty for the run over
        everything.
        """
        repository, ledger = await self._tools(session)
        await repository.lock()
        if await self._model_stands(repository):
            await Linking(repository, ledger, self._model).run(record_ids)
            await repository.clean(record_ids)

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

    async def reconcile_full(self, progress: Progress | None = None) -> LinkSummary:
        """Everything anew from records, decisions and model; ids are kept. One transaction."""
        # DuckDB and Arrow take a second to load, which other commands need not wait for.
        from app.reconciliation.batch import FullLinking
        from app.reconciliation.bulk import BulkRepository

        if await self._other_rules():
            await Rekeying(self._database, self._sealer, self._indexer).run()
        async with self._database.write() as session:
            repository, ledger = await self._tools(session)
            await repository.lock()
            bulk = BulkRepository(await raw_connection(session), self._sealer)
            seen = await repository.dirty(None)
            records = await FullLinking(repository, bulk, ledger, self._model).run(sorted(seen))
            await repository.set_state(*self._ways)
            await repository.clean_seen(seen)
            await session.execute(text(_ANALYZE))
        if progress:
            progress(records, records)
        return LinkSummary(records, full=True)

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

    async def decide(self, session: WriteSession, decision: Decision) -> None:
        """Write a reviewer's decision into the ledger and link what it touches, in the caller's transaction.

        Raises ``DecisionPointless`` or ``DecisionUnknown`` where the pair is none.
        """
        if decision.a == decision.b:
            raise DecisionPointless
        repository, ledger = await self._tools(session)
        await repository.lock()
        records = await repository.records_behind(decision.kind, decision.pair)
        if records is None:
            raise DecisionUnknown
        await ledger.decision(decision)
        await Linking(repository, ledger, self._model).run(records)

    async def _tools(self, session: WriteSession) -> tuple[LinkRepository, Ledger]:
        connection = await raw_connection(session)
        return LinkRepository(connection, self._sealer), Ledger(connection, self._model.version)

    async def _model_stands(self, repository: LinkRepository) -> bool:
        standing = await repository.state()
        if standing is None:
            await repository.set_state(*self._ways)
        return standing in (None, self._ways)

    @property
    def _ways(self) -> tuple[str, str]:
        """What makes the links, beside records and decisions."""
        return self._model.version, blocking.VERSION

    async def _other_rules(self) -> bool:
        async with self._database.write() as session:
            repository, _ = await self._tools(session)
            standing = await repository.state()
        return standing is not None and standing[1] != blocking.VERSION

    async def _pending(self) -> tuple[int, bool]:
        """How many records are dirty, and whether linking everything is the shorter way."""
        async with self._database.write() as session:
            repository, _ = await self._tools(session)
            dirty, records = await repository.sizes()
            standing = await repository.state()
        if not dirty:
            return 0, False
        many = dirty >= FULL_LEAST and dirty >= FULL_SHARE * records
        return dirty, many or standing not in (None, self._ways)

    async def _link_chunk(self, after: int) -> tuple[int, int]:
        """How many were linked, and the last of them."""
        async with self._database.write() as session:
            repository, ledger = await self._tools(session)
            await repository.lock()
            seen = await repository.dirty(CHUNK, after)
            if not seen or not await self._model_stands(repository):
                return 0, after
            await Linking(repository, ledger, self._model).run(sorted(seen))
            await repository.clean_seen(seen)
            return len(seen), max(seen)
