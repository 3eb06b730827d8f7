"""``GET /v1/feeds`` and ``intertrata feeds``: the life of the feeds, read from real deliveries."""

import asyncio
import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.core.clock import FixedClock
from app.db.engine import Database
from app.wiring import Services
from schemas.vocabulary import Feed
from support.ingestion_kit import NOW, ingest, sample, sample_arrival
from support.registry_fixtures import application, bearer_of, composed, ingest_samples
from support.sample_cases import get
from support.web_fixtures import Bearer


async def told(services: Services) -> dict[str, dict[str, Any]]:
    async with application(services) as api:
        found = await get(api, "/v1/feeds", bearer_of(services)("feeds:read"))
    return {item["feed"]: item for item in found}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def moving(database: Database, database_url: str, tmp_path: Path, clock: FixedClock) -> Services:
    """Services whose clock the test moves."""
    return composed(database_url, database, tmp_path, clock)


def codes(item: dict[str, Any]) -> list[str]:
    return [alert["code"] for alert in item["alerts"]]


async def test_every_feed_is_told_also_one_that_was_never_heard(moving: Services) -> None:
    await ingest_samples(moving.ingestion, [Feed.SISTRA])
    found = await told(moving)
    assert list(found) == [feed.value for feed in Feed]
    assert codes(found["reta-pnp"]) == ["never_heard"]
    assert codes(found["sistra"]) == []


async def test_shares_are_those_of_the_deliveries(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer
) -> None:
    found = {item["feed"]: item for item in await get(sample_api, "/v1/feeds", sample_bearer("feeds:read"))}
    reta = found["reta-pnp"]
    assert (reta["received"], reta["records"]) == (15, 10)
    assert (reta["warning_share"], reta["rejection_share"]) == (round(4 / 15, 4), round(3 / 15, 4))
    assert reta["last_stamp"] == "2024-10-04T00:00:00Z"


async def test_a_feed_gone_silent_is_an_alert(moving: Services, clock: FixedClock) -> None:
    await ingest_samples(moving.ingestion, [Feed.RETA_PNP])
    clock.advance(timedelta(days=20))
    assert codes((await told(moving))["reta-pnp"]) == []
    clock.advance(timedelta(days=2))
    found = (await told(moving))["reta-pnp"]
    assert (codes(found), found["silence_days"]) == (["silent"], 22)


async def test_a_feed_silent_for_years_is_still_silent_and_not_unheard_of(
    moving: Services, clock: FixedClock
) -> None:
    await ingest_samples(moving.ingestion, [Feed.RETA_PNP])
    clock.advance(timedelta(days=900))
    found = (await told(moving))["reta-pnp"]
    assert (codes(found), found["silence_days"]) == (["silent"], 900)


async def test_the_same_file_again_and_again_is_a_standstill(moving: Services, clock: FixedClock) -> None:
    for _ in range(4):
        await ingest_samples(moving.ingestion, [Feed.PODER_JUDICIAL])
        clock.advance(timedelta(days=7))
    assert codes((await told(moving))["poder-judicial"]) == ["standing_still"]


async def test_records_put_one_by_one_are_one_delivery_a_day(moving: Services) -> None:
    """Three repeats within a minute are no standstill of the feed."""
    line = sample(Feed.SISTRA).splitlines()[0]
    async with application(moving) as api:
        for _ in range(4):
            answer = await api.put(
                "/v1/feeds/sistra/record",
                content=line,
                headers={
                    **bearer_of(moving)("feed:sistra:write"),
                    "Content-Type": "application/json",
                },
            )
            assert answer.status_code == 200
    found = (await told(moving))["sistra"]
    assert (codes(found), found["received"]) == ([], 4)


async def test_a_delivery_that_could_not_be_read_is_told_until_the_next_that_can(
    moving: Services, clock: FixedClock
) -> None:
    await ingest(moving.ingestion, sample_arrival(Feed.RETA_PNP), b"otra;cosa\n1;2\n")
    broken = (await told(moving))["reta-pnp"]
    assert (broken["failed_batches"], codes(broken)) == (1, ["nothing_usable", "failing"])
    clock.advance(timedelta(hours=1))
    await ingest_samples(moving.ingestion, [Feed.RETA_PNP])
    mended = (await told(moving))["reta-pnp"]
    assert (mended["failed_batches"], codes(mended)) == (1, [])
    clock.advance(timedelta(days=29))
    later = (await told(moving))["reta-pnp"]
    assert (later["failed_batches"], later["last_failed_at"]) == (0, broken["last_failed_at"])


async def test_an_institution_is_told_of_its_own_feed_alone(moving: Services) -> None:
    async with application(moving) as api:
        own = await get(api, "/v1/feeds", bearer_of(moving)("feeds:read", "feed:sistra:read"))
        both = await get(
            api, "/v1/feeds", bearer_of(moving)("feeds:read", "feed:sistra:read", "registry:read")
        )
    assert [item["feed"] for item in own] == ["sistra"]
    assert len(both) == len(Feed)


async def test_a_validated_file_is_no_delivery(moving: Services) -> None:
    arrival = sample_arrival(Feed.RETA_PNP, mode="validate")
    await ingest(moving.ingestion, arrival, sample(Feed.RETA_PNP))
    assert codes((await told(moving))["reta-pnp"]) == ["never_heard"]


async def run(url: str, home: Path, *arguments: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.cli", *arguments),
        env=os.environ | {"DATABASE_URL": url, "INTERTRATA_HOME": str(home), "COLUMNS": "120"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return process.returncode, out.decode()


async def test_the_command_tells_people_and_machines_the_same(
    database_url: str, database: Database, tmp_path: Path
) -> None:
    code, out = await run(database_url, tmp_path, "feeds", "--json")
    found = {item["feed"]: item for item in json.loads(out)}
    assert code == 0
    assert found.keys() == set(Feed)
    assert all(codes(item) == ["never_heard"] for item in found.values())
    code, out = await run(database_url, tmp_path, "feeds")
    assert code == 0
    for item in found.values():
        assert item["feed"] in out
    assert "Nunca se ha recibido nada" in out
