"""The database fixtures; what they are for stands in ``databases.py``."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from app.db.engine import Database
from support.databases import Server, chosen_server, prepared_server

CHOICE = pytest.StashKey[str]()


def pytest_report_header(config: pytest.Config) -> str:
    config.stash[CHOICE] = chosen_server()
    return f"database: {config.stash[CHOICE]}"


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    choice = request.config.stash.get(CHOICE, None) or chosen_server()
    with prepared_server(choice) as prepared:
        yield prepared


@asynccontextmanager
async def fresh(server: Server) -> AsyncIterator[str]:
    url = await server.create()
    yield url
    await server.drop(url)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = Database(url, pool_size=5)
    yield database
    await database.close()


@pytest_asyncio.fixture
async def database_url(server: Server) -> AsyncIterator[str]:
    async with fresh(server) as url:
        yield url


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as database:
        yield database


@pytest_asyncio.fixture(scope="module")
async def module_database_url(server: Server) -> AsyncIterator[str]:
    async with fresh(server) as url:
        yield url


@pytest_asyncio.fixture(scope="module")
async def module_database(module_database_url: str) -> AsyncIterator[Database]:
    async with opened(module_database_url) as database:
        yield database
