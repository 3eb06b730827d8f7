"""The audit: what an outsider, or one counted person, can work out of every suppressed cell.

Written apart from the suppression and trusting nothing of it: it sees which cells are published, and asks two
linear programs per suppressed cell for the least and the greatest count that fits all of them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from scipy import sparse

from app.releases.disclosure.cells import Cell, LinkedSet
from app.releases.disclosure.linear import NoAnswer, Polytope
from app.releases.disclosure.policy import Policy
from app.releases.disclosure.system import System, build

SLACK = 1e-6
POINTS = 400  # kept of each system; older ones are forgotten
DIRECTIONS = 12  # in which a system is explored before anything is asked
Columns = tuple[int, ...]


class Refused(Exception):
    """The set does not publish. The message names cells by their coordinates, never a count."""

    def __init__(self, cells: tuple[Cell, ...]) -> None:
        self.cells = cells
        super().__init__("interval narrower than policy: " + "; ".join(str(cell) for cell in cells))


class AuditFailed(Exception):
    """A linear program ended without an answer: nothing is proved, nothing is published."""


@dataclass(frozen=True)
class Interval:
    """Two whole numbers within the linear bounds of an attacker who knows at least as much as is asked for:
    the count can be either, so that the feasible interval is no narrower."""

    cell: Cell
    least: int
    greatest: int
    insider: Columns = ()
    """Columns of the person whose own count narrowed it most; empty for an outsider."""

    @property
    def width(self) -> int:
        return self.greatest - self.least


def audit(
    tables: LinkedSet, suppressed: frozenset[Cell], policy: Policy, asked: frozenset[Cell] | None = None
) -> tuple[Interval, ...]:
    """The interval of every suppressed cell, or of those ``asked``. Raises Refused if one is narrower than
    policy asks, and was not as narrow for the same attacker before, by what earlier releases published."""
    found: list[Interval] = []
    narrow: list[Cell] = []
    hidden = suppressed - tables.twins(tables.history.published)
    asked = hidden if asked is None else asked & tables.everything()
    for measure in sorted({cell.measure for cell in asked}):
        system = build(tables, measure)
        required = policy.sensitivity(measure).width
        after, before = Watcher(system, hidden), Baseline(tables, system)
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


class Watcher:
    """An attacker on one system: knows every cell but ``suppressed``.

    ``points`` are counts at atoms known to fit what is published, the true ones first: two of them that
    differ in a cell prove how uncertain it is, without a program. They fit too where less is known.
    """

    def __init__(self, system: System, suppressed: frozenset[Cell]) -> None:
        self.system = system
        rows = sparse.vstack([system.cells, system.links], format="csr")
        right = np.concatenate([system.values, np.zeros(system.links.shape[0])])
        # No count is a hundred times what there is: keeps the programs bounded, and errs towards refusal.
        ceiling = 100.0 * (float(system.values.max(initial=0)) + 1)
        hidden = [i for i, cell in enumerate(system.order) if cell in suppressed]
        self._polytope = Polytope(rows, right, ceiling, hidden)
        self._points = np.zeros((POINTS, system.width))
        self._counts = np.zeros((POINTS, len(system.order)))
        self._kept = 0
        self._keep(system.truth)
        self._floors: dict[tuple[int, int], np.ndarray] = {}
        self._hidden = hidden

    def forget(self, rows: Iterable[int]) -> None:
        """From here on these are suppressed too."""
        rows = list(rows)
        self._polytope.free(rows)
        self._hidden += rows

    def narrowest(self, row: int, required: int) -> Interval:
        """An interval that is narrower than required, of the outsider or of one insider; where there is none,
        one of at least that width that holds for them all."""
        if self._kept == 1:
            self._explore()
        if not self.system.insiders:
            return self.wide_enough(row, required, self.system.floor)
        return self._searched(row, required, 0, len(self.system.insiders))

    def _explore(self) -> None:
        """Points far apart in many cells at once, for who knows of every insider: of most cells they prove
        that nothing else need be asked."""
        chance = np.random.default_rng(DIRECTIONS)
        floor_ = raised(self.system, *self.system.insiders)
        for _ in range(DIRECTIONS):
            signs = chance.choice((-1.0, 1.0), len(self._hidden))
            objective = signs @ self.system.cells[sorted(self._hidden)]
            for each in (objective, -objective):
                self._solve(each, floor_)

    def _searched(self, row: int, required: int, first: int, end: int) -> Interval:
        """What they know together tells no less than what each knows: where that leaves it wide enough,
        none of them need be asked; else each half of them is. The outsider knows less than any of them."""
        if (first, end) not in self._floors:
            self._floors[first, end] = raised(self.system, *self.system.insiders[first:end])
        together = self.wide_enough(row, required, self._floors[first, end])
        if end - first == 1:
            return Interval(together.cell, together.least, together.greatest, self.system.insiders[first])
        if together.width >= required:
            return together
        half = (first + end) // 2
        found = self._searched(row, required, first, half)
        return found if found.width < required else self._searched(row, required, half, end)

    def wide_enough(self, row: int, required: int, floor_: np.ndarray) -> Interval:
        """By the points at hand where they prove it, else by programs."""
        counts = self._counts[: self._size, row]
        if counts.max() - counts.min() > required - 1:
            counts = counts[(self._points[: self._size] >= floor_ - SLACK).all(axis=1)]
            if counts.size:
                found = self._whole(row, float(counts.min()), float(counts.max()))
                if found.width >= required:
                    return found
        return self.interval(row, floor_)

    def interval(self, row: int, floor_: np.ndarray) -> Interval:
        """The bounds over atoms of at least ``floor_``."""
        target = self.system.cells[[row]].toarray()[0]
        least, greatest = self._solve(target, floor_), self._solve(-target, floor_)
        return self._whole(row, float(target @ least), float(target @ greatest))

    @property
    def _size(self) -> int:
        return min(self._kept, POINTS)

    def _keep(self, point: np.ndarray) -> None:
        """The first, the true counts, for good; of the others the latest."""
        place = self._kept if self._kept < POINTS else 1 + (self._kept - 1) % (POINTS - 1)
        self._points[place], self._counts[place] = point, self.system.cells @ point
        self._kept += 1

    def _whole(self, row: int, least: float, greatest: float) -> Interval:
        return Interval(self.system.order[row], ceil(least - SLACK), floor(greatest + SLACK))

    def _solve(self, objective: np.ndarray, floor_: np.ndarray) -> np.ndarray:
        try:
            found = self._polytope.least(objective, floor_)
        except NoAnswer as error:
            raise AuditFailed(f"linear program ended with {error}") from error
        self._keep(found)
        return found


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
        width, floor_ = min(required, before.width(row, insider)), raised(system, insider)
        if width and after.wide_enough(row, width, floor_).width < width:
            return Told(width, floor_)
    return None


def raised(system: System, *insiders: Sequence[int]) -> np.ndarray:
    """The floor for who knows that these persons, one at each, are counted."""
    most: Counter[int] = Counter()
    for insider in insiders:
        most |= Counter(insider)
    floor_ = system.floor.copy()
    floor_[list(most)] += list(most.values())
    return floor_
