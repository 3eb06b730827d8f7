"""DPoP (RFC 9449): with every request the sender proves to hold the key that its token is bound to."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.security import jws
from app.security.jws import JwsRefused

TYPE: Final = "dpop+jwt"
AGE: Final = timedelta(seconds=60)  # of a proof, by its iat; its jti is remembered for longer
CLOCK_AHEAD: Final = timedelta(seconds=10)
REMEMBERED: Final = AGE + CLOCK_AHEAD + timedelta(seconds=60)
NONCE_PERIOD: Final = timedelta(seconds=120)  # a nonce serves in its own period and the one after
_HEADER_FIELDS: Final = frozenset({"typ", "alg", "jwk"})
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PORTS: Final = {"https": 443, "http": 80}
_ESCAPE: Final = re.compile(r"%[0-9A-Fa-f]{2}")


class ProofRefused(Exception):
    """Says no more: it is told to whoever sent it."""


class NonceNeeded(Exception):
    """The proof is right but for its nonce (RFC 9449 8): the answer carries one to use."""


class ProofClaims(BaseModel):
    """What we read of a proof; it may say more, which nobody obeys."""

    model_config = ConfigDict(frozen=True, strict=True)

    jti: str = Field(min_length=1, max_length=256)
    htm: str
    htu: str = Field(max_length=2048)
    iat: int
    ath: str | None = None
    nonce: str | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """The request that a proof must be for; ``token`` where it comes with one."""

    method: str
    url: str
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """A verified proof: the thumbprint of its key, and what marks it as used."""

    jkt: str
    use_digest: bytes


class Nonces:
    """Nonces that every process of an installation makes and knows alike, without keeping any."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def current(self, now: datetime) -> str:
        return self._at(_period(now))

    def knows(self, nonce: str, now: datetime) -> bool:
        period, sent = _period(now), nonce.encode(errors="surrogatepass")
        return any(hmac.compare_digest(sent, self._at(each).encode()) for each in (period, period - 1))

    def _at(self, period: int) -> str:
        return jws.encoded(hmac.digest(self._key, period.to_bytes(8), "sha256"))


def verify(proof: str, use: Use, now: datetime, nonces: Nonces | None = None) -> Proof:
    """Check all that one proof can show by itself; whether it was used before is for the caller.

    Raises ``ProofRefused``, or ``NonceNeeded`` where ``nonces`` are given and its own is none of them.
    """
    try:
        signed = jws.parse(proof)
        if signed.header.keys() != _HEADER_FIELDS or signed.header["typ"] != TYPE:
            raise ProofRefused
        key = jws.public_key(signed.header["jwk"])
        key.check(signed)
        claims = ProofClaims.model_validate(signed.claims)
    except (JwsRefused, ValidationError):
        raise ProofRefused from None
    _check_use(claims, use)
    _check_time(claims, now.timestamp())
    if nonces is not None and not (claims.nonce and nonces.knows(claims.nonce, now)):
        raise NonceNeeded
    marked = f"dpop|{key.thumbprint}|{claims.jti}".encode(errors="surrogatepass")
    return Proof(key.thumbprint, hashlib.sha256(marked).digest())


def token_hash(token: str) -> str:
    """``ath``: which token a proof goes with."""
    return jws.encoded(hashlib.sha256(token.encode()).digest())


def normalised(url: str) -> str:
    """``htu`` for comparison: RFC 3986 6.2.2 and 6.2.3, without query and fragment (RFC 9449 4.3).

    Raises ``ProofRefused`` for what is no http address.
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        raise ProofRefused from None
    if parts.scheme not in _PORTS or not host or parts.username is not None:
        raise ProofRefused
    place = f"[{host}]" if ":" in host else host
    shown = "" if port in {None, _PORTS[parts.scheme]} else f":{port}"
    return f"{parts.scheme}://{place}{shown}{_ESCAPE.sub(_escape, parts.path) or '/'}"


def _escape(found: re.Match[str]) -> str:
    character = chr(int(found[0][1:], 16))
    return character if character in _UNRESERVED else found[0].upper()


def _check_use(claims: ProofClaims, use: Use) -> None:
    if claims.htm != use.method or normalised(claims.htu) != normalised(use.url):
        raise ProofRefused
    if use.token is not None and claims.ath != token_hash(use.token):
        raise ProofRefused


def _check_time(claims: ProofClaims, instant: float) -> None:
    if not instant - AGE.total_seconds() <= claims.iat <= instant + CLOCK_AHEAD.total_seconds():
        raise ProofRefused


def _period(now: datetime) -> int:
    return int(now.timestamp() // NONCE_PERIOD.total_seconds())
