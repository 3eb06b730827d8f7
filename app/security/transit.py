"""Keys protected by the *transit* engine of Vault or OpenBao; its own key never leaves it.

Protocol: https://openbao.org/api-docs/secret/transit (``encrypt``, ``decrypt``, ``associated_data``). It
wraps one intermediate key, and that one seals the keys of the ring: opening a ring costs one remote call,
opening a record none.
"""

import os
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from app.security.key_store import KeyStoreError
from app.security.keyring import KEY_BYTES
from app.security.sealing import DataKey, SealError

_AAD: Final = b"intertrata key ring"
_LENGTH_BYTES: Final = 2
_TIMEOUT: Final = httpx.Timeout(10.0)


class TransitUnavailable(KeyStoreError):
    code = "key-service-unavailable"
    es = "El servicio de claves no responde o no admite la operación ({cause})."
    en = "The key service does not answer or refuses the operation ({cause})."


@dataclass(frozen=True, slots=True)
class TransitAddress:
    """Where the engine is. ``token_file`` is read at every call: agents renew it in place."""

    url: str  # of the server, e.g. https://vault.example:8200
    key: str  # name of a transit key of an AEAD type (aes256-gcm96, chacha20-poly1305)
    token_file: Path
    mount: str = "transit"
    namespace: str | None = None
    ca_file: Path | None = None


class Transit:
    """A ``KeyProvider``. Use from one thread at a time.

    Protected form: length (2 bytes), the intermediate key as the engine gave it, the sealed secret.
    """

    name = "transit"

    def __init__(self, address: TransitAddress) -> None:
        self._address = address
        self._current: tuple[bytes, DataKey] | None = None  # one intermediate key for all that is protected
        self._known: dict[bytes, DataKey] = {}

    def protect(self, secret: bytes, label: str) -> bytes:
        """Raises ``TransitUnavailable``."""
        wrapped, key = self._current = self._current or self._new_intermediate()
        return len(wrapped).to_bytes(_LENGTH_BYTES) + wrapped + key.seal(secret, label.encode())

    def reveal(self, protected: bytes, label: str) -> bytes:
        """Raises ``TransitUnavailable``, or ``ValueError`` where the protected form is not one."""
        end = _LENGTH_BYTES + int.from_bytes(protected[:_LENGTH_BYTES])
        wrapped = protected[_LENGTH_BYTES:end]
        if wrapped not in self._known:
            self._known[wrapped] = DataKey.of(self._decrypt(wrapped))
        try:
            return self._known[wrapped].open(protected[end:], label.encode())
        except SealError:
            raise ValueError("a protected key does not open") from None

    def _new_intermediate(self) -> tuple[bytes, DataKey]:
        secret = os.urandom(KEY_BYTES)
        answer = self._call("encrypt", plaintext=b64encode(secret).decode())
        wrapped = str(answer["ciphertext"]).encode()
        key = self._known[wrapped] = DataKey.of(secret)
        return wrapped, key

    def _decrypt(self, wrapped: bytes) -> bytes:
        answer = self._call("decrypt", ciphertext=wrapped.decode("ascii"))
        secret = b64decode(answer["plaintext"], validate=True)
        if len(secret) != KEY_BYTES:
            raise TransitUnavailable(cause="la llave no es de 32 bytes / the key is not of 32 bytes")
        return secret

    def _call(self, operation: str, **body: str) -> dict[str, Any]:
        """``data`` of the answer. What the server says of an error is not repeated: it may quote us."""
        at = self._address
        headers = {"X-Vault-Token": at.token_file.read_text().strip(), "X-Vault-Request": "true"}
        if at.namespace:
            headers["X-Vault-Namespace"] = at.namespace
        url = f"{at.url.rstrip('/')}/v1/{at.mount}/{operation}/{at.key}"
        try:
            with httpx.Client(timeout=_TIMEOUT, verify=_verification(at.ca_file), trust_env=False) as client:
                answer = client.post(
                    url, json={**body, "associated_data": b64encode(_AAD).decode()}, headers=headers
                )
            if answer.status_code != httpx.codes.OK:
                raise TransitUnavailable(cause=f"HTTP {answer.status_code}")
            data = answer.json()["data"]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise TransitUnavailable(cause=type(error).__name__) from None
        return dict(data)


def _verification(ca_file: Path | None) -> Any:
    if ca_file is None:
        return True
    import ssl

    return ssl.create_default_context(cafile=str(ca_file))
