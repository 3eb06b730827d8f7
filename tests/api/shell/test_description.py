"""The documentation comes from this server alone, and says of every route who may call it."""

import re
from html.parser import HTMLParser

import httpx

from app.main import create_app
from app.security.endpoints import TOKEN_PATH
from app.security.scopes import SCOPES
from app.shell import openapi
from app.wiring import Services


class Sources(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []
        self.inline: list[str] = []
        self._tag = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag = tag
        self.urls += [value for name, value in attrs if name in {"src", "href"} and value]
        self.inline += [name for name, _ in attrs if name.startswith("on") or name == "style"]

    def handle_data(self, data: str) -> None:
        if self._tag in {"script", "style"} and data.strip():
            self.inline.append(self._tag)
        self._tag = ""


async def test_the_docs_page_loads_everything_from_here_under_a_strict_policy(api: httpx.AsyncClient) -> None:
    answer = await api.get("/docs")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe-eval" not in policy
    sources = Sources()
    sources.feed(answer.text)
    assert sources.inline == []
    for url in sources.urls:
        assert not re.match(r"[a-z]+:|//", url) or url == "data:,"
        if url != "data:,":
            loaded = await api.get(f"/{url}")
            assert loaded.status_code == 200, url
            assert loaded.headers["x-content-type-options"] == "nosniff"


async def test_no_file_but_the_listed_ones_is_served(api: httpx.AsyncClient) -> None:
    for name in ("README.md", "LICENSE", "..%2fendpoints.py", "%2e%2e/endpoints.py", ""):
        assert (await api.get(f"/docs/{name}")).status_code == 404


async def test_the_description_names_the_scopes_of_every_closed_route(
    services: Services, api: httpx.AsyncClient
) -> None:
    document = (await api.get("/openapi.json")).json()
    for route in openapi.routes_of(create_app(services)):
        requirement = openapi.requirement_of(route)
        for method in route.methods or ():
            operation = document["paths"].get(route.path_format, {}).get(method.lower())
            if operation is None or requirement is None:
                continue
            assert operation["security"] == [{"oauth2": [scope]} for scope in requirement.alternatives()]
            assert {"401", "403"} <= set(operation["responses"])


async def test_the_description_explains_every_scope_in_both_languages(api: httpx.AsyncClient) -> None:
    document = (await api.get("/openapi.json")).json()
    flow = document["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"] == TOKEN_PATH
    assert set(flow["scopes"]) == set(SCOPES)
    assert all(" / " in description for description in flow["scopes"].values())


async def test_the_description_says_of_free_text_in_addresses_what_is_refused(api: httpx.AsyncClient) -> None:
    document = (await api.get("/openapi.json")).json()
    asked = document["paths"]["/v1/feeds/{feed}/record"]["get"]["parameters"]
    patterns = {each["name"]: each["schema"].get("pattern") for each in asked if each["in"] == "query"}
    assert patterns["number"] is not None
    assert re.match(patterns["number"], "1-2024\n\x00") is None
    assert re.match(patterns["number"], "1-2024-1-0") is not None


async def test_every_reference_of_the_description_leads_somewhere(api: httpx.AsyncClient) -> None:
    answer = await api.get("/openapi.json")
    schemas = answer.json()["components"]["schemas"]
    for name in re.findall(r'"#/components/schemas/([^"]+)"', answer.text):
        assert name in schemas
    assert "HTTPValidationError" not in answer.text
