"""The keys of another issuer: found by discovery, kept, fetched anew when they may have changed."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from app.core.errors import OperatorError, Unavailable
from app.core.logging import get_logger
from app.security import jws
from app.security.demo import DemoBeyondLoopback, refuse_beyond_loopback
from app.security.jws import JwsRefused, PublicKey

log = get_logger(__name__)

DISCOVERY: Final = "/.well-known/openid-configuration"
FRESH_SECONDS: Final = 300.0  # after which keys are fetched anew beside the work
KEPT_SECONDS: Final = 24 * 3600.0  # how long an issuer may be out before its keys count no more
BETWEEN_SECONDS: Final = 10.0  # between two attempts, whatever kids are asked for
MAX_BYTES: Final = 256 * 1024
TIMEOUT: Final = 5.0
KEYS_AT_MOST: Final = 50


class IssuerPlain(OperatorError):
    code = "issuer-plain"
    es = "El emisor (INTERTRATA_ISSUER) y sus claves deben estar en direcciones https."
    en = "The issuer (INTERTRATA_ISSUER) and its keys must have https addresses."


class KeysUnreachable(Unavailable):
    code = "issuer-unreachable"
    es = "No se pudieron obtener las claves del emisor de tokens. Vuelva a intentarlo."
    en = "The keys of the token issuer could not be had. Try again."


class _Unusable(Exception):
    """What came is no key set of that issuer."""


class RemoteKeys:
    """One fetch at a time, whoever waits for it; an outage of the issuer is survived on what is kept."""

    def __init__(self, issuer: str, algorithms: Sequence[str]) -> None:
        """Raises ``IssuerPlain``."""
        _check_address(issuer)
        self._issuer = issuer
        self._algorithms = tuple(algorithms)
        self._keys: Mapping[str, PublicKey] = {}
        self._fetched_at = self._tried_at = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, key_id: str) -> PublicKey | None:
        """None where the issuer has no such key. Raises ``KeysUnreachable`` where none was ever had."""
        age = time.monotonic() - self._fetched_at
        if age > KEPT_SECONDS or key_id not in self._keys:
            await self._fetch()
            age = time.monotonic() - self._fetched_at
        elif age > FRESH_SECONDS:
            self._start()
        if age > KEPT_SECONDS:
            raise KeysUnreachable(headers={"Retry-After": "5"})
        return self._keys.get(key_id)

    async def _fetch(self) -> None:
        task = self._start()
        if task is not None:
            await asyncio.shield(task)  # one caller that goes away does not end it for the others

    def _start(self) -> asyncio.Task[None] | None:
        """The fetch under way, or a new one; None where the last was a moment ago."""
        if self._fetching is not None and not self._fetching.done():
            return self._fetching
        if time.monotonic() - self._tried_at < BETWEEN_SECONDS:
            return None
        self._tried_at = time.monotonic()
        self._fetching = asyncio.create_task(self._refresh())
        return self._fetching

    async def _refresh(self) -> None:
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False) as http:
                document = await _object_at(http, self._issuer.rstrip("/") + DISCOVERY)
                where = document.get("jwks_uri")
                if document.get("issuer") != self._issuer or not isinstance(where, str):
                    raise _Unusable
                _check_address(where)
                self._keys = self._read(await _object_at(http, where))
            self._fetched_at = time.monotonic()
        except (httpx.HTTPError, httpx.InvalidURL, _Unusable, IssuerPlain) as error:
            log.warning("issuer_keys_unreachable", kind=type(error).__name__)

    def _read(self, document: Mapping[str, Any]) -> Mapping[str, PublicKey]:
        listed = document.get("keys")
        if not isinstance(listed, list) or len(listed) > KEYS_AT_MOST:
            raise _Unusable
        found: dict[str, PublicKey] = {}
        for each in listed:
            try:
                key = jws.public_key(each, self._algorithms)
            except JwsRefused:
                continue  # providers publish encryption keys and algorithms of theirs beside
            if isinstance(each.get("kid"), str):
                found[each["kid"]] = key
        if not found:
            raise _Unusable
        return found


async def _object_at(http: httpx.AsyncClient, url: str) -> dict[str, Any]:
    body = bytearray()
    async with http.stream("GET", url) as answer:
        if answer.status_code != httpx.codes.OK:
            raise _Unusable
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > MAX_BYTES:
                raise _Unusable
    try:
        return jws.json_object(bytes(body))
    except ValueError:
        raise _Unusable from None


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    try:
        if parts.scheme != "http":
            raise IssuerPlain
        refuse_beyond_loopback(parts.hostname or "")
    except DemoBeyondLoopback:
        raise IssuerPlain from None
