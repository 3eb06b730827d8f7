"""What is doubtful when the queue begins to be kept is put into it by the migration, as linking would."""

import importlib

from app.core.raw import raw_connection
from app.wiring import Services
from support.review_kit import ROWS, doubtful_registry

MIGRATION = importlib.import_module("migrations.versions.0023_review_items")


async def test_the_migration_fills_the_queue_as_linking_does(services: Services) -> None:
    registry = await doubtful_registry(services)
    kept = await registry.rows(ROWS)
    assert len(kept) > 4
    async with registry.database.write() as session:
        connection = await raw_connection(session)
        await connection.execute("DELETE FROM review_item")
        await connection.execute(MIGRATION.BACKFILL)
        filled = [tuple(row) for row in await connection.fetch(ROWS)]
    assert filled == kept
