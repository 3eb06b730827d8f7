"""The public edition: what of the exact tables may be shown, given all that was published before. Pure.

One linked set for each indicator and family of offence: neither are ever added to another. Its leaves are the
months of a year, as no period reaches beyond one, and the codes of the public dimensions.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from app.releases.disclosure.cells import Cell, Dimension, Grain, History, LinkedSet, Shown, Withheld
from app.releases.disclosure.policy import Policy
from app.releases.disclosure.protecting import Protection, protect
from app.releases.facts import Facts
from app.releases.periods import Period
from app.releases.protected import Earlier, Report
from app.releases.standard import PUBLIC, TOTAL, StandardTable, codes_of
from app.releases.tables import FAMILY, Codes, as_table, places_of
from schemas.query import Grain as Length
from schemas.releases import CellStatus, ReleaseCell, ReleaseTable
from schemas.vocabulary import OffenceFamily

PERIOD = "period"
NO_FAMILY = ""
AGE, OF_AGE = "age", ("age_band", "minor")


class ToldTwice(ValueError):
    """One thing has two codes of a public dimension; the message names the indicator alone."""


@dataclass(slots=True)
class PublicEdition:
    tables: tuple[ReleaseTable, ...] = ()
    reports: list[Report] = field(default_factory=list)


def public_edition(
    facts: Mapping[str, Facts], periods: Sequence[Period], earlier: Iterable[Earlier], policy: Policy
) -> PublicEdition:
    """``facts`` of the whole year, by indicator. Raises ``Refused`` where nothing protects a cell,
    ``KeyError`` for an indicator on which the policy says nothing."""
    edition, shown = PublicEdition(), {}
    before = _by_indicator(earlier)
    for indicator in dict.fromkeys(table.indicator for table in PUBLIC):
        for family in _families(indicator):
            linked = linked_set(facts[indicator], periods, before[indicator], family)
            found = protect(linked, policy)
            edition.reports.append(_report(indicator, family, linked, found))
            shown.update({(indicator, family, cell): it for cell, it in found.shown.items()})
    edition.tables = tuple(_table(table, periods, shown) for table in PUBLIC)
    return edition


def _families(indicator: str) -> tuple[str, ...]:
    """Calls are of none."""
    of_none = any(table.indicator == indicator and FAMILY not in table.by for table in PUBLIC)
    return (NO_FAMILY,) if of_none else tuple(OffenceFamily)


def linked_set(facts: Facts, periods: Sequence[Period], earlier: Sequence[Earlier], family: str) -> LinkedSet:
    """The tables of one indicator and family, with what was published of them."""
    tables = [table for table in PUBLIC if table.indicator == facts.indicator]
    told = tuple(dict.fromkeys(_joint(each) for table in tables for each in table.by if each != FAMILY))
    lengths = [*periods, *(period for each in earlier for period in each.periods)]
    dimensions = (_months(periods[0].year, lengths), *(_dimension(each) for each in told))
    counts = _grains(facts, told, family)
    return LinkedSet(
        dimensions,
        {facts.indicator: counts},
        {table.id: frozenset(_cells(table, periods, family)) for table in tables},
        history=_history(earlier, facts, told, family),
    )


def _months(year: int, periods: Iterable[Period]) -> Dimension:
    groups = {each.code: frozenset(each.months()) for each in periods if each.grain is not Length.MONTH}
    return Dimension(PERIOD, Period(year, Length.YEAR).months(), groups)


def _joint(dimension: str) -> str:
    """Age groups and minors are one dimension: who knows the one knows of the other."""
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


def _grains(facts: Facts, told: Codes, family: str) -> dict[Grain, int]:
    """Distinct things by month and codes. Public dimensions are single-valued: each thing stands once, or
    what is shown would not be what was counted. Raises ``ToldTwice``."""
    found: dict[Grain, set[str]] = defaultdict(set)
    places = [facts.places(OF_AGE if each == AGE else (each,)) for each in told]
    for row in facts.rows:
        if row.family == family:
            month = Period.holding(row.day, Length.MONTH).code
            leaves = ("|".join(row.codes[place] for place in joint) for joint in places)
            found[month, *leaves].add(row.key)
    counts = {grain: len(keys) for grain, keys in found.items()}
    if sum(counts.values()) != len({key for keys in found.values() for key in keys}):
        raise ToldTwice(facts.indicator)
    return counts


def _cells(table: StandardTable, periods: Sequence[Period], family: str) -> Iterable[Cell]:
    return (
        cell_of(table.indicator, table.dimensions, codes)
        for codes in places_of(table, periods)
        if family_of(table.dimensions, codes) == family
    )


def family_of(dimensions: Codes, codes: Codes) -> str:
    return codes[dimensions.index(FAMILY)] if FAMILY in dimensions else NO_FAMILY


def cell_of(indicator: str, dimensions: Codes, codes: Codes) -> Cell:
    """The family is the set's, totals are dimensions not named."""
    named = {d: c for d, c in zip(dimensions, codes, strict=True) if d != FAMILY and c != TOTAL}
    at = {_joint(d): f"{d}:{c}" if d in OF_AGE else c for d, c in named.items()}
    return Cell(indicator, tuple(sorted(at.items())))


def _history(earlier: Sequence[Earlier], facts: Facts, told: Codes, family: str) -> History:
    published: set[Cell] = set()
    protected: set[Cell] = set()
    added: dict[tuple[str, Grain], int] = {}
    now = _grains(facts, told, family)
    for each in earlier:
        for cell in each.table.cells:
            if family_of(each.table.dimensions, cell.codes) == family:
                known = published if cell.status is CellStatus.VALUE else protected
                known.add(cell_of(facts.indicator, each.table.dimensions, cell.codes))
        if each.latest:
            then = _grains(each.facts, told, family)
            months = {month for period in each.periods for month in period.months()}
            late = {g: n - then.get(g, 0) for g, n in now.items() if g[0] in months and n > then.get(g, 0)}
            added |= {(facts.indicator, grain): count for grain, count in late.items()}
    return History(frozenset(published), frozenset(protected - published), added)


def _by_indicator(earlier: Iterable[Earlier]) -> Mapping[str, list[Earlier]]:
    found: dict[str, list[Earlier]] = defaultdict(list)
    for each in earlier:
        found[each.table.indicator].append(each)
    return found


def _report(indicator: str, family: str, linked: LinkedSet, found: Protection) -> Report:
    return Report(
        indicator=indicator,
        family=family,
        cells=len(linked.present()),
        suppressed=len(found.suppressed & linked.present()),
        gap=found.gaps.get(indicator),
        added=found.added.get(indicator, 0),
        relaxed=indicator in found.relaxed,
    )


def _table(
    table: StandardTable, periods: Sequence[Period], shown: Mapping[tuple[str, str, Cell], Shown]
) -> ReleaseTable:
    of, dimensions = table.indicator, table.dimensions
    cells = (
        _cell(codes, shown[of, family_of(dimensions, codes), cell_of(of, dimensions, codes)])
        for codes in places_of(table, periods)
    )
    return as_table(table, tuple(cells))


def _cell(codes: Codes, shown: Shown) -> ReleaseCell:
    if isinstance(shown, Withheld):
        return ReleaseCell(codes=codes, value=None, status=CellStatus(shown.value))
    return ReleaseCell(codes=codes, value=shown, status=CellStatus.VALUE)
