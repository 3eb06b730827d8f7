"""From true counts to what may be shown: primary, secondary, audit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.releases.disclosure.audit import Baseline, audit, told
from app.releases.disclosure.cells import NOW, Cell, LinkedSet, Shown, Withheld
from app.releases.disclosure.policy import Policy
from app.releases.disclosure.primary import sensitive, small
from app.releases.disclosure.secondary import Choice, Demand, cheapest, fits, widen
from app.releases.disclosure.system import System, build
from app.releases.disclosure.watcher import Interval, Watcher

Cells = frozenset[Cell]


@dataclass(frozen=True)
class Protection:
    """A set that passed the audit.

    ``shown``: every cell of the present tables. ``gaps``: by measure, the proven optimality gap of the
    integer program, None where the heuristic chose. ``added``: by measure, cells suppressed after it, for
    insiders, for intervals of secondary cells and for corrections, which that gap does not cover.
    ``relaxed``: measures whose audit is over blocks (see ``system``). ``suppressed`` holds earlier protected
    cells too. ``intervals`` are never published, those of ``corrections`` neither.
    """

    shown: Mapping[Cell, Shown]
    suppressed: Cells
    intervals: tuple[Interval, ...]
    gaps: Mapping[str, float | None]
    added: Mapping[str, int]
    relaxed: frozenset[str]
    corrections: tuple[Interval, ...] = ()


def protect(tables: LinkedSet, policy: Policy, corrections: Sequence[LinkedSet] = ()) -> Protection:
    """``corrections``: the same present cells, at ``NOW`` of ``CHANGE``, for attackers who do not know all of
    what was corrected; their ``secrets`` are the sizes of corrections, of which the small ones are kept.

    Every sensitive count of now is a secret there too, published before or not: who knows that things only
    left bounds it by what larger counts were. Raises KeyError for a measure without policy, Refused where the
    audit finds what was overlooked.
    """
    primary = sensitive(tables, policy)
    small_now = frozenset(c.when(NOW) for c in primary & tables.present())
    views = [v for each in corrections if (v := _keeping(each, small_now, policy)).secrets]
    suppressed: set[Cell] = set()
    gaps: dict[str, float | None] = {}
    added: dict[str, int] = {}
    relaxed: set[str] = set()
    points: list[dict[str, np.ndarray]] = [{} for _ in (tables, *views)]
    for measure in sorted({cell.measure for cell in primary.union(*(view.secrets for view in views))}):
        attacker = Attacker(tables, build(tables, measure), policy)
        choice = _choose(attacker, primary, policy)
        attackers = [Attacker(view, build(view, measure), policy) for view in views]
        hidden = _held(attacker, attackers, frozenset(attacker.system.order[row] for row in choice.rows))
        suppressed |= hidden
        gaps[measure], added[measure] = choice.gap, len(hidden) - len(choice.rows)
        if not all(each.system.exact for each in (attacker, *attackers)):
            relaxed.add(measure)
        for each, found in zip((attacker, *attackers), points, strict=True):
            found[measure] = each.points
    hidden = frozenset(suppressed)
    kept = [
        audit(view, _hidden_in(view, hidden), policy, view.secrets, found)
        for view, found in zip(views, points[1:], strict=True)
    ]
    return Protection(
        _shown(tables, hidden),
        hidden,
        audit(tables, hidden, policy, points=points[0]),
        gaps,
        added,
        frozenset(relaxed),
        tuple(i for k in kept for i in k),
    )


def _public(tables: LinkedSet) -> Cells:
    return tables.twins(tables.history.published)


def _keeping(view: LinkedSet, small_now: Cells, policy: Policy) -> LinkedSet:
    corrections = {cell for cell in view.secrets if small(view.value(cell), cell.measure, policy)}
    return replace(view, secrets=small_now | corrections)


def _hidden_in(view: LinkedSet, suppressed: Iterable[Cell]) -> Cells:
    return frozenset(cell.when(NOW) for cell in suppressed) & view.present() | view.secrets


class Attacker:
    """Who knows what one set tells: of every cell asked for it is seen to that they do not know it.

    A set of corrections asks for its secrets, another for all that is suppressed and was not public before.
    """

    def __init__(self, tables: LinkedSet, system: System, policy: Policy) -> None:
        self.system = system
        self.tables = tables
        public = _public(tables)
        self.fixed = frozenset(i for i, cell in enumerate(system.order) if cell in public)
        self._width = policy.sensitivity(system.order[0].measure).width
        self._rows = {cell: row for row, cell in enumerate(system.order)}
        self._hidden: set[int] = set()
        self._proven: set[int] = set()
        self._watcher = Watcher(system, frozenset())
        self._before = Baseline(tables, system)

    @property
    def points(self) -> np.ndarray:
        """Counts that fit what is published, for the audit to look at."""
        return self._watcher.points

    def hold(self, cells: Cells) -> Cells:
        """``cells`` and what it takes for every one that is asked to hold against outsiders and insiders."""
        self._hide(self._rows[cell] for cell in cells if cell in self._rows)
        while pending := sorted(self._asked() - self._proven):
            row = pending[0]
            demand = self._demand(row)
            more = self._more(demand) if demand else frozenset()
            if more:
                self._hide(more)
            else:
                self._proven.add(row)
        return frozenset(self.system.order[row] for row in self._hidden)

    def _hide(self, rows: Iterable[int]) -> None:
        new = set(rows) - self._hidden - self.fixed
        self._hidden |= new
        self._watcher.forget(new)

    def _asked(self) -> set[int]:
        if self.tables.secrets:
            return {self._rows[cell] for cell in self.tables.secrets} - self.fixed
        return self._hidden

    def _demand(self, row: int) -> Demand | None:
        if self._watcher.narrowest(row, self._width).width >= self._width:
            return None
        found = told(self._before, self._watcher, row, self._width)
        return Demand(row, found.width, found.floor) if found else None

    def _more(self, demand: Demand) -> frozenset[int]:
        """What to suppress besides: a little more than is demanded, as counts are whole; or just that; or,
        where no program finds it, everything not published yet: then no more is known than was before."""
        hidden = frozenset(self._hidden)
        for width in (demand.width + 1, demand.width):
            if more := widen(self.system, hidden, self.fixed, Demand(demand.row, width, demand.floor)):
                return more
        return frozenset(range(len(self.system.order))) - hidden - self.fixed


def _choose(attacker: Attacker, primary: Cells, policy: Policy) -> Choice:
    system, fixed = attacker.system, attacker.fixed
    rows = frozenset(i for i, cell in enumerate(system.order) if cell in primary)
    width = policy.sensitivity(system.order[0].measure).width
    asked = rows - fixed
    best = cheapest(system, asked, fixed, width) if asked and fits(system, asked) else None
    return Choice(best.rows | rows, best.gap) if best else Choice(rows, None)


def _held(attacker: Attacker, others: Sequence[Attacker], chosen: Cells) -> Cells:
    """What is suppressed for one attacker is looked at with the eyes of the others, until nothing is added:
    whatever is withheld besides only ever leaves them all less certain."""
    hidden = chosen
    while True:
        before = hidden
        hidden |= attacker.hold(hidden)
        for other in others:
            present = other.tables.present()
            found = other.hold(_hidden_in(other.tables, hidden))
            hidden |= {cell.unchanging() for cell in found & present}
        if hidden == before:
            return hidden


def _shown(tables: LinkedSet, suppressed: Cells) -> dict[Cell, Shown]:
    shown: dict[Cell, Shown] = dict.fromkeys(tables.missing, Withheld.NOT_AVAILABLE)
    for cell in tables.present():
        shown[cell] = Withheld.SUPPRESSED if cell in suppressed else tables.value(cell)
    return shown
