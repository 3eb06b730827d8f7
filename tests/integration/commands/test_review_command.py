"""``intertrata review``: the queue, an item explained, a decision and its undoing, at the console."""

import asyncio
import getpass
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import text
from typer.testing import CliRunner

from app.commands.review import app
from app.db.engine import Database
from app.reconciliation.review.errors import ReviewItemNotFound
from app.security.keyring import KeyRing
from support.keeping import Registry
from support.small_worlds import latest, observations

WORDS = "SELECT outcome, judge FROM judgement WHERE judge <> 'machine' ORDER BY id"


@pytest.fixture
def home(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in (("DATABASE_URL", database_url), ("INTERTRATA_HOME", tmp_path), ("COLUMNS", "140")):
        monkeypatch.setenv(name, str(value))
    return tmp_path


@pytest.fixture
async def registry(database: Database, home: Path) -> Registry:
    """Linked under the keys that the command finds."""
    found = Registry(database, KeyRing.load_or_create(home))
    await found.keep_all(*latest(observations(Random(59), 40)))
    await found.linker.link_pending()
    return found


async def run(*arguments: str) -> Result:
    """In this process: the command makes an event loop of its own, which needs a thread of its own."""
    return await asyncio.to_thread(CliRunner().invoke, app, arguments)


async def told(*arguments: str) -> Any:
    done = await run(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


async def test_what_waits_is_listed_explained_decided_and_taken_back(
    registry: Registry, database: Database
) -> None:
    page = await told("list", "--limit", "3")
    more = await told("list", "--after", page["next"])
    ids = [item["id"] for item in page["items"] + more["items"]]
    assert len(ids) == len(set(ids)) > 4
    shown = await told("show", ids[0])
    assert shown["item"]["id"] == ids[0]
    explained = shown["explanation"]
    assert sum(step["bits"] for step in explained["steps"]) == explained["weight"]

    reason = ("--reason", "Comparado con los expedientes")
    preview = await told("decide", ids[0], "different", *reason, "--preview")
    assert (preview["state"], preview["id"]) == ("preview", None)
    assert await registry.rows(WORDS) == [], "a preview leaves nothing"
    made = await told("decide", ids[0], "different", *reason)
    assert made["state"] == "effective"
    judge = f"console/{getpass.getuser()}"
    assert await registry.rows(WORDS) == [("different", judge)] * shown["item"]["pairs"]
    assert ids[0] not in [item["id"] for item in (await told("list", "--limit", "100"))["items"]]
    assert (await told("undo", made["id"], *reason))["state"] == "undone"
    assert ids[0] in [item["id"] for item in (await told("list", "--limit", "100"))["items"]]

    async with database.read() as session:
        seen = await session.execute(
            text("SELECT kind, outcome, objects FROM audit_entry WHERE actor = 'console' ORDER BY at, id")
        )
        marks = [(row.kind, row.outcome, row.objects) for row in seen]
    assert [outcome for _, outcome, _ in marks if outcome != "told"] == ["preview", "effective", "undone"]
    assert any(f"review_item/{ids[0]}" in objects for _, _, objects in marks)
    side = shown["item"]["a"]["entity"]
    assert any(
        f"{shown['item']['kind']}/{side}" in objects for _, told_as, objects in marks if told_as == "told"
    )


async def test_a_person_reads_it_and_what_cannot_be_is_refused(registry: Registry) -> None:
    first = (await told("list", "--limit", "1"))["items"][0]["id"]
    for arguments in (("list",), ("show", first)):
        shown = await run(*arguments)
        assert shown.exit_code == 0, shown.output
        assert first in shown.stdout
        assert not any(name in shown.stdout.upper() for name in ("QUISPE", "HUAMAN", "YULI"))
    unknown = await run("decide", "person-1-2", "same", "--reason", "No hay tal par")
    assert isinstance(unknown.exception, ReviewItemNotFound)
    assert (await run("decide", first, "maybe", "--reason", "No lo sé")).exit_code == 2
    assert await registry.rows(WORDS) == []
