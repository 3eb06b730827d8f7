"""Names of kin: what sisters share by birth, and what alone tells them apart. Pure.

Inside one case a shared surname, however rare, says little: sisters are rescued together. Only the given name
tells, and a document or a date of birth.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from itertools import combinations

from rapidfuzz.distance.DamerauLevenshtein import distance as edits
from rapidfuzz.distance.JaroWinkler import similarity as jaro_winkler

from app.reconciliation.comparisons import (
    BIRTH,
    DOCUMENT,
    GIVEN,
    INITIALS,
    MATERNAL,
    NEAR,
    PATERNAL,
    birth_gap,
    level_of,
)
from app.reconciliation.features import MentionFeatures
from app.reconciliation.names import name_stems
from app.reconciliation.phonetic import sound
from app.reconciliation.scoring import Terms
from schemas.vocabulary import DocumentType

# Letters that clerks write for one sound at the head of a name.
_ALIKE = ("YIJLH", "CKQSZX", "BV", "GJHW", "XJ")
_FAR = 3  # edits between any two given names of siblings; misspelt ones are nearer, short ones begin alike
_RENEWED = frozenset({DocumentType.PAS, DocumentType.PTP, DocumentType.CPP, DocumentType.CI})
_GENERATION = 3652  # days between births that no slip of the pen explains
BIRTHS_APART = frozenset({"dates_differ", "age_differs"})
_LONG = 5  # letters from which one edit is a slip and not another name: LUZ and LIZ are two


class OtherGiven(IntEnum):
    """Given names that the other does not bear, on both sides; who leaves one out has none."""

    NONE = 0
    PARTLY = 1  # beside one that both bear: MARIA LUZ, MARIA ROSA
    WHOLLY = 2


def other_given(x: MentionFeatures, y: MentionFeatures, terms: Terms) -> OtherGiven:
    """Each name of one side may stand for one of the other: equal, of one sound, short for it, or misspelt.
    Two names that people are known to bear are no slip of the pen for each other."""
    if not (x.given and y.given) or x.given == y.given:
        return OtherGiven.NONE
    left = [any(_one_name(one, other, terms) for other in y.given) for one in x.given]
    right = [any(_one_name(one, other, terms) for one in x.given) for other in y.given]
    if all(left) or all(right):
        return OtherGiven.NONE
    return OtherGiven.PARTLY if any(left) else OtherGiven.WHOLLY


def _one_name(one: str, other: str, terms: Terms) -> bool:
    if one.startswith(other) or other.startswith(one) or sound(one) == sound(other):
        return True
    if not set(name_stems(one)).isdisjoint(name_stems(other)):
        return True
    if terms.knows_given(one) and terms.knows_given(other):
        return False
    slip = min(len(one), len(other)) >= _LONG and edits(one, other, score_cutoff=1) == 1
    return slip or jaro_winkler(one, other) >= NEAR


def other_sex(x: MentionFeatures, y: MentionFeatures, terms: Terms) -> bool:
    """Two sexes, both stated, under two first given names: LUIS and LUISA are brother and sister, however
    near the names. One name in two spellings, or the same, is one whose sex was mistyped."""
    if x.sex is None or y.sex is None or x.sex == y.sex or not (x.given and y.given):
        return False
    return not _one_spelt_twice(x.given[0], y.given[0], terms)


def _one_spelt_twice(one: str, other: str, terms: Terms) -> bool:
    """A slip of the pen leaves the ending, which tells the sex: ROXNA is ROXANA, DANIEL is not DANIELA."""
    if sound(one) == sound(other):
        return True
    if one[-1] != other[-1] or (terms.knows_given(one) and terms.knows_given(other)):
        return False
    return min(len(one), len(other)) >= _LONG and edits(one, other, score_cutoff=1) == 1


def twins_by_document(x: MentionFeatures, y: MentionFeatures) -> bool:
    """Valid documents one edit apart under other given names: sisters registered on one day bear consecutive
    numbers."""
    if level_of(DOCUMENT, x, y) != "one_edit" or level_of(GIVEN, x, y) != "differs":
        return False
    return all(edits(one, other, score_cutoff=1) > 1 for one in x.given for other in y.given)


def cousins(x: MentionFeatures, y: MentionFeatures) -> bool:
    """Both maternal surnames are stated, and nothing of the one is of the other."""
    return level_of(MATERNAL, x, y) == "differs"


def copied_document(x: MentionFeatures, y: MentionFeatures) -> bool:
    """Sisters under one document that a clerk copied: no name of theirs sounds or shortens alike."""
    if not (x.given and y.given) or x.given_sound == y.given_sound:
        return False
    return set(x.stems).isdisjoint(y.stems)


def one_document(x: MentionFeatures, y: MentionFeatures) -> bool:
    return x.document is not None and x.document == y.document and x.document_type == y.document_type


def shared_document(x: MentionFeatures, y: MentionFeatures) -> bool:
    """One document and two people under it: a mother's given for her child, a sister's, one that is lent.
    A name that changed keeps its surnames or its day of birth; a wrong age keeps the name; and a name that
    stands in another field is no other name."""
    if _moved(x, y):
        return False
    wholly = copied_document(x, y)
    other_surname = any(level_of(part, x, y) == "differs" for part in (PATERNAL, MATERNAL))
    if level_of(BIRTH, x, y) not in BIRTHS_APART:
        return wholly and other_surname
    return wholly or other_surname or birth_gap(x, y) > _GENERATION


def _moved(x: MentionFeatures, y: MentionFeatures) -> bool:
    """Whether a given name of either sounds as a surname of the other."""
    surnames = [{each.paternal_sound, each.maternal_sound} for each in (x, y)]
    given = [{sound(word) for word in each.given} for each in (x, y)]
    return not (surnames[0].isdisjoint(given[1]) and surnames[1].isdisjoint(given[0]))


def renewed_document(x: MentionFeatures, y: MentionFeatures) -> bool:
    """Two numbers of a passport, permit or foreign card, which are renewed, under one date of birth and names
    that agree. A DNI or a carné de extranjería keeps its number."""
    if x.document_type not in _RENEWED or level_of(DOCUMENT, x, y) != "conflict":
        return False
    if x.birth is None or x.birth != y.birth or level_of(PATERNAL, x, y) in ("null", "crossed", "differs"):
        return False
    return level_of(MATERNAL, x, y) not in ("crossed", "differs") and level_of(GIVEN, x, y) not in (
        "null",
        "second_conflicts",
        "differs",
    )


def siblings(x: MentionFeatures, y: MentionFeatures) -> bool:
    """Names that share a surname and whose given names differ altogether, or initials that differ in the
    given name's letter alone. What else they share, sisters rescued together share as well."""
    if x.given and y.given:
        return x.given != y.given and share_surname(x, y) and _other_names(x, y)
    if x.head is None or y.head is None or not set(x.initials).isdisjoint(y.initials):
        return False
    if x.head == y.head or any(x.head in letters and y.head in letters for letters in _ALIKE):
        return False
    return any(one[1:] == other[1:] != "" for one in x.initials for other in y.initials)


