"""The keys of one installation, each with an id, apart by use: no key serves two purposes."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.security import key_store
from app.security.key_store import KeyProvider, KeyStoreError, PlainFile

KEY_BYTES: Final = 32
ID_BYTES: Final = 8
FORMAT: Final = 1

WRAPPING: Final = "wrapping"  # key-encryption keys: wrap the data keys of records (AES-256-GCM)
BLIND: Final = "blind"  # blind indexes (HMAC-SHA-256)
DIGEST: Final = "digest"  # keyed digests of content (HMAC-SHA-256)
SIGNING: Final = "signing"  # access tokens (ES256, PEM PKCS#8)
RELEASE: Final = "release"  # manifests of releases (Ed25519, the seed)
AUDIT: Final = "audit"  # checkpoints of the audit log (Ed25519, the seed)
OPERATOR: Final = "operator"  # whoever holds it acts as the operator of the installation

SETS: Final = frozenset({WRAPPING, SIGNING, RELEASE})  # a current key, and older ones that still read
SUCCESSIVE: Final = frozenset({AUDIT})  # uses with one key at a time, staged before it takes over


class KeyInUse(KeyStoreError):
    code = "key-in-use"
    es = "Esa llave es la vigente o todavía abre contenidos: no se destruye."
    en = "That key is the current one or still opens content: it is not destroyed."


@dataclass(frozen=True, slots=True)
class Key:
    """One key and its id (16 hex digits, random: an id tells nothing of the key)."""

    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeySet:
    """Keys of one use: the current one for new work, the others only to read what they made."""

    current: Key
    others: tuple[Key, ...] = ()

    def all(self) -> tuple[Key, ...]:
        return (self.current, *self.others)


def _new_secret() -> bytes:
    return os.urandom(KEY_BYTES)


def _new_signing_key() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


_MAKERS: Mapping[str, Callable[[], bytes]] = {
    WRAPPING: _new_secret,
    BLIND: _new_secret,
    DIGEST: _new_secret,
    SIGNING: _new_signing_key,
    AUDIT: _new_secret,
    RELEASE: _new_secret,
    OPERATOR: _new_secret,
}


@dataclass(frozen=True, slots=True)
class KeyRing:
    wrapping: KeySet
    blind: Key
    digest: Key
    signing: KeySet
    audit: KeySet
    release: KeySet
    operator: Key
    signing_starts: Mapping[str, int] = field(default_factory=dict)  # id -> second (Unix) it signs from

    @classmethod
    def load_or_create(cls, home: Path, provider: KeyProvider | None = None) -> Self:
        """The keys under ``<home>/keys``, made at the first call; safe for processes that start at once.

        Raises ``KeyStoreError`` where the file is damaged, readable by others, or of another provider.
        """
        folder, provider = home / "keys", provider or PlainFile()
        document = key_store.load_or_create(folder, provider, _new_document)
        if not _complete(document):  # made before a use was added
            document = key_store.change(folder, provider, _completed)
        return cls._of(document)

    @classmethod
    def load(cls, home: Path, provider: KeyProvider | None = None) -> Self:
        """As ``load_or_create``, but an installation without keys is an error and stays without."""
        path = home / "keys" / key_store.KEY_FILE
        if not path.exists():
            raise KeyStoreError(cause="no hay archivo de claves / there is no key file")
        return cls._of(key_store.load(path, provider or PlainFile()))

    @classmethod
    def add_key(cls, home: Path, use: str, provider: KeyProvider | None = None) -> str:
        """A new current key of a use that comes in sets; its id. The former one still reads.

        Raises ``ValueError`` for a use that has one key for good, ``KeyStoreError`` as ``load``.
        """
        if use not in SETS:
            raise ValueError(f"keys of {use} are not rotated")
        new = Key(os.urandom(ID_BYTES).hex(), _MAKERS[use]())

        def added(document: dict[str, Any]) -> dict[str, Any]:
            current = {**document["current"], use: new.id}
            secrets = {**document["secrets"], f"{use}/{new.id}": new.secret}
            return {**document, "current": current, "secrets": secrets}

        key_store.change(home / "keys", provider or PlainFile(), added)
        return new.id

    @classmethod
    def stage_key(cls, home: Path, use: str, provider: KeyProvider | None = None) -> Key:
        """A further key of a use that has one at a time; it is not current. Raises as ``add_key``."""
        if use not in SUCCESSIVE:
            raise ValueError(f"keys of {use} do not follow one another")
        new = Key(os.urandom(ID_BYTES).hex(), _MAKERS[use]())

        def staged(document: dict[str, Any]) -> dict[str, Any]:
            return {**document, "secrets": {**document["secrets"], f"{use}/{new.id}": new.secret}}

        key_store.change(home / "keys", provider or PlainFile(), staged)
        return new

    @classmethod
    def settle_on(cls, home: Path, use: str, key_id: str, provider: KeyProvider | None = None) -> None:
        """The staged key is the current one and the only one: all others of the use are destroyed.

        Raises ``ValueError`` as ``stage_key``, ``KeyStoreError`` as ``load`` and where there is no such key.
        """
        if use not in SUCCESSIVE:
            raise ValueError(f"keys of {use} do not follow one another")

        def settled(document: dict[str, Any]) -> dict[str, Any]:
            if f"{use}/{key_id}" not in document["secrets"]:
                raise KeyStoreError(cause="no hay tal llave / there is no such key")
            secrets = {
                label: it
                for label, it in document["secrets"].items()
                if not label.startswith(f"{use}/") or label == f"{use}/{key_id}"
            }
            return {**document, "current": {**document["current"], use: key_id}, "secrets": secrets}

        key_store.change(home / "keys", provider or PlainFile(), settled)

    @classmethod
    def rotate_signing(cls, home: Path, starts: int, ended: int, provider: KeyProvider | None = None) -> str:
        """A new signing key that begins at ``starts``; its id. Those that ended before ``ended`` go, and
        those that would begin later than the new one.

        Both are Unix seconds. Raises ``KeyStoreError`` as ``load``.
        """
        new = Key(os.urandom(ID_BYTES).hex(), _MAKERS[SIGNING]())

        def rotated(document: dict[str, Any]) -> dict[str, Any]:
            begun = {document["current"][SIGNING]: 0, **document.get("signing_starts", {}), new.id: starts}
            later = {id_ for id_, at in begun.items() if at > starts}  # would take the new one's place
            dead = _ended(begun, document["secrets"], ended) | later
            secrets = {**document["secrets"], f"{SIGNING}/{new.id}": new.secret}
            return {
                **document,
                "current": {**document["current"], SIGNING: new.id},
                "signing_starts": {id_: at for id_, at in begun.items() if id_ not in dead},
                "secrets": {
                    label: it
                    for label, it in secrets.items()
                    if not (label.startswith(f"{SIGNING}/") and label.removeprefix(f"{SIGNING}/") in dead)
                },
            }

        key_store.change(home / "keys", provider or PlainFile(), rotated)
        return new.id

    @classmethod
    def retire_key(cls, home: Path, use: str, key_id: str, provider: KeyProvider | None = None) -> None:
        """Destroy a key that is not current: what only it can read is gone. Raises ``KeyInUse``."""

        def retired(document: dict[str, Any]) -> dict[str, Any]:
            if document["current"][use] == key_id:
                raise KeyInUse
            secrets = {label: it for label, it in document["secrets"].items() if label != f"{use}/{key_id}"}
            return {**document, "secrets": secrets}

        key_store.change(home / "keys", provider or PlainFile(), retired)

    @classmethod
    def generate(cls) -> Self:
        """Fresh keys that are kept nowhere."""
        return cls._of(_new_document())

    @classmethod
    def _of(cls, document: Mapping[str, Any]) -> Self:
        if document.get("format") != FORMAT:
            raise KeyStoreError(cause="formato desconocido / unknown format")
        try:
            sets = {use: _key_set(document, use) for use in _MAKERS}
        except (KeyError, TypeError, AttributeError) as error:
            raise KeyStoreError(cause=key_store.DAMAGED) from error
        return cls(
            wrapping=sets[WRAPPING],
            blind=sets[BLIND].current,
            digest=sets[DIGEST].current,
            signing=sets[SIGNING],
            audit=sets[AUDIT],
            release=sets[RELEASE],
            operator=sets[OPERATOR].current,
            signing_starts=dict(document.get("signing_starts", {})),
        )


def _new_document() -> dict[str, Any]:
    ids = {use: os.urandom(ID_BYTES).hex() for use in _MAKERS}
    return {
        "format": FORMAT,
        "current": ids,
        "secrets": {f"{use}/{ids[use]}": make() for use, make in _MAKERS.items()},
    }


def _ended(starts: Mapping[str, int], labels: Iterable[str], ended: int) -> frozenset[str]:
    """Signing keys whose successor began before ``ended``, and those that never had a time."""
    order = sorted(starts, key=lambda id_: starts[id_])
    replaced = {former for former, later in pairwise(order) if starts[later] <= ended}
    untimed = {each.removeprefix(f"{SIGNING}/") for each in labels if each.startswith(f"{SIGNING}/")}
    return frozenset(replaced | (untimed - starts.keys()))


def _complete(document: Mapping[str, Any]) -> bool:
    current = document.get("current")
    return not isinstance(current, dict) or current.keys() >= _MAKERS.keys()  # damage is told by _of


def _completed(document: Mapping[str, Any]) -> dict[str, Any]:
    """With a key for each use that has none; those that are there stay."""
    fresh = _new_document()
    return {
        **document,
        "current": {**fresh["current"], **document["current"]},
        "secrets": {
            **{
                label: secret
                for label, secret in fresh["secrets"].items()
                if label.partition("/")[0] not in document["current"]
            },
            **document["secrets"],
        },
    }


def _key_set(document: Mapping[str, Any], use: str) -> KeySet:
    current = str(document["current"][use])
    keys = {
        label.removeprefix(f"{use}/"): secret
        for label, secret in document["secrets"].items()
        if label.startswith(f"{use}/")
    }
    if use != SIGNING and any(len(secret) != KEY_BYTES for secret in keys.values()):
        raise KeyStoreError(cause=key_store.DAMAGED)
    others = tuple(Key(id_, secret) for id_, secret in sorted(keys.items()) if id_ != current)
    return KeySet(Key(current, keys[current]), others)
