"""What is counted, thing by thing, as one snapshot tells it: of it tables and their protection are made.

Pure. Codes only, and ids of cases and persons: as exact as the restricted edition, and never served.
"""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Self

import orjson

from app.releases.periods import Period
from app.releases.standard import NATIONALITIES, OTHER


@dataclass(frozen=True, slots=True)
class Fact:
    """A thing (its ``key``) of one family with one combination of its codes; it may have several."""

    key: str
    family: str
    day: date
    codes: tuple[str, ...]  # in the order of ``Facts.dimensions``


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one indicator."""

    indicator: str
    dimensions: tuple[str, ...]
    rows: tuple[Fact, ...]

    @classmethod
    def of(cls, indicator: str, dimensions: tuple[str, ...], rows: Iterable[Fact]) -> Self:
        """Codes of lists that are shortened in tables are told as there."""
        if "nationality" not in dimensions:
            return cls(indicator, dimensions, tuple(rows))
        place = dimensions.index("nationality")
        return cls(indicator, dimensions, tuple(_listed(row, place) for row in rows))

    def within(self, period: Period) -> Iterator[Fact]:
        return (row for row in self.rows if period.holds(row.day))

    def places(self, dimensions: tuple[str, ...]) -> tuple[int, ...]:
        """Where the codes of these dimensions stand in ``Fact.codes``."""
        return tuple(self.dimensions.index(each) for each in dimensions)

    def packed(self) -> bytes:
        """Compressed JSON, one form for one content."""
        rows = sorted([row.key, row.family, row.day.isoformat(), *row.codes] for row in self.rows)
        return zlib.compress(orjson.dumps([self.indicator, self.dimensions, rows]), 6)

    @classmethod
    def unpacked(cls, packed: bytes) -> Self:
        indicator, dimensions, rows = orjson.loads(zlib.decompress(packed))
        facts = (
            Fact(key, family, date.fromisoformat(day), tuple(codes)) for key, family, day, *codes in rows
        )
        return cls(indicator, tuple(dimensions), tuple(facts))


def _listed(row: Fact, place: int) -> Fact:
    if row.codes[place] in NATIONALITIES:
        return row
    return Fact(row.key, row.family, row.day, (*row.codes[:place], OTHER, *row.codes[place + 1 :]))