def strangers(x: MentionFeatures, y: MentionFeatures) -> bool:
    """Initials stated by one, of which no letter is the other's, however either is read."""
    if not (x.initials_only or y.initials_only) or not (x.initials and y.initials):
        return False
    return all(
        min(len(one), len(other)) > 2 and set(one).isdisjoint(other)
        for one in x.initials
        for other in y.initials
    )


def _other_names(x: MentionFeatures, y: MentionFeatures) -> bool:
    if any(level.test(x, y) for level in GIVEN.levels[:-1]):
        return False
    return all(
        one[:3] != other[:3] and edits(one, other, score_cutoff=_FAR) >= _FAR
        for one in x.given
        for other in y.given
    )


def other_altogether(x: MentionFeatures, y: MentionFeatures) -> bool:
    """Both say a name, or initials, and nothing of the one is anything of the other."""
    if share_surname(x, y) or (x.given and y.given and level_of(GIVEN, x, y) != "differs"):
        return False
    initials = level_of(INITIALS, x, y)
    if initials not in ("null", "differs"):
        return False
    surnames = (x.paternal or x.maternal) and (y.paternal or y.maternal)
    return bool((x.given and y.given) or surnames or initials == "differs") and not _near_surname(x, y)


def _near_surname(x: MentionFeatures, y: MentionFeatures) -> bool:
    return level_of(PATERNAL, x, y) not in ("null", "differs") or level_of(MATERNAL, x, y) not in (
        "null",
        "differs",
    )


def share_surname(x: MentionFeatures, y: MentionFeatures) -> bool:
    sounds = {x.paternal_sound, x.maternal_sound} & {y.paternal_sound, y.maternal_sound}
    return bool(sounds - {None})


Documents = Counter[tuple[str | None, str]]


def unfit(left: Sequence[MentionFeatures], right: Sequence[MentionFeatures], terms: Terms) -> bool:
    """Whether two sides, each taken for one person, cannot be one together, whatever a third says of both."""
    return two_documents(left, right) or _for_a_reviewer(left, right, terms)


def _for_a_reviewer(left: Sequence[MentionFeatures], right: Sequence[MentionFeatures], terms: Terms) -> bool:
    """Initials in court fit brother and sister, a name alone both passports, a document without an age mother
    and child. One document of both sides outweighs the first two, and a reviewer who joined such two all."""

    def parted(x: MentionFeatures, y: MentionFeatures) -> bool:
        return other_sex(x, y, terms) or renewed_document(x, y)

    def lent(x: MentionFeatures, y: MentionFeatures) -> bool:
        return one_document(x, y) and level_of(BIRTH, x, y) in BIRTHS_APART and birth_gap(x, y) > _GENERATION

    def between(doubt: Callable[[MentionFeatures, MentionFeatures], bool]) -> bool:
        if not any(doubt(x, y) for x in left for y in right):
            return False
        return not any(doubt(x, y) for side in (left, right) for x, y in combinations(side, 2))

    return between(lent) or (between(parted) and _documents(left).keys().isdisjoint(_documents(right)))


def two_documents(left: Iterable[MentionFeatures], right: Iterable[MentionFeatures]) -> bool:
    """Whether two sides together would bear two documents of one type, each of them repeated: what is written
    twice is no slip of the pen. What one side bears already, a reviewer has joined."""
    ours, theirs = (_documents(side) for side in (left, right))
    if not ours or not theirs:
        return False
    return _several(ours + theirs) and not (_several(ours) or _several(theirs))


def _documents(people: Iterable[MentionFeatures]) -> Documents:
    return Counter((m.document_type, m.document) for m in people if m.document)


def _several(documents: Documents) -> bool:
    types = [kind for (kind, _), times in documents.items() if times > 1]
    return len(types) > len(set(types))
