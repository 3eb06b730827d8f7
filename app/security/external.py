"""Tokens of another issuer, any OpenID provider: read by the same rules, with its keys, for our audience."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.core.errors import IntertrataError
from app.security import jws, scopes
from app.security.clients import granted_to
from app.security.jws import JwsRefused
from app.security.reach import RowScope
from app.security.remote_keys import RemoteKeys
from app.security.roles import Role
from app.security.tokens import CLOCK_AHEAD, UNBOUND, AccessClaims, Confirmation, TokenRefused
from schemas.vocabulary import Feed

LONGEST: Final = timedelta(hours=1)
_TYPES: Final = frozenset({"at+jwt", "application/at+jwt", "JWT"})  # Keycloak, Entra: JWT; their aud tells
_HEADER_FIELDS: Final = frozenset({"alg", "kid", "typ", "x5t", "x5t#S256"})  # the last two are not obeyed
_ID: Final = r"^[\x21-\x7e]{1,200}$"


class _Roles(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)
    roles: list[str] = Field(default_factory=list)


class _Claims(BaseModel):
    """What providers write, of which they write more: RFC 9068, Keycloak (``azp``, ``realm_access``), Entra
    (``appid``, ``scp``, ``roles``)."""

    model_config = ConfigDict(frozen=True, strict=True)

    iss: str
    sub: str = Field(pattern=_ID)
    aud: str | list[str]
    exp: int
    iat: int
    nbf: int | None = None
    jti: str = Field(default="-", pattern=_ID)
    client_id: str | None = Field(default=None, pattern=_ID)
    azp: str | None = Field(default=None, pattern=_ID)
    appid: str | None = Field(default=None, pattern=_ID)
    scope: str | None = None
    scp: str | list[str] | None = None
    roles: list[str] = Field(default_factory=list)
    realm_access: _Roles = _Roles()
    cnf: dict[str, Any] | None = None
    intertrata_feed: Feed | None = Field(default=None, strict=False)
    intertrata_department: str | None = None

    def client(self) -> str:
        named = {each for each in (self.client_id, self.azp, self.appid) if each is not None}
        if len(named) != 1:
            raise TokenRefused  # nobody, or two at once
        return named.pop()

    def wanted(self) -> frozenset[str]:
        listed = self.scope if self.scope is not None else self.scp
        names = listed if isinstance(listed, list) else (listed or "").split(" ")
        return frozenset(names) & scopes.SCOPES.keys()


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose tokens count, made for whom."""

    issuer: str
    audience: str


class ExternalTokens:
    """For the gate, in place of the embedded issuer's."""

    def __init__(self, trust: Trust, keys: RemoteKeys) -> None:
        self._trust = trust
        self._keys = keys

    async def verify(self, token: str, now: datetime) -> AccessClaims:
        """Raises ``TokenRefused``; ``KeysUnreachable`` where no key of the issuer was ever had."""
        try:
            signed = jws.parse(token)
            key_id = _key_id(signed.header)
            key = await self._keys.find(key_id)
            if key is None:
                raise TokenRefused
            key.check(signed)
            claims = _Claims.model_validate(signed.claims)
        except (JwsRefused, ValidationError):
            raise TokenRefused from None
        self._check(claims, now.timestamp())
        return _admitted(claims)

    def _check(self, claims: _Claims, instant: float) -> None:
        audiences = claims.aud if isinstance(claims.aud, list) else [claims.aud]
        if claims.iss != self._trust.issuer or self._trust.audience not in audiences:
            raise TokenRefused
        latest = instant + CLOCK_AHEAD.total_seconds()
        if not 0 < claims.exp - claims.iat <= LONGEST.total_seconds() or instant >= claims.exp:
            raise TokenRefused
        if claims.iat > latest or (claims.nbf is not None and claims.nbf > latest):
            raise TokenRefused


def _key_id(header: Mapping[str, Any]) -> str:
    if not header.keys() <= _HEADER_FIELDS or header.get("typ") not in _TYPES:
        raise TokenRefused
    key_id = header.get("kid")
    if not isinstance(key_id, str):
        raise TokenRefused
    return key_id


def _admitted(claims: _Claims) -> AccessClaims:
    """Its scopes and roles as ours. What they mean together is held as for our own clients: a role that is
    limited to rows without the claim that says which is refused."""
    limit, wanted = _row_scope(claims), claims.wanted()
    for name in {*claims.roles, *claims.realm_access.roles} & {role.value for role in Role}:
        wanted |= _scopes_of(Role(name), limit)
    try:
        granted = granted_to(None, limit, wanted)
    except IntertrataError:
        raise TokenRefused from None
    return AccessClaims(
        iss=claims.iss,
        sub=claims.sub,
        aud=claims.aud if isinstance(claims.aud, str) else claims.aud[0],
        exp=claims.exp,
        iat=claims.iat,
        jti=claims.jti,
        client_id=claims.client(),
        scope=" ".join(granted),
        cnf=_confirmation(claims.cnf),
        row_scope=limit,
    )


def _scopes_of(role: Role, limit: RowScope) -> frozenset[str]:
    try:
        return frozenset(granted_to(role, limit, ()))
    except IntertrataError:
        raise TokenRefused from None


def _row_scope(claims: _Claims) -> RowScope:
    try:
        return RowScope(claims.intertrata_feed, claims.intertrata_department)
    except ValueError:
        raise TokenRefused from None


def _confirmation(cnf: Mapping[str, Any] | None) -> Confirmation:
    """Every binding, to be held; one that binds in a way we do not know is refused, not ignored."""
    if cnf is None:
        return UNBOUND
    try:
        found = Confirmation.model_validate(cnf)
    except ValidationError:
        raise TokenRefused from None
    if not found.binds:
        raise TokenRefused
    return found
