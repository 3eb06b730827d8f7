"""Pull of SISTRA into the registry, over a real socket: nothing is lost, and it resumes where it stopped."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from adapters.catalog import CATALOG
from adapters.sistra.pull import Source
from adapters.transport.paged_http import RetryPolicy
from app.db.engine import Database
from app.ingestion.errors import SourceUnavailable
from app.ingestion.pulling import Puller
from app.ingestion.service import IngestionService
from app.ingestion.tools import Tools
from schemas.vocabulary import Feed
from support.fake_sistra import TOKEN, FakeSistra, fake_sistra
from support.ingestion_kit import NOW, sample, tools_for

QUICK = RetryPolicy(attempts=3, first_wait=0.01, longest_wait=0.02, longest_stated_wait=0.02)
TEMPLATE = json.loads(sample(Feed.SISTRA).splitlines()[0])


@pytest.fixture
def sistra() -> Iterator[FakeSistra]:
    with fake_sistra() as running:
        for number in range(25):
            put(running, number, f"2024-01-{number + 1:02}T10:00:00-05:00")
        yield running


@pytest.fixture
def tools(database: Database) -> Tools:
    return tools_for(database, CATALOG)


def put(sistra: FakeSistra, number: int, stamp: str, **fields: Any) -> None:
    told = {**TEMPLATE, **fields}
    for own in ("numero", "actualizado"):
        told.pop(own)
    sistra.put(f"2706014507-2023-{100 + number}-0", stamp, **told)


def puller(tools: Tools, sistra: FakeSistra, token: str = TOKEN) -> Puller:
    return Puller(tools, IngestionService(tools), Source(sistra.address, token, 10), QUICK)


async def ended(tools: Tools, one: Puller) -> int:
    """Pull, and bring every batch to its end; how many versions were accepted."""
    service, accepted = IngestionService(tools), 0
    for landed in await one.pull():
        await service.translate_batch(landed.id)
        status = await service.status(landed.id)
        accepted += status.accepted + status.accepted_with_warnings
    return accepted


async def state(tools: Tools) -> Any:
    async with tools.database.read() as session:
        return (await session.execute(text("SELECT watermark, pulled_at, error_code FROM feed_state"))).one()


async def test_all_is_fetched_once_and_then_only_what_is_new(tools: Tools, sistra: FakeSistra) -> None:
    sistra.faults = [429, "cut", 500, "html"]
    sistra.repeat_over_pages = True
    patient = Puller(
        tools,
        IngestionService(tools),
        Source(sistra.address, TOKEN, 10),
        RetryPolicy(attempts=9, first_wait=0.01, longest_wait=0.02, longest_stated_wait=0.02),
    )
    assert await ended(tools, patient) == 25
    assert await ended(tools, patient) == 0
    assert (await state(tools)).watermark == datetime(2024, 1, 25, 15, tzinfo=UTC)
    put(sistra, 3, "2024-02-01T10:00:00-05:00", etapa="ARCHIVO")
    put(sistra, 70, "2024-02-02T10:00:00-05:00")
    assert await ended(tools, patient) == 2
    assert datetime.fromisoformat(sistra.requests[-1]["desde"]) >= datetime(2024, 1, 25, 15, tzinfo=UTC)


async def test_a_source_that_gives_up_leaves_what_was_landed_and_is_resumed(
    tools: Tools, sistra: FakeSistra
) -> None:
    answers = 0

    def fail_after_two() -> None:
        nonlocal answers
        answers += 1
        if answers == 2:
            sistra.faults = [500] * 3

    sistra.before_answer = fail_after_two
    with pytest.raises(SourceUnavailable) as refused:
        await puller(tools, sistra).pull()
    assert TOKEN not in str(refused.value) + repr(refused.value)
    stopped = await state(tools)
    assert stopped.error_code == "pull_exhausted"
    assert datetime(2024, 1, 10, tzinfo=UTC) < stopped.watermark < datetime(2024, 1, 25, tzinfo=UTC)
    sistra.before_answer = lambda: None
    await puller(tools, sistra).pull()
    assert (await state(tools)).error_code is None
    async with tools.database.read() as session:
        batches = list(await session.scalars(text("SELECT id FROM batch")))
    for batch in batches:
        await IngestionService(tools).translate_batch(batch)
    async with tools.database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM record")) == 25


async def test_a_wrong_credential_is_said_at_once(tools: Tools, sistra: FakeSistra) -> None:
    with pytest.raises(SourceUnavailable) as refused:
        await puller(tools, sistra, "otra").pull()
    assert refused.value.facts["reason"] == "pull_unauthorised"
    assert len(sistra.requests) == 1


async def test_a_stamp_in_the_future_hides_nothing_that_comes_later(tools: Tools, sistra: FakeSistra) -> None:
    put(sistra, 90, "2099-01-01T00:00:00-05:00")
    await ended(tools, puller(tools, sistra))
    assert (await state(tools)).watermark == NOW
    put(sistra, 91, "2025-06-01T10:30:00-05:00")  # half an hour after the clock of this test
    assert await ended(tools, puller(tools, sistra)) == 1
