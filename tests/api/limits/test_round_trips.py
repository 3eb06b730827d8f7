"""What a request costs in waits for the database: none is added unnoticed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from app.core.clock import SystemClock
from app.core.settings import Settings
from app.db.engine import Database
from app.main import create_app
from app.security.keyring import KeyRing
from app.security.tokens import Confirmation
from app.wiring import Services, build_services
from schemas.vocabulary import Feed
from support.fapi_client import HolderKey, es256, proof
from support.ingestion_kit import ingest, sample, sample_arrival
from support.trips import Trips, counting
from support.web_fixtures import BASE_URL, PURPOSE

SCOPES = ("registry:read", "statistics:exact", "feed:sistra:read", "feeds:read")


@dataclass
class Counted:
    services: Services
    api: httpx.AsyncClient
    trips: Trips
    client: str

    def bearer(self) -> dict[str, str]:
        issuer, now = self.services.authorisation.issuer, self.services.clock.now()
        return {"Authorization": f"Bearer {issuer.issue(self.client, SCOPES, now)}", **PURPOSE}

    async def of(self, path: str, *, bound: HolderKey | None = None) -> int:
        """Waits of one request, after others like it have prepared the statements."""
        for _ in range(3):
            headers = self.bearer() if bound is None else self._bound(bound, path)
            before = self.trips.count
            answer = await self.api.get(path, headers=headers)
            assert answer.status_code == 200, answer.text
        return self.trips.count - before

    def _bound(self, holder: HolderKey, path: str) -> dict[str, str]:
        issuer, now = self.services.authorisation.issuer, self.services.clock.now()
        token = issuer.issue(self.client, SCOPES, now, Confirmation(jkt=holder.thumbprint))
        shown = proof(holder, "GET", BASE_URL + path.partition("?")[0], token)
        return {"Authorization": f"DPoP {token}", "DPoP": shown, **PURPOSE}


@pytest_asyncio.fixture
async def counted(database_url: str, tmp_path: Any) -> AsyncIterator[Counted]:
    async with counting(database_url) as (url, trips):
        database = Database(url, pool_size=1)  # one connection, so that its statements are prepared
        settings = Settings(home=tmp_path, mode="demo")
        services = build_services(settings, url, database, KeyRing.generate(), SystemClock())
        await ingest(services.ingestion, sample_arrival(Feed.SISTRA), sample(Feed.SISTRA))
        await services.linker.link_pending()
        client = (await services.clients.create("Contada", SCOPES)).id
        transport = httpx.ASGITransport(create_app(services))
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as api:
            yield Counted(services, api, trips, client)
        await database.close()


TABLE = "/v1/statistics/query?measure=cases&by=offence_family&grain=year"


@pytest.mark.parametrize(
    ("path", "waits"),
    [
        ("/v1/cases", 6),  # admission; BEGIN, reach, the page, the mark, COMMIT
        (TABLE, 2),  # admission; the state of the registry
        ("/v1/statistics/indicators", 1),  # admission
    ],
)
async def test_a_request_waits_for_the_database_no_more_often_than_this(
    counted: Counted, path: str, waits: int
) -> None:
    assert await counted.of(path) == waits
    assert await counted.of(path, bound=es256()) == waits  # a proof is marked as used in the same statement
