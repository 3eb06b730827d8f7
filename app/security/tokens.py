"""Access tokens: JWT (RFC 9068), bound to their sender by ``cnf`` (RFC 9449 6.1, RFC 8705 3.1).

A header with exactly three known fields, one algorithm, our own public keys chosen by ``kid``, claims of
exact types: nothing that a token says of itself is obeyed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Protocol
from uuid import uuid4

from cryptography.hazmat.primitives import serialization
from jose import jwk
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.security import jws
from app.security.jws import JwsRefused, PublicKey
from app.security.keyring import Key
from app.security.reach import RowScope

ALGORITHM: Final = "ES256"
TYPE: Final = "at+jwt"  # RFC 9068: no other kind of JWT passes for an access token
LIFETIME: Final = timedelta(minutes=10)
CLOCK_AHEAD: Final = timedelta(seconds=10)  # how far the issuer's clock may be before ours
MAX_CHARACTERS: Final = jws.MAX_CHARACTERS
MAX_HEADER_CHARACTERS: Final = 256
HEADER_FIELDS: Final = frozenset({"alg", "typ", "kid"})  # no crit, jku, jwk, x5u, x5c, zip, b64, enc, ...


class TokenRefused(Exception):
    """The token is not one of ours, or not any more. Says no more: it is shown to whoever sent it."""

    def __init__(self) -> None:
        super().__init__("access token refused")


class Confirmation(BaseModel):
    """Which key its sender must prove to hold: thumbprints in base64url, of a JWK or of a certificate."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", populate_by_name=True)

    jkt: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{43}$")
    x5t: str | None = Field(default=None, alias="x5t#S256", pattern=r"^[A-Za-z0-9_-]{43}$")

    @property
    def binds(self) -> bool:
        return self.jkt is not None or self.x5t is not None

    @property
    def token_type(self) -> Literal["DPoP", "Bearer"]:
        """The scheme that a token with this confirmation goes by (RFC 9449 5; RFC 8705 keeps Bearer)."""
        return "DPoP" if self.jkt is not None else "Bearer"


UNBOUND: Final = Confirmation()


class AccessClaims(BaseModel):
    """What a verified token says."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    iss: str
    sub: str = Field(min_length=1)
    aud: str
    exp: int
    iat: int
    jti: str = Field(min_length=1)
    client_id: str
    scope: str
    cnf: Confirmation = UNBOUND
    row_scope: RowScope | None = None  # said by an external issuer; None: what is kept of the client

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(self.scope.split())


@dataclass(frozen=True, slots=True)
class Realm:
    """Whose tokens they are: issuer and audience, both required in every token."""

    issuer: str
    audience: str


class Signers(Protocol):
    """The keys of the embedded issuer (see ``signing``)."""

    def current(self, now: datetime) -> Key: ...

    def find(self, key_id: str) -> PublicKey | None: ...


class TokenIssuer:
    def __init__(self, keys: Signers, realm: Realm) -> None:
        self._keys = keys
        self._realm = realm

    def issue(
        self, client_id: str, scopes: tuple[str, ...], now: datetime, cnf: Confirmation = UNBOUND
    ) -> str:
        """A token that lasts ``LIFETIME`` from ``now`` and serves only the holder of what ``cnf`` names."""
        issued = int(now.timestamp())
        claims: dict[str, Any] = {
            "iss": self._realm.issuer,
            "sub": client_id,
            "aud": self._realm.audience,
            "exp": issued + int(LIFETIME.total_seconds()),
            "iat": issued,
            "jti": uuid4().hex,
            "client_id": client_id,
            "scope": " ".join(scopes),
        }
        if cnf.binds:
            claims["cnf"] = cnf.model_dump(by_alias=True, exclude_none=True)
        key = self._keys.current(now)
        return jws.sign({"typ": TYPE, "kid": key.id}, claims, key.secret.decode())


class TokenVerifier:
    def __init__(self, keys: Signers, realm: Realm) -> None:
        self._keys = keys
        self._realm = realm

    def verify(self, token: str, now: datetime) -> AccessClaims:
        """What the token says, if it is ours and in force at ``now``. Raises ``TokenRefused``."""
        try:
            signed = jws.parse(token, header_limit=MAX_HEADER_CHARACTERS)
            self._key_for(signed.header).check(signed)
            claims = AccessClaims.model_validate(signed.claims)
        except (JwsRefused, ValidationError):
            raise TokenRefused from None
        if (claims.iss, claims.aud) != (self._realm.issuer, self._realm.audience):
            raise TokenRefused
        if "row_scope" in signed.claims or ("cnf" in signed.claims and not claims.cnf.binds):
            raise TokenRefused
        _check_times(claims, now)
        return claims

    def _key_for(self, header: Mapping[str, Any]) -> PublicKey:
        """Our key, when the header is exactly the one that our issuer writes."""
        if header.keys() != HEADER_FIELDS or header["alg"] != ALGORITHM or header["typ"] != TYPE:
            raise TokenRefused
        key = self._keys.find(header["kid"]) if isinstance(header["kid"], str) else None
        if key is None:
            raise TokenRefused
        return key


class OwnTokens:
    """Tokens of the embedded issuer, for the gate."""

    def __init__(self, keys: Signers, realm: Realm) -> None:
        self._verifier = TokenVerifier(keys, realm)

    async def verify(self, token: str, now: datetime) -> AccessClaims:
        """Raises ``TokenRefused``."""
        return self._verifier.verify(token, now)


def key_set_document(keys: Iterable[Key]) -> dict[str, list[dict[str, str]]]:
    """The public keys as a JWK set (RFC 7517)."""
    return {"keys": [_published(key) for key in keys]}


def public_key_of(key: Key) -> PublicKey:
    public = jwk.construct(_public_pem(key), ALGORITHM).to_dict()
    return jws.public_key({name: str(public[name]) for name in ("kty", "crv", "x", "y")}, (ALGORITHM,))


def _published(key: Key) -> dict[str, str]:
    return {**public_key_of(key).jwk, "kid": key.id, "use": "sig", "alg": ALGORITHM}


def _public_pem(key: Key) -> str:
    private = serialization.load_pem_private_key(key.secret, password=None)
    return (
        private.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def _check_times(claims: AccessClaims, now: datetime) -> None:
    instant = now.timestamp()
    lifetime = claims.exp - claims.iat
    if not 0 < lifetime <= LIFETIME.total_seconds():
        raise TokenRefused
    if instant >= claims.exp or claims.iat > instant + CLOCK_AHEAD.total_seconds():
        raise TokenRefused
