"""The registry made of the four samples, by the path of real deliveries, for tests that only read it.

``sample_services``  everything composed, with the samples ingested and linked; shared by the whole run
``sample_api``       an ``httpx.AsyncClient`` on that application
``sample_bearer``    ``sample_bearer("registry:read", ...)``: the headers of a client with those scopes
"""

from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from app.core.clock import Clock, FixedClock
from app.core.settings import Settings
from app.db.engine import Database
from app.ingestion.service import IngestionService
from app.security.keyring import KeyRing
from app.wiring import Services, build_services
from schemas.vocabulary import Feed
from support.database_fixtures import fresh, opened
from support.databases import Server
from support.ingestion_kit import NOW, ingest, sample, sample_arrival
from support.web_fixtures import PURPOSE, Bearer
from support.web_fixtures import application_of as application


def composed(url: str, database: Database, home: Path, clock: Clock | None = None) -> Services:
    clock = clock or FixedClock(NOW)
    return build_services(Settings(home=home), url, database, KeyRing.generate(), clock)


def bearer_of(services: Services) -> Bearer:
    def headers(*scopes: str) -> dict[str, str]:
        issuer, now = services.authorisation.issuer, services.clock.now()
        token = issuer.issue("cl-0000000000000000", scopes, now)
        return {"Authorization": f"Bearer {token}", **PURPOSE}

    return headers


async def ingest_samples(service: IngestionService, feeds: Iterable[Feed] = Feed) -> None:
    for feed in feeds:
        await ingest(service, sample_arrival(feed), sample(feed))


@pytest_asyncio.fixture(scope="session")
async def sample_services(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Services]:
    async with fresh(server) as url, opened(url) as database:
        services = composed(url, database, tmp_path_factory.mktemp("samples"))
        await ingest_samples(services.ingestion)
        yield services


@pytest_asyncio.fixture(scope="session")
async def sample_api(sample_services: Services) -> AsyncIterator[httpx.AsyncClient]:
    async with application(sample_services) as client:
        yield client


@pytest.fixture(scope="session")
def sample_bearer(sample_services: Services) -> Bearer:
    return bearer_of(sample_services)
