"""Signed JWTs in compact form (RFC 7515, 7519): the one place that takes them apart and checks signatures.

python-jose decides by what a token says of itself wherever it is let: the algorithm, the key, which claims
must be there. Here everything is fixed before it sees a byte: one spelling of base64 and JSON, the algorithm
by the type of the key, the key by whoever calls. ES256 is python-jose's; PS256, EdDSA and RS256, which it
does not know or does less strictly, are ``cryptography``'s.
"""

import hashlib
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from jose import jwk as jose_jwk
from jose import jwt as jose_jwt
from jose.exceptions import JOSEError

FAPI_ALGORITHMS: Final = ("ES256", "PS256", "EdDSA")  # FAPI 2.0 security profile 5.4.1
MAX_CHARACTERS: Final = 4096
MAX_HEADER_CHARACTERS: Final = 2048
RSA_BITS: Final = range(2048, 4097)  # FAPI asks for 2048; beyond 4096 a signature is costly to check
RSA_EXPONENT: Final = 65537
EC_BYTES: Final = 32
_COMPACT: Final = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)", re.ASCII)
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})

Verify = Callable[[bytes, bytes], bool]  # (signed bytes, signature)


class JwsRefused(Exception):
    """Not a JWT, not a key, or not a signature of that key. Says no more: it is shown to whoever sent it."""

    def __init__(self) -> None:
        super().__init__("signed token refused")


@dataclass(frozen=True, slots=True)
class Signed:
    """A JWT taken apart; nothing in it is verified yet."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    body: bytes = field(repr=False)
    signature: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key and the algorithms it may be used with."""

    jwk: Mapping[str, str]  # the members that make the key (RFC 7638), nothing else
    verifiers: Mapping[str, Verify] = field(repr=False)

    @property
    def thumbprint(self) -> str:
        """RFC 7638, SHA-256, base64url."""
        members = json.dumps(dict(self.jwk), sort_keys=True, separators=(",", ":"))
        return encoded(hashlib.sha256(members.encode()).digest())

    def check(self, signed: Signed) -> None:
        """Raises ``JwsRefused`` unless the header names an algorithm of this key and it is its signature."""
        algorithm = signed.header.get("alg")
        verify = self.verifiers.get(algorithm) if isinstance(algorithm, str) else None
        if verify is None or not verify(signed.body, signed.signature):
            raise JwsRefused


def parse(token: str, *, header_limit: int = MAX_HEADER_CHARACTERS) -> Signed:
    """Take a compact JWS apart. One spelling only: canonical base64url, JSON objects without a member twice.

    Raises ``JwsRefused``, also for what asks to be understood (``crit``, RFC 7515 4.1.11): we know none.
    """
    compact = _COMPACT.fullmatch(token) if len(token) <= MAX_CHARACTERS else None
    if compact is None or len(compact[1]) > header_limit:
        raise JwsRefused
    header, claims = _object(decoded(compact[1])), _object(decoded(compact[2]))
    if "crit" in header or "b64" in header:
        raise JwsRefused
    return Signed(header, claims, token[: compact.start(3) - 1].encode(), decoded(compact[3]))


def sign(header: Mapping[str, Any], claims: Mapping[str, Any], pem: str) -> str:
    """A JWT signed with ES256 by the private key."""
    return str(jose_jwt.encode(dict(claims), pem, algorithm="ES256", headers=dict(header)))


def public_key(jwk: object, algorithms: Sequence[str] = FAPI_ALGORITHMS) -> PublicKey:
    """The key of a public JWK (RFC 7517), for those of ``algorithms`` that it can serve.

    Raises ``JwsRefused`` for a private or symmetric key, one for another use, a weak one, a malformed one.
    """
    if not isinstance(jwk, Mapping) or _PRIVATE & jwk.keys() or not _for_signatures(jwk):
        raise JwsRefused
    try:
        members, verifiers = _KINDS[str(jwk.get("kty"))](jwk)
    except (KeyError, ValueError, TypeError, JOSEError):
        raise JwsRefused from None
    named = jwk.get("alg")
    usable = {alg: verifiers[alg] for alg in verifiers if alg in algorithms and named in {None, alg}}
    if not usable:
        raise JwsRefused
    return PublicKey(members, usable)


def encoded(data: bytes) -> str:
    """base64url without padding (RFC 7515 2)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bytes of canonical base64url; another spelling of the same bytes is refused."""
    try:
        data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise JwsRefused from None
    if encoded(data) != text:
        raise JwsRefused
    return data


def json_object(data: bytes) -> dict[str, Any]:
    """A JSON object in UTF-8; a member twice, NaN or depth without end raise ``ValueError``."""
    try:
        value = json.loads(data.decode(), object_pairs_hook=_members, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value


def _object(data: bytes) -> dict[str, Any]:
    try:
        return json_object(data)
    except ValueError:
        raise JwsRefused from None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two parsers that see two different values of one member are how checks are passed by."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members


def _no_constant(_name: str) -> None:
    raise ValueError("no JSON number")


def _for_signatures(jwk: Mapping[str, Any]) -> bool:
    return bool(jwk.get("use", "sig") == "sig" and jwk.get("key_ops", ["verify"]) == ["verify"])


def _part(jwk: Mapping[str, Any], name: str) -> bytes:
    value = jwk[name]
    if not isinstance(value, str):
        raise ValueError(name)
    return decoded(value)


def _elliptic(jwk: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Verify]]:
    if jwk["crv"] != "P-256" or {len(_part(jwk, "x")), len(_part(jwk, "y"))} != {EC_BYTES}:
        raise ValueError("crv")
    members = {"kty": "EC", "crv": "P-256", "x": jwk["x"], "y": jwk["y"]}
    key = jose_jwk.construct(members, "ES256")  # a point that is not on the curve is refused

    def verify(body: bytes, signature: bytes) -> bool:
        if len(signature) != 2 * EC_BYTES:
            return False
        return bool(key.verify(body, signature))

    return members, {"ES256": verify}


def _rsa(jwk: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Verify]]:
    n, e = (int.from_bytes(_part(jwk, name)) for name in ("n", "e"))
    if n.bit_length() not in RSA_BITS or e != RSA_EXPONENT:
        raise ValueError("n, e")
    key = RSAPublicNumbers(e, n).public_key()
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    verifiers = {"PS256": _rsa_verify(key, pss), "RS256": _rsa_verify(key, padding.PKCS1v15())}
    return {"kty": "RSA", "n": jwk["n"], "e": jwk["e"]}, verifiers


def _rsa_verify(key: RSAPublicKey, scheme: padding.PSS | padding.PKCS1v15) -> Verify:
    def verify(body: bytes, signature: bytes) -> bool:
        try:
            key.verify(signature, body, scheme, hashes.SHA256())
        except InvalidSignature:
            return False
        return True

    return verify


def _edwards(jwk: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Verify]]:
    if jwk["crv"] != "Ed25519":
        raise ValueError("crv")
    key = Ed25519PublicKey.from_public_bytes(_part(jwk, "x"))

    def verify(body: bytes, signature: bytes) -> bool:
        try:
            key.verify(signature, body)
        except InvalidSignature:
            return False
        return True

    return {"kty": "OKP", "crv": "Ed25519", "x": jwk["x"]}, {"EdDSA": verify}


_KINDS: Final = {"EC": _elliptic, "RSA": _rsa, "OKP": _edwards}
