"""What is sealed opens only with its key, in its place, whole."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.security.keyring import KeyRing, KeySet
from app.security.sealing import OVERHEAD, WRAPPED_BYTES, Sealer, SealError

RING = KeyRing.generate()
SEALER = Sealer(RING)
AAD = b"identity|7|victim|1"


@given(st.binary(max_size=300), st.binary(max_size=40))
def test_what_is_sealed_opens_again(plaintext: bytes, aad: bytes) -> None:
    key, wrapped = SEALER.new_key()
    sealed = key.seal(plaintext, aad)
    assert len(sealed) == len(plaintext) + OVERHEAD
    assert SEALER.unwrap(wrapped).open(sealed, aad) == plaintext


def test_the_same_text_never_seals_to_the_same_bytes() -> None:
    key, _ = SEALER.new_key()
    assert len({key.seal(b"x", AAD) for _ in range(100)}) == 100


def test_another_place_does_not_open_it() -> None:
    key, _ = SEALER.new_key()
    sealed = key.seal(b"x", AAD)
    with pytest.raises(SealError):
        key.open(sealed, b"identity|8|victim|1")


def test_another_key_does_not_open_it() -> None:
    key, _ = SEALER.new_key()
    other, _ = SEALER.new_key()
    with pytest.raises(SealError):
        other.open(key.seal(b"x", AAD), AAD)


def test_another_installation_does_not_unwrap_its_keys() -> None:
    _, wrapped = SEALER.new_key()
    with pytest.raises(SealError):
        Sealer(KeyRing.generate()).unwrap(wrapped)


def test_any_changed_or_missing_byte_is_noticed() -> None:
    key, wrapped = SEALER.new_key()
    sealed = key.seal(b"text", AAD)
    for position in range(len(sealed)):
        changed = bytes(byte ^ (index == position) for index, byte in enumerate(sealed))
        with pytest.raises(SealError):
            key.open(changed, AAD)
        with pytest.raises(SealError):
            key.open(sealed[:position], AAD)
    for position in range(len(wrapped)):
        changed = bytes(byte ^ (index == position) for index, byte in enumerate(wrapped))
        with pytest.raises(SealError):
            SEALER.unwrap(changed)
        with pytest.raises(SealError):
            SEALER.unwrap(wrapped[:position])


def test_the_error_says_nothing_of_the_content() -> None:
    key, _ = SEALER.new_key()
    with pytest.raises(SealError) as caught:
        key.open(key.seal(b"SECRETO", AAD) + b"x", AAD)
    assert "SECRETO" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_after_rotation_old_keys_still_unwrap_and_new_ones_use_the_new_key() -> None:
    key, wrapped = SEALER.new_key()
    sealed = key.seal(b"x", AAD)
    fresh = KeyRing.generate().wrapping.current
    rotated = Sealer(replace(RING, wrapping=KeySet(fresh, RING.wrapping.all())))
    assert rotated.unwrap(wrapped).open(sealed, AAD) == b"x"
    assert not rotated.is_current(wrapped)
    rewrapped = rotated.rewrap(wrapped)
    assert rotated.is_current(rewrapped)
    assert len(rewrapped) == WRAPPED_BYTES
    assert rotated.unwrap(rewrapped).open(sealed, AAD) == b"x"
    with pytest.raises(SealError):
        SEALER.unwrap(rewrapped)
