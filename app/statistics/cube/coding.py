"""Words of the dimensions as small whole numbers, in the order in which words sort. Pure.

A word that no list knows has no number; whoever meets one counts by words instead (``Unknown``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from app.statistics.dimensions import BY_ID, UNKNOWN
from schemas.query import Grain
from schemas.vocabulary import Feed

UNDATED: Final = "undated"
_LETTERS: Final = 27  # A to Z, and none
_OPEN: Final = _LETTERS**3  # words of up to three capital letters, where no list holds them
_MONTHS: Final = {Grain.MONTH: 1, Grain.BIMESTER: 2, Grain.QUARTER: 3, Grain.SEMESTER: 6, Grain.YEAR: 12}
_WRITTEN: Final = {
    Grain.MONTH: "{:04}-M{:02}",
    Grain.BIMESTER: "{:04}-B{}",
    Grain.QUARTER: "{:04}-Q{}",
    Grain.SEMESTER: "{:04}-S{}",
    Grain.YEAR: "{:04}",
}


class Unknown(Exception):
    """What was read cannot be told in numbers exactly."""


@dataclass(frozen=True, slots=True)
class Coding:
    """``words`` in their order; None: any of up to three capital letters, and the word for unknown."""

    words: tuple[str, ...] | None

    @property
    def size(self) -> int:
        return _OPEN + 1 if self.words is None else len(self.words)

    def word(self, code: int) -> str:
        if self.words is not None:
            return self.words[code]
        return UNKNOWN if code == _OPEN else _letters(code)

    def codes(self, words: Sequence[str]) -> list[int]:
        """Of those words that there are."""
        if self.words is not None:
            return [self.words.index(word) for word in words if word in self.words]
        return [_OPEN if word == UNKNOWN else _number(word) for word in words]

    def sql(self, words: str) -> str:
        """The number of a column of words; -1 where there is none, NULL where the column is."""
        if self.words is None:
            digits = " + ".join(
                f"{_LETTERS**place} * greatest(ascii(substr({words}, {3 - place}, 1)) - 64, 0)"
                for place in (2, 1, 0)
            )
            return (
                f"CASE WHEN {words} = '{UNKNOWN}' THEN {_OPEN} WHEN {words} ~ '^[A-Z]{{1,3}}$' THEN {digits}"
                f" WHEN {words} IS NOT NULL THEN -1 END"
            )
        listed = ", ".join(f"'{word}'" for word in self.words)
        found = f"array_position(ARRAY[{listed}], {words}) - 1"
        return f"coalesce({found}, CASE WHEN {words} IS NOT NULL THEN -1 END)"


@cache
def coding(dimension: str) -> Coding:
    """Of every dimension but ``period``, whose words are made of days."""
    if dimension == "feeds":
        return Coding(("0" * len(Feed), *BY_ID[dimension].dimension.codes))  # the number is that of the bits
    codes = BY_ID[dimension].dimension.codes
    return Coding(tuple(sorted(codes)) if codes else None)


def months(grain: Grain) -> int:
    """How many a period has."""
    return _MONTHS[grain]


def period(grain: Grain, number: int) -> str:
    """The word of a period, which is numbered from the year 0."""
    in_year = 12 // _MONTHS[grain]
    return _WRITTEN[grain].format(number // in_year, number % in_year + 1)


def _number(word: str) -> int:
    padded = word.ljust(3, "@")  # the character before A
    return sum(_LETTERS**place * (ord(padded[2 - place]) - 64) for place in (2, 1, 0))


def _letters(code: int) -> str:
    places = (code // _LETTERS**2, code // _LETTERS % _LETTERS, code % _LETTERS)
    return "".join(chr(64 + place) for place in places if place)
