"""``kill -9`` at any point: another worker ends the batch, and nothing is lost, doubled or half written."""

import asyncio
import os
import random
import sys
import time
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from adapters.catalog import CATALOG
from app.db.engine import Database
from app.ingestion.service import IngestionService
from app.security.keyring import KeyRing
from schemas.ingestion import BatchStatus
from schemas.vocabulary import Feed
from support.ingestion_kit import counts_of, parts, sample, sample_arrival, tools_for

TESTS = Path(__file__).parent.parent
EXPECTED = {Feed.RETA_PNP: (15, 7, 4, 0, 1, 0, 3), Feed.PODER_JUDICIAL: (13, 7, 1, 1, 1, 1, 2)}


async def start(url: str, home: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "support.ingestion_worker", url, str(home)),
        env=os.environ | {"PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}"},
    )


async def until(service: IngestionService, batch_id: UUID, received: int) -> BatchStatus:
    deadline = time.monotonic() + 60
    while True:
        status = await service.status(batch_id)
        assert status.received == sum(counts_of(status)[1:])  # at every moment
        if status.ended or status.received >= received > 0:
            return status
        assert time.monotonic() < deadline, status
        await asyncio.sleep(0.02)


@pytest.mark.slow
@pytest.mark.parametrize("feed", list(EXPECTED))
async def test_a_killed_worker_s_batch_is_ended_by_others(
    database: Database, database_url: str, tmp_path: Path, feed: Feed
) -> None:
    tools = tools_for(database, CATALOG, keyring=KeyRing.load_or_create(tmp_path))
    service = IngestionService(tools)
    landed = await service.land(sample_arrival(feed), parts(sample(feed)))
    for received in (2, 6):  # two workers die in the middle, the third lives
        worker = await start(database_url, tmp_path)
        status = await until(service, landed.id, received)
        await asyncio.sleep(random.Random(received).random() * 0.3)
        worker.kill()
        await worker.wait()
        assert status.state == "translating"
    worker = await start(database_url, tmp_path)
    try:
        status = await until(service, landed.id, 0)
    finally:
        worker.terminate()
        await worker.wait()
    assert status.state == "done"
    assert counts_of(status) == EXPECTED[feed]
    async with database.read() as session:
        kept = await session.scalar(text("SELECT count(*) FROM delivery"))
        chunks = await session.scalar(text("SELECT count(*) FROM landed_chunk"))
    assert (kept, chunks) == (status.received, 0)
