"""What an institution hands in so that its client is known: public keys, or what its certificate shows."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from app.core.errors import Unprocessable
from app.security import certificates, jws
from app.security.jws import JwsRefused, PublicKey
from app.security.purpose import OFFICER_FORM

KEYS_AT_MOST: Final = 10
ID_FORM: Final = re.compile(r"[A-Za-z0-9._~:+=-]{1,100}")
DNS_FORM: Final = re.compile(r"(?=.{1,253}\Z)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")


class CredentialInvalid(Unprocessable):
    code = "credential-invalid"
    es = "La credencial del cliente no sirve: {cause}."
    en = "The client's credential cannot be used: {cause}."


class CredentialKind(StrEnum):
    """How a client proves itself: RFC 7523 with a key; RFC 8705 with a certificate, pinned or by name.
    ``OFFICER_KEY`` proves no client: it speaks for its officers (``app.security.officers``)."""

    KEY = "key"
    CERTIFICATE = "certificate"
    SUBJECT_DN = "subject_dn"
    SAN_DNS = "san_dns"
    OFFICER_KEY = "officer_key"


@dataclass(frozen=True, slots=True)
class Credential:
    """``material``: a public JWK as JSON; the SHA-256 of a certificate in base64url; a name."""

    id: str
    kind: CredentialKind
    material: str
    officer: str | None = None  # of an ``OFFICER_KEY``: the only one it speaks for

    def public_key(self) -> PublicKey:
        """Of a ``KEY`` or ``OFFICER_KEY``."""
        return jws.public_key(json.loads(self.material))

    def fits(self, certificate: certificates.PeerCertificate) -> bool:
        """True where the certificate shows what was registered; never for a key."""
        match self.kind:
            case CredentialKind.KEY | CredentialKind.OFFICER_KEY:
                return False
            case CredentialKind.CERTIFICATE:
                return self.material == certificate.thumbprint
            case CredentialKind.SUBJECT_DN:
                return certificate.has_subject(self.material)
            case CredentialKind.SAN_DNS:
                return self.material in certificate.dns_names


def from_file(content: bytes) -> tuple[Credential, ...]:
    """Of a certificate in PEM, or of a JWK set. Raises ``CredentialInvalid``."""
    if content.lstrip().startswith(b"-----BEGIN"):
        return (from_certificate(content),)
    return from_jwks(content)


def from_jwks(document: bytes) -> tuple[Credential, ...]:
    """The keys of a JWK set, or the one of a JWK. A key without ``kid`` is known by its thumbprint."""
    try:
        value = jws.json_object(document)
    except ValueError:
        raise CredentialInvalid(cause="no es un JWKS / it is no JWKS") from None
    keys = value.get("keys", [value])
    if not isinstance(keys, list) or not 0 < len(keys) <= KEYS_AT_MOST:
        raise CredentialInvalid(cause=f"1 a {KEYS_AT_MOST} claves / 1 to {KEYS_AT_MOST} keys")
    found = tuple(_key(each) for each in keys)
    if len({each.id for each in found}) != len(found):
        raise CredentialInvalid(cause="kid repetido / repeated kid")
    return found


def officer_keys(document: bytes, officer: str | None = None) -> tuple[Credential, ...]:
    """The keys of a JWK set, that speak for the officers of a client, or for one of them alone.

    Raises ``CredentialInvalid``.
    """
    if officer is not None and not OFFICER_FORM.fullmatch(officer):
        raise CredentialInvalid(cause="código de funcionario / code of an officer")
    kind = CredentialKind.OFFICER_KEY
    return tuple(replace(each, kind=kind, officer=officer) for each in from_jwks(document))


def from_certificate(pem: bytes) -> Credential:
    """Exactly this certificate (RFC 8705 2.2; also one of an authority, pinned)."""
    try:
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError:
        raise CredentialInvalid(cause="no es un certificado PEM / it is no PEM certificate") from None
    print_ = certificates.thumbprint(certificate.public_bytes(Encoding.DER))
    return Credential(print_, CredentialKind.CERTIFICATE, print_)


def from_name(name: str) -> Credential:
    """Any certificate of a trusted authority for this name, across renewals (RFC 8705 2.1): a subject as
    RFC 4514 writes it, else a DNS name (``tls_client_auth_san_dns``)."""
    return _subject(name) if "=" in name else _dns_name(name)


def keys_of(credentials: Sequence[Credential]) -> Mapping[str, PublicKey]:
    return {each.id: each.public_key() for each in credentials if each.kind is CredentialKind.KEY}


def _subject(name: str) -> Credential:
    try:
        parsed = x509.Name.from_rfc4514_string(name)
    except ValueError:
        parsed = x509.Name([])
    if not parsed.rdns:
        raise CredentialInvalid(cause="no es un nombre RFC 4514 / it is no RFC 4514 name")
    return Credential(_id_of("subject", name), CredentialKind.SUBJECT_DN, name)


def _dns_name(name: str) -> Credential:
    if not DNS_FORM.fullmatch(name):
        raise CredentialInvalid(cause="no es un nombre DNS / it is no DNS name")
    return Credential(_id_of("dns", name), CredentialKind.SAN_DNS, name)


def _key(jwk: object) -> Credential:
    try:
        key = jws.public_key(jwk)
    except JwsRefused:
        raise CredentialInvalid(
            cause="solo claves públicas / public keys only: EC P-256, RSA 2048-4096, Ed25519"
        ) from None
    kid = jwk.get("kid", key.thumbprint) if isinstance(jwk, Mapping) else None
    if not isinstance(kid, str) or not ID_FORM.fullmatch(kid):
        raise CredentialInvalid(cause="kid: de 1 a 100 caracteres simples / 1 to 100 plain characters")
    return Credential(kid, CredentialKind.KEY, json.dumps(dict(key.jwk), sort_keys=True))


def _id_of(kind: str, name: str) -> str:
    return f"{kind}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
