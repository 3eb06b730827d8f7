"""An owner and an application role on a test server, made by the very scripts that a deployment runs."""

import os
import secrets
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from app.db.binaries import choose_account, usable_binaries
from app.db.migrate import upgrade
from app.db.urls import sqlalchemy_url
from support.databases import Server

DOCKER = Path(__file__).parents[2] / "docker"


@dataclass(frozen=True)
class Deployment:
    """Addresses of one migrated and granted database, as each role reaches it."""

    superuser: str
    owner: str
    app: str
    app_role: str


def psql(folder: Path, url: str, script: str, variables: Mapping[str, str], *options: str) -> None:
    """Run a script of ``docker/`` with PostgreSQL's own client; fails with what it says."""
    account = choose_account(folder)
    program = usable_binaries(None, account, folder / "programs") / "psql"
    address = sqlalchemy_url(url)
    environment = os.environ | {
        "PGHOST": address.host or "",
        "PGPORT": str(address.port or 5432),
        "PGUSER": address.username or "",
        "PGPASSWORD": str(address.password or ""),
        "PGDATABASE": address.database or "",
    }
    given = [part for name, value in variables.items() for part in ("-v", f"{name}={value}")]
    ended = subprocess.run(
        [str(program), "--no-psqlrc", "--quiet", *options, *given, "--file", str(DOCKER / script)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stderr


@asynccontextmanager
async def deployed(server: Server, folder: Path) -> AsyncIterator[Deployment]:
    """An empty database brought up as compose does it: roles, then the owner migrates and grants."""
    url = await server.create(migrated=False)
    database = url.rpartition("/")[2]
    names = {"owner": f"{database}_owner", "app": f"{database}_app"}
    passwords = {role: secrets.token_hex(8) for role in names}
    for role, password in passwords.items():
        (folder / f"{role}_password").write_text(password)
    addresses = {
        role: sqlalchemy_url(url)
        .set(drivername="postgresql", username=names[role], password=passwords[role])
        .render_as_string(hide_password=False)
        for role in names
    }
    try:
        for _ in range(2):  # a second run is harmless
            psql(folder, url, "roles.sql", {**names, "secrets": str(folder)})
        await upgrade(addresses["owner"])
        for _ in range(2):
            psql(folder, addresses["owner"], "grants.sql", {"app": names["app"]}, "--single-transaction")
        yield Deployment(url, addresses["owner"], addresses["app"], names["app"])
    finally:
        await server.drop(url)
        await _drop_roles(server.url, tuple(names.values()))


async def _drop_roles(url: str, names: tuple[str, ...]) -> None:
    connection = await asyncpg.connect(url)
    try:
        for name in names:
            await connection.execute(f'DROP ROLE IF EXISTS "{name}"')
    finally:
        await connection.close()


async def may_create_roles(url: str) -> bool:
    connection = await asyncpg.connect(url)
    try:
        found = await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    finally:
        await connection.close()
    return bool(found)
