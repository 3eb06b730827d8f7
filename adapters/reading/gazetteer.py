"""Which places a name may mean: INEI's names, towns in use, and names one edit away."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import IntEnum
from functools import cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from adapters.reading.caching import cached_short
from adapters.reading.folding import fold_code
from adapters.reference import departments, districts, provinces, towns

SHORTEST_MISSPELT = 5  # shorter names have too many neighbours
LONGEST_NAME = 60


class Level(IntEnum):
    """The length of a code of that level."""

    DEPARTMENT = 2
    PROVINCE = 4
    DISTRICT = 6


def nested(one: str, other: str) -> bool:
    """True where one code lies in the other."""
    return one.startswith(other) or other.startswith(one)


def is_code(code: str) -> bool:
    """True of a district, province or department that INEI's directory holds."""
    return code in districts() or code in provinces() or code in departments()


def _index(named: Iterable[tuple[str, str]]) -> Mapping[str, frozenset[str]]:
    index: dict[str, set[str]] = defaultdict(set)
    for code, name in named:
        index[fold_code(name)].add(code)
    return {name: frozenset(codes) for name, codes in index.items()}


@cache
def _official(level: Level) -> Mapping[str, frozenset[str]]:
    if level is Level.DEPARTMENT:
        return _index(departments().items())
    if level is Level.PROVINCE:
        return _index(provinces().items())
    return _index((code, district.name) for code, district in districts().items())


@cache
def _in_use() -> Mapping[str, frozenset[str]]:
    return _index((code, name) for name, code in towns().items())


@cached_short(16_384)
def meanings(name: str) -> frozenset[str]:
    """Codes of every level that bear exactly this name (accents, case and a lost Ñ apart)."""
    folded = fold_code(name)
    found = set(_in_use().get(folded, ()))
    for level in Level:
        found |= _official(level).get(folded, frozenset())
    return frozenset(found)


@cached_short(16_384)
def misspelt_meanings(name: str) -> frozenset[str]:
    """Codes whose name is one edit away: a letter changed, lost, added, or two swapped."""
    folded = fold_code(name)
    if not SHORTEST_MISSPELT <= len(folded) <= LONGEST_NAME:
        return frozenset()
    found: set[str] = set()
    for names in (*map(_official, Level), _in_use()):
        for near, _, _ in extract(folded, names.keys(), scorer=OSA.distance, score_cutoff=1, limit=None):
            found |= names[near]
    return frozenset(found)
