"""Production: keys instead of secrets, tokens that serve their holder only, every proof once."""

import asyncio
import base64
import time
from collections.abc import Callable

import httpx
import pytest
import pytest_asyncio

from app.core.clock import SystemClock
from app.db.engine import Database
from app.main import create_app
from app.security import credentials
from app.security.clients import ClientNeedsKey
from app.wiring import Services, build_services
from support.fapi_client import (
    ASSERTION_TYPE,
    FapiClient,
    HolderKey,
    Json,
    assertion,
    eddsa,
    es256,
    jwks,
    proof,
    ps256,
)
from support.naming import steady
from support.web_fixtures import BASE_URL, application_of, in_production

SCOPES = ["operator", "registry:read"]
METRICS = f"{BASE_URL}/metrics"
TOKEN = f"{BASE_URL}/oauth/token"
KEY = es256()


@pytest.fixture(scope="module")
def production(
    module_database: Database, module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Services:
    return in_production(module_database_url, module_database, tmp_path_factory.mktemp("home"))


@pytest_asyncio.fixture(scope="module")
async def http(production: Services) -> httpx.AsyncClient:
    return application_of(production)


@pytest_asyncio.fixture
async def client(production: Services, http: httpx.AsyncClient) -> FapiClient:
    return await registered(production, http, KEY)


async def registered(services: Services, http: httpx.AsyncClient, *keys: HolderKey) -> FapiClient:
    made = await services.clients.create("Fiscalía", SCOPES, given=credentials.from_jwks(jwks(*keys)))
    return FapiClient(http, BASE_URL, made.id, keys[0])


def refused(answer: httpx.Response, code: str) -> None:
    assert answer.status_code == 401, answer.text
    assert answer.json()["code"] == code


@pytest.mark.parametrize("made", [es256, ps256, eddsa])
async def test_a_client_gets_a_token_with_its_key_and_calls_with_it(
    production: Services, http: httpx.AsyncClient, made: Callable[[], HolderKey]
) -> None:
    client = await registered(production, http, made())
    client.holder = made()
    answer = await client.call("GET", METRICS, await client.token())
    assert answer.status_code == 200
    assert answer.headers["DPoP-Nonce"] == client.nonce


async def test_no_client_is_made_with_a_secret_and_none_is_let_in_by_one(
    production: Services, http: httpx.AsyncClient
) -> None:
    with pytest.raises(ClientNeedsKey):
        await production.clients.create("Sin clave", SCOPES)
    demo = build_services(
        production.settings.model_copy(update={"mode": "demo"}),
        production.database_url,
        production.database,
        production.keyring,
        production.clock,
    )
    old = await demo.clients.create("De la demostración", SCOPES)
    basic = base64.b64encode(f"{old.id}:{old.secret}".encode()).decode()
    form = {"grant_type": "client_credentials"}
    answers = [
        await http.post(TOKEN, data=form, headers={"Authorization": f"Basic {basic}"}),
        await http.post(TOKEN, data=form | {"client_id": old.id, "client_secret": str(old.secret)}),
    ]
    assert [(each.status_code, each.json()["error"]) for each in answers] == [(401, "invalid_client")] * 2
    unbound = demo.authorisation.issuer.issue(old.id, tuple(SCOPES), demo.clock.now())
    refused(await http.get(METRICS, headers={"Authorization": f"Bearer {unbound}"}), "token-invalid")


async def test_a_token_is_granted_only_to_who_shows_what_it_can_be_bound_to(
    http: httpx.AsyncClient, client: FapiClient
) -> None:
    answer = await http.post(TOKEN, data=client.form())
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_stolen_token_is_of_no_use(http: httpx.AsyncClient, client: FapiClient) -> None:
    token = await client.token()
    refused(await http.get(METRICS, headers={"Authorization": f"Bearer {token}"}), "token-invalid")
    refused(await http.get(METRICS, headers={"Authorization": f"DPoP {token}"}), "proof-invalid")
    thief = FapiClient(http, BASE_URL, client.client_id, es256(), nonce=client.nonce)
    refused(await thief.call("GET", METRICS, token), "proof-invalid")


async def test_a_proof_counts_once_also_when_shown_at_the_same_time_to_two_processes(
    production: Services, http: httpx.AsyncClient, client: FapiClient
) -> None:
    token = await client.token()
    await client.call("GET", METRICS, token)
    other_pool = Database(production.database_url, pool_size=5)
    other = build_services(
        production.settings, production.database_url, other_pool, production.keyring, SystemClock()
    )
    beside = httpx.AsyncClient(transport=httpx.ASGITransport(create_app(other)), base_url=BASE_URL)
    headers = client.headers("GET", METRICS, token)
    answers = await asyncio.gather(*(each.get(METRICS, headers=headers) for each in (http, beside) * 4))
    await other_pool.close()
    assert sorted(each.status_code for each in answers) == [200] + [401] * 7


async def test_an_assertion_counts_once_even_after_a_restart(
    production: Services, http: httpx.AsyncClient, client: FapiClient
) -> None:
    await client.token()
    form = client.form()
    first, second = [
        await http.post(
            TOKEN, data=form, headers={"DPoP": proof(client.holder, "POST", TOKEN, nonce=client.nonce)}
        )
        for _ in range(2)
    ]
    assert (first.status_code, second.status_code) == (200, 401)
    pool = Database(production.database_url, pool_size=2)
    again = build_services(
        production.settings, production.database_url, pool, production.keyring, SystemClock()
    )
    restarted = httpx.AsyncClient(transport=httpx.ASGITransport(create_app(again)), base_url=BASE_URL)
    headers = {"DPoP": proof(client.holder, "POST", TOKEN, nonce=client.nonce)}
    third = await restarted.post(TOKEN, data=form, headers=headers)
    await pool.close()
    assert (third.status_code, third.json()["error"]) == (401, "invalid_client")


LIES = [
    {"htm": "POST"},
    {"htu": f"{BASE_URL}/metric"},
    {"htu": "https://127.0.0.1:8000/metrics"},
    {"htu": "http://localhost:8000/metrics"},
    {"htu": "http://[/metrics"},
    {"htu": ""},
    {"htu": 7},
    {"iat": -120},
    {"iat": 60},
    {"iat": "now"},
    {"ath": "x" * 43},
    {"ath": None},
    {"jti": ""},
    {"jti": "j" * 257},
    {"jti": None},
]


@pytest.mark.parametrize("lie", LIES, ids=steady)
async def test_a_proof_is_for_one_request_with_one_token_now(
    http: httpx.AsyncClient, client: FapiClient, lie: Json
) -> None:
    token = await client.token()
    if isinstance(lie.get("iat"), int):
        lie = {"iat": int(time.time()) + lie["iat"]}
    refused(await http.get(METRICS, headers=client.headers("GET", METRICS, token, **lie)), "proof-invalid")


@pytest.mark.parametrize(
    "htu",
    ["HTTP://127.0.0.1:8000/metrics", f"{METRICS}?a=1", f"{METRICS}#a", f"{BASE_URL}/%6detrics"],
)
async def test_the_same_address_may_be_written_in_another_way(
    http: httpx.AsyncClient, client: FapiClient, htu: str
) -> None:
    token = await client.token()
    answer = await http.get(METRICS, headers=client.headers("GET", METRICS, token, htu=htu))
    assert answer.status_code == 200, answer.text


HEADERS = [
    {"typ": "JWT"},
    {"typ": "DPOP+JWT"},
    {"alg": "none"},
    {"alg": "HS256"},
    {"alg": "RS256"},
    {"jwk": None},
    {"jwk": {}},
    {"jwk": {"kty": "oct", "k": "AAAA"}},
    {"jwk": es256().jwk},
    {"jwk": KEY.jwk | {"d": "AAAA"}},
    {"jwk": KEY.jwk | {"crv": "P-384"}},
    {"jwk": KEY.jwk | {"x": KEY.jwk["x"] + "="}},
    {"jwk": KEY.jwk | {"y": KEY.jwk["x"]}},
    {"jwk": KEY.jwk | {"use": "enc"}},
    {"jwk": KEY.jwk | {"alg": "PS256"}},
    {"crit": ["exp"]},
    {"jku": "https://attacker.example"},
    {"x5c": ["AA"]},
    {"kid": "../../key"},
]


@pytest.mark.parametrize("header", HEADERS, ids=lambda header: "-".join(map(str, header)))
async def test_a_proof_with_another_header_is_refused(
    http: httpx.AsyncClient, client: FapiClient, header: Json
) -> None:
    token = await client.token()
    client.holder = KEY
    made = proof(KEY, "GET", METRICS, token, header, nonce=client.nonce)
    answer = await http.get(METRICS, headers={"Authorization": f"DPoP {token}", "DPoP": made})
    refused(answer, "proof-invalid")


async def test_two_proofs_are_none(http: httpx.AsyncClient, client: FapiClient) -> None:
    token = await client.token()
    headers = [("Authorization", f"DPoP {token}")]
    headers += [("DPoP", proof(client.holder, "GET", METRICS, token, nonce=client.nonce)) for _ in range(2)]
    refused(await http.get(METRICS, headers=headers), "proof-invalid")


async def test_a_proof_made_beforehand_lacks_the_nonce_and_is_told_it(
    http: httpx.AsyncClient, client: FapiClient
) -> None:
    token = await client.token()
    for nonce in ({}, {"nonce": "x" * 43}, {"nonce": "\ud800"}):
        made = proof(client.holder, "GET", METRICS, token, **nonce)
        answer = await http.get(METRICS, headers={"Authorization": f"DPoP {token}", "DPoP": made})
        refused(answer, "proof-nonce-needed")
        assert answer.headers["DPoP-Nonce"] == client.nonce
        assert 'error="use_dpop_nonce"' in answer.headers["WWW-Authenticate"]


ASSERTIONS = [
    ({}, {"aud": "https://other.example"}),
    ({}, {"aud": [BASE_URL]}),
    ({}, {"aud": [BASE_URL, "https://other.example"]}),
    ({}, {"aud": f"{BASE_URL}/"}),
    ({}, {"aud": None}),
    ({}, {"iss": "cl-0000000000000000"}),
    ({}, {"sub": "cl-0000000000000000", "iss": "cl-0000000000000000"}),
    ({}, {"sub": "\x00", "iss": "\x00"}),
    ({}, {"exp": 0}),
    ({}, {"exp": 3600}),
    ({}, {"exp": None}),
    ({}, {"exp": 1e300}),
    ({}, {"iat": 60}),
    ({}, {"nbf": 60}),
    ({}, {"jti": None}),
    ({}, {"jti": ""}),
    ({"kid": "unknown"}, {}),
    ({"kid": "' OR 1=1 --"}, {}),
    ({"kid": "../../../dev/null"}, {}),
    ({"kid": ["a"]}, {}),
    ({"alg": "none"}, {}),
    ({"alg": "HS256"}, {}),
    ({"alg": "es256"}, {}),
    ({"alg": ["ES256"]}, {}),
    ({"typ": "at+jwt"}, {}),
    ({"typ": "dpop+jwt"}, {}),
    ({"jwk": es256().jwk}, {}),
    ({"jku": "https://attacker.example/keys"}, {}),
    ({"x5u": "https://attacker.example/cert"}, {}),
    ({"crit": []}, {}),
]


@pytest.mark.parametrize(("header", "claims"), ASSERTIONS, ids=steady)
async def test_an_assertion_is_the_clients_own_for_us_and_now(
    http: httpx.AsyncClient, client: FapiClient, header: Json, claims: Json
) -> None:
    await client.ask()
    moved = {name: int(time.time()) + claims[name] for name in ("iat", "nbf") if name in claims}
    if isinstance(claims.get("exp"), int):
        moved["exp"] = int(time.time()) + claims["exp"]
    signed = assertion(KEY, client.client_id, BASE_URL, header, **(claims | moved))
    form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE}
    headers = {"DPoP": proof(client.holder, "POST", TOKEN, nonce=client.nonce)}
    answer = await http.post(TOKEN, data=form | {"client_assertion": signed}, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_a_clock_ten_seconds_ahead_is_accepted(http: httpx.AsyncClient, client: FapiClient) -> None:
    await client.ask()
    ahead = int(time.time()) + 9
    signed = assertion(KEY, client.client_id, BASE_URL, iat=ahead, nbf=ahead, exp=ahead + 600)
    form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE}
    headers = {"DPoP": proof(client.holder, "POST", TOKEN, nonce=client.nonce, iat=ahead)}
    answer = await http.post(TOKEN, data=form | {"client_assertion": signed}, headers=headers)
    assert answer.status_code == 200, answer.text


