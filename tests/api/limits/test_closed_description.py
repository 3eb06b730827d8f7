"""In production nobody is shown the description of the API unless the settings say so."""

import httpx
import pytest

from app.main import create_app
from app.shell import openapi
from app.wiring import Services, build_services
from support.web_fixtures import BASE_URL

SHOWN = ("/docs", "/docs/docs.js", "/openapi.json")


@pytest.mark.parametrize(
    ("mode", "docs", "status"),
    [("production", None, 404), ("production", "open", 200), ("demo", None, 200), ("demo", "closed", 404)],
)
async def test_the_description_is_there_only_where_allowed(
    services: Services, mode: str, docs: str | None, status: int
) -> None:
    settings = services.settings.model_copy(update={"mode": mode, "docs": docs})
    made = build_services(
        settings, services.database_url, services.database, services.keyring, services.clock
    )
    app = create_app(made)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE_URL) as api:
        assert [(await api.get(path)).status_code for path in SHOWN] == [status] * 3
        metadata = (await api.get("/.well-known/oauth-authorization-server")).json()
        assert ("service_documentation" in metadata) is (status == 200)


PUBLISHED = ("/v1/open", "/sdmx/2.1", "/sdmx/3.0")  # pages of others may read what is public


async def test_every_route_answers_with_strict_headers(services: Services) -> None:
    settings = services.settings.model_copy(update={"public_url": "https://registro.example"})
    secure = build_services(
        settings, services.database_url, services.database, services.keyring, services.clock
    )
    app = create_app(secure)
    wanted = {
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "strict-transport-security": "max-age=63072000; includeSubDomains",
    }
    kept = {"/docs/{asset}", "/.well-known/jwks.json", "/.well-known/oauth-authorization-server"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE_URL) as api:
        for route in openapi.routes_of(app):
            for method in route.methods or ():
                path = route.path.replace("{asset}", "docs.js").replace("{feed}", "sistra")
                headers = (await api.request(method, path)).headers
                public = route.path.startswith(PUBLISHED)
                shared = {"cross-origin-resource-policy": "cross-origin"} if public else {}
                if public and headers["cross-origin-resource-policy"] == "same-origin":
                    shared = {}  # a refusal is nobody's to embed
                assert {name: headers.get(name) for name in wanted} == wanted | shared, route.path
                assert "default-src 'none'" in headers["content-security-policy"], route.path
                held = route.path in kept or public
                assert "no-store" in headers["cache-control"] or held, route.path
