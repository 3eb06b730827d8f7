"""Answers from the cube: those of SQL, current at every request, made once while nothing changes."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.main import create_app
from app.statistics.cube import coding, service
from app.statistics.cube.repository import ask_anew
from app.statistics.cube.service import Cube, Ready
from app.statistics.service import StatisticsService
from app.wiring import Services
from schemas.query import Query
from schemas.vocabulary import Feed
from support.ingestion_kit import parts, sample, sample_arrival
from support.registry_fixtures import ingest_samples
from support.web_fixtures import BASE_URL, Bearer

QUERY_AT = "/v1/statistics/query"
ASKED = {
    "measures": ["cases", "victims", "convicted"],
    "dimensions": ["offence_family", "department", "purpose"],
}


async def told(api: httpx.AsyncClient, bearer: Bearer, asked: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = await api.post(QUERY_AT, json=asked or ASKED, headers=bearer("statistics:exact"))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def in_sql(services: Services, asked: dict[str, Any] | None = None) -> dict[str, Any]:
    async with services.database.read() as session:
        answer = await StatisticsService(session).query(Query.model_validate(asked or ASKED))
    return answer.model_dump(mode="json")


def figures(answer: dict[str, Any]) -> dict[str, Any]:
    """All but the moment."""
    return {name: value for name, value in answer.items() if name != "counted_at"}


async def test_every_delivery_is_known_at_once_also_before_it_is_linked(
    services: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    seen = [await told(api, bearer)]
    for feed in Feed:
        landed = await services.ingestion.land(sample_arrival(feed), parts(sample(feed)))
        await services.ingestion.translate_batch(landed.id)
        assert figures(await told(api, bearer)) == figures(await in_sql(services))
        await services.ingestion.link_batch(landed.id)
        seen.append(await told(api, bearer))
        assert figures(seen[-1]) == figures(await in_sql(services))
        for source in Feed:
            asked = {"measures": ["cases", "victims"], "dimensions": ["period"], "source": source}
            assert figures(await told(api, bearer, asked)) == figures(await in_sql(services, asked))
    positions = [each["position"] for each in seen]
    assert positions == sorted(set(positions))
    assert seen[-1]["totals"] > seen[0]["totals"]


async def test_nothing_is_counted_again_while_nothing_changes(
    services: Services, api: httpx.AsyncClient, bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bytes that are ready are those of the question, the form and the moment."""
    await ingest_samples(services.ingestion)
    first = await told(api, bearer)
    counted: list[Query] = []
    made = service.counted

    def counting(query: Query, facts: Any) -> Any:
        counted.append(query)
        return made(query, facts)

    monkeypatch.setattr(service, "counted", counting)
    assert await told(api, bearer) == first
    assert counted == []
    other = await told(api, bearer, ASKED | {"dimensions": ["stage"]})
    assert len(counted) == 1
    assert other["totals"] == first["totals"]
    lines = await api.post(f"{QUERY_AT}?format=csv", json=ASKED, headers=bearer("statistics:exact"))
    assert lines.text.count("\r\n") == len(first["rows"]) + 1
    async with services.database.write() as session:
        await session.execute(text("UPDATE report SET purposes = '{}' WHERE makes_case"))
        await session.execute(
            text("INSERT INTO link_dirty (record_id) SELECT record_id FROM report ON CONFLICT DO NOTHING")
        )
    now = await told(api, bearer)
    assert {row["codes"][2] for row in now["rows"]} == {"unknown"}
    assert figures(now) == figures(await in_sql(services))


async def test_many_ask_while_records_arrive_and_each_answer_is_of_one_position_not_before_the_request(
    services: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    """Every answer is what SQL counts at the position that it names."""
    known: dict[int, dict[str, Any]] = {0: figures(await in_sql(services))}
    done = asyncio.Event()
    answers: list[tuple[int, dict[str, Any]]] = []

    async def ask() -> None:
        while not done.is_set():
            async with services.database.read() as session:
                at = await session.scalar(text("SELECT last FROM change_cursor"))
            answers.append((at, await told(api, bearer)))

    asking = [asyncio.create_task(ask()) for _ in range(4)]
    for feed in Feed:
        landed = await services.ingestion.land(sample_arrival(feed), parts(sample(feed)))
        await services.ingestion.translate_batch(landed.id)
        while (await services.linker.link_pending()).records:
            pass
        found = figures(await in_sql(services))
        known[found["position"]] = found
        await asyncio.sleep(0.3)
    done.set()
    await asyncio.gather(*asking)
    assert all(answer["position"] >= at for at, answer in answers)
    settled = [answer for _, answer in answers if answer["position"] in known]
    assert len({answer["position"] for answer in settled}) > 2
    last = max(known)
    assert all(figures(each) == known[last] for each in settled if each["position"] == last)


async def test_where_facts_are_not_at_hand_in_time_or_cannot_tell_it_figures_are_counted_in_sql(
    services: Services, bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ingest_samples(services.ingestion)
    expected = figures(await in_sql(services))
    application = create_app(services)
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as api:
        application.state.cube = Cube(services.database, patience=0)
        assert figures(await told(api, bearer)) == expected
        await application.state.cube.close()
        async with services.database.write() as session:
            await session.execute(text("UPDATE case_entity SET stage = 'a stage that no list has'"))
        application.state.cube = Cube(services.database)
        assert figures(await told(api, bearer)) == expected
        by_stage = ASKED | {"dimensions": ["stage"]}
        assert (await told(api, bearer, by_stage))["rows"][0]["codes"] == ["a stage that no list has"]


async def test_what_is_asked_anew_is_read_anew(
    services: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    """``intertrata statistics rebuild``: also what nobody told of, as a repair by hand."""
    await ingest_samples(services.ingestion)
    before = await told(api, bearer)
    async with services.database.write() as session:
        await session.execute(text("UPDATE report SET purposes = '{}'"))
    assert await told(api, bearer) == before
    async with services.database.write() as session:
        await ask_anew(session)
    assert {row["codes"][2] for row in (await told(api, bearer))["rows"]} == {"unknown"}


def test_answers_that_are_ready_take_no_more_than_their_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "READY", 100)
    ready = Ready()
    for number in range(5):
        ready.keep(("json", str(number)), bytes(30))
        ready.recall(("json", "0"))
    assert [number for number in range(5) if ready.recall(("json", str(number)))] == [0, 3, 4]


@pytest.mark.parametrize("word", ["PER", "AR", "Z", "ZZZ", "unknown"])
def test_words_without_a_list_have_numbers_in_their_order(word: str) -> None:
    open_words = coding.Coding(None)
    (number,) = open_words.codes([word])
    assert open_words.word(number) == word
    assert number <= open_words.size - 1
    assert sorted(["PER", "AR", "Z", "ZZZ", "unknown"]) == [
        open_words.word(each) for each in sorted(open_words.codes(["unknown", "ZZZ", "Z", "AR", "PER"]))
    ]
