"""``guarded``: the samples under a deployment's roles, for all tests of this folder."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from support.access_kit import Guarded, guarded_services
from support.databases import Server
from support.roles import may_create_roles


@pytest_asyncio.fixture(scope="session")
async def guarded(server: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Guarded]:
    if not await may_create_roles(server.url):
        pytest.skip("the role of TEST_DATABASE_URL is no superuser: it cannot make the roles of a deployment")
    async with guarded_services(server, tmp_path_factory.mktemp("guarded")) as made:
        yield made
