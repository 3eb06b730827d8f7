"""The real application on a real database, for tests that call it over HTTP.

``services``  everything composed by ``app.wiring`` on a fresh database, with fresh keys
``api``       an ``httpx.AsyncClient`` on the application
``bearer``    ``bearer("registry:read", ...)``: the headers of a client with those scopes, and a purpose
"""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from app.core.clock import SystemClock
from app.core.settings import Settings
from app.db.engine import Database
from app.main import create_app
from app.security.keyring import KeyRing
from app.security.purpose import Purpose, purpose_headers
from app.wiring import Services, build_services

Bearer = Callable[..., dict[str, str]]
PURPOSE = purpose_headers(Purpose("oficial-000", "CASO-DE-PRUEBA-1", "Prueba automática del servicio"))
BASE_URL = "http://127.0.0.1:8000"


@pytest.fixture
def services(database: Database, database_url: str, tmp_path: Path) -> Services:
    settings = Settings(home=tmp_path)
    return build_services(settings, database_url, database, KeyRing.generate(), SystemClock())


def in_production(url: str, database: Database, home: Path) -> Services:
    """Composed as for the real thing: clients with keys, tokens bound to them."""
    settings = Settings(home=home, mode="production")
    return build_services(settings, url, database, KeyRing.generate(), SystemClock())


def application_of(services: Services) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(create_app(services)), base_url=BASE_URL)


@pytest_asyncio.fixture
async def api(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(services))
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
        yield client


@pytest.fixture
def bearer(services: Services) -> Bearer:
    def headers(*scopes: str) -> dict[str, str]:
        issuer, now = services.authorisation.issuer, services.clock.now()
        token = issuer.issue("cl-0000000000000000", scopes, now)
        return {"Authorization": f"Bearer {token}", **PURPOSE}

    return headers