async def test_keys_are_added_and_removed_without_a_pause(
    production: Services, http: httpx.AsyncClient, client: FapiClient
) -> None:
    fresh = es256()
    await production.clients.add_credentials(client.client_id, credentials.from_jwks(jwks(fresh)))
    assert (await client.ask()).status_code == 200
    await production.clients.remove_credential(client.client_id, KEY.thumbprint)
    assert (await client.ask()).status_code == 401
    client.key = fresh
    assert (await client.ask()).status_code == 200


async def test_a_disabled_client_is_out_at_once(
    production: Services, http: httpx.AsyncClient, client: FapiClient
) -> None:
    token = await client.token()
    assert (await client.call("GET", METRICS, token)).status_code == 200
    await production.clients.disable(client.client_id)
    refused(await client.call("GET", METRICS, token), "token-invalid")
    assert (await client.ask()).status_code == 401


async def test_the_challenge_names_both_ways(http: httpx.AsyncClient) -> None:
    answer = await http.get(METRICS)
    assert answer.headers["WWW-Authenticate"] == (
        'DPoP realm="intertrata", algs="ES256 PS256 EdDSA", Bearer realm="intertrata"'
    )


async def test_the_metadata_of_production_names_no_secrets(http: httpx.AsyncClient) -> None:
    metadata = (await http.get("/.well-known/oauth-authorization-server")).json()
    methods = metadata["token_endpoint_auth_methods_supported"]
    assert methods == ["private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"]
    assert metadata["dpop_signing_alg_values_supported"] == ["ES256", "PS256", "EdDSA"]


async def test_a_token_taken_back_opens_nothing_from_then_on(
    production: Services, http: httpx.AsyncClient, client: FapiClient
) -> None:
    token, other = await client.token(), await client.token()
    revoke = f"{BASE_URL}/oauth/revoke"
    stranger = await registered(production, http, es256())
    theirs = await http.post(revoke, data=stranger.form(token=token))
    assert (theirs.status_code, theirs.json()["error"]) == (400, "unauthorized_client")
    assert (await client.call("GET", METRICS, token)).status_code == 200
    assert (await http.post(revoke, data=client.form(token=token))).status_code == 200
    refused(await client.call("GET", METRICS, token), "token-invalid")
    assert (await client.call("GET", METRICS, other)).status_code == 200


async def test_what_is_no_token_is_revoked_already_but_a_stranger_is_refused(
    http: httpx.AsyncClient, client: FapiClient
) -> None:
    revoke = f"{BASE_URL}/oauth/revoke"
    assert (await http.post(revoke, data=client.form(token="x" * 100))).status_code == 200
    assert (await http.post(revoke, data={"token": "x"})).status_code == 401
    assert (await http.post(revoke, data=client.form())).status_code == 400
