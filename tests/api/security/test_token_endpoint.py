"""Client credentials: RFC 6749, to the letter."""

import asyncio
import base64
from collections.abc import AsyncIterator
from urllib.parse import quote_plus

import httpx
import pytest

from app.security import forms
from app.security.clients import HASHES_WAITING, NewClient
from app.security.forms import MAX_FORM_BYTES
from app.wiring import Services

GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
async def client(services: Services) -> NewClient:
    return await services.clients.create("Cliente de prueba", ["registry:read", "feed:sistra:write"])


def basic(client_id: str, secret: str) -> dict[str, str]:
    raw = f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()
    return {"Authorization": f"Basic {base64.b64encode(raw).decode()}"}


async def ask(api: httpx.AsyncClient, form: dict[str, str], **headers: str) -> httpx.Response:
    return await api.post("/oauth/token", data=form, headers=headers)


def is_refusal(answer: httpx.Response, status: int, error: str) -> None:
    assert answer.status_code == status
    body = answer.json()
    assert body["error"] == error
    assert body["error_description"].isascii()
    assert '"' not in body["error_description"]
    assert answer.headers["cache-control"] == "no-store"


async def test_basic_and_form_credentials_both_get_a_token(api: httpx.AsyncClient, client: NewClient) -> None:
    by_basic = await ask(api, GRANT, **basic(client.id, client.secret))
    by_form = await ask(api, GRANT | {"client_id": client.id, "client_secret": client.secret})
    for answer in (by_basic, by_form):
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        body = answer.json()
        assert (body["token_type"], body["expires_in"]) == ("Bearer", 600)
        assert set(body["scope"].split()) == set(client.scopes)


async def test_the_token_opens_what_its_scopes_say_and_no_more(
    services: Services, api: httpx.AsyncClient
) -> None:
    operator = await services.clients.create("Operador", ["operator", "registry:read"])
    for scope, status in (("operator", 200), ("registry:read", 403)):
        answer = await ask(api, GRANT | {"scope": scope}, **basic(operator.id, operator.secret))
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        assert (await api.get("/metrics", headers=headers)).status_code == status


async def test_a_part_of_the_scopes_can_be_asked_for_and_more_cannot(
    api: httpx.AsyncClient, client: NewClient
) -> None:
    part = await ask(api, GRANT | {"scope": "registry:read"}, **basic(client.id, client.secret))
    assert part.json()["scope"] == "registry:read"
    more = await ask(api, GRANT | {"scope": "registry:read operator"}, **basic(client.id, client.secret))
    is_refusal(more, 400, "invalid_scope")


async def test_wrong_secret_unknown_client_and_disabled_client_are_one_answer(
    services: Services, api: httpx.AsyncClient, client: NewClient
) -> None:
    disabled = await services.clients.create("Cerrado", ["registry:read"])
    await services.clients.disable(disabled.id)
    answers = [
        await ask(api, GRANT, **basic(client.id, disabled.secret)),
        await ask(api, GRANT, **basic("cl-ffffffffffffffff", client.secret)),
        await ask(api, GRANT, **basic(disabled.id, disabled.secret)),
        await ask(api, GRANT, **basic("\x00", "\x00")),
        await ask(api, GRANT, **basic(client.id, "")),
    ]
    for answer in answers:
        is_refusal(answer, 401, "invalid_client")
        assert answer.headers["www-authenticate"].startswith("Basic ")
        assert answer.content == answers[0].content


@pytest.mark.parametrize(
    ("headers", "status", "error"),
    [
        ({}, 401, "invalid_client"),
        ({"Authorization": "Basic"}, 401, "invalid_client"),
        ({"Authorization": "Basic %%%"}, 401, "invalid_client"),
        ({"Authorization": "Basic YWJj"}, 401, "invalid_client"),
        ({"Authorization": "Basic /////w=="}, 401, "invalid_client"),
        ({"Authorization": "Bearer abc"}, 401, "invalid_client"),
        ({"Content-Type": "application/json"}, 400, "invalid_request"),
    ],
)
async def test_unreadable_credentials_are_refused(
    api: httpx.AsyncClient, headers: dict[str, str], status: int, error: str
) -> None:
    is_refusal(await ask(api, GRANT, **headers), status, error)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "invalid_request"),
        (b"grant_type=", "invalid_request"),
        (b"grant_type=password", "unsupported_grant_type"),
        (b"grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
        (b"grant_type=client_credentials&scope=a&scope=b", "invalid_request"),
        (b"grant_type=%ff", "invalid_request"),
        (b"\xff\xfe", "invalid_request"),
        (b"&".join(b"a%d=1" % n for n in range(50)), "invalid_request"),
    ],
)
async def test_a_form_that_is_not_one_is_refused(
    api: httpx.AsyncClient, client: NewClient, body: bytes, error: str
) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded", **basic(client.id, client.secret)}
    is_refusal(await api.post("/oauth/token", content=body, headers=headers), 400, error)


async def test_credentials_in_two_ways_are_refused(api: httpx.AsyncClient, client: NewClient) -> None:
    both = GRANT | {"client_id": client.id, "client_secret": client.secret}
    is_refusal(await ask(api, both, **basic(client.id, client.secret)), 400, "invalid_request")


async def test_credentials_in_the_address_are_not_looked_at(
    api: httpx.AsyncClient, client: NewClient
) -> None:
    query = {"client_id": client.id, "client_secret": client.secret}
    is_refusal(await api.post("/oauth/token", params=query, data=GRANT), 401, "invalid_client")


async def test_a_form_without_end_is_cut(api: httpx.AsyncClient) -> None:
    answer = await ask(api, GRANT | {"scope": "x" * MAX_FORM_BYTES})
    is_refusal(answer, 413, "invalid_request")


async def test_a_form_that_drips_in_is_ended(api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "FORM_SECONDS", 0.05)

    async def dripping() -> AsyncIterator[bytes]:
        yield b"grant_type="
        await asyncio.sleep(30)

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    is_refusal(await api.post("/oauth/token", content=dripping(), headers=headers), 408, "invalid_request")


async def test_the_secret_is_kept_as_an_argon2id_hash_only(services: Services, client: NewClient) -> None:
    async with services.database.read() as session:
        from sqlalchemy import text

        row = (await session.execute(text("select * from client"))).one()
    assert row.secret_hash.startswith("$argon2id$")
    assert client.secret not in str(row)


async def test_a_crowd_of_wrong_secrets_is_told_to_wait(services: Services, api: httpx.AsyncClient) -> None:
    wrong = basic("cl-ffffffffffffffff", "its_" + "a" * 43)
    answers = await asyncio.gather(*(ask(api, GRANT, **wrong) for _ in range(HASHES_WAITING + 20)))
    statuses = {answer.status_code for answer in answers}
    assert statuses == {401, 429}
    assert all(a.headers["retry-after"] == "1" for a in answers if a.status_code == 429)


async def test_the_metadata_names_what_there_is(services: Services, api: httpx.AsyncClient) -> None:
    metadata = (await api.get("/.well-known/oauth-authorization-server")).json()
    issuer = services.authorisation.realm.issuer
    assert metadata["issuer"] == issuer
    assert metadata["token_endpoint"] == f"{issuer}/oauth/token"
    assert metadata["grant_types_supported"] == ["client_credentials"]
    assert "feed:reta-pnp:write" in metadata["scopes_supported"]
    keys = (await api.get(metadata["jwks_uri"].removeprefix(issuer))).json()["keys"]
    assert [key["kid"] for key in keys] == [services.keyring.signing.current.id]
    assert not {"d", "p", "q", "k"} & set(keys[0])
