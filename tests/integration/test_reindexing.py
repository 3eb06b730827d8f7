"""What an earlier version indexed is indexed anew, in chunks that survive ``kill -9``, and linked again."""

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from app.db.engine import Database
from app.ingestion.service import IngestionService
from app.reconciliation.indexer import FeatureIndexer
from app.security.keyring import KeyRing
from app.security.sealing import Sealer
from schemas.vocabulary import Feed
from support.databases import Server
from support.ingestion_kit import ingest, sample, sample_arrival
from support.reindexing import Earlier, tools

TESTS = Path(__file__).parent.parent
KEYS = """
SELECT r.feed, r.key, NULL, NULL, k.key FROM record_key k JOIN record r ON r.id = k.record_id
UNION ALL
SELECT r.feed, r.key, m.role, m."order", k.key
FROM mention_key k JOIN mention m ON m.id = k.mention_id JOIN record r ON r.id = m.record_id
"""
FEATURES = """
SELECT r.id, r.feed, r.key, r.data_key, m.role, m."order", i.features
FROM mention_identity i JOIN mention m ON m.id = i.mention_id JOIN record r ON r.id = m.record_id
WHERE i.features IS NOT NULL AND m.present
"""
LINKS = """
SELECT array_agg(r.feed || '|' || r.key ORDER BY r.feed, r.key)
FROM case_member c JOIN record r ON r.id = c.record_id GROUP BY c.case_id
"""
VERSIONS = "SELECT * FROM record_version ORDER BY 1, 2, 3"
BEHIND = f"SELECT count(*) FROM record WHERE index_version < {FeatureIndexer.version}"


async def rows(database: Database, query: str) -> list[tuple]:
    async with database.read() as session:
        return [tuple(row) for row in await session.execute(text(query))]


async def indexed(database: Database, keyring: KeyRing) -> tuple[list, list, list]:
    """Keys, opened features and cases, by natural keys."""
    sealer, features = Sealer(keyring), []
    for id_, feed, key, wrapped, role, order, sealed in await rows(database, FEATURES):
        opened = sealer.unwrap(wrapped).open(sealed, f"features|{id_}|{role}|{order}".encode())
        features.append((feed, key, role, order, opened))
    keys, links = await rows(database, KEYS), await rows(database, LINKS)
    return sorted(keys, key=str), sorted(features), sorted(links)


async def fill(database: Database, keyring: KeyRing, indexer: type[FeatureIndexer]) -> None:
    service = IngestionService(tools(database, keyring, indexer))
    for feed in (Feed.RETA_PNP, Feed.SISTRA):
        await ingest(service, sample_arrival(feed), sample(feed))


async def start(url: str, home: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "support.reindexing", url, str(home)),
        env=os.environ | {"PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}"},
    )


@pytest.mark.slow
async def test_killed_in_the_middle_it_ends_as_a_fresh_registry(
    database: Database, database_url: str, server: Server, tmp_path: Path
) -> None:
    keyring = KeyRing.load_or_create(tmp_path)
    fresh = Database(await server.create())
    await fill(fresh, keyring, FeatureIndexer)
    expected = await indexed(fresh, keyring)
    await fresh.close()

    await fill(database, keyring, Earlier)
    assert (await indexed(database, keyring))[0] != expected[0]
    ((behind,),) = await rows(database, BEHIND)
    versions = await rows(database, VERSIONS)
    worker, deadline = await start(database_url, tmp_path), time.monotonic() + 60
    while not 0 < (left := (await rows(database, BEHIND))[0][0]) < behind:
        assert time.monotonic() < deadline, left
        await asyncio.sleep(0.05)
    worker.kill()
    await worker.wait()
    assert 0 < (await rows(database, BEHIND))[0][0] < behind

    service = IngestionService(tools(database, keyring))
    done = await service.reindex()
    assert 0 < done.changed < behind, "it went on where the other was killed"
    assert await rows(database, BEHIND) == [(0,)]
    assert await indexed(database, keyring) == expected
    assert await rows(database, "SELECT count(*) FROM link_dirty") == [(0,)]
    assert await rows(database, VERSIONS) == versions, "no new revision"
    assert (await service.reindex()).changed == 0


async def test_an_older_process_does_not_undo_it(database: Database, tmp_path: Path) -> None:
    """Two versions of the program run side by side while one replaces the other."""
    keyring = KeyRing.load_or_create(tmp_path)
    await fill(database, keyring, FeatureIndexer)
    before = await indexed(database, keyring)
    assert (await IngestionService(tools(database, keyring, Earlier)).reindex()).changed == 0
    assert await indexed(database, keyring) == before


async def test_what_can_no_longer_be_read_is_left_and_told(database: Database, tmp_path: Path) -> None:
    keyring = KeyRing.load_or_create(tmp_path)
    await fill(database, keyring, Earlier)
    async with database.write() as session:
        await session.execute(
            text(
                "UPDATE delivery SET verbatim = NULL"
                " WHERE record_id = (SELECT min(id) FROM record WHERE feed = 'sistra')"
            )
        )
    service = IngestionService(tools(database, keyring))
    done = await service.reindex()
    assert done.unusable == 1
    assert done.changed > 1
    assert (await service.reindex()).unusable == 0, "and is not tried again"
