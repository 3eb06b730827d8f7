"""The application works with the rights of ``docker/grants.sql``, and has no others."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from pgqueuer.queries import Queries

from adapters.sistra.pull import Source
from app.core.clock import FixedClock
from app.core.settings import Settings
from app.db import migrate
from app.db.engine import Database
from app.models import Base
from app.models.privacy import Privacy, columns_of
from app.reconciliation.links import export_links
from app.registry.service import RegistryService
from app.security import installation
from app.security.keyring import KeyRing, KeySet
from app.security.rotation import Rotation
from app.security.sealing import Sealer
from app.statistics.service import StatisticsService
from app.wiring import Services, build_services, run_worker
from schemas.ingestion import BatchStatus
from schemas.vocabulary import Feed
from support.databases import Server
from support.fake_sistra import TOKEN, fake_sistra
from support.ingestion_kit import NOW, parts, sample, sample_arrival
from support.roles import Deployment, deployed, may_create_roles
from support.sample_files import versions

LEDGERS = ("judgement", "change", "redirect", "record_version", "pin")
PATIENCE = 60  # seconds


@pytest_asyncio.fixture(scope="module")
async def deployment(server: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Deployment]:
    if not await may_create_roles(server.url):
        pytest.skip("the role of TEST_DATABASE_URL is no superuser: it cannot make the roles of a deployment")
    async with deployed(server, tmp_path_factory.mktemp("roles")) as made:
        yield made


@pytest_asyncio.fixture(scope="module")
async def services(
    deployment: Deployment, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Services]:
    keyring = KeyRing.generate()
    database = Database(deployment.app, pool_size=5)
    await installation.claim(database, keyring)
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    yield build_services(settings, deployment.app, database, keyring, FixedClock(NOW))
    await database.close()


async def statement(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def until_ended(services: Services, landed: list[BatchStatus]) -> list[BatchStatus]:
    """Worked by a real worker, out of the queue."""
    stop = asyncio.Event()
    worker = asyncio.create_task(run_worker(services, stop))
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                ended = [await services.ingestion.status(batch.id) for batch in landed]
                if all(batch.ended for batch in ended):
                    return ended
                await asyncio.sleep(0.1)
    finally:
        stop.set()
        await worker


async def test_all_work_is_done_under_the_application_role(services: Services, tmp_path: Path) -> None:
    service = services.ingestion
    client = await services.clients.create("Monitoreo", ["registry:read"])
    arrivals = [sample_arrival(feed, idempotency_key=f"k-{feed}") for feed in Feed]
    arrivals += [sample_arrival(feed, mode="validate") for feed in Feed]
    landed = [await service.land(each, parts(sample(each.feed))) for each in arrivals]
    assert {batch.state for batch in await until_ended(services, landed)} == {"done"}
    for body in versions(Feed.SISTRA):
        await service.put(sample_arrival(Feed.SISTRA, form=arrivals[1].form), body)
    with fake_sistra() as source:
        await services.puller_from(Source(source.address, TOKEN)).pull()
    for feed in Feed:
        await service.replay(feed)
    await services.linker.reconcile_full()
    async with services.database.read() as session:
        assert await export_links(session, tmp_path / "links.csv") > 0
        assert (await RegistryService(session).changes(0, 10)).items
        assert await StatisticsService(session).overview(None, None)
    await services.clients.disable(client.id)


async def test_what_is_overdue_is_erased_under_the_application_role(services: Services) -> None:
    arrival = sample_arrival(Feed.LINEA_1818, idempotency_key="overdue")
    await services.ingestion.land(arrival, parts(sample(Feed.LINEA_1818)))
    later = build_services(
        services.settings,
        services.database_url,
        services.database,
        services.keyring,
        FixedClock(NOW + timedelta(days=400)),
    )
    assert await later.ingestion.erase_overdue() == 1
    await later.ingestion.forget_answers()


async def test_data_keys_are_wrapped_anew_under_the_application_role(services: Services) -> None:
    other = Rotation(services.database, Sealer(KeyRing.generate()))
    counted = await other.wrapped_by()
    old = services.keyring.wrapping.current
    new = KeyRing.generate().wrapping.current
    both = dataclasses.replace(services.keyring, wrapping=KeySet(new, (old,)))
    assert await Rotation(services.database, Sealer(both)).rewrap() == counted[old.id] > 0
    back = dataclasses.replace(services.keyring, wrapping=KeySet(old, (new,)))
    assert await Rotation(services.database, Sealer(back)).rewrap() == counted[old.id]


async def test_every_wrapped_key_may_be_wrapped_anew_by_the_application(deployment: Deployment) -> None:
    connection = await asyncpg.connect(deployment.app)
    try:
        for table, column in columns_of(Privacy.WRAPPED_KEY):
            assert await connection.fetchval("SELECT has_column_privilege($1, $2, 'UPDATE')", table, column)
    finally:
        await connection.close()


async def test_the_queues_own_housekeeping_is_allowed(deployment: Deployment, services: Services) -> None:
    """What the worker's library does by itself from time to time: fold its log into its statistics, twice
    into the same second."""
    connection = await asyncpg.connect(deployment.app)
    try:
        log = (
            "INSERT INTO pgqueuer_log (job_id, status, entrypoint, priority, created)"
            " VALUES (1, 'successful', 'link', 0, '2025-01-01')"
        )
        for _ in range(2):
            await connection.execute(log)
            await Queries.from_asyncpg_connection(connection).log_statistics(None, None)
        folded = "SELECT count FROM pgqueuer_statistics WHERE created = '2025-01-01'"
        assert await connection.fetchval(folded) == 2
    finally:
        await connection.close()


async def test_the_application_sees_that_the_database_is_up_to_date(deployment: Deployment) -> None:
    assert (await migrate.status(deployment.app)).up_to_date


@pytest.mark.parametrize(
    "sql",
    [
        *(
            f"UPDATE {table} SET {column} = {column}"
            for table, column in zip(LEDGERS, ("judge", "event", "event", "stamp", "judge"), strict=True)
        ),
        *(f"DELETE FROM {table}" for table in LEDGERS),
        *(f"TRUNCATE {table} CASCADE" for table in (*LEDGERS, "record", "batch", "delivery")),
        "DELETE FROM delivery",
        "UPDATE delivery SET position = position",
        "DELETE FROM record",
        "DELETE FROM batch",
        "DELETE FROM client",
        "UPDATE client SET scopes = scopes",
        "UPDATE installation SET keys_fingerprint = keys_fingerprint",
        "DELETE FROM change_cursor",
        "UPDATE alembic_version SET version_num = version_num",
        "CREATE TABLE own (id int)",
        "ALTER TABLE judgement DISABLE TRIGGER ALL",
        "DROP TABLE change",
        "CREATE FUNCTION own() RETURNS int LANGUAGE sql AS 'select 1'",
        "CREATE ROLE own",
        "SET session_replication_role = 'replica'",
    ],
)
async def test_the_application_is_refused_what_it_never_does(deployment: Deployment, sql: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await statement(deployment.app, sql)


async def test_the_owner_is_no_superuser_and_makes_no_roles(deployment: Deployment) -> None:
    for sql in ("CREATE ROLE own", "CREATE DATABASE own", "SET session_replication_role = 'replica'"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await statement(deployment.owner, sql)


async def test_every_table_has_its_line_in_the_grants(deployment: Deployment) -> None:
    connection = await asyncpg.connect(deployment.app)
    granted = {
        row[0]
        for row in await connection.fetch(
            "SELECT table_name FROM information_schema.table_privileges"
            " WHERE grantee = current_user AND privilege_type = 'SELECT'"
        )
    }
    await connection.close()
    assert set(Base.metadata.tables) <= granted


async def test_nobody_else_enters_the_database(deployment: Deployment) -> None:
    connection = await asyncpg.connect(deployment.superuser)
    rights = await connection.fetchval(
        "SELECT array_agg(privilege_type) FROM pg_database, aclexplode(datacl)"
        " WHERE datname = current_database() AND grantee = 0"
    )
    await connection.close()
    assert rights is None
