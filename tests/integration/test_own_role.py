"""Everyday work on the embedded server is done as a role with the rights of a deployment."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from app.core.settings import Settings
from app.db import own_role
from app.db.embedded import EmbeddedPostgres
from app.models import Base
from app.wiring import open_services
from schemas.vocabulary import Feed
from support.ingestion_kit import ingest, sample, sample_arrival

ROOT = Path(__file__).parents[2]
OPEN = """
import asyncio, sys; from pathlib import Path
from app.core.settings import Settings; from app.wiring import open_services
async def run():
    async with open_services(Settings(home=Path(sys.argv[1]))) as services:
        async with services.database.read() as session:
            print((await session.connection()).engine.url.username, flush=True)
asyncio.run(run())
"""


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="intertrata-own-role-"))
    yield folder
    EmbeddedPostgres(folder).stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def settings(home: Path) -> Iterator[Settings]:
    """The server stays up between the tests of this module."""
    given = os.environ.pop("DATABASE_URL", None)
    with EmbeddedPostgres(home, durable=False):
        yield Settings(home=home)
    if given is not None:
        os.environ["DATABASE_URL"] = given


async def asked(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_work_is_done_as_a_role_that_owns_nothing(settings: Settings) -> None:
    async with open_services(settings) as services:
        url = services.database_url
        for feed in Feed:
            await ingest(services.ingestion, sample_arrival(feed), sample(feed))
        await services.linker.reconcile_full()
        await services.merkle.checkpoint()
        me = "FROM pg_roles WHERE rolname = current_user"
        assert await asked(url, "SELECT current_user") == own_role.ROLE
        rights = "rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication"
        assert await asked(url, f"SELECT {rights} {me}") is False
        owned = "SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user"
        assert await asked(url, owned) == 0
        readable = await asked(
            url,
            "SELECT array_agg(relname::text) FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace AND has_table_privilege(oid, 'SELECT')",
        )
        assert set(Base.metadata.tables) <= set(readable)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE judgement SET judge = judge",
        "DELETE FROM audit_entry",
        "DELETE FROM record",
        "TRUNCATE delivery",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "SET session_replication_role = 'replica'",
        "CREATE TABLE own (id int)",
        "CREATE ROLE own",
        "SELECT pg_read_file('PG_VERSION')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
    ],
)
async def test_it_is_refused_what_a_deployment_refuses(settings: Settings, sql: str) -> None:
    async with open_services(settings) as services:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asked(services.database_url, sql)


async def test_its_password_is_private_and_stays(settings: Settings, home: Path) -> None:
    kept = home / "postgres" / "app_password"
    addresses = []
    for _ in range(2):
        async with open_services(settings) as services:
            addresses.append(services.database_url)
    assert addresses[0] == addresses[1]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert kept.read_text() != (home / "postgres" / "password").read_text()


async def test_rights_are_given_anew_only_where_something_changed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = []
    granted = own_role._grant

    async def counted(*given: object) -> None:
        times.append(1)
        await granted(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(own_role, "_grant", counted)
    async with open_services(settings):
        assert not times
    whole = own_role.grants
    monkeypatch.setattr(own_role, "grants", lambda database: whole(database) + "\n-- changed\n")
    async with open_services(settings) as services:
        assert len(times) == 1
        assert await asked(services.database_url, "SELECT count(*) >= 0 FROM record") is True


def test_processes_that_start_at_once_all_get_in() -> None:
    folder = Path(tempfile.mkdtemp(prefix="intertrata-own-role-"))
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    try:
        start = [sys.executable, "-c", OPEN, str(folder)]
        both = [
            subprocess.Popen(start, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        assert [process.communicate(timeout=300)[0] for process in both] == [f"{own_role.ROLE}\n"] * 2
    finally:
        EmbeddedPostgres(folder).stop()
        shutil.rmtree(folder)


def test_nothing_of_psql_is_left_in_the_rights() -> None:
    script = own_role.grants('of "ours"')
    assert 'ON DATABASE "of ""ours"""' in script
    assert ':"' not in script
    assert "\\" not in script
    assert script.count("GRANT") > 30
