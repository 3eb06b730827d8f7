"""One server with invented releases for all tests of this folder: they only read."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from support.published_releases import InMemoryReleases
from support.release_server import Served, release_server


@pytest.fixture(scope="module")
def served(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home: Path = tmp_path_factory.mktemp("home")
    with release_server(module_database_url, home, InMemoryReleases()) as server:
        yield server


@pytest.fixture(scope="module")
def client(served: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.address, trust_env=False, timeout=30) as made:
        yield made
