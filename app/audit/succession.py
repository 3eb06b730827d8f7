"""Which key signed checkpoints when: each from its beginning to the next one's, told by what both signed.

A handover is a checkpoint with two more lines, ``previous-key`` and ``next-key`` (public keys, as
``PublicKey`` writes them), signed by both: the last of the one and the first of the other. So whoever holds
any one key of the succession, and the handovers, knows all of it without asking anybody. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, Self

from app.audit.errors import KeyOutOfTerm, KeysContradict, NoteUnreadable
from app.audit.note import Checkpoint, PublicKey, Signer, read, signed

PREVIOUS: Final = "previous-key "
NEXT: Final = "next-key "


@dataclass(frozen=True, slots=True)
class Handover:
    checkpoint: Checkpoint
    old: PublicKey
    new: PublicKey
    note: str = field(compare=False)  # cosigned by others or not, it is the same

    @classmethod
    def of(cls, note: str) -> Self | None:
        """None for any other checkpoint. Raises ``NoteUnreadable`` unless both keys signed it."""
        checkpoint, _ = read(note, ())
        told = {
            word: [line.removeprefix(word) for line in checkpoint.extensions if line.startswith(word)]
            for word in (PREVIOUS, NEXT)
        }
        if not any(told.values()):
            return None
        if [len(lines) for lines in told.values()] != [1, 1]:
            raise NoteUnreadable
        old, new = (PublicKey.parse(lines[0]) for lines in told.values())
        if old == new or read(note, (old, new))[1] != {old, new}:
            raise NoteUnreadable
        return cls(checkpoint, old, new, note)


def handed_over(checkpoint: Checkpoint, old: Signer, new: Signer) -> str:
    """The note by which ``new`` signs from ``checkpoint`` on, and ``old`` no more."""
    lines = (f"{PREVIOUS}{old.public}", f"{NEXT}{new.public}")
    return signed(replace(checkpoint, extensions=lines), old, new)


@dataclass(frozen=True, slots=True)
class Term:
    """``begins`` and ``ends``: sizes of the log, both included; None: from the start, until today."""

    key: PublicKey
    begins: int | None
    ends: int | None
    handover: str | None  # the note by which it began

    def holds(self, size: int) -> bool:
        return (self.begins is None or self.begins <= size) and (self.ends is None or size <= self.ends)


class Succession:
    """Of the keys given, and of whatever follows from them by the handovers among the notes."""

    def __init__(self, keys: Iterable[PublicKey], notes: Iterable[str]) -> None:
        """Raises ``NoteUnreadable``, ``KeysContradict``."""
        found = {each for note in notes if (each := Handover.of(note)) is not None}
        known = dict.fromkeys(keys)
        chain: list[Handover] = []
        while more := [each for each in found if each.old in known or each.new in known]:
            found.difference_update(more)
            chain.extend(more)
            known |= {key: None for each in more for key in (each.old, each.new)}
        self.handovers = tuple(sorted(chain, key=lambda each: each.checkpoint.size))
        self.terms = tuple(sorted(map(self._term, known), key=lambda term: term.begins or 0))
        _agree(self)

    @property
    def current(self) -> PublicKey:
        """The one that signs today. Raises ``KeysContradict`` where that is not one."""
        last = [term.key for term in self.terms if term.ends is None]
        if len(last) != 1:
            raise KeysContradict
        return last[0]

    def opened(self, note: str) -> Checkpoint:
        """The checkpoint, if a key signed it that did so at its size. Raises ``NoteUnreadable``,
        ``KeyOutOfTerm``."""
        checkpoint, by = read(note, [term.key for term in self.terms])
        if not by:
            raise NoteUnreadable
        if not any(term.holds(checkpoint.size) for term in self.terms if term.key in by):
            raise KeyOutOfTerm(size=checkpoint.size)
        return checkpoint

    def trusted(self, notes: Iterable[str]) -> tuple[Checkpoint, ...]:
        """What a log must continue: the notes, and every handover. Raises as ``opened``."""
        return (*map(self.opened, notes), *(each.checkpoint for each in self.handovers))

    def _term(self, key: PublicKey) -> Term:
        begun = [each for each in self.handovers if each.new == key]
        ended = [each.checkpoint.size for each in self.handovers if each.old == key]
        if len(begun) > 1 or len(ended) > 1:
            raise KeysContradict
        return Term(
            key,
            begins=begun[0].checkpoint.size if begun else None,
            ends=ended[0] if ended else None,
            handover=begun[0].note if begun else None,
        )


def _agree(succession: Succession) -> None:
    """A key begins before it ends; of one log, one key at a time. Raises ``KeysContradict``."""
    for term in succession.terms:
        if term.begins is not None and term.ends is not None and term.begins >= term.ends:
            raise KeysContradict
    if len({each.checkpoint.size for each in succession.handovers}) != len(succession.handovers):
        raise KeysContradict
