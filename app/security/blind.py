"""Keyed fingerprints: equal values meet without being readable, and cannot be guessed without the key."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Final

from app.security.keyring import KeyRing

_SHIFT: Final = 1  # 63 bits: positive in PostgreSQL's bigint


class BlindIndex:
    """HMAC-SHA-256; a label per kind of value, so that equal values of different kinds do not meet.

    Thread-safe. Labels are constants of the code (a keyed object is kept for each), never data.
    """

    def __init__(self, keyring: KeyRing) -> None:
        self._blind = keyring.blind.secret
        self._digest = keyring.digest.secret
        self._keyers: dict[str, Callable[[str], int]] = {}
        self._digesters: dict[str, hmac.HMAC] = {}

    def key(self, label: str, value: str) -> int:
        """A positive number of 63 bits: the same for the same label and value under one blind-index key."""
        return self.keyer(label)(value)

    def keyer(self, label: str) -> Callable[[str], int]:
        """``key`` with the label fixed, for bulk work."""
        keyer = self._keyers.get(label)
        if keyer is None:
            keyer = self._keyers[label] = _keyer(_keyed(self._blind, label))
        return keyer

    def digest(self, label: str, data: bytes) -> bytes:
        """32 bytes, under a key of its own: says whether content is the same, and nothing else of it."""
        base = self._digesters.get(label)
        if base is None:
            base = self._digesters[label] = _keyed(self._digest, label)
        mac = base.copy()
        mac.update(data)
        return mac.digest()


def _keyed(key: bytes, label: str) -> hmac.HMAC:
    """The label derives a key of its own: no label can be confused with the start of a value."""
    return hmac.new(hmac.digest(key, label.encode(), hashlib.sha256), digestmod="sha256")


def _keyer(base: hmac.HMAC) -> Callable[[str], int]:
    def key(value: str) -> int:
        mac = base.copy()
        mac.update(
            value.encode(errors="surrogatepass")
        )  # JSON may hold half a pair: no error, no data in one
        return int.from_bytes(mac.digest()[:8]) >> _SHIFT or 1

    return key
