"""Who knows what is published of one system, and what they can work out of a cell: linear programs."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

import numpy as np
from scipy import sparse

from app.releases.disclosure.cells import Cell
from app.releases.disclosure.linear import NoAnswer, Polytope
from app.releases.disclosure.system import System

SLACK = 1e-6
POINTS = 800  # kept of each system; older ones are forgotten
DIRECTIONS = 12  # in which a system is explored before anything is asked
Columns = tuple[int, ...]


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


class Watcher:
    """An attacker on one system: knows every cell but ``suppressed``.

    ``points`` are counts at atoms known to fit what is published, the true ones first: two of them that
    differ in a cell prove how uncertain it is, without a program. They fit too where less is known.
    """

    def __init__(self, system: System, suppressed: frozenset[Cell]) -> None:
        self.system = system
        self._rows = sparse.vstack([system.cells, system.links], format="csr")
        self._right = np.concatenate([system.values, np.zeros(system.links.shape[0])])
        # No count is a hundred times what there is: keeps the programs bounded, and errs towards refusal.
        ceiling = 100.0 * (float(system.values.max(initial=0)) + 1)
        self._hidden = [i for i, cell in enumerate(system.order) if cell in suppressed]
        self._polytope = Polytope(self._rows, self._right, ceiling, self._hidden)
        self._more = np.zeros((len(system.insiders), system.width))
        for place, insider in enumerate(system.insiders):
            np.add.at(self._more[place], list(insider), 1.0)
        self._points = np.zeros((POINTS, system.width))
        self._counts = np.zeros((POINTS, len(system.order)))
        self._fits = np.zeros((POINTS, len(system.insiders)), dtype=bool)  # which point is possible for whom
        who, self._theirs = np.nonzero(self._more)
        self._least = (system.floor + self._more)[who, self._theirs] - SLACK
        self._starts = np.searchsorted(who, np.arange(len(system.insiders)))
        self._kept = 0
        self._keep(system.truth)
        self._explored: set[int] = set()

    @property
    def points(self) -> np.ndarray:
        """What was found to fit; a row each."""
        return self._points[: self._size].copy()

    def learn(self, points: np.ndarray) -> None:
        """Of points that somebody else found, those that fit what is published: looked at, not believed."""
        known = np.ones(self._rows.shape[0], dtype=bool)
        known[self._hidden] = False
        off = np.abs(self._rows @ points.T - self._right[:, None])[known].max(axis=0, initial=0.0)
        fits = np.asarray((points >= self.system.floor - SLACK).all(axis=1)) & (off <= SLACK)
        for point in points[fits]:
            self._keep(point)

    def forget(self, rows: Iterable[int]) -> None:
        """From here on these are suppressed too."""
        rows = list(rows)
        self._polytope.free(rows)
        self._hidden += rows

    def narrowest(self, row: int, required: int) -> Interval:
        """An interval that is narrower than required, of the outsider or of one insider; where there is none,
        one of at least that width."""
        if self._kept == 1:
            self._explore()
        if not self.system.insiders:
            return self.wide_enough(row, required, self.system.floor)
        left, at_hand = self._unproven(row, required)
        if not left.size:
            return at_hand
        together = self.wide_enough(row, required, self._floor(left))
        if together.width >= required:
            return together
        counted = np.asarray(self._more[:, self._columns(row)].any(axis=1))
        for insider in left[counted[left]]:
            self._explore_for(insider)
        left, found = self._unproven(row, required)
        for group in (left[counted[left]], left[~counted[left]]):
            if group.size and (found := self._searched(row, required, group)).width < required:
                break
        return found

    def _unproven(self, row: int, required: int) -> tuple[np.ndarray, Interval]:
        """The insiders for whom no two points at hand are that far apart, and what these two are for the
        one for whom they are closest."""
        counts, fits = self._counts[: self._size, row, None], self._fits[: self._size]
        least = np.ceil(np.where(fits, counts, np.inf).min(axis=0) - SLACK)
        greatest = np.floor(np.where(fits, counts, -np.inf).max(axis=0) + SLACK)
        closest = int(np.argmin(greatest - least))
        at_hand = Interval(self.system.order[row], int(least[closest]), int(greatest[closest]))
        return np.flatnonzero(greatest - least < required), at_hand

    def _explore_for(self, insider: int) -> None:
        """A point with as little as can be in all the cells where this person is counted: what they know
        raises the least of these alone."""
        if insider not in self._explored:
            self._explored.add(insider)
            theirs = self.system.cells[sorted(self._hidden)] @ self._more[insider] > 0
            objective = theirs.astype(float) @ self.system.cells[sorted(self._hidden)]
            self._solve(objective, self._floor(np.array([insider])))

    def _floor(self, insiders: np.ndarray) -> np.ndarray:
        return np.asarray(self.system.floor + self._more[insiders].max(axis=0))

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

    def _searched(self, row: int, required: int, insiders: np.ndarray) -> Interval:
        """What they know together tells no less than what each knows: where that leaves it wide enough,
        none of them need be asked; else each half of them is. The outsider knows less than any of them."""
        together = self.wide_enough(row, required, self._floor(insiders))
        if insiders.size == 1:
            return replace(together, insider=self.system.insiders[insiders[0]])
        if together.width >= required:
            return together
        half = insiders.size // 2
        found = self._searched(row, required, insiders[:half])
        return found if found.width < required else self._searched(row, required, insiders[half:])

    def wide_enough(self, row: int, required: int, floor_: np.ndarray) -> Interval:
        """By the points at hand where they prove it, else by programs: one of them where that is enough."""
        counts = self._fitting(row, floor_)
        if not counts.size:
            return self.interval(row, floor_)
        found = self._whole(row, float(counts.min()), float(counts.max()))
        if found.width >= required:
            return found
        target = self._target(row)
        least = float(target @ self._solve(target, floor_))
        found = self._whole(row, least, float(counts.max()))
        if found.width >= required:
            return found
        return self._whole(row, least, float(target @ self._solve(-target, floor_)))

    def _fitting(self, row: int, floor_: np.ndarray) -> np.ndarray:
        """The counts of the cell at the points that are known to be possible for who knows ``floor_``."""
        raised_ = np.flatnonzero(floor_ > self.system.floor)
        fits = (self._points[: self._size, raised_] >= floor_[raised_] - SLACK).all(axis=1)
        return self._counts[: self._size, row][fits]

    def interval(self, row: int, floor_: np.ndarray) -> Interval:
        """The bounds over atoms of at least ``floor_``."""
        target = self._target(row)
        least, greatest = self._solve(target, floor_), self._solve(-target, floor_)
        return self._whole(row, float(target @ least), float(target @ greatest))

    def _columns(self, row: int) -> np.ndarray:
        cells = self.system.cells
        return np.asarray(cells.indices[cells.indptr[row] : cells.indptr[row + 1]])

    def _target(self, row: int) -> np.ndarray:
        target = np.zeros(self.system.width)
        target[self._columns(row)] = 1.0
        return target

    @property
    def _size(self) -> int:
        return min(self._kept, POINTS)

    def _keep(self, point: np.ndarray) -> None:
        """The first, the true counts, for good; of the others the latest."""
        place = self._kept if self._kept < POINTS else 1 + (self._kept - 1) % (POINTS - 1)
        self._points[place], self._counts[place] = point, self.system.cells @ point
        if self._starts.size:
            self._fits[place] = np.logical_and.reduceat(point[self._theirs] >= self._least, self._starts)
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


def raised(system: System, *insiders: Sequence[int]) -> np.ndarray:
    """The floor for who knows that these persons, one at each, are counted."""
    most: Counter[int] = Counter()
    for insider in insiders:
        most |= Counter(insider)
    floor_ = system.floor.copy()
    floor_[list(most)] += list(most.values())
    return floor_
