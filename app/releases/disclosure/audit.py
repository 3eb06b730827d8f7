"""The audit: what an outsider, or one counted person, can work out of every suppressed cell.

Written apart from the suppression and trusting nothing of it: it sees which cells are published, and asks two
linear programs per suppressed cell for the least and the greatest count that fits all of them.
"""

from collections.abc import Iterator, Sequence
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
    insider: tuple[int, ...] = ()
    """Columns of the person whose own count narrowed it most; empty for an outsider."""

    @property
    def width(self) -> int:
        return self.greatest - self.least


def audit(tables: LinkedSet, suppressed: frozenset[Cell], policy: Policy) -> tuple[Interval, ...]:
    """The interval of every suppressed cell; raises Refused if one is narrower than policy asks."""
    found = tuple(intervals(tables, suppressed, policy))
    narrow = tuple(i.cell for i in found if i.width < policy.sensitivity(i.cell.measure).width)
    if narrow:
        raise Refused(narrow)
    return found


def intervals(tables: LinkedSet, suppressed: frozenset[Cell], policy: Policy) -> Iterator[Interval]:
    """Intervals by measure and cell. What earlier releases published is known in any case."""
    for measure in sorted({cell.measure for cell in suppressed}):
        system = build(tables, measure)
        required = policy.sensitivity(measure).width
        watcher = Watcher(system, suppressed - tables.history.published)
        for row, cell in enumerate(system.order):
            if cell in suppressed:
                yield watcher.narrowest(row, required)


class Watcher:
    """An attacker on one system: knows every cell but ``suppressed``.

    ``points`` are counts at atoms known to fit what is published, the true ones first: two of them that
    differ in a cell prove how uncertain it is, without a program. Those of a watcher who knew more fit too.
    """

    def __init__(
        self, system: System, suppressed: frozenset[Cell], points: Sequence[np.ndarray] = ()
    ) -> None:
        known = [i for i, cell in enumerate(system.order) if cell not in suppressed]
        self._system = system
        equal = sparse.vstack([system.cells[known], system.links], format="csr")
        right = np.concatenate([system.values[known], np.zeros(system.links.shape[0])])
        # No count is a hundred times what there is: keeps the programs bounded, and errs towards refusal.
        ceiling = 100.0 * (float(system.values.max(initial=0)) + 1)
        self._polytope = Polytope(equal, right, ceiling)
        self._targets = system.cells.toarray()
        self.points = [*points] or [system.truth]

    def narrowest(self, row: int, required: int) -> Interval:
        """An interval that is narrower than required, of the outsider or of one insider; where there is none,
        one of at least that width that holds for them all."""
        if not self._system.insiders:
            return self._wide_enough(row, required, self._system.floor)
        return self._searched(row, required, self._system.insiders)

    def _searched(self, row: int, required: int, insiders: tuple[tuple[int, ...], ...]) -> Interval:
        """What they know together tells no less than what each knows: where that leaves it wide enough,
        none of them need be asked; else each half of them is. The outsider knows less than any of them."""
        together = self._wide_enough(row, required, raised(self._system, *insiders))
        if len(insiders) == 1:
            return Interval(together.cell, together.least, together.greatest, insiders[0])
        if together.width >= required:
            return together
        half = len(insiders) // 2
        first = self._searched(row, required, insiders[:half])
        return first if first.width < required else self._searched(row, required, insiders[half:])

    def _wide_enough(self, row: int, required: int, floor_: np.ndarray) -> Interval:
        """By the points at hand where they prove it, else by programs."""
        points = np.array(self.points)
        counts = points[(points >= floor_ - SLACK).all(axis=1)] @ self._targets[row]
        if counts.size:
            found = self._whole(row, float(counts.min()), float(counts.max()))
            if found.width >= required:
                return found
        return self.interval(row, floor_)

    def interval(self, row: int, floor_: np.ndarray) -> Interval:
        """The bounds over atoms of at least ``floor_``."""
        target = self._targets[row]
        least, greatest = self._solve(target, floor_), self._solve(-target, floor_)
        self.points = [self.points[0], *self.points[1:][-POINTS:], least, greatest]
        return self._whole(row, float(target @ least), float(target @ greatest))

    def _whole(self, row: int, least: float, greatest: float) -> Interval:
        return Interval(self._system.order[row], ceil(least - SLACK), floor(greatest + SLACK))

    def _solve(self, objective: np.ndarray, floor_: np.ndarray) -> np.ndarray:
        try:
            return self._polytope.least(objective, floor_)
        except NoAnswer as error:
            raise AuditFailed(f"linear program ended with {error}") from error


def raised(system: System, *insiders: tuple[int, ...]) -> np.ndarray:
    """The floor for who knows that these persons, one at each, are counted."""
    columns = sorted({column for insider in insiders for column in insider})
    floor_ = system.floor.copy()
    floor_[columns] += 1
    return floor_
