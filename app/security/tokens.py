"""Access tokens: JWT (RFC 9068) signed with ES256. The only module that touches python-jose.

python-jose decides by what the token says of itself wherever it is let: the algorithm, the key, which
claims must be there. Here everything is fixed before it sees the token: one algorithm, our own public keys
chosen by ``kid``, a header with exactly three known fields, claims of exact types.
"""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from cryptography.hazmat.primitives import serialization
from jose import jwk, jwt
from jose.exceptions import JOSEError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.security.keyring import Key, KeySet

ALGORITHM: Final = "ES256"
TYPE: Final = "at+jwt"  # RFC 9068: no other kind of JWT passes for an access token
LIFETIME: Final = timedelta(minutes=10)
CLOCK_AHEAD: Final = timedelta(seconds=10)  # how far the issuer's clock may be before ours
MAX_CHARACTERS: Final = 4096
MAX_HEADER_CHARACTERS: Final = 256
HEADER_FIELDS: Final = frozenset({"alg", "typ", "kid"})  # no crit, jku, jwk, x5u, x5c, zip, b64, enc, ...
_COMPACT: Final = re.compile(r"([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)


class TokenRefused(Exception):
    """The token is not one of ours, or not any more. Says no more: it is shown to whoever sent it."""

    def __init__(self) -> None:
        super().__init__("access token refused")


class AccessClaims(BaseModel):
    """What a verified token says."""

    model_config = ConfigDict(frozen=True, strict=True)

    iss: str
    sub: str = Field(min_length=1)
    aud: str
    exp: int
    iat: int
    jti: str = Field(min_length=1)
    client_id: str
    scope: str

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(self.scope.split())


@dataclass(frozen=True, slots=True)
class Realm:
    """Whose tokens they are: issuer and audience, both required in every token."""

    issuer: str
    audience: str


class TokenIssuer:
    def __init__(self, keys: KeySet, realm: Realm) -> None:
        self._key = keys.current
        self._realm = realm

    def issue(self, client_id: str, scopes: tuple[str, ...], now: datetime) -> str:
        """A token that lasts ``LIFETIME`` from ``now``."""
        issued = int(now.timestamp())
        claims = {
            "iss": self._realm.issuer,
            "sub": client_id,
            "aud": self._realm.audience,
            "exp": issued + int(LIFETIME.total_seconds()),
            "iat": issued,
            "jti": uuid4().hex,
            "client_id": client_id,
            "scope": " ".join(scopes),
        }
        headers = {"typ": TYPE, "kid": self._key.id}
        return str(jwt.encode(claims, self._key.secret.decode(), algorithm=ALGORITHM, headers=headers))


class TokenVerifier:
    def __init__(self, keys: KeySet, realm: Realm) -> None:
        self._keys = {key.id: jwk.construct(_public_pem(key), ALGORITHM) for key in keys.all()}
        self._realm = realm

    def verify(self, token: str, now: datetime) -> AccessClaims:
        """What the token says, if it is ours and in force at ``now``. Raises ``TokenRefused``."""
        key = self._keys.get(_header(token)["kid"])
        if key is None:
            raise TokenRefused
        try:
            claims = AccessClaims.model_validate(self._decode(token, key))
        except (JOSEError, ValidationError, ValueError, TypeError, OverflowError):
            raise TokenRefused from None
        _check_times(claims, now)
        return claims

    def _decode(self, token: str, key: Any) -> Mapping[str, Any]:
        required = {f"require_{claim}": True for claim in ("iat", "aud", "iss", "sub", "jti")}
        return jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=self._realm.audience,
            issuer=self._realm.issuer,
            options={**required, "verify_exp": False},  # required by AccessClaims, checked by _check_times
        )


def key_set_document(keys: KeySet) -> dict[str, list[dict[str, str]]]:
    """The public keys as a JWK set (RFC 7517)."""
    return {"keys": [_public_jwk(key) for key in keys.all()]}


def _public_jwk(key: Key) -> dict[str, str]:
    public = jwk.construct(_public_pem(key), ALGORITHM).to_dict()
    return {name: str(public[name]) for name in ("kty", "crv", "x", "y")} | {
        "kid": key.id,
        "use": "sig",
        "alg": ALGORITHM,
    }


def _public_pem(key: Key) -> str:
    private = serialization.load_pem_private_key(key.secret, password=None)
    return (
        private.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def _header(token: str) -> dict[str, str]:
    """The header, when it is exactly the one that our issuer writes; nothing in it is obeyed."""
    compact = _COMPACT.fullmatch(token) if len(token) <= MAX_CHARACTERS else None
    if compact is None or len(compact[1]) > MAX_HEADER_CHARACTERS:
        raise TokenRefused
    try:
        header = json.loads(urlsafe_b64decode(compact[1] + "=" * (-len(compact[1]) % 4)))
    except ValueError:
        raise TokenRefused from None
    if not isinstance(header, dict) or header.keys() != HEADER_FIELDS:
        raise TokenRefused
    if header["alg"] != ALGORITHM or header["typ"] != TYPE or not isinstance(header["kid"], str):
        raise TokenRefused
    return header


def _check_times(claims: AccessClaims, now: datetime) -> None:
    instant = now.timestamp()
    lifetime = claims.exp - claims.iat
    if not 0 < lifetime <= LIFETIME.total_seconds():
        raise TokenRefused
    if instant >= claims.exp or claims.iat > instant + CLOCK_AHEAD.total_seconds():
        raise TokenRefused
