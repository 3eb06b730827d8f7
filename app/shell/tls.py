"""TLS of our own (RFC 8705, FAPI 2.0 5.2): our certificate, and the client's where it shows one.

uvicorn checks a client's certificate and tells the application nothing of it. Here the connection puts it in
the scope of each of its requests, where the TLS extension of ASGI has it.
"""

import asyncio
import ssl
from collections.abc import Mapping
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.core.errors import OperatorError
from app.core.settings import Settings

CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"  # of TLS 1.2 (RFC 9325 4.2); those of 1.3 are all good


class TlsUnusable(OperatorError):
    code = "tls-unusable"
    es = "El certificado, su clave o las autoridades de INTERTRATA_TLS_* no se pueden usar."
    en = "The certificate, its key or the authorities of INTERTRATA_TLS_* cannot be used."


def context_of(settings: Settings) -> ssl.SSLContext | None:
    """None where a proxy ends TLS. A client's certificate is asked for where authorities are configured, and
    one that none of them vouches for ends the handshake. Raises ``TlsUnusable``."""
    if settings.tls_certificate_file is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    try:
        context.load_cert_chain(settings.tls_certificate_file, settings.tls_key_file)
        if settings.tls_client_ca_file is not None:
            context.load_verify_locations(settings.tls_client_ca_file)
            context.verify_mode = ssl.CERT_OPTIONAL
    except (OSError, ssl.SSLError):
        raise TlsUnusable from None
    return context


class PeerProtocol(HttpToolsProtocol):
    """HTTP as uvicorn speaks it, with the peer's certificate in ``scope["extensions"]["tls"]``."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        der = tls.getpeercert(binary_form=True) if tls is not None else None
        if der is not None:
            self.app = _Shown(self.app, {"client_cert_chain": (ssl.DER_cert_to_PEM_cert(der),)})


class _Shown:
    def __init__(self, app: Any, tls: Mapping[str, Any]) -> None:
        self._app, self._tls = app, tls

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        extensions = {**scope.get("extensions", {}), "tls": self._tls}
        await self._app({**scope, "extensions": extensions}, receive, send)
