"""Blind keys: stable, keyed, apart by label."""

import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from app.security.blind import BlindIndex
from app.security.keyring import KeyRing

RING = KeyRing.generate()
BLIND = BlindIndex(RING)


@given(st.text(max_size=60), st.sampled_from(["dni", "name", "carpeta"]))
def test_a_blind_key_is_the_first_63_bits_of_the_keyed_hash(value: str, label: str) -> None:
    label_key = hmac.digest(RING.blind.secret, label.encode(), "sha256")
    expected = int.from_bytes(hmac.digest(label_key, value.encode(), "sha256")[:8]) >> 1
    assert BLIND.key(label, value) == expected
    assert 0 < BLIND.key(label, value) < 2**63


def test_the_same_value_meets_itself_across_processes_and_not_across_installations() -> None:
    assert BLIND.key("dni", "00000001") == BlindIndex(RING).key("dni", "00000001")
    assert BLIND.key("dni", "00000001") != BlindIndex(KeyRing.generate()).key("dni", "00000001")


def test_labels_are_apart_even_where_label_and_value_run_together() -> None:
    assert BLIND.key("dni", "1") != BLIND.key("carpeta", "1")
    assert BLIND.key("a", "bc") != BLIND.key("ab", "c")


def test_a_blind_key_is_no_plain_hash() -> None:
    value = "00000001"
    plain = int.from_bytes(hashlib.sha256(value.encode()).digest()[:8]) >> 1
    assert BLIND.key("dni", value) != plain


def test_digests_have_a_key_of_their_own() -> None:
    digest = BLIND.digest("content", b"x")
    assert len(digest) == 32
    assert digest == BLIND.digest("content", b"x")
    assert int.from_bytes(digest[:8]) >> 1 != BLIND.key("content", "x")
    assert digest != BLIND.digest("file", b"x")


def test_half_a_surrogate_pair_is_a_value_like_another() -> None:
    assert BLIND.key("name", "\ud800") != BLIND.key("name", "\ud801")
