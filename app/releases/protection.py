"""The public edition: what of the exact tables may be shown, given all that was published before. Pure.

One linked set for each indicator and family of offence: neither are ever added to another. Its leaves are the
months of a year, as no period reaches beyond one, and the codes of the public dimensions.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import get_context

from app.releases.corrections import Corrections, Told
from app.releases.disclosure.cells import Cell, History, LinkedSet, Shown, Withheld
from app.releases.disclosure.policy import Policy
from app.releases.disclosure.protecting import Protection, protect
from app.releases.facts import Facts
from app.releases.periods import Period
from app.releases.placing import NO_FAMILY, Placing, family_of, tables_of
from app.releases.protected import Earlier, Report
from app.releases.standard import PUBLIC, StandardTable
from app.releases.tables import FAMILY, as_table, places_of
from schemas.releases import CellStatus, ReleaseCell, ReleaseTable
from schemas.vocabulary import OffenceFamily

PROCESSES = 2


@dataclass(slots=True)
class PublicEdition:
    tables: tuple[ReleaseTable, ...] = ()
    reports: list[Report] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Linked:
    """One linked set, with those of its corrections."""

    indicator: str
    family: str
    tables: LinkedSet
    corrections: tuple[LinkedSet, ...]


def public_edition(
    facts: Mapping[str, Facts],
    periods: Sequence[Period],
    earlier: Iterable[Earlier],
    policy: Policy,
    processes: int = PROCESSES,
) -> PublicEdition:
    """``facts`` of the whole year, by indicator. Raises ``Refused`` where the audit finds a cell that is not
    protected, ``KeyError`` for an indicator on which the policy says nothing."""
    edition, shown = PublicEdition(), {}
    before = _by_indicator(earlier)
    sets = [
        linked(facts[indicator], periods, before[indicator], family)
        for indicator in dict.fromkeys(table.indicator for table in PUBLIC)
        for family in _families(indicator)
    ]
    few = len(periods) == 1 and not any(before.values())
    for one, found in _protected(sets, policy, 1 if few else processes):
        edition.reports.append(_report(one, found))
        shown.update({(one.indicator, one.family, cell): it for cell, it in found.shown.items()})
    edition.tables = tuple(_table(table, periods, shown) for table in PUBLIC)
    return edition


def linked(facts: Facts, periods: Sequence[Period], earlier: Sequence[Earlier], family: str) -> Linked:
    """The tables of one indicator and family, with what was published of them. Raises ``ToldTwice``."""
    placing = Placing.of(facts.indicator)
    releases = list(_told(earlier, placing, family))
    corrections = Corrections(releases, placing.placed(facts, family))
    lengths = [*periods, *(period for each in earlier for period in each.periods)]
    tables = {
        table.id: placing.cells(table, places_of(table, periods), family)
        for table in tables_of(facts.indicator)
    }
    made = LinkedSet(
        placing.dimensions(periods[0].year, lengths),
        {facts.indicator: dict(Counter(corrections.now.values()))},
        tables,
        history=_history(earlier, placing, family, corrections),
        covering=tuple(map(frozenset, placing.values())),
    )
    made = replace(made, changes=corrections.sizes(made))
    return Linked(facts.indicator, family, made, corrections.sets(made))


def _protected(sets: Sequence[Linked], policy: Policy, processes: int) -> Iterator[tuple[Linked, Protection]]:
    """In order; side by side, as none knows of another, the largest first so that none is waited for."""
    if processes == 1:
        yield from ((one, protect(one.tables, policy, one.corrections)) for one in sets)
        return
    with _pool(processes) as pool:
        largest = sorted(range(len(sets)), key=lambda at: -len(sets[at].tables.everything()))
        work = {at: pool.submit(protect, sets[at].tables, policy, sets[at].corrections) for at in largest}
        yield from ((one, work[at].result()) for at, one in enumerate(sets))


@contextmanager
def _pool(processes: int) -> Iterator[ProcessPoolExecutor]:
    """Of processes that begin anew: ours may have threads. What waits is dropped where one fails."""
    pool = ProcessPoolExecutor(processes, get_context("spawn"))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _families(indicator: str) -> tuple[str, ...]:
    """Calls are of none."""
    of_none = any(FAMILY not in table.by for table in tables_of(indicator))
    return (NO_FAMILY,) if of_none else tuple(OffenceFamily)


def _told(earlier: Sequence[Earlier], placing: Placing, family: str) -> Iterator[Told]:
    """By release, as they came out: their tables stand together."""
    releases: dict[str, list[Earlier]] = defaultdict(list)
    for each in earlier:
        releases[each.release].append(each)
    for tables in releases.values():
        months = {month for period in tables[0].periods for month in period.months()}
        published = _cells(tables, placing, family, CellStatus.VALUE)
        yield Told(frozenset(months), placing.placed(tables[0].facts, family), published)


def _history(earlier: Sequence[Earlier], placing: Placing, family: str, corrections: Corrections) -> History:
    """Who knows all that was corrected carries earlier figures forward, and knows of each thing that came."""
    published = _cells(earlier, placing, family, CellStatus.VALUE)
    protected = _cells(earlier, placing, family, CellStatus.SUPPRESSED) - published
    added = {(placing.indicator, grain): count for grain, count in corrections.added().items()}
    return History(published, protected, added)


def _cells(earlier: Iterable[Earlier], placing: Placing, family: str, status: CellStatus) -> frozenset[Cell]:
    return frozenset(
        placing.cell(each.table.dimensions, cell.codes)
        for each in earlier
        for cell in each.table.cells
        if cell.status is status and family_of(each.table.dimensions, cell.codes) == family
    )


def _by_indicator(earlier: Iterable[Earlier]) -> Mapping[str, list[Earlier]]:
    found: dict[str, list[Earlier]] = defaultdict(list)
    for each in earlier:
        found[each.table.indicator].append(each)
    return found


def _report(one: Linked, found: Protection) -> Report:
    present = one.tables.present()
    return Report(
        indicator=one.indicator,
        family=one.family,
        cells=len(present),
        suppressed=len(found.suppressed & present),
        held=len(found.suppressed & present & one.tables.twins(one.tables.history.published)),
        gap=found.gaps.get(one.indicator),
        added=found.added.get(one.indicator, 0),
        relaxed=one.indicator in found.relaxed,
    )


def _table(
    table: StandardTable, periods: Sequence[Period], shown: Mapping[tuple[str, str, Cell], Shown]
) -> ReleaseTable:
    placing = Placing.of(table.indicator)
    cells = (
        _cell(
            codes,
            shown[table.indicator, family_of(table.dimensions, codes), placing.cell(table.dimensions, codes)],
        )
        for codes in places_of(table, periods)
    )
    return as_table(table, tuple(cells))


def _cell(codes: tuple[str, ...], shown: Shown) -> ReleaseCell:
    if isinstance(shown, Withheld):
        return ReleaseCell(codes=codes, value=None, status=CellStatus(shown.value))
    return ReleaseCell(codes=codes, value=shown, status=CellStatus.VALUE)
