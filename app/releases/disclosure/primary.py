"""Primary suppression: cells that tell too much by themselves."""

from collections import defaultdict

from app.releases.disclosure.cells import Cell, LinkedSet
from app.releases.disclosure.policy import Policy


def sensitive(tables: LinkedSet, policy: Policy) -> frozenset[Cell]:
    """Present cells with small counts or identifying zeros, with all that earlier releases protected."""
    few = {cell for cell in tables.present() if small(tables.value(cell), cell.measure, policy)}
    few |= {
        cell
        for cell, sizes in tables.changes.items()
        if cell in tables.present() and any(small(each, cell.measure, policy) for each in sizes)
    }
    found = few | identifying_zeros(tables, policy) | tables.history.protected
    return tables.twins(found)


def small(value: int, measure: str, policy: Policy) -> bool:
    """Whether a count is withheld by itself."""
    return 1 <= value <= policy.sensitivity(measure).suppressed_to


def identifying_zeros(tables: LinkedSet, policy: Policy) -> frozenset[Cell]:
    """Zeros, and their one sibling that is not, along a dimension where that names everybody's value."""
    siblings: dict[tuple[str, str, frozenset[tuple[str, str]]], set[Cell]] = defaultdict(set)
    leaves = {dimension.name: set(dimension.leaves) for dimension in tables.dimensions}
    for cell in tables.present():
        for name, code in cell.at:
            if name in policy.zero_dimensions and code in leaves[name]:
                rest = frozenset(cell.at) - {(name, code)}
                siblings[(cell.measure, name, rest)].add(cell)
    found: set[Cell] = set()
    for family in siblings.values():
        positive = [cell for cell in family if tables.value(cell) > 0]
        if len(family) > 1 and len(positive) == 1:
            found |= family
    return frozenset(found)
