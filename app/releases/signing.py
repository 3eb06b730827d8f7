"""Signatures of manifests: Ed25519 (RFC 8032) over the bytes, by a key that signs nothing else. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class Signed:
    signature: bytes
    key: str


class ReleaseSigner:
    """``seeds``: 32 bytes by id of key, the former ones too: what they signed is verified for ever."""

    def __init__(self, current: str, seeds: Mapping[str, bytes]) -> None:
        self.current = current
        self._keys = {id_: Ed25519PrivateKey.from_private_bytes(seed) for id_, seed in seeds.items()}

    def sign(self, manifest: bytes) -> Signed:
        return Signed(self._keys[self.current].sign(manifest), self.current)

    def public_keys(self) -> dict[str, bytes]:
        """32 bytes by id."""
        return {id_: key.public_key().public_bytes_raw() for id_, key in self._keys.items()}


def verified(manifest: bytes, signature: bytes, public_key: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, manifest)
    except InvalidSignature:
        return False
    return True
