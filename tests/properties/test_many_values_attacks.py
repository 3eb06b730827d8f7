"""Dimensions of which one thing has several values: what the audit says is what enumeration says."""

import itertools
import os
import random
from collections.abc import Iterator
from functools import cache

import pytest

from app.releases.disclosure.audit import audit, intervals
from app.releases.disclosure.cells import Cell, LinkedSet
from app.releases.disclosure.protecting import protect
from app.releases.disclosure.system import build
from app.releases.disclosure.watcher import Watcher
from support.disclosure_kit import DATED, MANY, PATTERNS, PLACES, SMALL, many_values

WORLDS = range(int(os.environ.get("INTERTRATA_ATTACKS", "20")))
WIDTH = SMALL.sensitivity("cases").width


def patterns_of(total: int) -> Iterator[tuple[int, ...]]:
    """So many things, by pattern."""
    bars = range(total + len(PATTERNS) - 1)
    for chosen in itertools.combinations(bars, len(PATTERNS) - 1):
        ends = (-1, *chosen, total + len(PATTERNS) - 1)
        yield tuple(after - before - 1 for before, after in itertools.pairwise(ends))


@cache
def told(total: int) -> frozenset[tuple[int, ...]]:
    """What a month of so many things can look like: the total, then each place."""
    return frozenset(
        (total, *(sum(n for n, p in zip(chosen, PATTERNS, strict=True) if p[i] == "yes") for i in range(3)))
        for chosen in patterns_of(total)
    )


def fitting(tables: LinkedSet, suppressed: frozenset[Cell], most: int) -> Iterator[dict[Cell, int]]:
    """Every table that fits what is shown, of at most so many things a month. By months alone."""
    months = [
        [each for total in range(most + 1) for each in told(total) if shows(tables, suppressed, month, each)]
        for month in DATED.leaves
    ]
    for first, second in itertools.product(*months):
        both = tuple(map(sum, zip(first, second, strict=True)))
        if shows(tables, suppressed, None, both):
            yield {
                cell_of(month, at): count
                for month, counts in ((None, both), ("m1", first), ("m2", second))
                for at, count in enumerate(counts)
            }


def cell_of(month: str | None, at: int) -> Cell:
    named = {"month": month} if month else {}
    return Cell.of("cases", **named, **({PLACES[at - 1]: "yes"} if at else {}))


def shows(tables: LinkedSet, suppressed: frozenset[Cell], month: str | None, counts: tuple[int, ...]) -> bool:
    return all(
        cell in suppressed or tables.value(cell) == count
        for at, count in enumerate(counts)
        for cell in (cell_of(month, at),)
    )


@pytest.mark.parametrize("seed", WORLDS)
def test_protected_cells_are_as_uncertain_as_enumeration_says(seed: int) -> None:
    tables = many_values(seed)
    found = protect(tables, SMALL)
    assert not found.relaxed
    monthly = max(tables.value(Cell.of("cases", month=month)) for month in DATED.leaves)
    pending = {cell: (tables.value(cell),) * 2 for cell in found.suppressed}
    for each in fitting(tables, found.suppressed, monthly + 2) if pending else ():
        pending = {
            cell: (min(low, each[cell]), max(high, each[cell])) for cell, (low, high) in pending.items()
        }
        pending = {cell: (low, high) for cell, (low, high) in pending.items() if high - low < WIDTH}
        if not pending:
            break
    assert not pending


@pytest.mark.parametrize("seed", range(12))
def test_bounds_are_those_of_enumeration(seed: int) -> None:
    """Totals shown, some of the places not: one value at least, none more often than there are things."""
    tables = many_values(seed)
    inner = sorted(cell for cell in tables.present() if len(cell.at) == 2)
    suppressed = frozenset(random.Random(seed).sample(inner, 4))
    monthly = max(tables.value(Cell.of("cases", month=month)) for month in DATED.leaves)
    worlds = list(fitting(tables, suppressed, monthly))
    system = build(tables, "cases")
    assert system.exact
    watcher = Watcher(system, suppressed)
    for row, cell in enumerate(system.order):
        if cell in suppressed:
            found = watcher.interval(row, system.floor)
            counts = {each[cell] for each in worlds}
            assert (found.least, found.greatest) == (min(counts), max(counts))


def test_one_place_alone_is_what_covers_everybody() -> None:
    """With two places shown to be empty, the third holds everything: that is found out."""
    counts = {("m1", "yes", "no", "no"): 2}
    tables = LinkedSet(MANY, {"cases": counts}, many_values(0).tables, covering=(frozenset(PLACES),))
    hidden = frozenset(cell for cell in tables.present() if ("p", "yes") in cell.at)
    assert {each.width for each in intervals(tables, hidden, SMALL)} == {0}
    found = protect(tables, SMALL)
    assert len(found.suppressed) > len(hidden)
    assert audit(tables, found.suppressed, SMALL) == found.intervals


def test_who_is_in_three_places_knows_of_two_values_beyond_the_first() -> None:
    """The insider's own values are in what is left over."""
    counts = {("m1", "yes", "yes", "yes"): 1, ("m1", "yes", "no", "no"): 5}
    tables = LinkedSet(MANY, {"cases": counts}, many_values(0).tables, covering=(frozenset(PLACES),))
    system = build(tables, "cases")
    beyond = sorted(len(each) - len(set(each)) for each in system.insiders)
    assert (system.links @ system.truth == 0).all()
    assert beyond == [0, 1]  # the one column of the excess, twice
