"""Every blind key is read with who has it, whatever the part it is read in."""

import pytest

from app.core.raw import raw_connection
from app.db.engine import Database
from app.reconciliation import bulk
from app.reconciliation.bulk import BulkRepository
from support.everybody import hard
from support.keeping import Registry


@pytest.mark.parametrize("owners", [7, 500_000])
async def test_keys_are_read_with_who_has_them(
    database: Database, monkeypatch: pytest.MonkeyPatch, owners: int
) -> None:
    monkeypatch.setattr(bulk, "_OWNERS", owners)
    registry = Registry(database)
    async with database.read() as session:
        connection = await raw_connection(session)
        nothing = await BulkRepository(connection, registry.sealer).mention_keys()
    assert [len(column) for column in nothing] == [0, 0]
    await registry.keep_all(*hard(31, 60))
    async with database.read() as session:
        connection = await raw_connection(session)
        repository = BulkRepository(connection, registry.sealer)
        read = {"mention": await repository.mention_keys(), "record": await repository.record_keys()}
        for owner, (keys, owners_) in read.items():
            rows = await connection.fetch(f"SELECT key, {owner}_id FROM {owner}_key")
            assert sorted(zip(keys.tolist(), owners_.tolist(), strict=True)) == sorted(map(tuple, rows))
            assert rows
