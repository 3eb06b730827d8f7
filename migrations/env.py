"""Alembic's environment: one connection, one lock, short waits, everything in one transaction.

``app.db.migrate`` hands its connection over; the ``alembic`` command of a developer opens its own from
DATABASE_URL.
"""

import asyncio
from collections.abc import Iterable

from alembic import context
from alembic.operations import MigrationScript
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.core.settings import Settings
from app.db.migrate import is_ours
from app.db.urls import sqlalchemy_url
from app.models import Base

LOCK = 0x1A7E27A7A  # any number; the same for every migrator


def number_revision(
    _context: MigrationContext,
    _revision: str | Iterable[str | None] | Iterable[str],
    scripts: list[MigrationScript],
) -> None:
    """Revisions are numbered: 0001, 0002, ..."""
    directory = ScriptDirectory.from_config(context.config)
    heads = [int(head) for head in directory.get_heads()]
    for script in scripts:
        script.rev_id = f"{max(heads, default=0) + 1:04d}"


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_server_default=True,
        include_name=is_ours,
        process_revision_directives=number_revision,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        # Migrators wait for one another; a migration does not wait for readers for long, it gives up.
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": LOCK})
        connection.execute(text("set local lock_timeout = '5s'"))
        connection.execute(text("set local statement_timeout = '15min'"))
        # A migration that row-level security would hide rows from fails, instead of changing half of them.
        connection.execute(text("set local row_security = off"))
        context.run_migrations()


async def run_alone() -> None:
    url = Settings().database_url
    if url is None:
        raise SystemExit("DATABASE_URL is not set")
    engine = create_async_engine(sqlalchemy_url(url.get_secret_value()), hide_parameters=True)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


given: Connection | None = context.config.attributes.get("connection")
if given is None:
    asyncio.run(run_alone())
else:
    run(given)
