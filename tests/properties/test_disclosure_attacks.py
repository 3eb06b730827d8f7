"""Attacks on protected sets recover nothing (INTERTRATA_ATTACKS random worlds; `make fuzz` takes 500)."""

import itertools
import os
import random

import numpy as np
import pytest

from app.releases.disclosure import protecting
from app.releases.disclosure.audit import Refused, audit, intervals
from app.releases.disclosure.cells import Cell, Dimension, History, LinkedSet, Withheld
from app.releases.disclosure.protecting import Protection, protect
from app.releases.disclosure.system import System, build
from app.releases.disclosure.watcher import Watcher
from support.disclosure_kit import AGE, PLACE, SMALL, USUAL, corrected, table, world
from support.reference_audit import feasible, interval

WORLDS = range(int(os.environ.get("INTERTRATA_ATTACKS", "20")))
ROWS = Dimension("row", ("a", "b", "c"), {"ab": frozenset({"a", "b"})})
COLUMNS = Dimension("column", ("x", "y", "z"))


@pytest.fixture
def engine(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every tenth world by the integer program, which takes seconds; the others by the heuristic."""
    if seed % 10:
        monkeypatch.setattr(protecting, "fits", lambda *_: False)


def recovered(tables: LinkedSet, found: Protection) -> set[Cell]:
    """By elimination over what is shown: suppressed cells whose count the published ones add up to."""
    out: set[Cell] = set()
    for measure in tables.counts:
        system = build(tables, measure)
        known = [i for i, cell in enumerate(system.order) if cell not in found.suppressed]
        rows = np.vstack([system.cells[known].toarray(), np.zeros(system.width)])
        rank = np.linalg.matrix_rank(rows)
        for i, cell in enumerate(system.order):
            one = system.cells[[i]].toarray()
            if cell in found.suppressed and np.linalg.matrix_rank(np.vstack([rows, one])) == rank:
                out.add(cell)
    return out


def small(seed: int) -> LinkedSet:
    chance = random.Random(seed)
    counts = {g: chance.choice((0, 1, 2, 3)) for g in itertools.product(ROWS.leaves, COLUMNS.leaves)}
    cells = table("cases", row=("", "ab", *ROWS.leaves), column=("", *COLUMNS.leaves))
    return LinkedSet((ROWS, COLUMNS), {"cases": counts}, {"one": cells})


def published(tables: LinkedSet, found: Protection) -> History:
    return History(tables.present() - found.suppressed, found.suppressed)


@pytest.mark.parametrize("seed", WORLDS)
@pytest.mark.usefixtures("engine")
def test_margins_tables_and_nested_places_give_nothing_back(seed: int) -> None:
    tables = world(seed)
    found = protect(tables, USUAL)
    assert any(value is Withheld.SUPPRESSED for value in found.shown.values())
    assert recovered(tables, found) == set()
    assert all(i.least <= tables.value(i.cell) <= i.greatest for i in found.intervals)


@pytest.mark.parametrize("seed", WORLDS)
@pytest.mark.usefixtures("engine")
def test_a_later_version_and_period_give_nothing_back(seed: int) -> None:
    """The attacker knows what was corrected, holds both versions, and gets a new table over other periods."""
    before = world(seed)
    history = published(before, protect(before, USUAL))
    after = corrected(before, seed + 1, history)
    quarter = table("victims", place=("", "d1", "d2"), month=("", "Q1", "B1", "B2"))
    after = LinkedSet(
        after.dimensions, after.counts, {**after.tables, "quarter": quarter}, history=after.history
    )
    found = protect(after, USUAL)
    assert history.protected <= found.suppressed
    known = LinkedSet(after.dimensions, after.counts, {}, history=after.history)
    before_it = recovered(known, Protection({}, history.protected, (), {}, {}, frozenset()))
    assert recovered(after, found) - after.twins(history.published) <= before_it


@pytest.mark.parametrize("seed", WORLDS)
def test_whoever_enumerates_every_possible_table_is_left_uncertain(seed: int) -> None:
    """The reference: outsiders, and each person who knows that one count is at least one, their own."""
    tables = small(seed)
    try:
        found = protect(tables, SMALL)
    except Refused:
        return
    if Cell("cases") in found.suppressed:
        return
    grains = [grain for grain, count in tables.counts["cases"].items() if count]
    for floor in [{}, *({grain: 1} for grain in grains)]:
        worlds = list(itertools.islice(feasible(tables, "cases", found.suppressed, floor), 20_000))
        for cell in found.suppressed:
            least, greatest = interval(tables, cell, worlds)
            assert greatest - least >= SMALL.sensitivity("cases").width


@pytest.mark.parametrize("seed", range(8))
def test_linear_bounds_are_those_of_the_reference(seed: int) -> None:
    """On a two-way table linear programs have whole vertices: any five cells suppressed."""
    tables = small(seed)
    chance = random.Random(seed)
    inner = sorted(cell for cell in tables.present() if len(cell.at) == 2 and ("row", "ab") not in cell.at)
    suppressed = frozenset(chance.sample(inner, 5))
    worlds = list(feasible(tables, "cases", suppressed, {}))
    lenient = {i.cell: (i.least, i.greatest) for i in intervals(tables, suppressed, SMALL)}
    for cell in suppressed:
        least, greatest = interval(tables, cell, worlds)
        low, high = lenient[cell]
        assert least <= low <= high <= greatest  # an insider may know more than the outsider, never less
        if greatest - least < SMALL.sensitivity("cases").width:
            assert (low, high) == (least, greatest)


@pytest.mark.parametrize("seed", range(2))
def test_the_heuristic_protects_as_well_and_repeats_itself(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = world(seed)
    best = protect(tables, USUAL)
    monkeypatch.setattr(protecting, "fits", lambda *_: False)
    first, second = protect(tables, USUAL), protect(tables, USUAL)
    assert first == second
    assert first.gaps == {"victims": None}
    assert recovered(tables, first) == set()
    assert best.gaps["victims"] is not None


def test_a_set_too_wide_for_one_block_is_audited_over_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.releases.disclosure.system.JOINT_ATOMS", 4)
    tables = world(3)
    ring = table("victims", age=("", "minor"), month=("", "B1", "B2"))  # with the two others, a circle
    tables = LinkedSet(tables.dimensions, tables.counts, {**tables.tables, "ring": ring})
    found = protect(tables, USUAL)
    assert found.relaxed == {"victims"}
    assert audit(tables, found.suppressed, USUAL) == found.intervals


def test_margins_without_a_circle_are_exact_in_blocks() -> None:
    """Of the tables place x month and place x age, what blocks allow is what joint counts allow."""
    tables = world(5)
    blocks, joint = build(tables, "victims"), in_one_block(tables)
    assert blocks.exact
    assert blocks.width < joint.width
    hidden = frozenset(cell for cell in blocks.order if 1 <= tables.value(cell) <= 10)
    apart, together = Watcher(blocks, hidden), Watcher(joint, hidden)
    for row, cell in enumerate(blocks.order):
        if cell in hidden:
            assert apart.interval(row, blocks.floor) == together.interval(row, joint.floor)


def in_one_block(tables: LinkedSet) -> System:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.releases.disclosure.system.acyclic", lambda _: False)
        return build(tables, "victims")


def test_cells_told_apart_by_nothing_are_one_atom() -> None:
    tables = LinkedSet((PLACE, AGE), {"victims": {}}, {"one": table("victims", place=("", "d1", "d2"))})
    assert build(tables, "victims").width == 2
