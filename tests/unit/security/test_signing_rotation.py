"""Signing keys change without a token refused: published before use, verified until the last token ended."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.security import signing
from app.security.key_store import PlainFile
from app.security.keyring import KeyRing
from app.security.rings import RingFile
from app.security.signing import KEPT_AFTER, PUBLISHED_AHEAD, SigningKeys
from app.security.tokens import Realm, TokenIssuer, TokenRefused, TokenVerifier

REALM = Realm("https://registro.example", "https://registro.example/v1")
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _looks_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "_LOOK_SECONDS", 0.0)


def process(home: Path) -> SigningKeys:
    """What one process holds of the ring."""
    ring = RingFile(home, PlainFile())
    return SigningKeys(ring.keyring.signing, ring.keyring.signing_starts, ring.renewed)


def rotate(home: Path, now: datetime, starts: datetime | None = None, ended: datetime | None = None) -> str:
    starts, ended = starts or now + PUBLISHED_AHEAD, ended or now - KEPT_AFTER
    return KeyRing.rotate_signing(home, int(starts.timestamp()), int(ended.timestamp()))


def test_the_next_key_is_published_by_every_process_before_any_signs_with_it(tmp_path: Path) -> None:
    one, two = process(tmp_path), process(tmp_path)
    former = one.current(NOW).id
    following = rotate(tmp_path, NOW)
    for each in (one, two):
        assert {key.id for key in each.published()} == {former, following}
        assert each.current(NOW + PUBLISHED_AHEAD - timedelta(seconds=1)).id == former
        assert each.current(NOW + PUBLISHED_AHEAD).id == following


def test_tokens_of_the_former_key_live_out_their_minutes_over_two_rotations(tmp_path: Path) -> None:
    keys = process(tmp_path)
    rotate(tmp_path, NOW)
    change = NOW + PUBLISHED_AHEAD
    last = TokenIssuer(keys, REALM).issue("cl-1", (), change - timedelta(seconds=1))
    rotate(tmp_path, change + timedelta(minutes=1))
    assert len(keys.published()) == 3
    assert TokenVerifier(keys, REALM).verify(last, change + timedelta(minutes=9)).client_id == "cl-1"


def test_a_key_whose_last_token_has_ended_goes_with_the_next_rotation(tmp_path: Path) -> None:
    keys = process(tmp_path)
    former = keys.current(NOW).id
    rotate(tmp_path, NOW)
    rotate(tmp_path, NOW + PUBLISHED_AHEAD + KEPT_AFTER)
    assert former not in {key.id for key in keys.published()}


def test_a_key_that_leaked_dies_at_once(tmp_path: Path) -> None:
    keys = process(tmp_path)
    forged = TokenIssuer(keys, REALM).issue("cl-1", (), NOW)
    fresh = rotate(tmp_path, NOW, starts=NOW, ended=NOW)
    assert [key.id for key in keys.published()] == [fresh]
    with pytest.raises(TokenRefused):
        TokenVerifier(keys, REALM).verify(forged, NOW)
    assert TokenVerifier(keys, REALM).verify(TokenIssuer(keys, REALM).issue("cl-1", (), NOW), NOW)


def test_a_leaked_key_does_not_survive_because_another_was_about_to_begin(tmp_path: Path) -> None:
    keys = process(tmp_path)
    rotate(tmp_path, NOW)
    fresh = rotate(tmp_path, NOW, starts=NOW, ended=NOW)
    assert [key.id for key in keys.published()] == [fresh]
