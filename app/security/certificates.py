"""The certificate of who calls (RFC 8705): from our own TLS, or from a proxy of ours that ended it."""

import hashlib
import ipaddress
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from app.security import jws

HEADER: Final = b"client-cert"  # RFC 9440
FORWARDED: Final = b"x-forwarded-for"
MAX_HEADER: Final = 16 * 1024
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class CertificateRefused(Exception):
    """What a proxy of ours passed on is no certificate in force."""


@dataclass(frozen=True, slots=True)
class PeerCertificate:
    """A certificate whose key the caller was made to prove in the TLS handshake."""

    thumbprint: str  # SHA-256 of its DER, base64url: x5t#S256
    subject: x509.Name
    dns_names: frozenset[str]

    def has_subject(self, name: str) -> bool:
        """``name`` as RFC 4514 writes it."""
        return self.subject == x509.Name.from_rfc4514_string(name)


class PeerCertificates:
    """Finds it in an ASGI scope. A header counts only from ``proxies``, for anybody can write one."""

    def __init__(self, proxies: Sequence[Network] = ()) -> None:
        self._proxies = tuple(proxies)

    def of(self, scope: Mapping[str, Any], now: datetime) -> PeerCertificate | None:
        """Raises ``CertificateRefused`` for one that cannot be read or is not in force at ``now``."""
        chain = scope.get("extensions", {}).get("tls", {}).get("client_cert_chain", ())
        if chain:
            return _read(x509.load_pem_x509_certificate(chain[0].encode()), now)
        sent = [value for name, value in scope["headers"] if name == HEADER]
        if not sent or not self._trusts(scope.get("client")):
            return None
        if len(sent) > 1 or len(sent[0]) > MAX_HEADER:
            raise CertificateRefused
        return _read(_from_header(sent[0].strip()), now)

    def address_of(self, scope: Mapping[str, Any]) -> str:
        """The network address of who calls; of a proxy of ours, the last one in its ``X-Forwarded-For``,
        which the proxy saw itself."""
        peer = scope.get("client")
        said = b",".join(value for name, value in scope["headers"] if name == FORWARDED)
        last = said.rpartition(b",")[2].strip()
        if last and self._trusts(peer):
            return last.decode("latin-1")
        return peer[0] if peer else ""

    def _trusts(self, peer: tuple[str, int] | None) -> bool:
        try:
            address = ipaddress.ip_address(peer[0]) if peer else None
        except ValueError:
            return False
        return address is not None and any(address in network for network in self._proxies)


def thumbprint(der: bytes) -> str:
    """``x5t#S256`` (RFC 8705 3.1)."""
    return jws.encoded(hashlib.sha256(der).digest())


def _from_header(value: bytes) -> x509.Certificate:
    """A byte sequence of RFC 8941: base64 of the DER between colons."""
    if len(value) < 2 or value[:1] != b":" or value[-1:] != b":":
        raise CertificateRefused
    try:
        return x509.load_der_x509_certificate(b64decode(value[1:-1], validate=True))
    except ValueError:
        raise CertificateRefused from None


def _read(certificate: x509.Certificate, now: datetime) -> PeerCertificate:
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise CertificateRefused
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        dns = frozenset(names.get_values_for_type(x509.DNSName))
    except x509.ExtensionNotFound:
        dns = frozenset()
    except ValueError:
        raise CertificateRefused from None
    return PeerCertificate(thumbprint(certificate.public_bytes(Encoding.DER)), certificate.subject, dns)
