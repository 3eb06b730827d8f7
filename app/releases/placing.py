"""Where what is counted stands in a linked set: leaves and cells of an indicator's public tables. Pure.

Age groups and minors are one dimension. A dimension of which one thing has several values (purposes, the
departments of a person of two cases) is one yes/no dimension for each value.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Self

from app.releases.disclosure.cells import Cell, Dimension, Grain
from app.releases.facts import Facts
from app.releases.periods import Period
from app.releases.standard import PUBLIC, TOTAL, StandardTable, codes_of
from app.releases.tables import FAMILY, Codes
from app.statistics.dimensions import BY_ID
from schemas.query import Grain as Length

PERIOD = "period"
NO_FAMILY = ""
AGE, OF_AGE = "age", ("age_band", "minor")
YES, NO = "yes", "no"


class ToldTwice(ValueError):
    """One thing has two codes of a dimension of one; the message names the indicator alone."""


@dataclass(frozen=True, slots=True)
class Placing:
    """The dimensions of an indicator's public tables: ``single`` (``age`` stands for two), and ``many``."""

    indicator: str
    single: Codes
    many: Codes

    @classmethod
    def of(cls, indicator: str) -> Self:
        tables = tables_of(indicator)
        several = {name for table in tables for name in several_of(table)}
        told = dict.fromkeys(each for table in tables for each in table.by if each != FAMILY)
        single = dict.fromkeys(_joint(each) for each in told if each not in several)
        return cls(indicator, tuple(single), tuple(each for each in told if each in several))

    def dimensions(self, year: int, periods: Iterable[Period]) -> tuple[Dimension, ...]:
        """Months, with every period that is told as a group; then ``single``; then the values of ``many``."""
        groups = {each.code: frozenset(each.months()) for each in periods if each.grain is not Length.MONTH}
        months = Dimension(PERIOD, Period(year, Length.YEAR).months(), groups)
        values = (Dimension(name, (YES, NO)) for names in self.values() for name in names)
        return (months, *map(_dimension, self.single), *values)

    def values(self) -> Iterator[Codes]:
        """For each of ``many``, the names of its yes/no dimensions."""
        for name in self.many:
            yield tuple(f"{name}:{code}" for code in _codes(name))

    def placed(self, facts: Facts, family: str) -> Mapping[str, Grain]:
        """The one grain of each thing. Raises ``ToldTwice``: what is shown would not be what was counted."""
        places = [facts.places(OF_AGE if each == AGE else (each,)) for each in self.single]
        lists = facts.places(self.many)
        single: dict[str, Codes] = {}
        many: dict[str, set[tuple[int, str]]] = defaultdict(set)
        for row in facts.rows:
            if row.family == family:
                month = Period.holding(row.day, Length.MONTH).code
                leaves = (month, *("|".join(row.codes[place] for place in joint) for joint in places))
                if single.setdefault(row.key, leaves) != leaves:
                    raise ToldTwice(facts.indicator)
                many[row.key].update((order, row.codes[place]) for order, place in enumerate(lists))
        values = [(order, code) for order, name in enumerate(self.many) for code in _codes(name)]
        return {
            key: (*leaves, *(YES if value in many[key] else NO for value in values))
            for key, leaves in single.items()
        }

    def cells(self, table: StandardTable, places: Iterable[Codes], family: str) -> frozenset[Cell]:
        """Those of the family among the codes of a table."""
        return frozenset(
            self.cell(table.dimensions, codes)
            for codes in places
            if family_of(table.dimensions, codes) == family
        )

    def cell(self, dimensions: Codes, codes: Codes) -> Cell:
        """The family is the set's, totals are dimensions not named."""
        named = {d: c for d, c in zip(dimensions, codes, strict=True) if d != FAMILY and c != TOTAL}
        return Cell(self.indicator, tuple(sorted(self._coordinate(d, c) for d, c in named.items())))

    def _coordinate(self, dimension: str, code: str) -> tuple[str, str]:
        if dimension in self.many:
            return f"{dimension}:{code}", YES
        return _joint(dimension), f"{dimension}:{code}" if dimension in OF_AGE else code


def tables_of(indicator: str) -> Sequence[StandardTable]:
    return [table for table in PUBLIC if table.indicator == indicator]


def several_of(table: StandardTable) -> Codes:
    """Dimensions of the table of which one counted thing may have several values."""
    several = {each.id for each in table.definition.dimensions if each.multi_valued}
    return tuple(each for each in table.by if each in several or BY_ID[each].many)


def family_of(dimensions: Codes, codes: Codes) -> str:
    return codes[dimensions.index(FAMILY)] if FAMILY in dimensions else NO_FAMILY


def _joint(dimension: str) -> str:
    """Who knows the age group knows of minors."""
    return AGE if dimension in OF_AGE else dimension


def _codes(name: str) -> Codes:
    return tuple(code for code in codes_of(name) if code != TOTAL)


def _dimension(name: str) -> Dimension:
    if name != AGE:
        return Dimension(name, _codes(name))
    leaves = list(product(*map(_codes, OF_AGE)))
    groups = {
        f"{each}:{code}": frozenset(map("|".join, (leaf for leaf in leaves if leaf[place] == code)))
        for place, each in enumerate(OF_AGE)
        for code in _codes(each)
    }
    return Dimension(AGE, tuple(map("|".join, leaves)), groups)
