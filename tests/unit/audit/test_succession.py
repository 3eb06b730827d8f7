"""Which key signed when: a key's word counts between its beginning and its end, and two ends are a theft."""

import pytest

from app.audit.errors import KeyOutOfTerm, KeysContradict, NoteUnreadable
from app.audit.note import Checkpoint, PublicKey, Signer, opened, signed
from app.audit.succession import Succession, handed_over

FIRST, SECOND, THIRD, THIEF = (Signer("log", bytes([number]) * 32) for number in range(4))


def at(size: int, word: int = 0) -> Checkpoint:
    return Checkpoint("log", size, bytes([size % 256, word] * 16))


TO_SECOND = handed_over(at(10), FIRST, SECOND)
TO_THIRD = handed_over(at(20), SECOND, THIRD)
BOTH = (TO_SECOND, TO_THIRD)


@pytest.mark.parametrize("known", [FIRST, SECOND, THIRD])
def test_from_any_one_key_the_handovers_tell_all_the_others(known: Signer) -> None:
    succession = Succession([known.public], BOTH)
    assert [(term.key, term.begins, term.ends, term.handover) for term in succession.terms] == [
        (FIRST.public, None, 10, None),
        (SECOND.public, 10, 20, TO_SECOND),
        (THIRD.public, 20, None, TO_THIRD),
    ]
    assert succession.current == THIRD.public


@pytest.mark.parametrize(
    ("signer", "size", "holds"),
    [
        (FIRST, 3, True),
        (FIRST, 10, True),
        (FIRST, 11, False),
        (SECOND, 9, False),
        (SECOND, 10, True),
        (SECOND, 20, True),
        (SECOND, 21, False),
        (THIRD, 19, False),
        (THIRD, 4000, True),
    ],
)
def test_a_key_signs_from_its_beginning_to_its_end(signer: Signer, size: int, holds: bool) -> None:
    succession, note = Succession([FIRST.public], BOTH), signer.sign(at(size))
    if holds:
        assert succession.opened(note) == at(size)
        return
    with pytest.raises(KeyOutOfTerm):
        succession.opened(note)


def test_a_note_that_a_former_key_and_todays_both_signed_counts_by_todays() -> None:
    succession = Succession([FIRST.public], BOTH)
    assert succession.opened(signed(at(30), FIRST, THIRD)) == at(30)


def test_without_the_handover_the_next_key_is_nobody() -> None:
    with pytest.raises(NoteUnreadable):
        Succession([FIRST.public], ()).opened(SECOND.sign(at(12)))


def test_a_handover_is_a_checkpoint_that_the_log_must_continue() -> None:
    held = FIRST.sign(at(4))
    trusted = Succession([FIRST.public], (held, TO_SECOND)).trusted([held])
    assert [each.size for each in trusted] == [4, 10]
    assert opened(TO_SECOND, FIRST.public) == opened(TO_SECOND, SECOND.public)


@pytest.mark.parametrize(
    "forged",
    [
        handed_over(at(10), FIRST, THIEF),
        handed_over(at(99), FIRST, THIEF),
        handed_over(at(5), FIRST, SECOND),
        handed_over(at(10, word=1), FIRST, SECOND),
    ],
    ids=["same-size", "later", "other-size", "other-root"],
)
def test_two_ends_of_one_key_are_trusted_neither(forged: str) -> None:
    with pytest.raises(KeysContradict):
        Succession([FIRST.public], (TO_SECOND, forged))


def test_a_key_does_not_end_before_it_began() -> None:
    with pytest.raises(KeysContradict):
        Succession([FIRST.public], (TO_SECOND, handed_over(at(7), SECOND, THIRD)))
    with pytest.raises(KeysContradict):
        Succession([FIRST.public], (TO_SECOND, handed_over(at(30), SECOND, FIRST)))


def test_the_same_handover_cosigned_by_a_witness_is_the_same() -> None:
    witness = Signer("witness", bytes([9]) * 32)
    text = TO_SECOND.partition("\n\n")[0] + "\n"
    cosigned = TO_SECOND + witness.signature(text)
    assert len(Succession([FIRST.public], (TO_SECOND, cosigned)).terms) == 2


@pytest.mark.parametrize(
    "note",
    [
        FIRST.sign(opened(TO_SECOND, FIRST.public)),
        THIEF.sign(opened(TO_SECOND, FIRST.public)),
        signed(opened(TO_SECOND, FIRST.public), FIRST, THIEF),
        signed(Checkpoint("log", 10, bytes(32), ("next-key x",)), FIRST, SECOND),
        handed_over(at(10), FIRST, FIRST),
        TO_SECOND.replace("\n10\n", "\n11\n"),
    ],
    ids=["old-alone", "neither", "not-the-new", "half", "to-itself", "altered"],
)
def test_what_not_both_signed_is_no_handover(note: str) -> None:
    with pytest.raises(NoteUnreadable):
        Succession([FIRST.public], (note,))


def test_a_stranger_s_handover_changes_nothing() -> None:
    strange = handed_over(at(3), THIEF, Signer("log", bytes([7]) * 32))
    succession = Succession([FIRST.public], (*BOTH, strange))
    assert len(succession.terms) == 3
    assert PublicKey.parse(str(THIEF.public)) not in {term.key for term in succession.terms}
