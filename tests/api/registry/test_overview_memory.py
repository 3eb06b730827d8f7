"""An overview is counted once while nothing changes, and is never behind what is held."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from app.statistics.service import StatisticsService
from app.wiring import Services
from schemas.vocabulary import Feed
from support.ingestion_kit import parts, sample, sample_arrival
from support.registry_fixtures import ingest_samples
from support.sample_cases import get
from support.web_fixtures import Bearer

OVERVIEW = "/v1/statistics/overview"


@contextmanager
def statements(services: Services) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    engine = services.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


async def counted_anew(services: Services) -> dict[str, Any]:
    async with services.database.read() as session:
        return (await StatisticsService(session).overview(None, None)).model_dump(mode="json")


async def test_the_same_question_is_counted_once_while_nothing_changes(
    services: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    headers = bearer("statistics:exact")
    await ingest_samples(services.ingestion, [Feed.RETA_PNP])
    first = await get(api, OVERVIEW, headers)
    with statements(services) as asked:
        assert await get(api, OVERVIEW, headers) == first
    assert not any("appearance" in statement for statement in asked)
    with statements(services) as asked:
        await get(api, OVERVIEW, headers, **{"from": "2024-01-01"})
    assert any("appearance" in statement for statement in asked)


async def test_every_delivery_is_counted_at_once_also_before_it_is_linked(
    services: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    headers = bearer("statistics:exact")
    seen = [await get(api, OVERVIEW, headers)]
    for feed in Feed:
        landed = await services.ingestion.land(sample_arrival(feed), parts(sample(feed)))
        await services.ingestion.translate_batch(landed.id)
        assert await get(api, OVERVIEW, headers) == await counted_anew(services)
        await services.ingestion.link_batch(landed.id)
        answer = await get(api, OVERVIEW, headers)
        assert answer == await counted_anew(services)
        assert answer not in seen
        seen.append(answer)


@pytest.mark.parametrize("query", ["from=2024-02-30", "to=x", "from=2024-02-02&to=2024-02-01"])
async def test_a_period_that_is_none_is_refused(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer, query: str
) -> None:
    answer = await sample_api.get(f"{OVERVIEW}?{query}", headers=sample_bearer("statistics:exact"))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
