"""How many requests a minute: of a client, of an officer, of an address that asks for tokens."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.core.errors import TooManyRequests
from app.db.engine import Database
from app.main import create_app
from app.security.request_pace import Paces, RequestPace, forget, network_of
from app.wiring import Services, build_services
from support.web_fixtures import BASE_URL, PURPOSE

Paced = Callable[..., Any]


@pytest.fixture
def paced(services: Services) -> Paced:
    """An application on the same database, with limits of its own; each is as another process."""

    @asynccontextmanager
    async def made(**limits: int) -> AsyncIterator[httpx.AsyncClient]:
        settings = services.settings.model_copy(update=limits)
        other = build_services(
            settings, services.database_url, services.database, services.keyring, services.clock
        )
        transport = httpx.ASGITransport(create_app(other))
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as api:
            yield api

    return made


def headers(services: Services, client: str, officer: str | None = None) -> dict[str, str]:
    token = services.authorisation.issuer.issue(client, ("feeds:read", "registry:read"), services.clock.now())
    purpose = PURPOSE | {"Intertrata-Officer": officer} if officer else {}
    return {"Authorization": f"Bearer {token}", **purpose}


async def statuses(api: httpx.AsyncClient, count: int, sent: dict[str, str]) -> list[int]:
    return [(await api.get("/v1/feeds", headers=sent)).status_code for _ in range(count)]


async def test_a_client_that_asks_too_often_is_told_how_long_to_wait(
    services: Services, paced: Paced
) -> None:
    sent = headers(services, "cl-apurado")
    async with paced(requests_per_client_minute=5) as api:
        assert await statuses(api, 5, sent) == [200] * 5
        refused = await api.get("/v1/feeds", headers=sent)
        assert (refused.status_code, refused.json()["code"]) == (429, "too-many-requests")
        assert refused.headers["content-type"] == "application/problem+json"
        assert 1 <= int(refused.headers["retry-after"]) <= 12  # one in five of a minute
        assert (await api.get("/v1/feeds", headers=headers(services, "cl-otro"))).status_code == 200
        assert (await api.get("/health/ready")).status_code == 200


async def test_after_the_wait_that_was_told_it_is_let_in_again(services: Services, paced: Paced) -> None:
    sent = headers(services, "cl-paciente")
    async with paced(requests_per_client_minute=60) as api:
        assert await statuses(api, 60, sent) == [200] * 60
        refused = await api.get("/v1/feeds", headers=sent)
        while refused.status_code == 200:  # a slow machine gave some back meanwhile
            refused = await api.get("/v1/feeds", headers=sent)
        await asyncio.sleep(int(refused.headers["retry-after"]))
        assert (await api.get("/v1/feeds", headers=sent)).status_code == 200


async def test_each_officer_has_a_pace_and_the_client_one_over_all(services: Services, paced: Paced) -> None:
    async with paced(requests_per_officer_minute=3, requests_per_client_minute=5) as api:
        one, two = (headers(services, "cl-oficina", f"oficial-{n}") for n in (1, 2))
        assert await statuses(api, 4, one) == [200, 200, 200, 429]
        assert await statuses(api, 2, two) == [200, 429]  # the fifth was refused and spent of the client too


async def test_an_officer_in_capitals_is_no_other(services: Services, paced: Paced) -> None:
    async with paced(requests_per_officer_minute=2, requests_per_client_minute=9) as api:
        assert await statuses(api, 2, headers(services, "cl-oficina", "oficial-7")) == [200, 200]
        assert await statuses(api, 1, headers(services, "cl-oficina", "OFICIAL-7")) == [429]


async def test_processes_share_one_count_also_at_the_same_time(services: Services, paced: Paced) -> None:
    sent = headers(services, "cl-doble")
    async with paced(requests_per_client_minute=6) as one, paced(requests_per_client_minute=6) as two:
        asked = (api.get("/v1/feeds", headers=sent) for api in (one, two) * 6)
        told = sorted(answer.status_code for answer in await asyncio.gather(*asked))
    assert told == [200] * 6 + [429] * 6


async def test_the_token_endpoint_refuses_alike_whether_the_client_exists(
    services: Services, paced: Paced
) -> None:
    known = (await services.clients.create("Conocido", ["feeds:read"])).id
    told = {}
    async with paced(tokens_per_client_minute=2) as api:
        for name in (known, "cl-no-existe"):
            basic = base64.b64encode(f"{name}:no-es-este".encode()).decode()
            sent = {"Authorization": f"Basic {basic}"}
            form = {"grant_type": "client_credentials"}
            answers = [await api.post("/oauth/token", data=form, headers=sent) for _ in range(3)]
            told[name] = [
                (each.status_code, {k: v for k, v in each.json().items() if k != "instance"})
                for each in answers
            ]
    assert [status for status, _ in told[known]] == [401, 401, 429]
    assert told[known] == told["cl-no-existe"]


async def test_the_token_endpoint_counts_addresses_whatever_they_name(
    services: Services, paced: Paced
) -> None:
    async with paced(tokens_per_address_minute=4) as api:
        told = [
            (await api.post("/oauth/token", data={"grant_type": "x", "client_id": f"cl-{n}"})).status_code
            for n in range(6)
        ]
    assert told == [400] * 4 + [429] * 2


OPEN = ("/.well-known/jwks.json", "/.well-known/oauth-authorization-server")


async def test_what_is_open_to_all_counts_addresses(services: Services, paced: Paced) -> None:
    async with paced(open_per_address_minute=3) as api:
        told = [await api.get(OPEN[n % 2]) for n in range(5)]
        assert [each.status_code for each in told] == [200] * 3 + [429] * 2
        assert told[-1].json()["code"] == "too-many-requests"
        assert 1 <= int(told[-1].headers["retry-after"]) <= 20  # one in three of a minute
        token = await api.post("/oauth/token", data={"grant_type": "x", "client_id": "cl-1"})
        assert token.status_code == 400  # the token endpoint has a pace of its own
    async with paced(open_per_address_minute=3) as other:  # another process
        assert (await other.get(OPEN[0])).status_code == 429


async def test_the_description_is_asked_at_the_same_pace(services: Services, paced: Paced) -> None:
    async with paced(open_per_address_minute=3) as api:
        shown = ("/openapi.json", "/docs", "/docs/docs.js", "/docs", OPEN[0])
        told = [(await api.get(path)).status_code for path in shown]
    assert told == [200] * 3 + [429] * 2


async def test_a_proxy_of_ours_says_whose_address_it_is(services: Services, paced: Paced) -> None:
    async with paced(open_per_address_minute=2, trusted_proxies="127.0.0.1/32") as api:

        async def told(address: str) -> int:
            return (await api.get(OPEN[0], headers={"X-Forwarded-For": address})).status_code

        assert [await told("198.51.100.7") for _ in range(3)] == [200, 200, 429]
        assert await told("198.51.100.8") == 200
        one_subscriber = [await told(f"2001:db8:1:2::{n}") for n in range(3)]
        assert one_subscriber == [200, 200, 429]
        assert await told("2001:db8:1:3::1") == 200


async def test_who_was_refused_costs_the_database_nothing_until_the_wait_is_over(
    services: Services, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    pace = RequestPace(database, services.blind, Paces(10, 10, 10, 10, open=60))
    for _ in range(60):
        await pace.spend_open("198.51.100.9")
    refusal = None
    while refusal is None:  # a slow machine gave some back meanwhile
        try:
            await pace.spend_open("198.51.100.9")
        except TooManyRequests as told:
            refusal = told
    asked = []
    statement = database.statement

    def counted() -> Any:
        asked.append(1)
        return statement()

    monkeypatch.setattr(database, "statement", counted)
    with pytest.raises(TooManyRequests):
        await pace.spend_open("198.51.100.9")
    await pace.spend_open("198.51.100.10")
    assert len(asked) == 1
    await asyncio.sleep(int((refusal.headers or {})["Retry-After"]))
    await pace.spend_open("198.51.100.9")


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("unix", "unix"),
        ("", ""),
    ],
)
def test_one_subscriber_is_counted_as_one(address: str, counted: str) -> None:
    assert network_of(address) == counted


async def test_the_table_names_nobody_and_is_emptied(services: Services, database: Database) -> None:
    pace = RequestPace(database, services.blind, Paces(10, 10, 10, 10, 10))
    await pace.spend_unknown("198.51.100.7", "cl-nombre")
    async with database.write() as session:
        kept = (await session.execute(text("SELECT who FROM request_pace"))).scalars().all()
        assert [len(who) for who in kept] == [32, 32]
        assert not any(b"nombre" in who for who in kept)
        assert await forget(session) == 0
        await session.execute(text("UPDATE request_pace SET free_at = now() - interval '2 hours'"))
        assert await forget(session) == 2
