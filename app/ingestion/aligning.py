"""Which mention of a new version is which of those held: by who they are, and by place only where nothing
speaks against it. Pure.

A mention's row id is what reviewers' words, pins and persons hang on. An institution that numbers its people
anew must not hang them on somebody else.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance.DamerauLevenshtein import distance as edits

from app.ingestion.content import fold
from schemas.identifiers import document_core
from schemas.observations import Identity

MentionKey = tuple[str, int]  # role, order

_DOCUMENT, _NAME, _NEAR, _BIRTH, _LOCAL = 16, 8, 4, 2, 1
_ELSEWHERE: Final = _NEAR  # what must speak for somebody to be followed to another place
_SHORT: Final = 4  # letters; in a shorter word one edit is another word


@dataclass(frozen=True, slots=True)
class KnownMention:
    """A mention that the record has or once had. ``identity`` None: no longer known."""

    id: int
    key: MentionKey
    present: bool
    identity: Identity | None


def aligned(known: Iterable[KnownMention], arriving: Mapping[MentionKey, Identity]) -> dict[MentionKey, int]:
    """Row ids of those of the arriving that are somebody known; the others are new.

    The strongest first; of equal ones the same place, then who stood last. Who could as well be
    another of the record is not followed to another place.
    """
    held = sorted(known, key=lambda each: each.id)
    found: dict[MentionKey, int] = {}
    taken: set[int] = set()
    for before, key in _by_evidence(held, arriving):
        if key not in found and before.id not in taken:
            found[key] = before.id
            taken.add(before.id)
    stood = {before.key for before in held if before.present}
    for before in held:
        there = arriving.get(before.key)
        if there is None or before.key in found or before.id in taken:
            continue
        if (before.present or before.key not in stood) and evidence(before.identity, there) is not None:
            found[before.key] = before.id
            taken.add(before.id)
    return found


def _by_evidence(
    held: Sequence[KnownMention], arriving: Mapping[MentionKey, Identity]
) -> list[tuple[KnownMention, MentionKey]]:
    """Pairs for which something speaks, best first."""
    weighed = [
        (bits, before, key)
        for before in held
        for key, identity in arriving.items()
        if key[0] == before.key[0] and (bits := evidence(before.identity, identity))
    ]
    here = Counter((bits, before.id) for bits, before, key in weighed if key == before.key)
    could = Counter((bits, before.id) for bits, before, _ in weighed)
    pairs = [
        (bits, before, key)
        for bits, before, key in weighed
        if key == before.key or (bits >= _ELSEWHERE and could[bits, before.id] - here[bits, before.id] == 1)
    ]
    pairs.sort(key=lambda pair: (-pair[0], pair[2] != pair[1].key, not pair[1].present, pair[1].id, pair[2]))
    return [(before, key) for _, before, key in pairs]


def evidence(before: Identity | None, after: Identity) -> int | None:
    """How much speaks for one person; 0: nothing either way; None: it is somebody else.

    A document that is the same outweighs a name that changed. A letter, a digit or day and month exchanged
    is a correction; another document, another name, another birth is another person.
    """
    if before is None:
        return 0
    document, name, birth = _documents(before, after), _names(before, after), _births(before, after)
    if document != _DOCUMENT and None in (document, name, birth):
        return None
    local = _LOCAL * sum(map(_same_local, *_locals(before, after)))
    return sum(said or 0 for said in (document, name, birth)) + local


def _documents(before: Identity, after: Identity) -> int | None:
    one, other = before.document, after.document
    if one is None or other is None or one.type is not other.type:
        return 0
    mine, theirs = document_core(one.type, one.number), document_core(other.type, other.number)
    if mine == theirs:
        return _DOCUMENT
    return 0 if edits(mine, theirs) == 1 else None


def _births(before: Identity, after: Identity) -> int | None:
    one, other = before.birth_date, after.birth_date
    if one is None or other is None:
        return 0
    if one == other:
        return _BIRTH
    turned = (one.year, one.month, one.day) == (other.year, other.day, other.month)
    return 0 if turned or edits(one.isoformat(), other.isoformat()) == 1 else None


def _names(before: Identity, after: Identity) -> int | None:
    """Given names and surnames apart: brothers and sisters share the latter."""
    one, other = _words(before), _words(after)
    if not any(one) or not any(other):
        return 0
    if one == other or sorted(one[0] + one[1]) == sorted(other[0] + other[1]):
        return _NAME if len(one[0] + one[1]) > 1 else _NEAR
    for mine, theirs in zip(one, other, strict=True):
        if mine and theirs and not any(_alike(a, b) for a in mine for b in theirs):
            return None
    return _NEAR if all(one) and all(other) else 0


def _words(identity: Identity) -> tuple[list[str], list[str]]:
    family = " ".join(filter(None, (identity.paternal, identity.maternal)))
    return fold(identity.given or "").split(), fold(family).split()


def _alike(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) >= _SHORT and edits(one, other) <= 1)


def _locals(before: Identity, after: Identity) -> tuple[list[str | None], list[str | None]]:
    return (
        [before.initials, before.protected_key, before.alias],
        [after.initials, after.protected_key, after.alias],
    )


def _same_local(one: str | None, other: str | None) -> bool:
    return bool(one and other and fold(one) == fold(other))
