"""``intertrata audit`` as an operator and an auditor type it, and what other commands leave in the log."""

import json
import os
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

PATIENCE = 180  # seconds for one command: it starts Python and reads every module, on a busy machine too


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    return os.environ | {"DATABASE_URL": database_url, "INTERTRATA_HOME": str(tmp_path / "home")}


def run(environment: dict[str, str], *arguments: str, code: int = 0) -> str:
    command = [sys.executable, "-m", "app.cli", *arguments]
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert ended.returncode == code, ended.stderr
    return ended.stdout if code == 0 else ended.stderr


async def test_what_is_done_at_the_console_is_witnessed_and_verified_without_the_keys(
    environment: dict[str, str], database_url: str, tmp_path: Path
) -> None:
    created = json.loads(run(environment, "client", "create", "Prueba", "--scope", "audit:read", "--json"))
    run(environment, "client", "disable", created["client_id"])
    run(environment, "keys", "rotate")
    run(environment, "links", "export", str(tmp_path / "links.csv"))
    note, key = tmp_path / "note", tmp_path / "key"
    run(environment, "audit", "checkpoint", "--out", str(note))
    key.write_text(run(environment, "audit", "key"))
    run(environment, "audit", "export", str(tmp_path / "log"))
    elsewhere = environment | {"INTERTRATA_HOME": str(tmp_path / "elsewhere")}
    held = ("--key", str(key), "--checkpoint", str(note))
    found = json.loads(run(elsewhere, "audit", "verify", *held, "--json"))
    assert (found["size"], found["checkpoints"]) == (5, [4, 4])
    exported = ("--export", str(tmp_path / "log"))
    assert json.loads(run(elsewhere, "audit", "verify", *held, *exported, "--json"))["root"] == found["root"]
    assert not (tmp_path / "elsewhere").exists()
    trusting = run(environment, "audit", "verify", "--checkpoint", str(note), "--json")
    assert json.loads(trusting.splitlines()[-1])["root"] == found["root"]
    lines = [json.loads(line) for line in (tmp_path / "log").read_bytes().splitlines()]
    assert [(line["kind"], line["outcome"]) for line in lines] == [
        ("permission_change", "client-created"),
        ("permission_change", "client-disabled"),
        ("key_use", "rotate"),
        ("export", "links"),
        ("export", "audit"),
    ]
    assert {line["actor"] for line in lines} == {"console"}
    assert all(line["officer"] for line in lines)
    assert lines[0]["objects"] == [f"client/{created['client_id']}", "scope/audit:read"]
    assert len(json.loads(run(environment, "audit", "prove", "2"))["hashes"]) == 3
    superuser = await asyncpg.connect(database_url)
    await superuser.execute("SET session_replication_role = replica")
    await superuser.execute("UPDATE audit_entry SET outcome = 'nothing' WHERE outcome = 'links'")
    await superuser.close()
    assert "audit-verification-failed" in run(elsewhere, "audit", "verify", *held, code=1)


def test_a_new_key_follows_and_the_log_is_verified_over_the_change(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """Three commands after the rotation: each ends, with one process and its database at a time."""
    key, before, handover, after = (tmp_path / name for name in ("key", "before", "handover", "after"))
    key.write_text(run(environment, "audit", "key"))
    run(environment, "audit", "checkpoint", "--out", str(before))
    handover.write_text(run(environment, "keys", "rotate", "audit"))
    run(environment, "audit", "checkpoint", "--out", str(after))
    run(environment, "audit", "checkpoint", "--out", str(after))
    told = json.loads(run(environment, "audit", "key", "--json"))
    assert [(each["begins"], each["ends"]) for each in told] == [(None, 1), (1, None)]
    assert told[0]["key"] == key.read_text().strip()
    assert told[1]["handover"] == handover.read_text()
    elsewhere = environment | {"INTERTRATA_HOME": str(tmp_path / "elsewhere")}
    held = [part for note in (before, handover, after) for part in ("--checkpoint", str(note))]
    for known in (str(key), told[1]["key"]):
        run(elsewhere, "audit", "verify", "--key", known, *held)
    assert not (tmp_path / "elsewhere").exists()


def test_without_a_log_nothing_leaves_the_console(
    environment: dict[str, str], database_url: str, tmp_path: Path
) -> None:
    import asyncio

    async def break_the_log() -> None:
        superuser = await asyncpg.connect(database_url)
        await superuser.execute("ALTER TABLE audit_pending RENAME TO audit_gone")
        await superuser.close()

    asyncio.run(break_the_log())
    out = tmp_path / "links.csv"
    assert "audit-unavailable" in run(environment, "links", "export", str(out), code=1)
    assert not out.exists()
    refused = run(environment, "client", "create", "Prueba", "--scope", "audit:read", code=1)
    assert "audit-unavailable" in refused
    assert json.loads(run(environment, "client", "list", "--json")) == []
