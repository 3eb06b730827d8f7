"""``intertrata ingest`` and ``pull``: without server or worker, to the end, told in numbers that add up."""

import asyncio
import gzip
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from support.fake_sistra import TOKEN, fake_sistra
from support.ingestion_kit import SAMPLES

OUTCOMES = ("accepted", "accepted_with_warnings", "repeated", "superseded", "conflicting", "rejected")


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    return os.environ | {"DATABASE_URL": database_url, "INTERTRATA_HOME": str(tmp_path), "COLUMNS": "120"}


async def run(environment: dict[str, str], *arguments: str) -> tuple[int | None, list[Any], str]:
    """Exit code, the JSON of each line of the output, and standard error."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.cli", *arguments),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, [json.loads(line) for line in out.splitlines()], err.decode()


async def test_files_are_taken_in_and_linked(environment: dict[str, str], tmp_path: Path) -> None:
    packed = tmp_path / "again.csv.gz"
    packed.write_bytes(gzip.compress((SAMPLES / "reta_pnp.csv").read_bytes()))
    files = (str(SAMPLES / "reta_pnp.csv"), str(packed))
    code, (first, again), err = await run(environment, "ingest", "reta-pnp", *files, "--json")
    assert code == 0, err
    assert (first["state"], again["state"]) == ("done", "done")
    assert [first[name] for name in ("received", *OUTCOMES)] == [15, 7, 4, 0, 1, 0, 3]
    assert (again["repeated"], again["superseded"], again["rejected"]) == (10, 2, 3)
    for told in (first, again):
        assert told["received"] == sum(told[name] for name in OUTCOMES)


async def test_a_file_that_cannot_be_read_is_told_by_the_exit_code(
    environment: dict[str, str], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.xml"
    bad.write_text("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>")
    code, (told,), _ = await run(environment, "ingest", "poder-judicial", str(bad), "--json")
    assert (code, told["state"], told["error_code"], told["received"]) == (1, "failed", "xml_forbidden", 0)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("ingest", "reta-pnp", str(SAMPLES / "EXPECTED.md")), "form-unknown"),
        (("ingest", "reta-pnp", str(SAMPLES / "poder_judicial.xml")), "form-of-other-feed"),
        (("pull", "reta-pnp"), "feed-not-pulled"),
        (("pull", "sistra"), "source-not-named"),
    ],
)
async def test_what_cannot_be_done_is_one_clear_line(
    environment: dict[str, str], arguments: tuple[str, ...], code: str
) -> None:
    ended, lines, err = await run(environment, *arguments)
    assert (ended, lines) == (1, [])
    assert err.startswith(code + ": ")
    assert len(err.splitlines()) == 1


async def test_pull_fetches_what_is_new_and_waits_for_its_end(
    environment: dict[str, str], tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text(TOKEN + "\n")
    with fake_sistra() as server:
        for line in (SAMPLES / "sistra.ndjson").read_bytes().splitlines()[:2]:
            document = json.loads(line)
            server.put(document.pop("numero"), document.pop("actualizado"), **document)
        pull = ("pull", "sistra", "--base", server.address, "--token-file", str(token), "--json")
        code, told, err = await run(environment, *pull)
        assert code == 0, err
        assert sum(batch["accepted"] for batch in told) == 2
        assert {batch["state"] for batch in told} == {"done"}
        _, again, _ = await run(environment, *pull)
    assert sum(batch["accepted"] for batch in again) == 0


async def test_replay_reads_every_record_held_and_changes_nothing_while_the_adapter_is_the_same(
    environment: dict[str, str],
) -> None:
    code, _, err = await run(environment, "ingest", "sistra", str(SAMPLES / "sistra.ndjson"), "--json")
    assert code == 0, err
    code, (told,), err = await run(environment, "replay", "sistra", "--json")
    assert code == 0, err
    assert told["read"] == 9  # carpetas held, the annulled one among them
    assert (told["changed"], told["unusable"], told["rescued"]) == (0, 0, 0)
