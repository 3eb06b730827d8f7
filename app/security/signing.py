"""The keys that sign access tokens, and when each begins: rotated without a moment of refusal.

The next key is published (JWKS) before it signs; a former one verifies until its last token has ended. Every
process looks at the key ring now and then, and at once when it meets a key it does not know.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from app.security import tokens
from app.security.jws import PublicKey
from app.security.keyring import Key, KeyRing, KeySet

PUBLISHED_AHEAD: Final = timedelta(minutes=15)  # longer than anybody may keep our JWKS
JWKS_SECONDS: Final = 300
KEPT_AFTER: Final = tokens.LIFETIME + timedelta(minutes=5)
_LOOK_SECONDS: Final = 1.0

Renew = Callable[[], KeyRing | None]  # the ring where it has changed since the last call


class SigningKeys:
    """``renew`` is called at most once a second."""

    def __init__(self, keys: KeySet, starts: Mapping[str, int], renew: Renew | None = None) -> None:
        self._renew = renew
        self._looked_at = time.monotonic()
        self._take(keys, starts)

    def current(self, now: datetime) -> Key:
        """The one that signs: of those that have begun, the one that began last."""
        self._look()
        begun = [key for key in self._keys if self._start(key) <= now.timestamp()]
        return max(begun, key=self._start)

    def published(self) -> tuple[Key, ...]:
        self._look()
        return self._keys

    def find(self, key_id: str) -> PublicKey | None:
        self._look()
        return self._public.get(key_id)

    def _start(self, key: Key) -> float:
        """Keys of a ring without times: the current one counts, the others have ended."""
        return self._starts.get(key.id, 0.0 if key.id == self._keys[0].id else -1.0)

    def _look(self) -> None:
        if self._renew is None or time.monotonic() - self._looked_at < _LOOK_SECONDS:
            return
        self._looked_at = time.monotonic()
        ring = self._renew()
        if ring is not None:
            self._take(ring.signing, ring.signing_starts)

    def _take(self, keys: KeySet, starts: Mapping[str, int]) -> None:
        self._keys, self._starts = keys.all(), starts
        self._public = {key.id: tokens.public_key_of(key) for key in keys.all()}
