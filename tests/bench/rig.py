"""Where measuring happens: one embedded PostgreSQL as in production, a database of its own for every run,
and a process of its own for every measurement."""

import asyncio
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from app.db.embedded import EmbeddedPostgres
from app.db.migrate import upgrade
from app.db.urls import with_database

ROOT = Path(__file__).parents[2]
_TEMPLATE = "bench_template"


class MeasurementFailed(Exception):
    """A measuring process ended badly; its last lines are in the message (invented data only)."""


@dataclass(slots=True)
class Rig:
    """``home`` keeps inputs between runs. Durable settings: what is committed is on disk."""

    home: Path
    url: str
    _names: Iterator[int] = field(default_factory=itertools.count)

    def fresh(self) -> str:
        """The address of a new migrated database."""
        return self.copy(with_database(self.url, _TEMPLATE))

    def copy(self, url: str) -> str:
        """The address of a copy of a database that nobody uses at the moment."""
        name = f"bench_{os.getpid()}_{next(self._names)}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{url.rpartition("/")[2]}" STRATEGY file_copy')
        return with_database(self.url, name)

    def drop(self, url: str) -> None:
        self.run(f'DROP DATABASE IF EXISTS "{url.rpartition("/")[2]}" WITH (FORCE)')

    @contextmanager
    def database(self, source: str | None = None) -> Iterator[str]:
        """A new database, or a copy of ``source``; dropped afterwards."""
        url = self.fresh() if source is None else self.copy(source)
        try:
            yield url
        finally:
            self.drop(url)

    def run(self, statement: str) -> None:
        asyncio.run(_run(self.url, statement))

    def measure(self, task: str, **arguments: Any) -> dict[str, Any]:
        """Run ``bench.tasks:<task>`` in a process of its own; what it found, with its peak memory.

        Everything written so far is on disk before it starts, so that no run pays for another's.
        """
        self.run("CHECKPOINT")
        given = json.dumps({"home": str(self.home), **arguments}, default=str)
        ended = subprocess.run(
            [sys.executable, "-m", "bench.child", task],
            input=given,
            capture_output=True,
            text=True,
            env=environment(),
            cwd=ROOT,
            check=False,
        )
        if ended.returncode:
            raise MeasurementFailed(f"{task}: " + "\n".join(ended.stderr.splitlines()[-25:]))
        found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
        return found


def environment() -> dict[str, str]:
    """Ours without settings of the service, and the paths of this package."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("INTERTRATA_") and name not in ("DATABASE_URL", "TEST_DATABASE_URL")
    }
    return {**kept, "PYTHONPATH": os.pathsep.join((str(ROOT), str(Path(__file__).parents[1])))}


async def _run(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@contextmanager
def rig(home: Path) -> Iterator[Rig]:
    """The server runs as long as this does. What an earlier run left behind is dropped."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with EmbeddedPostgres(home) as url:
        asyncio.run(_drop_leftovers(url))
        made = Rig(home, url)
        made.run(f'CREATE DATABASE "{_TEMPLATE}"')
        asyncio.run(upgrade(with_database(url, _TEMPLATE)))
        try:
            yield made
        finally:
            asyncio.run(_drop_leftovers(url))


async def _drop_leftovers(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for row in await connection.fetch("SELECT datname FROM pg_database WHERE datname ~ '^bench_'"):
            await connection.execute(f'DROP DATABASE "{row[0]}" WITH (FORCE)')
    finally:
        await connection.close()
