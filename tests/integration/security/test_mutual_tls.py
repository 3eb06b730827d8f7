"""Clients known by their certificate, over real TLS and behind a proxy; tokens bound to it (RFC 8705)."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from app.core.clock import SystemClock
from app.core.settings import Settings
from app.db.engine import Database
from app.main import create_app
from app.security import credentials
from app.security.keyring import KeyRing
from app.serving import bound_socket, serve_until
from app.wiring import Services, build_services
from support.certificates import Authority, Issued

SCOPES = ["operator"]
FORM = {"grant_type": "client_credentials"}


@dataclass(frozen=True)
class Served:
    services: Services
    address: str
    authority: Authority
    folder: Path

    def caller(self, shown: Issued | None = None) -> httpx.AsyncClient:
        context = ssl.create_default_context(cadata=self.authority.pem.decode())
        if shown is not None:
            context.load_cert_chain(shown.write(self.folder, str(shown.certificate.serial_number)))
        return httpx.AsyncClient(base_url=self.address, verify=context, trust_env=False)


@pytest_asyncio.fixture(scope="module")
async def served(
    module_database: Database, module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """The service in production mode, ending TLS itself."""
    folder, authority = tmp_path_factory.mktemp("tls"), Authority()
    (folder / "ca.pem").write_bytes(authority.pem)
    settings = Settings(
        mode="production",
        home=folder,
        port=0,
        tls_certificate_file=authority.issue("CN=registro").write(folder, "server"),
        tls_client_ca_file=folder / "ca.pem",
    )
    with bound_socket(settings) as listener:
        settings = settings.model_copy(update={"port": listener.getsockname()[1]})
        services = build_services(
            settings, module_database_url, module_database, KeyRing.generate(), SystemClock()
        )
        stop = asyncio.Event()
        serving = asyncio.create_task(serve_until(services, listener, stop))
        yield Served(services, services.authorisation.realm.issuer, authority, folder)
        stop.set()
        await serving


async def ask(http: httpx.AsyncClient, client_id: str) -> httpx.Response:
    return await http.post("/oauth/token", data=FORM | {"client_id": client_id})


@pytest.mark.parametrize("way", ["pinned", "subject", "dns"])
async def test_a_certificate_opens_its_client_and_holds_its_token(served: Served, way: str) -> None:
    shown = served.authority.issue("CN=Fiscalía de prueba,O=Ministerio Público", "sistra.example.pe")
    given = {
        "pinned": credentials.from_certificate(shown.pem),
        "subject": credentials.from_name("CN=Fiscalía de prueba,O=Ministerio Público"),
        "dns": credentials.from_name("sistra.example.pe"),
    }[way]
    client = await served.services.clients.create("Con certificado", SCOPES, given=(given,))
    async with served.caller(shown) as http:
        answer = await ask(http, client.id)
        assert (answer.status_code, answer.json().get("token_type")) == (200, "Bearer"), answer.text
        bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        assert (await http.get("/metrics", headers=bearer)).status_code == 200
    thief = served.authority.issue("CN=Fiscalía de prueba,O=Ministerio Público", "sistra.example.pe")
    for other in (None, thief):
        async with served.caller(other) as http:
            refused = await http.get("/metrics", headers=bearer)
            assert (refused.status_code, refused.json()["code"]) == (401, "proof-invalid")


async def test_another_certificate_opens_nothing(served: Served) -> None:
    own = served.authority.issue("CN=Propio")
    given = (credentials.from_certificate(own.pem), credentials.from_name("CN=Propio"))
    client = await served.services.clients.create("Con certificado", SCOPES, given=given)
    for shown in (None, served.authority.issue("CN=Ajeno"), served.authority.issue("CN=Propio,O=Otra")):
        async with served.caller(shown) as http:
            answer = await ask(http, client.id)
            assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_a_certificate_of_another_authority_or_out_of_date_ends_the_handshake(served: Served) -> None:
    for shown in (Authority().issue("CN=Propio"), served.authority.issue("CN=Propio", days=-1)):
        async with served.caller(shown) as http:
            with pytest.raises(httpx.TransportError):
                await http.get("/health/live")


async def test_old_tls_is_refused(served: Served) -> None:
    context = ssl.create_default_context(cadata=served.authority.pem.decode())
    context.set_ciphers("ALL:@SECLEVEL=0")  # the client would even speak it
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    async with httpx.AsyncClient(base_url=served.address, verify=context, trust_env=False) as http:
        with pytest.raises(httpx.TransportError):
            await http.get("/health/live")


async def test_a_header_with_a_certificate_counts_for_nothing_unless_from_a_proxy_of_ours(
    served: Served,
) -> None:
    own = served.authority.issue("CN=Propio")
    given = (credentials.from_certificate(own.pem),)
    client = await served.services.clients.create("Con certificado", SCOPES, given=given)
    async with served.caller() as http:
        http.headers["Client-Cert"] = own.header
        assert (await ask(http, client.id)).status_code == 401


async def behind(served: Served, peer: str, **headers: str) -> httpx.AsyncClient:
    """The same installation behind a proxy at 10.1.2.0/24, called from ``peer``."""
    settings = served.services.settings.model_copy(update={"trusted_proxies": "10.1.2.0/24, ::1"})
    its = served.services
    services = build_services(settings, its.database_url, its.database, its.keyring, SystemClock())
    transport = httpx.ASGITransport(create_app(services), client=(peer, 5))
    return httpx.AsyncClient(transport=transport, base_url=served.address, headers=headers)


async def test_what_a_proxy_of_ours_passes_on_is_the_callers_certificate(served: Served) -> None:
    own = served.authority.issue("CN=Propio")
    given = (credentials.from_certificate(own.pem),)
    client = await served.services.clients.create("Con certificado", SCOPES, given=given)
    headers = {"Client-Cert": own.header}
    for peer, status in (("10.1.2.9", 200), ("::1", 200), ("10.1.3.9", 401), ("unix", 401)):
        async with await behind(served, peer, **headers) as http:
            assert (await ask(http, client.id)).status_code == status, peer


@pytest.mark.parametrize("sent", ["", "x", ":", "::", ":AAAA:", ":%%%:", ":AAAA", "::::", ":" + "A" * 20_000])
async def test_a_header_that_is_no_certificate_is_a_bad_request(served: Served, sent: str) -> None:
    async with await behind(served, "10.1.2.9", **{"Client-Cert": sent}) as http:
        answer = await ask(http, "cl-0000000000000000")
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_an_expired_certificate_is_refused_behind_a_proxy_too(served: Served) -> None:
    old = served.authority.issue("CN=Propio", days=-1)
    async with await behind(served, "10.1.2.9", **{"Client-Cert": old.header}) as http:
        assert (await ask(http, "cl-0000000000000000")).status_code == 400
