"""The audit: what an outsider, or one counted person, can work out of every suppressed cell.

Written apart from the suppression and trusting nothing of it: it sees which cells are published, and asks
linear programs for the least and the greatest count of every suppressed cell that fit all of them. What the
suppression has found to fit is looked at first, and believed no more than anything else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from app.releases.disclosure.cells import Cell, LinkedSet
from app.releases.disclosure.policy import Policy
from app.releases.disclosure.system import System, build
from app.releases.disclosure.watcher import Columns, Interval, Watcher, raised


class Refused(Exception):
    """The set does not publish. The message names cells by their coordinates, never a count."""

    def __init__(self, cells: tuple[Cell, ...]) -> None:
        self.cells = cells
        super().__init__("interval narrower than policy: " + "; ".join(str(cell) for cell in cells))


def audit(
    tables: LinkedSet,
    suppressed: frozenset[Cell],
    policy: Policy,
    asked: frozenset[Cell] | None = None,
    points: Mapping[str, np.ndarray] = MappingProxyType({}),
) -> tuple[Interval, ...]:
    """The interval of every suppressed cell, or of those ``asked``. Raises Refused if one is narrower than
    policy asks, and was not as narrow for the same attacker before, by what earlier releases published.

    ``points``: by measure, counts at atoms that are said to fit what is published, a row each. Those that
    do save programs; those that do not are left out.
    """
    found: list[Interval] = []
    narrow: list[Cell] = []
    hidden = suppressed - tables.twins(tables.history.published)
    asked = hidden if asked is None else asked & tables.everything()
    for measure in sorted({cell.measure for cell in asked}):
        system = build(tables, measure)
        required = policy.sensitivity(measure).width
        after, before = Watcher(system, hidden), Baseline(tables, system)
        after.learn(points.get(measure, np.zeros((0, system.width))))
        for row, cell in enumerate(system.order):
            if cell in asked:
                found.append(after.narrowest(row, required))
                if found[-1].width < required and told(before, after, row, required):
                    narrow.append(cell)
    if narrow:
        raise Refused(tuple(narrow))
    return tuple(found)


def intervals(tables: LinkedSet, suppressed: frozenset[Cell], policy: Policy) -> Iterator[Interval]:
    """Intervals by measure and cell. What earlier releases published is known in any case."""
    for measure in sorted({cell.measure for cell in suppressed}):
        system = build(tables, measure)
        watcher = Watcher(system, suppressed - tables.history.published)
        for row, cell in enumerate(system.order):
            if cell in suppressed:
                yield watcher.narrowest(row, policy.sensitivity(measure).width)


class Baseline:
    """The same attackers before the release: they know what earlier ones published, and nothing of it."""

    def __init__(self, tables: LinkedSet, system: System) -> None:
        known = tables.twins(tables.history.published)
        self._hidden = frozenset(cell for cell in system.order if cell not in known)
        self.knows = bool(known)
        self._system = system
        self._watcher: Watcher | None = None
        self._widths: dict[tuple[int, tuple[int, ...]], int] = {}

    def width(self, row: int, insider: Columns) -> int:
        """How uncertain a cell was for an outsider, or for an insider."""
        if (row, insider) not in self._widths:
            found = self.watcher.interval(row, raised(self._system, insider))
            self._widths[row, insider] = found.width
        return self._widths[row, insider]

    @property
    def watcher(self) -> Watcher:
        """Made when it is first asked for: most sets never do."""
        if self._watcher is None:
            self._watcher = Watcher(self._system, self._hidden)
        return self._watcher


@dataclass(frozen=True)
class Told:
    """Who knows ``floor`` shall be left uncertain by ``width``, and is not."""

    width: int
    floor: np.ndarray


def told(before: Baseline, after: Watcher, row: int, required: int) -> Told | None:
    """What the release itself tells somebody of a cell whose interval is narrower than required; None where
    everybody for whom it is narrow had it as narrow before."""
    system = after.system
    first = after.narrowest(row, required)
    if not before.knows or before.watcher.narrowest(row, required).width >= required:
        return Told(required, raised(system, first.insider) if first.insider else system.floor)
    if before.width(row, ()) == 0:
        return None
    for insider in ((), *system.insiders):
        floor_ = raised(system, insider)
        now = after.wide_enough(row, required, floor_).width
        if now < required and now < (was := before.width(row, insider)):
            return Told(min(required, was), floor_)
    return None
