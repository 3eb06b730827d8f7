"""What a watcher says of a cell without asking for everybody is what asking for everybody one by one says."""

import os
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from app.releases.disclosure import watcher
from app.releases.disclosure.audit import Refused, audit
from app.releases.disclosure.cells import History, LinkedSet
from app.releases.disclosure.linear import Polytope
from app.releases.disclosure.primary import sensitive
from app.releases.disclosure.protecting import protect
from app.releases.disclosure.system import System, build
from app.releases.disclosure.watcher import Watcher, raised
from support.disclosure_kit import USUAL, many_values, world

WORLDS = range(int(os.environ.get("INTERTRATA_ATTACKS", "20")))
REQUIRED = USUAL.sensitivity("victims").width


@pytest.mark.parametrize("kept", [2, 5, 800])
@pytest.mark.parametrize("seed", WORLDS)
def test_what_the_narrowest_interval_says_holds_for_every_insider(
    seed: int, kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few points are kept: what was overwritten proves nothing, and takes nothing back."""
    monkeypatch.setattr(watcher, "POINTS", kept)
    tables = world(seed)
    system = build(tables, "victims")
    small = sensitive(tables, USUAL)
    hidden = {row for row, cell in enumerate(system.order) if cell in small or row % 3 == seed % 3}
    for quick, slow in widths(system, hidden):
        assert (quick < REQUIRED) == (slow < REQUIRED)
        assert slow <= quick or quick >= REQUIRED


def widths(system: System, hidden: set[int]) -> Iterator[tuple[int, int]]:
    """Of every hidden cell: what is found, and the interval of whoever knows most, all asked one by one."""
    cells = frozenset(system.order[row] for row in hidden)
    quick, slow = Watcher(system, cells), Watcher(system, cells)
    floors = [raised(system, insider) for insider in system.insiders] or [system.floor]
    for row in sorted(hidden):
        yield quick.narrowest(row, REQUIRED).width, min(slow.interval(row, floor).width for floor in floors)


@pytest.mark.parametrize("seed", WORLDS)
def test_a_system_holds_the_true_counts(seed: int) -> None:
    tables = world(seed)
    system = build(tables, "victims")
    assert system.values.tolist() == [tables.value(cell) for cell in system.order]


def lies(system: System) -> np.ndarray:
    """Counts far from each other that do not fit what is published, or are less than nothing."""
    truth = system.truth
    return np.vstack([truth * 3, np.zeros_like(truth), truth + 50, truth - 50])


def test_points_that_do_not_fit_are_not_believed() -> None:
    tables = world(3)
    hidden = sensitive(tables, USUAL)
    with pytest.raises(Refused) as alone:
        audit(tables, hidden, USUAL)
    with pytest.raises(Refused) as misled:
        audit(tables, hidden, USUAL, points={"victims": lies(build(tables, "victims"))})
    assert misled.value.cells == alone.value.cells


def test_what_points_prove_is_asked_of_no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = world(5)
    system = build(tables, "victims")
    hidden = protect(tables, USUAL).suppressed
    first = Watcher(system, hidden)
    proven = [first.narrowest(row, REQUIRED) for row, cell in enumerate(system.order) if cell in hidden]
    assert min(each.width for each in proven) >= REQUIRED
    monkeypatch.setattr(Polytope, "least", lambda *_: pytest.fail("a program was asked"))
    second = Watcher(system, hidden)
    second.learn(first.points)
    for each in proven:
        assert second.narrowest(system.order.index(each.cell), REQUIRED).width >= REQUIRED


@pytest.mark.parametrize("seed", WORLDS)
def test_the_true_counts_are_possible_for_every_insider(seed: int) -> None:
    tables = world(seed)
    arrived = {("victims", grain): count for grain, count in tables.counts["victims"].items() if count % 2}
    possible(replace(tables, history=History(added=arrived)), "victims")


def test_who_is_known_to_have_arrived_knows_no_more_than_that() -> None:
    """With several values: what all three together have beyond one each is not enough for the first again."""
    three = {("m1", "yes", "yes", "yes"): 1, ("m1", "yes", "yes", "no"): 1, ("m1", "no", "no", "yes"): 1}
    arrived = History(added={("cases", ("m1", "yes", "yes", "yes")): 1})
    possible(replace(many_values(0), counts={"cases": three}, history=arrived), "cases")


def possible(tables: LinkedSet, measure: str) -> None:
    system = build(tables, measure)
    assert system.insiders
    for insider in system.insiders:
        assert (system.truth >= raised(system, insider)).all()
