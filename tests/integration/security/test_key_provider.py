"""Keys at rest under a transit engine (Vault, OpenBao): one remote call opens the ring, none a record."""

import asyncio
import json
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from app.core.errors import SettingsInvalid
from app.core.settings import Settings
from app.db.engine import Database
from app.security import key_store
from app.security.key_store import KEY_FILE, KeyStoreError, PlainFile
from app.security.keyring import WRAPPING, KeyRing
from app.security.sealing import Sealer
from app.security.transit import Transit, TransitAddress, TransitUnavailable
from app.wiring import key_provider_of
from support.fake_transit import NAMESPACE, TOKEN, FakeTransit, fake_transit
from support.processes import environment_for


@pytest.fixture
def engine() -> Iterator[FakeTransit]:
    with fake_transit() as engine:
        yield engine


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text(f"{TOKEN}\n")
    return path


def provider(engine: FakeTransit, token_file: Path, key: str = "intertrata") -> Transit:
    return Transit(TransitAddress(engine.url, key, token_file, namespace=NAMESPACE))


def test_keys_on_disk_are_nothing_without_the_engine(
    engine: FakeTransit, token_file: Path, tmp_path: Path
) -> None:
    ring = KeyRing.load_or_create(tmp_path, provider(engine, token_file))
    protected = json.loads((tmp_path / "keys" / KEY_FILE).read_bytes())["secrets"].values()
    kept = " ".join(b64decode(each).hex() for each in protected)
    for key in (*ring.wrapping.all(), ring.blind, ring.digest, ring.operator):
        assert key.secret.hex() not in kept
    with pytest.raises(KeyStoreError):
        KeyRing.load(tmp_path)  # the private-file provider


def test_opening_the_ring_costs_one_call_and_a_record_none(
    engine: FakeTransit, token_file: Path, tmp_path: Path
) -> None:
    made = KeyRing.load_or_create(tmp_path, provider(engine, token_file))
    engine.calls.clear()
    ring = KeyRing.load(tmp_path, provider(engine, token_file))
    sealer = Sealer(ring)
    for _ in range(50):
        key, wrapped = sealer.new_key()
        assert sealer.unwrap(wrapped).open(key.seal(b"x", b"a"), b"a") == b"x"
    assert engine.calls == ["decrypt"]
    assert ring == made


def test_a_key_is_bound_to_its_label(engine: FakeTransit, token_file: Path) -> None:
    transit = provider(engine, token_file)
    protected = transit.protect(b"k" * 32, "wrapping/1")
    assert transit.reveal(protected, "wrapping/1") == b"k" * 32
    with pytest.raises(ValueError, match="does not open"):
        transit.reveal(protected, "blind/1")


def test_the_engine_s_own_rotation_leaves_the_ring_readable(
    engine: FakeTransit, token_file: Path, tmp_path: Path
) -> None:
    made = KeyRing.load_or_create(tmp_path, provider(engine, token_file))
    engine.rotate()
    assert KeyRing.load(tmp_path, provider(engine, token_file)) == made
    before = (tmp_path / "keys" / KEY_FILE).read_text()
    both = provider(engine, token_file)
    key_store.change(tmp_path / "keys", both, lambda document: document, provider(engine, token_file))
    assert (tmp_path / "keys" / KEY_FILE).read_text() != before
    assert KeyRing.load(tmp_path, provider(engine, token_file)) == made


def test_keys_move_from_a_private_file_to_the_engine(
    engine: FakeTransit, token_file: Path, tmp_path: Path
) -> None:
    made = KeyRing.load_or_create(tmp_path)
    key_store.change(tmp_path / "keys", PlainFile(), lambda it: it, provider(engine, token_file))
    assert KeyRing.load(tmp_path, provider(engine, token_file)) == made


@pytest.mark.parametrize("trouble", ["sealed", "token", "key", "gone", "altered"])
def test_trouble_with_the_engine_is_one_clear_error_that_quotes_nothing(
    engine: FakeTransit, token_file: Path, tmp_path: Path, trouble: str
) -> None:
    KeyRing.load_or_create(tmp_path, provider(engine, token_file))
    name = "otra" if trouble == "key" else "intertrata"
    if trouble == "sealed":
        engine.sealed = True
    elif trouble == "token":
        token_file.write_text("s.otra")
    elif trouble == "gone":
        engine.url = "http://127.0.0.1:9"
    elif trouble == "altered":
        engine.keys["intertrata"] = FakeTransit().keys["intertrata"]
    with pytest.raises(TransitUnavailable) as caught:
        KeyRing.load(tmp_path, provider(engine, token_file, name))
    told = caught.value.sentence("es") + caught.value.sentence("en")
    assert "vault:" not in told
    assert TOKEN not in told


def test_a_failing_engine_leaves_the_key_file_as_it_was(
    engine: FakeTransit, token_file: Path, tmp_path: Path
) -> None:
    KeyRing.load_or_create(tmp_path)
    before = (tmp_path / "keys" / KEY_FILE).read_bytes()
    engine.sealed = True
    with pytest.raises(TransitUnavailable):
        key_store.change(tmp_path / "keys", PlainFile(), lambda it: it, provider(engine, token_file))
    assert (tmp_path / "keys" / KEY_FILE).read_bytes() == before
    KeyRing.add_key(tmp_path, WRAPPING)  # and its lock is free


def test_an_engine_without_a_token_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid):
        key_provider_of(Settings(home=tmp_path, keys_transit_url="http://127.0.0.1:8200"))


async def test_protecting_the_keys_anew_leaves_its_mark(
    database: Database, database_url: str, tmp_path: Path, engine: FakeTransit, token_file: Path
) -> None:
    KeyRing.load_or_create(tmp_path)
    configured = {
        "INTERTRATA_KEYS_TRANSIT_URL": engine.url,
        "INTERTRATA_KEYS_TRANSIT_TOKEN_FILE": str(token_file),
        "INTERTRATA_KEYS_TRANSIT_NAMESPACE": NAMESPACE,
    }
    ended = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "app.cli", "keys", "protect", "--from-file"],
        env=environment_for(database_url, tmp_path) | configured,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert KeyRing.load(tmp_path, provider(engine, token_file))
    async with database.read() as session:
        marks = await session.scalars(text("SELECT outcome FROM audit_entry WHERE kind = 'key_use'"))
        assert list(marks) == ["protect"]
