"""Where the keys rest: a provider protects them, a private file holds the protected form."""

import fcntl
import json
import os
import stat
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import uuid4

from app.core.errors import OperatorError

KEY_FILE: Final = "keyring.json"
DAMAGED: Final = "el archivo está dañado / the file is damaged"


class KeyStoreError(OperatorError):
    """Carries no key material, whatever is wrong with it."""

    code = "keys-unusable"
    es = "Las claves de esta instalación no se pueden usar: {cause}."
    en = "The keys of this installation cannot be used: {cause}."


class KeyProvider(Protocol):
    """Protects the keys at rest. They are revealed once, when the process starts, and kept in its memory,
    so that a key management service costs no remote call per record."""

    name: str  # recorded beside what it protected; another provider is refused

    def protect(self, secret: bytes, label: str) -> bytes:
        """The form of ``secret`` that may lie on disk; ``label`` names the key and is bound to it."""
        ...

    def reveal(self, protected: bytes, label: str) -> bytes: ...


class PlainFile:
    """The file itself is the protection: mode 0600 in a folder of mode 0700."""

    name = "plain-file"

    def protect(self, secret: bytes, label: str) -> bytes:
        return secret

    def reveal(self, protected: bytes, label: str) -> bytes:
        return protected


Secrets = Mapping[str, bytes]  # "<use>/<key id>" -> secret


def load_or_create(
    folder: Path, provider: KeyProvider, create: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """The document of the key file; ``create`` makes it where there is none.

    The document is ``{"secrets": {label: bytes}, ...}``; secrets are protected on their way to disk.
    Of several processes that start at once on an empty folder, all get the one document that was kept.
    """
    path = folder / KEY_FILE
    if not path.exists():
        _make_private(folder)
        _create_once(path, _encode(create(), provider))
    return load(path, provider)


def load(path: Path, provider: KeyProvider) -> dict[str, Any]:
    _refuse_open_file(path)
    try:
        document = json.loads(path.read_bytes())
        if document["provider"] != provider.name:
            raise KeyStoreError(cause="las guarda otro proveedor / another provider keeps them")
        document["secrets"] = {
            label: provider.reveal(b64decode(text, validate=True), label)
            for label, text in document["secrets"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeyStoreError(cause=DAMAGED) from error
    else:
        return dict(document)


def replace(folder: Path, provider: KeyProvider, document: Mapping[str, Any]) -> None:
    """Swap the whole file: a reader sees the old keys or the new ones, never half of a file."""
    draft = _write_draft(folder, _encode(document, provider))
    draft.replace(folder / KEY_FILE)
    _sync_folder(folder)


def change(
    folder: Path,
    provider: KeyProvider,
    changed: Callable[[dict[str, Any]], dict[str, Any]],
    protect_by: KeyProvider | None = None,
) -> dict[str, Any]:
    """The document as ``changed`` makes it, kept. One process at a time: none loses another's keys.

    ``protect_by``: another provider from now on. Raises ``KeyStoreError``; the file is then as it was.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        replace(folder, protect_by or provider, changed(load(folder / KEY_FILE, provider)))
    finally:
        os.close(descriptor)
    return load(folder / KEY_FILE, protect_by or provider)


def mark_of(folder: Path) -> tuple[int, int]:
    """Changes whenever the file does; costs one ``stat``."""
    found = (folder / KEY_FILE).stat()
    return found.st_ino, found.st_mtime_ns


def _encode(document: Mapping[str, Any], provider: KeyProvider) -> bytes:
    protected = {
        label: b64encode(provider.protect(secret, label)).decode()
        for label, secret in document["secrets"].items()
    }
    return json.dumps({**document, "provider": provider.name, "secrets": protected}, indent=1).encode()


def _make_private(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)


def _create_once(path: Path, content: bytes) -> None:
    """Linking fails where another process was first; its file then counts and ours is dropped."""
    draft = _write_draft(path.parent, content)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    _sync_folder(path.parent)


def _write_draft(folder: Path, content: bytes) -> Path:
    draft = folder / f".{uuid4().hex}.tmp"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refuse_open_file(path: Path) -> None:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeyStoreError(cause="otros usuarios pueden leerlas (chmod 600) / other users can read them")
