"""Checkpoints as others can read them: C2SP signed-note v1.0.0 with an Ed25519 signature, around a C2SP
tlog-checkpoint (``<origin>\\n<size>\\n<root in base64>\\n``).

A note may carry signatures of others, of witnesses that cosigned it: they are kept and passed over.
"""

import hashlib
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.audit.errors import NoteUnreadable

ED25519: Final = b"\x01"
MAX_NOTE: Final = 64 * 1024
_NAME: Final = re.compile(r"[^\s+]{1,100}")
_SIGNATURE: Final = re.compile(r"\u2014 ([^\s+]+) ([A-Za-z0-9+/]+=*)")
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is signed: the log named ``origin`` had this root (32 bytes) when it had ``size`` entries."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()  # further signed lines

    def text(self) -> str:
        lines = (self.origin, str(self.size), b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ``NoteUnreadable``."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not lines[0] or not _SIZE.fullmatch(lines[1]):
            raise NoteUnreadable
        root = _base64(lines[2])
        if len(root) != hashlib.sha256().digest_size or not all(lines[:-1]):
            raise NoteUnreadable
        return cls(lines[0], int(lines[1]), root, tuple(lines[3:-1]))


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Its text is ``<name>+<key id in hex>+<base64 of 0x01 and the key>``, as of Go's note package."""

    name: str
    key: bytes

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.key).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(ED25519 + self.key).decode()}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ``NoteUnreadable``."""
        name, id_, encoded = (*text.strip().split("+", 2), "", "")[:3]
        key = _base64(encoded)
        if not _NAME.fullmatch(name) or len(key) != 33 or key[:1] != ED25519:
            raise NoteUnreadable
        found = cls(name, key[1:])
        if found.id.hex() != id_:
            raise NoteUnreadable
        return found


class Signer:
    """``seed``: the 32 bytes of an Ed25519 private key (RFC 8032)."""

    def __init__(self, name: str, seed: bytes) -> None:
        if not _NAME.fullmatch(name):
            raise NoteUnreadable
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = PublicKey(name, self._key.public_key().public_bytes_raw())

    def sign(self, checkpoint: Checkpoint) -> str:
        return signed(checkpoint, self)

    def signature(self, text: str) -> str:
        """The line that goes under a note of this text."""
        signature = b64encode(self.public.id + self._key.sign(text.encode())).decode()
        return f"\u2014 {self.public.name} {signature}\n"


def signed(checkpoint: Checkpoint, *signers: Signer) -> str:
    text = checkpoint.text()
    return f"{text}\n{''.join(signer.signature(text) for signer in signers)}"


def opened(note: str, key: PublicKey) -> Checkpoint:
    """The checkpoint, if ``key`` signed it. Raises ``NoteUnreadable``."""
    checkpoint, by = read(note, (key,))
    if not by:
        raise NoteUnreadable
    return checkpoint


def read(note: str, keys: Iterable[PublicKey]) -> tuple[Checkpoint, frozenset[PublicKey]]:
    """The checkpoint, and which of ``keys`` signed it. Raises ``NoteUnreadable``, also where a signature that
    names one of them is not theirs."""
    text, lines = _parts(note)
    by = set()
    for key in keys:
        for match in lines:
            for signature in _of(match, key):
                _verify(key, signature[4:], text)
                by.add(key)
    return Checkpoint.parse(text), frozenset(by)


def _parts(note: str) -> tuple[str, list[re.Match[str]]]:
    """The signed text, and its signature lines."""
    text, blank, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if len(note) > MAX_NOTE or not blank or lines.pop():
        raise NoteUnreadable
    if any(ord(letter) < 32 and letter != "\n" for letter in note):
        raise NoteUnreadable
    found = [match for line in lines if (match := _SIGNATURE.fullmatch(line))]
    if not found or len(found) != len(lines):
        raise NoteUnreadable
    return f"{text}\n", found


def _of(match: re.Match[str], key: PublicKey) -> list[bytes]:
    """The signature of a line, where it is by this key."""
    signature = _base64(match[2])
    return [signature] if match[1] == key.name and signature[:4] == key.id else []


def _verify(key: PublicKey, signature: bytes, text: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(key.key).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        raise NoteUnreadable from None


def _base64(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise NoteUnreadable from None
