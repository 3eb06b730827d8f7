"""From true counts to what may be shown: primary, secondary, audit."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.releases.disclosure.audit import Interval, Refused, Watcher, audit, raised
from app.releases.disclosure.cells import Cell, LinkedSet, Shown, Withheld
from app.releases.disclosure.policy import Policy
from app.releases.disclosure.primary import sensitive
from app.releases.disclosure.secondary import Choice, Demand, cheapest, fits, widen
from app.releases.disclosure.system import System, build


@dataclass(frozen=True)
class Protection:
    """A set that passed the audit.

    ``shown``: every cell of the present tables. ``gaps``: by measure, the proven optimality gap of the
    integer program, None where the heuristic chose. ``added``: by measure, cells suppressed after it, for
    insiders and for intervals of secondary cells, which that gap does not cover. ``relaxed``: measures whose
    audit is over blocks (see ``system``). ``suppressed`` holds earlier protected cells too. ``intervals``
    are never published.
    """

    shown: Mapping[Cell, Shown]
    suppressed: frozenset[Cell]
    intervals: tuple[Interval, ...]
    gaps: Mapping[str, float | None]
    added: Mapping[str, int]
    relaxed: frozenset[str]


def protect(tables: LinkedSet, policy: Policy) -> Protection:
    """Raises Refused, naming cells, where nothing protects them; KeyError for a measure without policy."""
    primary = sensitive(tables, policy)
    exposed = primary & tables.twins(tables.history.published)
    if exposed:
        raise Refused(tuple(sorted(exposed)))
    suppressed: set[Cell] = set()
    gaps: dict[str, float | None] = {}
    added: dict[str, int] = {}
    relaxed: set[str] = set()
    for measure in sorted({cell.measure for cell in primary}):
        system = build(tables, measure)
        choice = _choose(tables, system, primary, policy)
        rows = _hold(tables, system, choice.rows, policy)
        suppressed |= {system.order[row] for row in rows}
        gaps[measure], added[measure] = choice.gap, len(rows - choice.rows)
        if not system.exact:
            relaxed.add(measure)
    hidden = frozenset(suppressed)
    found = audit(tables, hidden, policy)
    return Protection(_shown(tables, hidden), hidden, found, gaps, added, frozenset(relaxed))


def _choose(tables: LinkedSet, system: System, primary: frozenset[Cell], policy: Policy) -> Choice:
    rows = frozenset(i for i, cell in enumerate(system.order) if cell in primary)
    width = policy.sensitivity(system.order[0].measure).width
    best = cheapest(system, rows, _fixed(tables, system), width) if fits(system, rows) else None
    return best or Choice(rows, None)


def _fixed(tables: LinkedSet, system: System) -> frozenset[int]:
    known = tables.twins(tables.history.published)
    return frozenset(i for i, cell in enumerate(system.order) if cell in known)


def _hold(tables: LinkedSet, system: System, rows: frozenset[int], policy: Policy) -> frozenset[int]:
    """``rows`` and what it takes for every one of them to hold against outsiders and insiders."""
    width = policy.sensitivity(system.order[0].measure).width
    fixed = _fixed(tables, system)
    pending = sorted(rows)
    watcher = Watcher(system, frozenset(system.order[i] for i in rows))
    while pending:
        row = pending.pop(0)
        found = watcher.narrowest(row, width)
        if found.width >= width:
            continue
        floor = raised(system, found.insider) if found.insider else system.floor
        more = _more(system, rows, fixed, Demand(row, width, floor))
        if not more:
            raise Refused((system.order[row],))
        rows |= more
        watcher = Watcher(system, frozenset(system.order[i] for i in rows), watcher.points)
        pending = [*sorted(more), row, *pending]
    return rows


def _more(system: System, rows: frozenset[int], fixed: frozenset[int], demand: Demand) -> frozenset[int]:
    """What to suppress besides: a little more than is demanded, as counts are whole; or just that; or, where
    no program finds it, everything that is not published yet: then no more is known than was before."""
    for width in (demand.width + 1, demand.width):
        if more := widen(system, rows, fixed, Demand(demand.row, width, demand.floor)):
            return more
    return frozenset(range(len(system.order))) - rows - fixed


def _shown(tables: LinkedSet, suppressed: frozenset[Cell]) -> dict[Cell, Shown]:
    shown: dict[Cell, Shown] = dict.fromkeys(tables.missing, Withheld.NOT_AVAILABLE)
    for cell in tables.present():
        shown[cell] = Withheld.SUPPRESSED if cell in suppressed else tables.value(cell)
    return shown
