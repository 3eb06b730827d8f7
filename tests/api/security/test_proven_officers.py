"""The officer, proven by a key of the institution's: what counts, what does not, and what the log says."""

import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import replace
from typing import Any

import httpx
import pytest
import pytest_asyncio

from app.db.engine import Database
from app.security import credentials
from app.security.clients import ClientUnknown, OfficerProof
from app.security.credentials import CredentialInvalid
from app.wiring import Services
from support.fapi_client import (
    FapiClient,
    HolderKey,
    b64,
    eddsa,
    es256,
    jwks,
    officer_assertion,
    ps256,
)
from support.naming import steady
from support.web_fixtures import BASE_URL, PURPOSE, application_of, in_production

SCOPES = ["registry:read", "audit:read", "identity:read"]
ENTRIES = f"{BASE_URL}/v1/audit/entries"
KEY, OFFICERS, OWN = es256(), es256(), eddsa()
HEADER = "Intertrata-Officer-Assertion"


@pytest.fixture(scope="module")
def services(
    module_database: Database, module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Services:
    return in_production(module_database_url, module_database, tmp_path_factory.mktemp("home"))


@pytest_asyncio.fixture(scope="module")
async def http(services: Services) -> httpx.AsyncClient:
    return application_of(services)


class Institution:
    """A client whose officers have keys; every part of an assertion can lie."""

    def __init__(self, services: Services, http: httpx.AsyncClient, fapi: FapiClient) -> None:
        self.services, self.http, self.fapi = services, http, fapi
        self.token = ""

    def said(self, key: HolderKey = OFFICERS, header: Any = None, **claims: Any) -> str:
        client, token = self.fapi.client_id, claims.pop("token", self.token)
        return officer_assertion(key, client, BASE_URL, token, header, **claims)

    async def ask(self, *assertions: str, url: str = ENTRIES, **purpose: str) -> httpx.Response:
        sent = PURPOSE | {f"Intertrata-{name.title()}": value for name, value in purpose.items()}
        headers = [*self.fapi.headers("GET", url, self.token).items(), *sent.items()]
        return await self.http.get(url, headers=[*headers, *((HEADER, each) for each in assertions)])


@pytest_asyncio.fixture
async def institution(services: Services, http: httpx.AsyncClient) -> Institution:
    made = await services.clients.create("Fiscalía", SCOPES, given=credentials.from_jwks(jwks(KEY)))
    given = (*credentials.officer_keys(jwks(OFFICERS)), *credentials.officer_keys(jwks(OWN), "oficial-000"))
    await services.clients.add_credentials(made.id, given)
    found = Institution(services, http, FapiClient(http, BASE_URL, made.id, KEY))
    found.token = await found.fapi.token()
    return found


def refused(answer: httpx.Response, code: str = "officer-assertion-invalid") -> None:
    assert (answer.status_code, answer.json()["code"]) == (403, code), answer.text


@pytest.mark.parametrize("key", [OFFICERS, OWN], ids=["of the institution", "of the officer"])
async def test_the_log_says_by_which_key_an_officer_was_proven(
    institution: Institution, key: HolderKey
) -> None:
    assert (await institution.ask()).status_code == 200
    assert (await institution.ask(institution.said(key))).status_code == 200
    told = (await institution.ask(url=f"{ENTRIES}?actor={institution.fapi.client_id}")).json()["items"]
    mine = [each for each in told if each["kind"] == "audit_read"]
    assert [each["officer_proven"] for each in mine] == [False, True]
    assert mine[1]["objects"] == [f"officer_key/{key.thumbprint}"]
    assert mine[1]["officer"] == "oficial-000"


@pytest.mark.parametrize("key", [OFFICERS, OWN], ids=["of the institution", "of the officer"])
async def test_an_officer_is_one_in_capitals_too(institution: Institution, key: HolderKey) -> None:
    for declared, proven in (("Oficial-000", "OFICIAL-000"), ("OFICIAL-000", "oficial-000")):
        assert (await institution.ask(institution.said(key, sub=proven), officer=declared)).status_code == 200


async def test_where_proof_is_required_a_declared_officer_reads_nothing(
    services: Services, institution: Institution
) -> None:
    await services.clients.prove_officers(institution.fapi.client_id, OfficerProof.REQUIRED)
    refused(await institution.ask(), "officer-assertion-missing")
    assert (await institution.ask(institution.said())).status_code == 200
    listed = await institution.ask(url=f"{BASE_URL}/v1/cases")
    assert listed.status_code == 200  # tells of nobody: no officer is asked for
    await services.clients.prove_officers(institution.fapi.client_id, OfficerProof.OPTIONAL)
    assert (await institution.ask()).status_code == 200
    with pytest.raises(ClientUnknown):
        await services.clients.prove_officers("cl-0000000000000000", OfficerProof.REQUIRED)


async def test_an_assertion_counts_once_also_when_shown_at_the_same_time(institution: Institution) -> None:
    shown = institution.said()
    told = [
        answer.status_code for answer in await asyncio.gather(*(institution.ask(shown) for _ in range(4)))
    ]
    assert sorted(told) == [200, 403, 403, 403]
    refused(await institution.ask(shown))
    other = Institution(
        institution.services, institution.http, replace(institution.fapi, holder=es256(), nonce=None)
    )
    other.token = await other.fapi.token()
    refused(await other.ask(institution.said()))  # of the same client, with another token


NOW = int(time.time())


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "cl-0000000000000000"},
        {"aud": "https://otro.example"},
        {"aud": [BASE_URL]},
        {"sub": "oficial-001"},
        {"sub": "oficial-000\n"},
        {"case": "OTRO-CASO"},
        {"iat": NOW - 7200, "exp": NOW - 3600},
        {"exp": NOW + 3600},
        {"iat": NOW + 3600, "exp": NOW + 3660},
        {"exp": "mañana"},
        {"jti": ""},
        {"jti": None},
        {"ath": "x"},
        {"token": "otro"},
        {"admin": True},
    ],
    ids=steady,
)
async def test_an_assertion_that_lies_in_one_place_is_refused(
    institution: Institution, claims: dict[str, Any]
) -> None:
    refused(await institution.ask(institution.said(**claims)))
    assert (await institution.ask(institution.said())).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        {"kid": "nadie"},
        {"kid": KEY.thumbprint},  # the client's own key speaks for the system, not for officers
        {"kid": None},
        {"kid": ["x"]},
        {"typ": "JWT"},
        {"typ": "dpop+jwt"},
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "EdDSA"},
        {"alg": "RS256"},
        {"crit": ["exp"]},
        {"jwk": OFFICERS.jwk},
        {"jku": "https://otro.example/jwks"},
    ],
    ids=steady,
)
async def test_a_header_that_asks_for_something_else_is_refused(
    institution: Institution, header: dict[str, Any]
) -> None:
    refused(await institution.ask(institution.said(header=header)))


