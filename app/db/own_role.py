"""Everyday work on the embedded server under a role that is no superuser and owns nothing.

The rights are those of a deployment, of the same script (``docker/grants.sql``): what is refused there is
refused here. Whoever migrates does so as the owner, the server's superuser, and grants anew where anything
has changed since.
"""

import hashlib
from importlib.resources import files
from typing import Final

import asyncpg

from app.db.urls import sqlalchemy_url

ROLE: Final = "intertrata_app"
LOCK: Final = 0x1A7E27A7B  # one process at a time grants
_KNOWN: Final = "SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = $1"
_MAKE: Final = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'intertrata_app') THEN
        CREATE ROLE intertrata_app;
    END IF;
END $$;
ALTER ROLE intertrata_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION BYPASSRLS
    PASSWORD :password;
GRANT intertrata_reader TO intertrata_app WITH INHERIT FALSE, SET TRUE;
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
"""  # as docker/roles.sql makes it


async def working_address(owner: str, password: str, revision: str) -> str:
    """The address of the role on the database that ``owner`` names, made and granted where it is not yet.

    ``revision``: what the database was migrated to. Safe for processes that start at once, and costs one
    question where nothing has changed.
    """
    database = sqlalchemy_url(owner).database or ""
    wanted = hashlib.sha256("|".join((grants(database), _MAKE, revision, password)).encode()).hexdigest()
    connection = await asyncpg.connect(owner)
    try:
        if await connection.fetchval(_KNOWN, ROLE) != wanted:
            await _grant(connection, database, password, wanted)
    finally:
        await connection.close()
    address = sqlalchemy_url(owner).set(drivername="postgresql", username=ROLE, password=password)
    return address.render_as_string(hide_password=False)


async def _grant(connection: asyncpg.Connection, database: str, password: str, wanted: str) -> None:
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        made = _MAKE.replace(":password", await _literal(connection, password))
        await connection.execute(made.replace(':"DBNAME"', _name(database)))
        await connection.execute(grants(database))
        await connection.execute(f"COMMENT ON ROLE {ROLE} IS '{wanted}'")


def grants(database: str) -> str:
    """``docker/grants.sql`` without what only psql understands."""
    script = files("app.db").joinpath("grants.sql").read_text(encoding="utf-8")
    lines = [line for line in script.splitlines() if not line.startswith(("\\", "--"))]
    return "\n".join(lines).replace(':"app"', ROLE).replace(':"DBNAME"', _name(database))


def _name(identifier: str) -> str:
    doubled = identifier.replace('"', '""')
    return f'"{doubled}"'


async def _literal(connection: asyncpg.Connection, value: str) -> str:
    """Utility statements take no parameters."""
    return str(await connection.fetchval("SELECT quote_literal($1::text)", value))
