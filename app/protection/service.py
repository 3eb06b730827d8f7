"""Duties towards the people in the registry (Ley 29733): erasure, retention and legal holds.

Everything is witnessed in the transaction that does it. Who asks is an operator at the command line, by
order of an instrument whose number is kept; what was erased is gone from the registry, from matching, from
later deliveries, and with it the reasons of reviewers who decided on its records.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID, uuid4

from app.audit.acts import Act, ActKind, thing
from app.audit.console import CONSOLE
from app.audit.entries import EntryService
from app.audit.log import MerkleLog
from app.audit.service import AuditLog
from app.core.clock import Clock
from app.db.engine import Database, WriteSession
from app.ingestion.erasing import Erased
from app.ingestion.service import IngestionService
from app.models.protection import Erasure, LegalHold
from app.protection import repository
from app.protection.errors import HoldUnknown, InstrumentMissing, UnderLegalHold
from app.protection.repository import ProtectionRepository
from app.protection.retention import POLICY, Keeping, RetentionPolicy
from app.reconciliation.review.reasons import forget_reasons
from app.registry.identity import IdentityService
from app.registry.service import RegistryService
from app.security.reach import EVERYTHING
from app.security.sealing import Sealer
from schemas.audit import AuditEntryItem
from schemas.protection import PersonExport

CHUNK: Final = 200  # records erased in one transaction
_PAGE: Final = 500
_INSTRUMENT: Final = range(3, 101)  # characters


class Linker(Protocol):
    async def link_now(self, session: WriteSession, record_ids: Sequence[int]) -> None: ...
    async def link_pending(self) -> object: ...


@dataclass(frozen=True, slots=True)
class Orderer:
    """Who does it, and by which instrument."""

    by: str
    instrument: str

    def __post_init__(self) -> None:
        if len(self.instrument.strip()) not in _INSTRUMENT or not self.instrument.isprintable():
            raise InstrumentMissing


@dataclass(frozen=True, slots=True)
class Tools:
    database: Database
    ingestion: IngestionService
    linker: Linker
    audit: AuditLog
    merkle: MerkleLog
    sealer: Sealer
    clock: Clock


class ProtectionService:
    def __init__(self, tools: Tools, policy: RetentionPolicy = POLICY) -> None:
        self._tools = tools
        self._policy = policy

    async def erase_person(self, person_id: UUID, orderer: Orderer) -> Erased:
        """The identity of one person, in every record that names them, for good.

        Raises ``UnderLegalHold``, and what the registry raises of an id that stands for nobody.
        """
        async with self._tools.database.write() as session:
            await RegistryService(session).person(person_id)
            found = await ProtectionRepository(session).mentions_of_person(person_id)
            await self._assert_free(session, [row["record_id"] for row in found])
            erased = await self._tools.ingestion.erase_identities(
                session, [row["mention_id"] for row in found]
            )
            await self._tools.linker.link_now(session, erased.records)
            await self._keep(session, "order", orderer, erased, thing("person", person_id))
        return erased

    async def export_person(self, person_id: UUID, orderer: Orderer) -> PersonExport:
        """All that is held of one person, and all accesses to it, this one included.

        Raises what the registry raises of an id that stands for nobody.
        """
        tools = self._tools
        async with tools.database.write() as session:
            held = await RegistryService(session).person(person_id)
            await self._witness(session, orderer, thing("person", person_id), kind=ActKind.EXPORT)
        await tools.merkle.sequence()
        async with tools.database.read() as session:
            accesses = await _all_accesses(EntryService(session, tools.audit), person_id)
            # Last: from there on the session sees what callers see, and the log is not theirs.
            identity = await IdentityService(session, tools.sealer).open(person_id, EVERYTHING)
        return PersonExport(
            made_at=tools.clock.now(),
            instrument=orderer.instrument.strip(),
            identity=identity,
            held=held,
            accesses=accesses,
        )

    async def due(self, limit: int = CHUNK, after: int = 0) -> list[int]:
        """Row ids of records whose identities outlived the retention policy, without those under a hold."""
        now = self._tools.clock.now()
        before = {keeping: self._policy.before(keeping, now) for keeping in Keeping}
        async with self._tools.database.read() as session:
            return await ProtectionRepository(session).due(before, after, limit)

    async def erase_due(self, by: str) -> int:
        """Everything that is due, in chunks; how many records. May be interrupted and run again."""
        orderer, done = Orderer(by, f"retention-{self._policy.number}"), 0
        while records := await self.due():
            await self._erase_records(records, orderer)
            done += len(records)
        if done:
            await self._tools.linker.link_pending()
        return done

    async def hold(self, record_ids: Sequence[int], orderer: Orderer) -> tuple[UUID, ...]:
        """Nothing of these records, nor of the cases they stand in, is erased until the holds are lifted."""
        holds = [
            LegalHold(
                id=uuid4(), record_id=record_id, instrument=orderer.instrument.strip(), placed_by=orderer.by
            )
            for record_id in sorted(set(record_ids))
        ]
        async with self._tools.database.write() as session:
            await repository.keep_holds(session, holds)
            await self._witness(session, orderer, *(thing("hold", hold.id) for hold in holds))
        return tuple(hold.id for hold in holds)

    async def hold_case(self, case_id: UUID, orderer: Orderer) -> tuple[UUID, ...]:
        """Raises what the registry raises of an id that stands for no case."""
        async with self._tools.database.read() as session:
            await RegistryService(session).case(case_id)
            records = await ProtectionRepository(session).records_of_case(case_id)
        return await self.hold(records, orderer)

    async def lift(self, hold_id: UUID, orderer: Orderer) -> None:
        """Raises ``HoldUnknown``."""
        async with self._tools.database.write() as session:
            if not await repository.lift(session, hold_id, orderer.by, self._tools.clock.now()):
                raise HoldUnknown
            await self._witness(session, orderer, thing("hold", hold_id), outcome="lifted")

    async def holds(self) -> Sequence[LegalHold]:
        """Those in force, the oldest first."""
        async with self._tools.database.read() as session:
            return await ProtectionRepository(session).holds()

    async def _erase_records(self, record_ids: Sequence[int], orderer: Orderer) -> None:
        async with self._tools.database.write() as session:
            await self._assert_free(session, record_ids)
            mentions = await ProtectionRepository(session).mentions_of_records(record_ids)
            erased = await self._tools.ingestion.erase_identities(session, mentions, record_ids)
            things = [thing("record", record_id) for record_id in erased.records]
            await self._keep(session, "retention", orderer, erased, *things)

    async def _assert_free(self, session: WriteSession, record_ids: Sequence[int]) -> None:
        if count := await ProtectionRepository(session).held(record_ids):
            raise UnderLegalHold(count=count)

    async def _keep(
        self, session: WriteSession, ground: str, orderer: Orderer, erased: Erased, *things: str
    ) -> None:
        erasure = Erasure(
            id=uuid4(),
            ground=ground,
            instrument=orderer.instrument.strip(),
            done_by=orderer.by,
            records=len(erased.records),
            mentions=erased.mentions,
        )
        await repository.keep_erasure(session, erasure)
        emptied = [thing("review_decision", act) for act in await forget_reasons(session, erased.records)]
        await self._witness(session, orderer, thing("erasure", erasure.id), *things, *emptied)

    async def _witness(
        self,
        session: WriteSession,
        orderer: Orderer,
        *things: str,
        outcome: str = "done",
        kind: ActKind = ActKind.ERASURE,
    ) -> None:
        act = Act(kind, CONSOLE, officer=orderer.by, objects=things, outcome=outcome)
        await self._tools.audit.witness(session, act)


async def _all_accesses(entries: EntryService, person_id: UUID) -> tuple[AuditEntryItem, ...]:
    found: list[AuditEntryItem] = []
    after = -1
    while True:
        page = await entries.accesses(person_id, after, _PAGE)
        found.extend(page.items)
        if page.next is None:
            return tuple(found)
        after = int(page.next)
