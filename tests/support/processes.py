"""The service as a process of its own, for tests that call it as the world does."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
GRACE = 30  # seconds


def environment_for(database_url: str, home: Path) -> dict[str, str]:
    """Variables of a process that works on this database with the keys of this home, from any folder."""
    ours = {"DATABASE_URL": database_url, "INTERTRATA_HOME": str(home), "PYTHONPATH": str(ROOT)}
    direct = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    return os.environ | direct | ours | {"INTERTRATA_LOG_LEVEL": "error"}


@contextmanager
def serving(database_url: str, home: Path) -> Iterator[str]:
    """The address of ``serve --with-worker`` on a free port, until left."""
    with serving_as(environment_for(database_url, home)) as address:
        yield address


@contextmanager
def serving_as(environment: dict[str, str]) -> Iterator[str]:
    """As ``serving``, under these variables."""
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve", "--with-worker", "--port", "0"],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        address = process.stderr.readline().strip().removesuffix("/docs")
        assert address.startswith("http://127.0.0.1:"), address
        yield address
    finally:
        process.terminate()
        process.communicate(timeout=GRACE)
