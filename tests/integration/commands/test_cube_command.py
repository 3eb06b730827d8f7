"""``intertrata statistics``: verify says where cube and SQL differ and exits with 1; rebuild reads anew."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.db.engine import Database
from support.ingestion_kit import SAMPLES

Line = Any


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    return os.environ | {"DATABASE_URL": database_url, "INTERTRATA_HOME": str(tmp_path), "COLUMNS": "120"}


async def started(environment: dict[str, str], *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.cli", *arguments), env=environment, stdout=asyncio.subprocess.PIPE
    )


async def run(environment: dict[str, str], *arguments: str) -> tuple[int | None, list[Line]]:
    process = await started(environment, *arguments)
    out, _ = await process.communicate()
    return process.returncode, [json.loads(line) for line in out.splitlines()]


async def test_what_was_changed_behind_the_cube_is_named_cell_by_cell(
    environment: dict[str, str], database: Database
) -> None:
    for feed, name in (("reta-pnp", "reta_pnp.csv"), ("sistra", "sistra.ndjson")):
        await (await started(environment, "ingest", feed, str(SAMPLES / name), "--json")).communicate()
    code, (told,) = await run(environment, "statistics", "verify", "--json")
    assert (code, told["differing"]) == (0, 0)
    assert int(str(told["questions"])) > 40

    process = await started(environment, *("statistics", "verify", "--rounds", "2", "--pause", "3", "--json"))
    assert process.stdout is not None
    first = json.loads(await process.stdout.readline())
    assert first["differing"] == 0
    async with database.write() as session:
        await session.execute(text("UPDATE report SET report_date = '1999-05-01' WHERE makes_case"))
    out, _ = await process.communicate()
    *lines, last = [json.loads(line) for line in out.splitlines()]
    assert process.returncode == 1
    assert last["differing"] == len(lines) > 10
    named = [line for line in lines if line["cell"] == {"offence_family": "trafficking", "period": "1999"}]
    assert ("cases", 0) in {(line["measure"], line["cube"]) for line in named if line["source"] is None}

    code, (told_all,) = await run(environment, "statistics", "rebuild", "--json")
    assert code == 0
    assert [each["source"] for each in told_all] == [
        None, "reta-pnp", "sistra", "poder-judicial", "linea-1818"
    ]  # fmt: skip
    assert all(each["facts"] for each in told_all[:3])
    async with database.read() as session:
        assert await session.scalar(text("SELECT generation FROM statistics_cube")) == 1
