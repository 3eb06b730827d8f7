"""The feeds side by side, as typed: the same figures as the service's, and as tables that a person reads."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from app.core.clock import SystemClock, lima_day
from app.statistics.concordance.service import ConcordanceService
from app.statistics.published.service import PublishedService
from app.wiring import Services
from schemas.vocabulary import OffenceFamily
from support.database_fixtures import fresh, opened
from support.databases import Server
from support.registry_fixtures import composed, ingest_samples


@pytest_asyncio.fixture(scope="module")
async def held(server: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Services]:
    """The samples in a registry of its own: the first command gives it its keys."""
    async with fresh(server) as url, opened(url) as database:
        services = composed(url, database, tmp_path_factory.mktemp("home"))
        await ingest_samples(services.ingestion)
        yield services


@pytest.fixture
def environment(held: Services) -> dict[str, str]:
    url = held.database.engine.url.set(drivername="postgresql")
    address = url.render_as_string(hide_password=False)
    return os.environ | {
        "DATABASE_URL": address,
        "INTERTRATA_HOME": str(held.settings.home),
        "COLUMNS": "200",
    }


async def run(environment: dict[str, str], *arguments: str) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.cli", "statistics", *arguments),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


def without_time(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name != "counted_at"}


async def test_the_concordance_is_printed_for_machines_and_for_people(
    held: Services, environment: dict[str, str]
) -> None:
    async with held.database.read() as session:
        expected = await ConcordanceService(session).concordance(OffenceFamily.TRAFFICKING, None, None)
    code, out, err = await run(environment, "concordance", "--json")
    assert code == 0, err
    assert without_time(json.loads(out)) == without_time(expected.model_dump(mode="json"))
    code, out, err = await run(environment, "concordance", "--from", "2024-01-01", "--to", "2024-12-31")
    assert code == 0, err
    for heading in ("Fuentes y registro", "Quién conoce qué", "Días entre instituciones", "Embudo"):
        assert heading in out
    assert "2024-01-01 - 2024-12-31, trafficking" in out


async def test_a_year_that_runs_is_told_as_such_and_days_to_come_are_one_clear_line(
    environment: dict[str, str],
) -> None:
    today = lima_day(SystemClock().now())
    code, out, err = await run(environment, "concordance", "--to", today.isoformat())
    assert code == 0, err
    assert f"sin terminar / unfinished: {today.year}" in " ".join(out.split())
    for named in ("--from", "--to"):
        code, out, err = await run(environment, "concordance", named, "2999-12-31")
        assert (code, out) == (1, "")
        assert err.startswith("question-invalid: ")
        assert f" {named} " in err


async def test_a_period_that_runs_backwards_is_one_clear_line(environment: dict[str, str]) -> None:
    code, out, err = await run(environment, "concordance", "--from", "2024-02-01", "--to", "2024-01-31")
    assert (code, out) == (1, "")
    assert err.startswith("period-backwards: ")


async def test_printed_figures_are_set_beside_the_registrys(
    held: Services, environment: dict[str, str]
) -> None:
    async with held.database.read() as session:
        expected = await PublishedService(session).compared()
    code, out, err = await run(environment, "published", "--json")
    assert code == 0, err
    assert without_time(json.loads(out)) == without_time(expected.model_dump(mode="json"))
    code, out, err = await run(environment, "published")
    assert code == 0, err
    assert "cuadro-9" in out
