"""``intertrata explain``: as a person reads it, as a machine does, as a picture; and what it refuses."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from app.db.engine import Database
from support.ingestion_kit import SAMPLES

FILE, COMPLAINT = "sistra:2706014507-2023-88-0", "reta-pnp:COM-MAZUKO-2023-41"


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    return os.environ | {"DATABASE_URL": database_url, "INTERTRATA_HOME": str(tmp_path), "COLUMNS": "140"}


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "app.cli", *arguments)
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


async def test_records_and_mentions_are_explained_and_whoever_looked_is_written_down(
    environment: dict[str, str], database: Database, tmp_path: Path
) -> None:
    for feed, file in (("reta-pnp", "reta_pnp.csv"), ("sistra", "sistra.ndjson")):
        assert run(environment, "ingest", feed, str(SAMPLES / file)).returncode == 0
    picture = tmp_path / "why.svg"
    told = run(environment, "explain", FILE, COMPLAINT, "--json", "--svg", str(picture))
    records = json.loads(told.stdout)
    assert (records["kind"], records["outcome"]) == ("case", "same")
    assert sum(step["bits"] for step in records["steps"]) == records["weight"]
    assert ElementTree.parse(picture).getroot().get("role") == "img"
    alike, ends = records["people"][0], [records[end] for end in "ab"]
    orders = (alike["a_order"], alike["b_order"])
    mentions = [
        f"{end['feed']}:{end['number']}:{alike['role']}:{order}"
        for end, order in zip(ends, orders, strict=True)
    ]
    shown = run(environment, "explain", *mentions)
    assert shown.returncode == 0, shown.stderr
    assert "suma / sum" in shown.stdout
    unknown = run(environment, "explain", FILE, "reta-pnp:NO-1")
    assert unknown.returncode == 1
    assert "member-not-found" in unknown.stderr
    unlike = run(environment, "explain", FILE, mentions[0])
    assert "pair-unlike" in unlike.stderr
    async with database.read() as session:
        from sqlalchemy import text

        seen = (
            await session.execute(text("SELECT objects FROM audit_entry WHERE actor = 'console'"))
        ).scalars()
        assert [entry for entry in seen if f"record/{FILE}" in entry]
