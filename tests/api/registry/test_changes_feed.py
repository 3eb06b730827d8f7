"""``GET /v1/changes``: ordered, and complete for a reader who follows it while many write."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.wiring import Services
from support.sample_cases import get
from support.web_fixtures import Bearer

WRITERS = 4
EACH = 8


def carpeta(number: str, stamp: str = "2024-02-03T08:00:00-05:00") -> dict[str, Any]:
    return {
        "numero": number,
        "actualizado": stamp,
        "fechaHechos": "2024-01-20",
        "ubigeoHechos": "130801",
        "delitos": [{"codigo": "129-A"}],
        "agraviados": [
            {"orden": 1, "tipo": "NATURAL", "nombres": "RUFINA", "apellidoPaterno": "MAMANI"},
            {"orden": 2, "tipo": "NATURAL", "nombres": "TEODORA", "apellidoPaterno": "CONDORI"},
        ],
    }


class Reader:
    """Follows the feed page by page, as an institution would."""

    def __init__(self, api: httpx.AsyncClient, headers: dict[str, str], limit: int) -> None:
        self._api, self._headers, self._limit = api, headers, limit
        self.after = 0
        self.items: list[dict[str, Any]] = []

    async def turn(self) -> bool:
        """Read one page; False where nothing was new."""
        page = await get(self._api, "/v1/changes", self._headers, after=self.after, limit=self._limit)
        assert len(page["items"]) <= self._limit
        assert page["after"] == (page["items"][-1]["position"] if page["items"] else self.after)
        self.items += page["items"]
        self.after = page["after"]
        return bool(page["items"])

    async def follow(self, writing: asyncio.Event) -> None:
        while not writing.is_set() or await self.turn():
            await self.turn()
            await asyncio.sleep(0)


async def test_nothing_is_lost_and_nothing_appears_behind_a_reader_while_many_write(
    services: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    headers = bearer("feed:sistra:write", "changes:read")
    numbers = [f"160601450{n}-2024-{n}-0" for n in range(1, WRITERS + 1)]

    async def write(writer: int) -> None:
        for turn in range(EACH):
            # own records, and one that all the writers fight for: their cases and persons come together
            for number in (f"{numbers[writer][:-2]}{turn}-0", "1606014509-2024-99-0"):
                document = carpeta(number, f"2024-03-01T08:{turn:02}:{writer:02}-05:00")
                answer = await api.put("/v1/feeds/sistra/record", json=document, headers=headers)
                assert answer.status_code == 200, answer.text

    written = asyncio.Event()
    readers = [Reader(api, headers, limit) for limit in (1, 7, 500)]
    following = [asyncio.create_task(reader.follow(written)) for reader in readers]
    await asyncio.gather(*(write(writer) for writer in range(WRITERS)))
    written.set()
    await asyncio.gather(*following)
    async with services.database.read() as session:
        held = (await session.execute(text("SELECT position FROM change ORDER BY position"))).scalars().all()
    assert list(held) == list(range(1, len(held) + 1))
    for reader in readers:
        assert [item["position"] for item in reader.items] == list(held)
    told = {item["entity_id"] for item in readers[0].items if item["kind"] == "record"}
    assert {f"sistra|{number[:-2]}{turn}-0" for number in numbers for turn in range(EACH)} <= told


async def test_a_follower_of_the_feed_ends_with_the_cases_and_persons_that_stand(
    sample_services: Services, sample_api: httpx.AsyncClient, sample_bearer: Bearer
) -> None:
    """What came and did not go by the feed is what stands: it tells every entity's life."""
    reader = Reader(sample_api, sample_bearer("changes:read"), 500)
    while await reader.turn():
        pass
    standing: dict[str, set[str]] = {"case": set(), "person": set()}
    for item in reader.items:
        if item["kind"] not in standing:
            continue
        if item["event"] == "created":
            standing[item["kind"]].add(item["entity_id"])
        elif item["event"] in ("merged", "emptied"):
            standing[item["kind"]].discard(item["entity_id"])
        else:
            assert item["event"] in ("updated", "split")
    async with sample_services.database.read() as session:
        for kind, ids in standing.items():
            held = await session.execute(text(f"SELECT CAST(id AS text) FROM {kind}_entity"))
            assert ids == set(held.scalars())


async def test_a_position_beyond_the_end_waits_there(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer
) -> None:
    page = await get(sample_api, "/v1/changes", sample_bearer("changes:read"), after=10**12)
    assert page == {"items": [], "after": 10**12}


@pytest.mark.parametrize("query", ["after=-1", "after=x", f"after={2**63}", "limit=0", "limit=501", "after="])
async def test_a_position_that_is_none_is_refused(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer, query: str
) -> None:
    answer = await sample_api.get(f"/v1/changes?{query}", headers=sample_bearer("changes:read"))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