async def test_only_a_registered_key_counts_and_only_for_whom_it_was_registered(
    services: Services, institution: Institution
) -> None:
    stranger = es256()
    refused(await institution.ask(institution.said(stranger)))
    refused(await institution.ask(institution.said(stranger, {"kid": OFFICERS.thumbprint})))
    refused(await institution.ask(institution.said(KEY)))
    refused(await institution.ask(institution.said(OWN, sub="oficial-001"), officer="oficial-001"))
    assert (
        await institution.ask(institution.said(sub="oficial-001"), officer="oficial-001")
    ).status_code == 200
    secret = json.dumps(OFFICERS.jwk).encode()

    def forged(body: bytes) -> bytes:
        return hmac.digest(secret, body, hashlib.sha256)

    refused(await institution.ask(institution.said(replace(OFFICERS, alg="HS256", sign=forged))))
    refused(await institution.ask("a.b.c"))
    refused(await institution.ask(""))
    refused(await institution.ask(institution.said(), institution.said()))
    changed = institution.said().split(".")
    changed[1] = b64(b'{"sub":"oficial-000"}')
    refused(await institution.ask(".".join(changed)))
    await services.clients.remove_credential(institution.fapi.client_id, OFFICERS.thumbprint)
    refused(await institution.ask(institution.said()))


async def test_a_key_of_another_client_proves_nobody_of_this_one(
    services: Services, http: httpx.AsyncClient, institution: Institution
) -> None:
    made = await services.clients.create("Otra", SCOPES, given=credentials.from_jwks(jwks(KEY)))
    foreign = ps256()
    await services.clients.add_credentials(made.id, credentials.officer_keys(jwks(foreign)))
    refused(await institution.ask(institution.said(foreign)))
    other = Institution(services, http, FapiClient(http, BASE_URL, made.id, KEY))
    other.token = await other.fapi.token()
    assert (await other.ask(other.said(foreign))).status_code == 200


async def test_an_officers_key_opens_no_token(http: httpx.AsyncClient, institution: Institution) -> None:
    posing = FapiClient(http, BASE_URL, institution.fapi.client_id, OFFICERS)
    answer = await posing.ask()
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_a_body_s_case_must_be_the_proven_one(institution: Institution) -> None:
    url = f"{BASE_URL}/v1/persons/00000000-0000-4000-8000-000000000000/identity"
    asked = {"case": "CASO-DE-PRUEBA-1", "reason": "Prueba automática del servicio"}

    async def told(case: str) -> tuple[int, str]:
        headers = institution.fapi.headers("POST", url, institution.token) | PURPOSE
        headers |= {HEADER: institution.said()}
        answer = await institution.http.post(url, json=asked | {"case": case}, headers=headers)
        return answer.status_code, answer.json()["code"]

    assert await told("OTRO-CASO") == (403, "officer-assertion-invalid")
    assert (await told("CASO-DE-PRUEBA-1"))[0] == 404


def test_a_key_is_registered_for_a_code_and_not_for_a_name() -> None:
    with pytest.raises(CredentialInvalid):
        credentials.officer_keys(jwks(OWN), "Juana Pérez")
