"""One registry of a small world for the tests of a file, and for each test no release in it yet."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from support.databases import Server
from support.release_kit import Releasing, releasing, without_releases


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def registry(server: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Releasing]:
    async with releasing(server, tmp_path_factory.mktemp("releases")) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def releases(registry: Releasing) -> AsyncIterator[Releasing]:
    async with without_releases(registry) as empty:
        yield empty
