"""The composition root: the only place that knows settings and every service, and puts them together.

``build_services`` composes and touches nothing; ``open_services`` also starts what has to run, and stops it.
A stage adds its service as one field of ``Services`` and one line in ``build_services``.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from importlib.metadata import PackageNotFoundError, version

from adapters.catalog import CATALOG
from adapters.sistra.pull import Source
from adapters.transport.spill import spill_into
from app.audit import jobs as audit_jobs
from app.audit.console import permission_witness
from app.audit.log import MerkleLog, Signers
from app.audit.note import Signer
from app.audit.service import AuditLog
from app.audit.unusual import UnusualReadings
from app.core.clock import Clock, SystemClock
from app.core.errors import SettingsInvalid
from app.core.garbage import collect_seldom
from app.core.queue import Every, Handler, Options, Worker
from app.core.settings import Settings
from app.db import migrate, own_role
from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database
from app.ingestion import jobs as ingestion_jobs
from app.ingestion.pulling import Puller
from app.ingestion.service import IngestionService
from app.ingestion.tools import Limits, Tools
from app.lifecycle.parts import Lifecycle
from app.lifecycle.service import ModelService
from app.protection.service import ProtectionService
from app.protection.service import Tools as ProtectionTools
from app.reconciliation.explanations import Explanations
from app.reconciliation.indexer import FeatureIndexer
from app.reconciliation.review.rules import Policy
from app.reconciliation.review.service import Tools as ReviewTools
from app.reconciliation.running import Models
from app.reconciliation.service import ReconciliationService
from app.releases.making import jobs as making_jobs
from app.releases.making.service import MakingService
from app.releases.service import ReleaseService
from app.releases.signing import ReleaseSigner
from app.security import housekeeping, installation
from app.security.access import build_access
from app.security.blind import BlindIndex
from app.security.clients import ClientService
from app.security.gate import Gate
from app.security.glass import Glass
from app.security.granting import Authorisation
from app.security.key_store import KeyProvider, PlainFile
from app.security.keyring import KeyRing
from app.security.pace import IdentityPace
from app.security.request_pace import RequestPace
from app.security.rings import RingFile
from app.security.rotation import Rotation, rotation_jobs
from app.security.sealing import Sealer
from app.security.transit import Transit, TransitAddress
from app.shell.readiness import Readiness


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that an entry point (API, worker, command) works with."""

    settings: Settings
    clock: Clock
    database_url: str
    database: Database
    keyring: KeyRing
    rotation: Rotation
    sealer: Sealer
    blind: BlindIndex
    clients: ClientService
    gate: Gate
    authorisation: Authorisation
    readiness: Readiness
    audit: AuditLog
    merkle: MerkleLog
    indexer: FeatureIndexer
    linker: ReconciliationService
    explanations: Explanations
    lifecycle: Lifecycle
    glass: Glass
    identity_pace: IdentityPace
    request_pace: RequestPace
    unusual: UnusualReadings
    review: ReviewTools
    ingestion: IngestionService
    protection: ProtectionService
    releases: ReleaseService
    making: MakingService
    puller_from: Callable[[Source], Puller]
    puller: Puller | None  # None: no source to pull from is configured


def build_services(
    settings: Settings, database_url: str, database: Database, keys: KeyRing | RingFile, clock: Clock
) -> Services:
    keyring, renew = (keys.keyring, keys.renewed) if isinstance(keys, RingFile) else (keys, None)
    sealer, blind = Sealer(keyring, renew), BlindIndex(keyring)
    models, audit = Models(), AuditLog(clock, sealer, blind)
    merkle = _merkle(database, settings, keys)
    access = build_access(settings, database, keys, clock, permission_witness(audit))
    indexer = FeatureIndexer(blind)
    linker = ReconciliationService(database, sealer, indexer, models)
    tools = _tools(settings, database, (sealer, blind), (indexer, linker), clock)
    ingestion = IngestionService(tools)
    puller_from = partial(Puller, tools, ingestion)
    releases = ReleaseService(database, audit, _release_signer(keyring), clock, program_version())
    return Services(
        settings=settings,
        clock=clock,
        database_url=database_url,
        database=database,
        keyring=keyring,
        rotation=Rotation(database, sealer),
        sealer=sealer,
        blind=blind,
        clients=access.clients,
        gate=access.gate,
        authorisation=access.authorisation,
        readiness=Readiness(database, partial(_up_to_date, database_url)),
        audit=audit,
        merkle=merkle,
        indexer=indexer,
        linker=linker,
        explanations=Explanations(sealer, models),
        lifecycle=Lifecycle(database, sealer, ModelService(database, linker, models, audit)),
        glass=Glass(database, clock),
        identity_pace=IdentityPace(database, clock, settings.identities_per_officer_hour),
        request_pace=access.pace,
        unusual=UnusualReadings(database, audit, clock, settings.identities_unusual_day),
        review=ReviewTools(linker, sealer, blind, clock, review_policy_of(settings)),
        ingestion=ingestion,
        protection=ProtectionService(
            ProtectionTools(database, ingestion, linker, audit, merkle, sealer, clock)
        ),
        releases=releases,
        making=MakingService(database, releases, audit, clock),
        puller_from=puller_from,
        puller=puller_from(source) if (source := source_of(settings)) else None,
    )


