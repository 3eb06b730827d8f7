"""Who holds every version and period that came out learns of no single thing that came or left.

INTERTRATA_ATTACKS random worlds (`make fuzz` takes 500).
"""

import os
import random

import pytest

from app.releases.corrections import Corrections
from app.releases.disclosure import protecting
from app.releases.disclosure.audit import Refused, audit
from app.releases.disclosure.cells import NOW, Withheld
from support.corrections_kit import PERIODS, Out, Reference, begun, came, corrected, left, moved, release
from support.disclosure_kit import USUAL

WORLDS = range(int(os.environ.get("INTERTRATA_ATTACKS", "20")))
ASKED = 12  # of each world, at random
THRESHOLD = USUAL.sensitivity("cases").suppressed_to
WIDTH = USUAL.sensitivity("cases").width


@pytest.fixture(autouse=True)
def engine(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every tenth world by the integer program."""
    if seed % 10:
        monkeypatch.setattr(protecting, "fits", lambda *_: False)


def releases(seed: int, change: object) -> list[Out]:
    placed, out = begun(seed), []
    for number, periods in enumerate(PERIODS):
        out.append(release(placed, periods, out))
        placed = change(placed, 10 * seed + number)  # type: ignore[operator]
    return out


@pytest.mark.parametrize("leaving", [False, True])
@pytest.mark.parametrize("seed", WORLDS)
def test_what_only_came_or_only_left_stays_unknown(seed: int, leaving: bool) -> None:
    """Small corrections of published cells, and small counts whether they were published before or not,
    against programs that know of every release and that nothing left (came)."""
    out = releases(seed, left if leaving else came)
    attacker = Reference(out, leaving=leaving)
    asked = [
        attacker.row(cell, other) - attacker.row(cell, one)
        for (cell, one, other), found in corrected(out).items()
        if 1 <= found[leaving] <= THRESHOLD
    ]
    asked += [
        attacker.row(cell, moment)
        for moment, each in enumerate(out)
        for cell in each.tables.present()
        if 1 <= each.value(cell) <= THRESHOLD
    ]
    for row in random.Random(seed).sample(asked, min(ASKED, len(asked))):
        assert attacker.width(row) >= WIDTH


@pytest.mark.parametrize("seed", WORLDS)
def test_no_cell_of_two_releases_differs_by_a_few_things(seed: int) -> None:
    out = releases(seed, moved)
    for (cell, one, other), found in corrected(out).items():
        if cell in out[one].published and cell in out[other].published:
            assert not any(1 <= each <= THRESHOLD for each in found)
    for each in out:
        for cell, shown in each.protection.shown.items():
            assert shown is Withheld.SUPPRESSED or not 1 <= each.value(cell) <= THRESHOLD


@pytest.mark.parametrize("seed", [1])
def test_a_correction_of_one_that_is_shown_is_refused_by_the_audit(seed: int) -> None:
    """The audit itself sees it: all of the new release shown."""
    first = release(begun(seed), ("B1",), [])
    placed = came(first.placed, 7)
    second = release(placed, ("B1",), [first])
    assert second.protection.corrections
    (view,) = Corrections([first.told], placed).sets(second.tables)
    secrets = frozenset(cell for cell in view.secrets if 1 <= view.value(cell) <= THRESHOLD)
    hidden = frozenset(cell.when(NOW) for cell in first.tables.present() - first.published)
    assert secrets
    with pytest.raises(Refused):
        audit(view, hidden | secrets, USUAL, secrets)
