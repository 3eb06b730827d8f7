"""Real PostgreSQL for tests.

Fixtures (see ``tests/support/database_fixtures.py``; ``tests/conftest.py`` makes them known everywhere):

``database_url``
    A fresh, migrated database for one test: its address. Cheap (a copy of a template, about 40 ms).
``database``
    A ``Database`` on it, closed afterwards.
``module_database_url``, ``module_database``
    The same, shared by the tests of one module that only read or do not mind each other.
``server``
    The server itself, for tests that make databases of their own: ``server.create(migrated=False)``.

Where the server comes from: TEST_DATABASE_URL (a role that may create databases), else a Docker engine that
answers, else the embedded one in a temporary folder. The chosen one stands in the header of the test run.
"""

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from app.db.embedded import EmbeddedPostgres
from app.db.migrate import upgrade
from app.db.urls import with_database

IMAGE = "postgres:18-alpine"
FAST = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")


@dataclass
class Server:
    """A server on which databases come and go. ``url`` names one that is there to connect to."""

    url: str
    prefix: str = field(default_factory=lambda: f"intertrata_test_{os.getpid()}")
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def template(self) -> str:
        return f"{self.prefix}_template"

    async def make_template(self) -> None:
        await self._run(f'CREATE DATABASE "{self.template}"')
        await upgrade(with_database(self.url, self.template))

    async def create(self, *, migrated: bool = True) -> str:
        """The address of a new database, migrated or empty."""
        name = f"{self.prefix}_{next(self._numbers)}"
        await self._run(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{self.template}"' if migrated else ""))
        return with_database(self.url, name)

    async def drop(self, url: str) -> None:
        await self._run(f'DROP DATABASE IF EXISTS "{url.rpartition("/")[2]}" WITH (FORCE)')

    async def drop_template(self) -> None:
        await self._run(f'DROP DATABASE IF EXISTS "{self.template}" WITH (FORCE)')

    async def _run(self, statement: str) -> None:
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def docker_answers() -> bool:
    """Whether a Docker engine answers and has, or can get, the image."""
    try:
        import docker

        client = docker.from_env(timeout=3)
        client.ping()
        if not client.images.list(name=IMAGE):
            client.images.pull(IMAGE)
    except Exception:  # whatever is wrong with it, it does not answer
        return False
    return True


def chosen_server() -> str:
    """Which of the three a run will use, in words for its header."""
    if os.environ.get("TEST_DATABASE_URL"):
        return "TEST_DATABASE_URL"
    return (
        f"testcontainers ({IMAGE})" if docker_answers() else "embedded PostgreSQL (no Docker engine answers)"
    )


@contextmanager
def running_server(choice: str) -> Iterator[str]:
    """The address of the server of ``choice`` (an answer of ``chosen_server``), stopped afterwards."""
    if choice == "TEST_DATABASE_URL":
        yield os.environ["TEST_DATABASE_URL"]
    elif choice.startswith("testcontainers"):
        from testcontainers.community.postgres import PostgresContainer

        with PostgresContainer(IMAGE, driver=None).with_command(["postgres", *FAST]) as container:
            yield container.get_connection_url()
    else:
        home = Path(tempfile.mkdtemp(prefix="intertrata-tests-"))
        server = EmbeddedPostgres(home, durable=False)
        try:
            yield server.start()
        finally:
            server.release()
            shutil.rmtree(home, ignore_errors=True)


@contextmanager
def prepared_server(choice: str) -> Iterator[Server]:
    """A running server with its migrated template."""
    with running_server(choice) as url:
        server = Server(url)
        asyncio.run(server.make_template())
        try:
            yield server
        finally:
            asyncio.run(server.drop_template())