def _tools(
    settings: Settings,
    database: Database,
    keys: tuple[Sealer, BlindIndex],
    matching: tuple[FeatureIndexer, ReconciliationService],
    clock: Clock,
) -> Tools:
    (sealer, blind), (indexer, linker) = keys, matching
    return Tools(
        database=database,
        sealer=sealer,
        blind=blind,
        indexer=indexer,
        linker=linker,
        catalog=CATALOG,
        spill=spill_into(),
        clock=clock,
        limits=Limits(body_bytes=settings.upload_limit_bytes),
    )


def _merkle(database: Database, settings: Settings, keys: KeyRing | RingFile) -> MerkleLog:
    def signers(ring: KeyRing) -> tuple[Signer, ...]:
        return tuple(Signer(settings.audit_origin, key.secret) for key in ring.audit.all())

    if isinstance(keys, KeyRing):
        return MerkleLog(database, Signers(*signers(keys)), settings.audit_folder)
    look = keys.another().renewed

    def renewed() -> tuple[Signer, ...] | None:
        ring = look()
        return None if ring is None else signers(ring)

    return MerkleLog(database, Signers(*signers(keys.keyring), renew=renewed), settings.audit_folder)


def _release_signer(keyring: KeyRing) -> ReleaseSigner:
    keys = keyring.release
    return ReleaseSigner(keys.current.id, {key.id: key.secret for key in keys.all()})


def program_version() -> str:
    try:
        return version("intertrata")
    except PackageNotFoundError:  # run from a checkout that was not installed
        return "0"


def key_provider_of(settings: Settings) -> KeyProvider:
    """What protects the keys at rest: the configured transit engine, else the private file itself.

    Raises ``SettingsInvalid`` where an engine is named without a token for it.
    """
    if settings.keys_transit_url is None:
        return PlainFile()
    if settings.keys_transit_token_file is None:
        raise SettingsInvalid(names="keys_transit_token_file")
    address = TransitAddress(
        url=settings.keys_transit_url,
        key=settings.keys_transit_key,
        token_file=settings.keys_transit_token_file,
        mount=settings.keys_transit_mount,
        namespace=settings.keys_transit_namespace,
        ca_file=settings.keys_transit_ca_file,
    )
    return Transit(address)


def source_of(settings: Settings) -> Source | None:
    """Where SISTRA is pulled from, if that is configured."""
    if settings.sistra_url is None or settings.sistra_token_file is None:
        return None
    return Source(settings.sistra_url, settings.sistra_token_file.read_text().strip())


def review_policy_of(settings: Settings) -> Policy:
    return Policy(
        two_persons=settings.review_two_persons,
        members=settings.review_two_persons_members,
        lease=timedelta(minutes=settings.review_lease_minutes),
    )


async def _up_to_date(database_url: str) -> bool:
    return (await migrate.status(database_url)).up_to_date


def jobs_of(services: Services) -> Mapping[str, Handler]:
    """What a worker can do, by name of job; a stage adds its own here."""
    return {
        **audit_jobs.jobs(services.merkle),
        **ingestion_jobs.jobs(services.ingestion, services.puller),
        **making_jobs.jobs(services.making),
        **rotation_jobs(services.rotation),
        **housekeeping.jobs(services.database, timedelta(days=services.settings.queue_log_days)),
    }


def schedules_of(services: Services) -> tuple[Every, ...]:
    """What a worker enqueues by itself; a stage adds its own here."""
    cron = services.settings.sistra_cron if services.puller else None
    return (*audit_jobs.SCHEDULES, *housekeeping.SCHEDULES, *ingestion_jobs.schedules(cron))


async def run_worker(services: Services, stop: asyncio.Event) -> None:
    """Work the queue until ``stop`` is set, and finish what is under way."""
    options = Options(concurrency=services.settings.worker_concurrency)
    worker = Worker(services.database_url, jobs_of(services), options, schedules_of(services))
    await worker.run(stop)


@contextmanager
def running_database(settings: Settings) -> Iterator[str]:
    """The database's address: the given one, else that of the embedded server's owner, kept running
    meanwhile."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    with _embedded(settings) as url:
        yield url


def _embedded(settings: Settings) -> EmbeddedPostgres:
    return EmbeddedPostgres(settings.home, binaries=settings.postgres_binaries)


@asynccontextmanager
async def open_services(
    settings: Settings, clock: Clock | None = None, *, only_answers: bool = False
) -> AsyncIterator[Services]:
    """Services ready to work. The embedded database is brought up to date; a given one must be already.
    ``only_answers``: no statement takes longer than a request may.

    Raises ``NotMigrated``, ``KeyStoreError``, ``KeysOfAnotherInstallation`` or whatever keeps the database
    from starting.
    """
    collect_seldom()
    ring = RingFile(settings.home, key_provider_of(settings))
    running = running_database(settings)
    url = await asyncio.to_thread(running.__enter__)
    try:
        url = await _prepared(settings, url)
        seconds = settings.request_seconds if only_answers else None
        database = Database(url, pool_size=settings.database_pool_size, statement_seconds=seconds)
        try:
            await installation.claim(database, ring.keyring)
            yield build_services(settings, url, database, ring, clock or SystemClock())
        finally:
            await database.close()
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)


async def _prepared(settings: Settings, url: str) -> str:
    """The address to work with: the embedded server's owner migrates and grants, and does no more."""
    if settings.database_url is None:
        migrated = await migrate.upgrade(url)
        password = await asyncio.to_thread(_embedded(settings).working_password)
        return await own_role.working_address(url, password, migrated.head)
    if not await _up_to_date(url):
        raise migrate.NotMigrated
    return url
