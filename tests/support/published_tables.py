"""The printed tables one by one, and the margins that records must have to give their figures.

A table is what one institution printed of one system, period and unit. One whose parts do not make its
total has no margins: no records give it.
"""

from dataclasses import dataclass
from functools import cache

from app.statistics.published.comparing import TOTAL, disagreements, published
from app.statistics.published.counterparts import days_of
from app.world.margins import Margins
from schemas.published import PublishedFigure
from schemas.vocabulary import DisagreementKind, Feed, Role, Unit

_BREAKDOWNS = {"age": "minor", "region": "department"}
_CODES = {"under 18": "yes", "18 and over": "no", "Lima": "15"}
_ROLES = {Unit.VICTIMS: Role.VICTIM, Unit.SUSPECTS: Role.SUSPECT}


@dataclass(frozen=True)
class PrintedTable:
    figures: tuple[PublishedFigure, ...]

    @property
    def id(self) -> str:
        one = self.figures[0]
        return "/".join((one.table, one.institution, one.system, one.period, one.unit)).replace(" ", "-")

    @property
    def system(self) -> Feed:
        return self.figures[0].system

    @property
    def unit(self) -> Unit:
        return self.figures[0].unit

    @property
    def adds_up(self) -> bool:
        return all(each.kind is not DisagreementKind.SUM for each in disagreements(self.figures))

    @property
    def total(self) -> int:
        """Where none is printed, what the parts of one breakdown make at least."""
        printed = [each.value for each in self.figures if each.category == TOTAL]
        return printed[0] if printed else max(sum(codes.values()) for codes in self.parts().values())

    def parts(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for each in self.figures:
            if each.category != TOTAL:
                code = _CODES.get(each.category, each.category.replace(" ", "_"))
                found.setdefault(_BREAKDOWNS.get(each.breakdown, each.breakdown), {})[code] = each.value
        return found

    def margins(self) -> Margins:
        """Raises MarginsContradict for a table that does not add up."""
        since, until = days_of(self.figures[0].period)
        return Margins(self.system, _ROLES.get(self.unit), since, until, self.total, self.parts())


@cache
def printed_tables() -> tuple[PrintedTable, ...]:
    held: dict[tuple[str, ...], list[PublishedFigure]] = {}
    for each in published().figures:
        key = (each.document, each.table, each.institution, each.system, each.period, each.unit)
        held.setdefault(key, []).append(each)
    return tuple(PrintedTable(tuple(figures)) for figures in held.values())
