"""Bring a database to the newest migration, and say where it stands."""

import asyncio
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.core.errors import OperatorError
from app.db.urls import sqlalchemy_url

# Alembic's context is one per process: two upgrades in one event loop would mix theirs.
_one_at_a_time = asyncio.Lock()


class NotMigrated(OperatorError):
    code = "database-not-migrated"
    es = "La base de datos no está al día. Ejecute: intertrata db upgrade"
    en = "The database is not up to date. Run: intertrata db upgrade"


@dataclass(frozen=True, slots=True)
class MigrationStatus:
    current: str | None  # None: an empty database
    head: str

    @property
    def up_to_date(self) -> bool:
        return self.current == self.head


async def upgrade(url: str) -> MigrationStatus:
    """Run what is missing, in one transaction; several processes may try at once."""
    engine = _engine(url)
    try:
        async with _one_at_a_time, engine.connect() as connection:
            await connection.run_sync(_upgrade)
        return await _status(engine)
    finally:
        await engine.dispose()


async def status(url: str) -> MigrationStatus:
    engine = _engine(url)
    try:
        return await _status(engine)
    finally:
        await engine.dispose()


async def differences(url: str, models: MetaData) -> list[Any]:
    """What ``models`` have that the migrated database has not, or the other way round; empty when in step."""
    engine = _engine(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_differences, models)
    finally:
        await engine.dispose()


def _engine(url: str) -> AsyncEngine:
    return create_async_engine(sqlalchemy_url(url), pool_size=1, hide_parameters=True)


def _config(connection: Connection | None = None) -> Config:
    spec = importlib.util.find_spec("migrations")
    if spec is None or spec.origin is None:
        raise NotMigrated
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(spec.origin).parent).replace("%", "%%"))
    return config


def _upgrade(connection: Connection) -> None:
    command.upgrade(_config(connection), "head")


async def _status(engine: AsyncEngine) -> MigrationStatus:
    head = ScriptDirectory.from_config(_config()).get_current_head()
    async with engine.connect() as connection:
        current = await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision()
        )
    return MigrationStatus(current, head or "")


def _differences(connection: Connection, models: MetaData) -> list[Any]:
    options = {"compare_type": True, "compare_server_default": True, "include_name": is_ours}
    found: list[Any] = compare_metadata(MigrationContext.configure(connection, opts=options), models)
    return found


def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Whether our models describe it: the queue's tables are made by migrations, but are their library's."""
    return not (kind == "table" and name is not None and name.startswith("pgqueuer"))
