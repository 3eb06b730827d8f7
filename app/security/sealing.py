"""Sealing: AES-256-GCM under a data key per record, itself wrapped by a key-encryption key.

Sealed form: version (1 byte), nonce (12, random), ciphertext, tag (16): 29 bytes more than the plaintext.
Wrapped form of a data key: version (1), id of the wrapping key (8), nonce (12), ciphertext (32), tag (16).
NIST SP 800-38D bounds random nonces at 2^32 uses of one key: far from a record's own key, and a reason to
rotate the wrapping key before four thousand million records.
"""

import os
import time
from collections.abc import Callable
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.core.errors import IntertrataError
from app.security.keyring import ID_BYTES, KEY_BYTES, KeyRing

VERSION: Final = b"\x01"
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
OVERHEAD: Final = len(VERSION) + NONCE_BYTES + TAG_BYTES
WRAPPED_BYTES: Final = len(VERSION) + ID_BYTES + NONCE_BYTES + KEY_BYTES + TAG_BYTES
_BODY: Final = len(VERSION) + NONCE_BYTES
_WRAPPED_BODY: Final = len(VERSION) + ID_BYTES
_RENEW_SECONDS: Final = 1.0


class SealError(IntertrataError):
    """What was sealed cannot be opened: wrong key, wrong place (AAD), altered or cut. Says no more."""

    code = "sealed-content-unreadable"
    es = "Un contenido cifrado no se puede abrir con las claves de esta instalación. Avise al operador."
    en = "Sealed content cannot be opened with the keys of this installation. Tell the operator."


class DataKey:
    """Seals and opens what belongs to one record. Safe to use from several threads."""

    __slots__ = ("_cipher",)

    def __init__(self, cipher: AESGCM) -> None:
        self._cipher = cipher

    @classmethod
    def of(cls, secret: bytes) -> Self:
        return cls(AESGCM(secret))

    def seal(self, plaintext: bytes, aad: bytes) -> bytes:
        """``aad`` binds the ciphertext to its place (see docs/plan.md); it must be given again to open it."""
        nonce = os.urandom(NONCE_BYTES)
        return VERSION + nonce + self._cipher.encrypt(nonce, plaintext, aad)

    def open(self, ciphertext: bytes, aad: bytes) -> bytes:
        if len(ciphertext) < OVERHEAD or ciphertext[:1] != VERSION:
            raise SealError
        try:
            return self._cipher.decrypt(ciphertext[1:_BODY], ciphertext[_BODY:], aad)
        except InvalidTag:
            raise SealError from None


class Sealer:
    """Makes and unwraps data keys with the wrapping keys of the installation. Thread-safe.

    ``renew`` answers the key ring when it has changed since the last call, else None: another process may
    rotate keys while this one works. It is asked once a second at most, and when an unknown key id turns up.
    """

    def __init__(self, keyring: KeyRing, renew: Callable[[], KeyRing | None] | None = None) -> None:
        self._renew = renew
        self._asked = time.monotonic()
        self._use(keyring)

    def new_key(self) -> tuple[DataKey, bytes]:
        """A fresh data key and its wrapped form (``WRAPPED_BYTES`` long), which is kept beside the data."""
        self._look_again()
        secret = os.urandom(KEY_BYTES)
        return DataKey.of(secret), self._wrap(secret)

    def unwrap(self, wrapped: bytes) -> DataKey:
        return DataKey.of(self._secret(wrapped))

    def rewrap(self, wrapped: bytes) -> bytes:
        """The same data key under the current wrapping key: rotation touches no sealed content."""
        return self._wrap(self._secret(wrapped))

    def is_current(self, wrapped: bytes) -> bool:
        return wrapped[1:_WRAPPED_BODY] == self.current_id

    @property
    def current_id(self) -> bytes:
        """Of the wrapping key for new work, as it stands in what it wraps."""
        return self._ring[0]

    def holds(self, key_id: str) -> bool:
        """Whether the ring has the wrapping key of that id, in hexadecimal."""
        return bytes.fromhex(key_id) in self._ring[1]

    def look_again(self) -> None:
        """Take up a change of the ring at once."""
        self._look_again(at_once=True)

    def _use(self, keyring: KeyRing) -> None:
        keys = {bytes.fromhex(key.id): DataKey.of(key.secret) for key in keyring.wrapping.all()}
        self._ring = bytes.fromhex(keyring.wrapping.current.id), keys  # one assignment: never half a ring

    def _look_again(self, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if self._renew is None or (not at_once and now - self._asked < _RENEW_SECONDS):
            return
        self._asked = now
        if (keyring := self._renew()) is not None:
            self._use(keyring)

    def _wrap(self, secret: bytes) -> bytes:
        current, keys = self._ring
        return VERSION + current + keys[current].seal(secret, _aad(current))[1:]

    def _secret(self, wrapped: bytes) -> bytes:
        key_id = wrapped[1:_WRAPPED_BODY]
        if key_id not in self._ring[1]:
            self.look_again()
        key = self._ring[1].get(key_id)
        if key is None or len(wrapped) != WRAPPED_BYTES:
            raise SealError
        return key.open(wrapped[:1] + wrapped[_WRAPPED_BODY:], _aad(key_id))


def _aad(key_id: bytes) -> bytes:
    return b"data_key|" + key_id
