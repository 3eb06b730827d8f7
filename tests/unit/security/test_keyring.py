"""The keys of an installation: made once, private, apart by use."""

import json
import multiprocessing
import os
from pathlib import Path

import pytest

from app.security.key_store import KEY_FILE, KeyStoreError
from app.security.keyring import KeyRing


def _operator_id(home: str) -> str:
    return KeyRing.load_or_create(Path(home)).operator.id


class ReversingProvider:
    """Stands for a key management service: what lies on disk is not the key."""

    name = "reversing"

    def protect(self, secret: bytes, label: str) -> bytes:
        return secret[::-1] + label.encode()

    def reveal(self, protected: bytes, label: str) -> bytes:
        return protected.removesuffix(label.encode())[::-1]


def test_keys_are_made_once_and_read_again(tmp_path: Path) -> None:
    assert KeyRing.load_or_create(tmp_path) == KeyRing.load_or_create(tmp_path)


def test_every_use_has_a_key_of_its_own() -> None:
    ring = KeyRing.generate()
    keys = [ring.wrapping.current, ring.blind, ring.digest, ring.signing.current, ring.operator]
    assert len({key.secret for key in keys}) == 5
    assert len({key.id for key in keys}) == 5


def test_two_installations_share_no_key() -> None:
    assert KeyRing.generate().blind.secret != KeyRing.generate().blind.secret


def test_file_and_folder_are_private_whatever_the_umask(tmp_path: Path) -> None:
    previous = os.umask(0)
    try:
        KeyRing.load_or_create(tmp_path)
    finally:
        os.umask(previous)
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "keys" / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "keys").iterdir()] == [KEY_FILE]


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    KeyRing.load_or_create(tmp_path)
    (tmp_path / "keys" / KEY_FILE).chmod(0o640)
    with pytest.raises(KeyStoreError):
        KeyRing.load_or_create(tmp_path)


def test_processes_that_start_at_once_get_the_same_keys(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        ids = pool.map(_operator_id, [str(tmp_path)] * 8, chunksize=1)
    assert len(set(ids)) == 1


def test_load_makes_no_keys(tmp_path: Path) -> None:
    with pytest.raises(KeyStoreError):
        KeyRing.load(tmp_path)
    assert not (tmp_path / "keys").exists()


def test_a_provider_protects_what_lies_on_disk(tmp_path: Path) -> None:
    ring = KeyRing.load_or_create(tmp_path, ReversingProvider())
    assert KeyRing.load(tmp_path, ReversingProvider()) == ring
    with pytest.raises(KeyStoreError):
        KeyRing.load(tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b'{"provider": "plain-file", "secrets": {"a/b": "!"}}']
)
def test_a_damaged_file_is_an_error_that_names_no_key(tmp_path: Path, content: bytes) -> None:
    KeyRing.load_or_create(tmp_path)
    (tmp_path / "keys" / KEY_FILE).write_bytes(content)
    with pytest.raises(KeyStoreError):
        KeyRing.load_or_create(tmp_path)


def test_a_cut_key_is_refused(tmp_path: Path) -> None:
    KeyRing.load_or_create(tmp_path)
    path = tmp_path / "keys" / KEY_FILE
    document = json.loads(path.read_text())
    label = next(label for label in document["secrets"] if label.startswith("blind/"))
    document["secrets"][label] = "AAAA"
    path.write_text(json.dumps(document))
    with pytest.raises(KeyStoreError):
        KeyRing.load_or_create(tmp_path)


def test_no_secret_shows_in_a_repr() -> None:
    ring = KeyRing.generate()
    assert repr(ring.blind.secret) not in repr(ring)
    assert "PRIVATE" not in repr(ring)
