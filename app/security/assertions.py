"""``private_key_jwt`` (RFC 7523 3, FAPI 2.0 5.3.2.1): a client proves itself with a key of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.security import jws
from app.security.jws import JwsRefused, PublicKey, Signed

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST: Final = timedelta(minutes=10)
CLOCK_AHEAD: Final = timedelta(seconds=10)
_HEADER_FIELDS: Final = frozenset({"alg", "kid", "typ"})
_TYPES: Final = frozenset({None, "JWT", "client-authentication+jwt"})


class AssertionRefused(Exception):
    """Says no more: it is told to whoever sent it."""


class AssertionClaims(BaseModel):
    """What we read of an assertion; it may say more, which nobody obeys."""

    model_config = ConfigDict(frozen=True, strict=True)

    iss: str
    sub: str
    aud: str  # FAPI: one audience, no list that other servers stand in too
    exp: int
    iat: int | None = None
    nbf: int | None = None
    jti: str = Field(min_length=1, max_length=256)


@dataclass(frozen=True, slots=True)
class Assertion:
    """An assertion taken apart: whose it says it is, and with which of that client's keys. Not verified."""

    client_id: str
    key_id: str | None
    claims: AssertionClaims
    signed: Signed

    @property
    def expires_at(self) -> datetime:
        """When its jti may be forgotten. Only for a verified one: until then ``exp`` is any number."""
        return datetime.fromtimestamp(self.claims.exp, tz=UTC)


def parse(assertion: str) -> Assertion:
    """Raises ``AssertionRefused``."""
    try:
        signed = jws.parse(assertion)
        claims = AssertionClaims.model_validate(signed.claims)
    except (JwsRefused, ValidationError):
        raise AssertionRefused from None
    key_id = signed.header.get("kid")
    if not signed.header.keys() <= _HEADER_FIELDS or signed.header.get("typ") not in _TYPES:
        raise AssertionRefused
    if claims.iss != claims.sub or not isinstance(key_id, str | None):
        raise AssertionRefused
    return Assertion(claims.sub, key_id, claims, signed)


def verify(
    assertion: Assertion, keys: Mapping[str, PublicKey], audiences: frozenset[str], now: datetime
) -> None:
    """Raises ``AssertionRefused`` unless it is signed with one of the client's keys, for us, and in force.

    Without a ``kid`` the client must have exactly one key. Whether its jti was seen is for the caller.
    """
    if assertion.claims.aud not in audiences:
        raise AssertionRefused
    _check_times(assertion.claims, now.timestamp())
    named = assertion.key_id if assertion.key_id is not None or len(keys) != 1 else next(iter(keys))
    key = keys.get(named) if named is not None else None
    if key is None:
        raise AssertionRefused
    try:
        key.check(assertion.signed)
    except JwsRefused:
        raise AssertionRefused from None


def _check_times(claims: AssertionClaims, instant: float) -> None:
    latest = instant + CLOCK_AHEAD.total_seconds()
    if not instant < claims.exp <= latest + LONGEST.total_seconds():
        raise AssertionRefused
    if any(start is not None and start > latest for start in (claims.iat, claims.nbf)):
        raise AssertionRefused
