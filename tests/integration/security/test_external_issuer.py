"""Any OpenID provider in place of the embedded issuer: its keys, its scopes and roles, our rules."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from app.core.clock import SystemClock
from app.core.settings import Settings
from app.db.engine import Database
from app.main import create_app
from app.security import remote_keys
from app.security.keyring import KeyRing
from app.security.remote_keys import IssuerPlain, RemoteKeys
from app.wiring import Services, build_services
from support.fake_issuer import FakeIssuer, fake_issuer
from support.fapi_client import FapiClient, es256, ps256
from support.naming import steady
from support.web_fixtures import BASE_URL

METRICS, AUDIENCE = f"{BASE_URL}/metrics", f"{BASE_URL}/v1"
HOLDER = es256()


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeIssuer]:
    monkeypatch.setattr(remote_keys, "BETWEEN_SECONDS", 0.0)
    with fake_issuer() as issuer:
        yield issuer


@dataclass
class Asker:
    services: Services
    http: httpx.AsyncClient
    issuer: FakeIssuer

    async def status(self, audience: Any = AUDIENCE, header: Any = None, **claims: Any) -> int:
        bound = {"scope": "operator", "cnf": {"jkt": HOLDER.thumbprint}} | claims
        return (await self.call(self.issuer.token(audience, header, **bound))).status_code

    async def call(self, token: str, url: str = METRICS) -> httpx.Response:
        client = FapiClient(self.http, BASE_URL, "fiscalia", HOLDER, HOLDER)
        return await client.call("GET", url, token)


@pytest_asyncio.fixture
async def asker(
    module_database: Database, module_database_url: str, tmp_path: Any, issuer: FakeIssuer
) -> AsyncIterator[Asker]:
    settings = Settings(home=tmp_path, mode="production", issuer=issuer.address)
    services = build_services(
        settings, module_database_url, module_database, KeyRing.generate(), SystemClock()
    )
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(services)), base_url=BASE_URL
    ) as http:
        yield Asker(services, http, issuer)


async def test_its_tokens_open_what_their_scopes_and_roles_say(asker: Asker) -> None:
    assert await asker.status() == 200
    assert await asker.status(header={"typ": "at+jwt"}) == 200
    assert await asker.status([AUDIENCE, "account"]) == 200
    assert await asker.status(scope="openid profile") == 403
    assert await asker.status(scope=None, scp=["operator"]) == 200
    assert await asker.status(scope="openid", realm_access={"roles": ["operator", "offline_access"]}) == 200
    assert await asker.status(scope=None, roles=["auditor"]) == 403


@pytest.mark.parametrize(
    "claims",
    [
        {"cnf": None},
        {"cnf": {}},
        {"cnf": {"jwk": HOLDER.jwk}},
        {"cnf": {"jkt": es256().thumbprint}},
        {"cnf": {"jkt": HOLDER.thumbprint, "x5t#S256": "A" * 43}},
        {"iss": "https://other.example"},
        {"audience": "https://other.example"},
        {"audience": []},
        {"audience": None},
        {"audience": f"{AUDIENCE}/"},
        {"audience": {AUDIENCE: 1}},
        {"exp": 1},
        {"exp": int(time.time()) + 7200},
        {"exp": None},
        {"iat": int(time.time()) + 3600},
        {"nbf": int(time.time()) + 3600},
        {"azp": None},
        {"azp": "a\nb"},
        {"client_id": "another"},
        {"jti": "\x00"},
        {"sub": ""},
        {"scope": ["operator"]},
        {"intertrata_feed": "sistra", "intertrata_department": "05"},
        {"intertrata_feed": "sigma"},
        {"intertrata_department": "99", "scope": "registry:read"},
        {"roles": ["institution-reader"]},
        {"roles": ["regional-analyst"]},
        {"intertrata_feed": "sistra"},  # with a scope over everything
        {"header": {"alg": "none"}},
        {"header": {"alg": "RS256"}},
        {"header": {"kid": "unknown"}},
        {"header": {"kid": "sealing"}},
        {"header": {"kid": None}},
        {"header": {"kid": "../keys"}},
        {"header": {"typ": "logout+jwt"}},
        {"header": {"typ": "dpop+jwt"}},
        {"header": {"jku": "https://attacker.example/keys"}},
        {"header": {"jwk": HOLDER.jwk}},
        {"header": {"x5c": ["AA"]}},
        {"header": {"crit": ["exp"]}},
    ],
    ids=steady,
)
async def test_a_token_that_lies_in_one_place_is_refused(asker: Asker, claims: dict[str, Any]) -> None:
    assert await asker.status(**claims) == 401


async def test_the_row_scope_comes_with_the_token(asker: Asker) -> None:
    claims = {"scope": "feed:sistra:read", "intertrata_feed": "sistra", "cnf": {"jkt": HOLDER.thumbprint}}
    verified = await asker.services.gate._verifier.verify(
        asker.issuer.token(AUDIENCE, **claims), SystemClock().now()
    )
    assert verified.row_scope is not None
    assert verified.row_scope.feed == "sistra"
    regional = {"roles": ["regional-analyst"], "intertrata_department": "05", "scope": None}
    token = asker.issuer.token(AUDIENCE, **(claims | {"intertrata_feed": None} | regional))
    assert (await asker.call(token)).json()["code"] == "scope-missing"


async def test_tokens_of_the_embedded_issuer_count_no_more_and_it_grants_none(asker: Asker) -> None:
    own = asker.services.authorisation.issuer.issue("cl-0000000000000000", ("operator",), SystemClock().now())
    assert (await asker.call(own)).status_code == 401
    for path in ("/.well-known/oauth-authorization-server", "/.well-known/jwks.json"):
        assert (await asker.http.get(path)).status_code == 404
    assert (
        await asker.http.post("/oauth/token", data={"grant_type": "client_credentials"})
    ).status_code == 404


async def test_a_new_key_is_met_at_its_first_token_and_an_old_one_goes_with_the_next_look(
    asker: Asker,
) -> None:
    assert await asker.status() == 200
    old = asker.issuer.token(AUDIENCE, scope="operator", cnf={"jkt": HOLDER.thumbprint})
    asker.issuer.keys = [ps256()]
    assert await asker.status() == 200
    assert (await asker.call(old)).status_code == 401


async def test_an_outage_is_survived_on_the_keys_that_are_kept(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await asker.status() == 200
    asker.issuer.status = 503
    monkeypatch.setattr(remote_keys, "FRESH_SECONDS", 0.0)
    assert [await asker.status() for _ in range(3)] == [200] * 3
    monkeypatch.setattr(remote_keys, "KEPT_SECONDS", 0.0)
    assert await asker.status() == 503


async def test_without_any_key_nobody_enters_and_is_told_to_come_back(asker: Asker) -> None:
    asker.issuer.status = 500
    token = asker.issuer.token(AUDIENCE, scope="operator", cnf={"jkt": HOLDER.thumbprint})
    answer = await asker.call(token)
    assert (answer.status_code, answer.json()["code"]) == (503, "issuer-unreachable")
    asker.issuer.status = 200
    assert await asker.status() == 200


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://other.example"},
        {"jwks_uri": "http://keys.example/"},
        {"jwks_uri": 7},
        {"jwks_uri": ""},
    ],
    ids=steady,
)
async def test_discovery_that_speaks_for_another_or_points_elsewhere_is_not_believed(
    asker: Asker, said: dict[str, Any]
) -> None:
    asker.issuer.said = said
    assert await asker.status() == 503
    assert set(asker.issuer.asked) == {"/.well-known/openid-configuration"}


async def test_a_crowd_makes_one_fetch(asker: Asker) -> None:
    asker.issuer.delay = 0.2
    keys = RemoteKeys(asker.issuer.address, ("ES256",))
    found = await asyncio.gather(*(keys.find(asker.issuer.keys[0].thumbprint) for _ in range(50)))
    assert None not in found
    assert len(asker.issuer.asked) == 2


async def test_kids_that_nobody_has_do_not_hammer_the_issuer(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_keys, "BETWEEN_SECONDS", 60.0)
    keys = RemoteKeys(asker.issuer.address, ("ES256",))
    for number in range(50):
        assert await keys.find(f"unknown-{number}") is None
    assert len(asker.issuer.asked) == 2


@pytest.mark.parametrize("address", ["http://issuer.example", "ftp://127.0.0.1", "issuer.example", ""])
def test_an_issuer_beyond_this_machine_is_https(address: str) -> None:
    with pytest.raises(IssuerPlain):
        RemoteKeys(address, ("ES256",))
