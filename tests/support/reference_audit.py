"""A slow, obvious attacker: writes down every table of counts that fits what is published.

Shares nothing with the linear programs: it enumerates whole numbers at every grain.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping

from app.releases.disclosure.cells import Cell, Grain, LinkedSet


def feasible(
    tables: LinkedSet, measure: str, suppressed: frozenset[Cell], floor: Mapping[Grain, int]
) -> Iterator[dict[Grain, int]]:
    """Every assignment of counts that fits all known cells, of which the total must be one."""
    grains = list(itertools.product(*(dimension.leaves for dimension in tables.dimensions)))
    known = [cell for cell in tables.everything() if cell.measure == measure and cell not in suppressed]
    sums = [(tables.value(cell), [covers(tables, cell, grain) for grain in grains]) for cell in known]
    assert any(all(covered) for _, covered in sums), "without a published total there is no end"
    yield from _extend(grains, sums, [floor.get(grain, 0) for grain in grains], [])


def covers(tables: LinkedSet, cell: Cell, grain: Grain) -> bool:
    codes = dict(cell.at)
    return all(
        dimension.name not in codes
        or leaf in dimension.groups.get(codes[dimension.name], {codes[dimension.name]})
        for dimension, leaf in zip(tables.dimensions, grain, strict=True)
    )


def _extend(
    grains: list[Grain], sums: list[tuple[int, list[bool]]], floor: list[int], chosen: list[int]
) -> Iterator[dict[Grain, int]]:
    place = len(chosen)
    left = [
        value - sum(n for n, there in zip(chosen, covered, strict=False) if there) for value, covered in sums
    ]
    later = [any(covered[place:]) for _, covered in sums]
    if any(rest < 0 or (rest > 0 and not more) for rest, more in zip(left, later, strict=True)):
        return
    if place == len(grains):
        yield dict(zip(grains, chosen, strict=True))
        return
    most = min(rest for rest, (_, covered) in zip(left, sums, strict=True) if covered[place])
    for count in range(floor[place], most + 1):
        yield from _extend(grains, sums, floor, [*chosen, count])


def interval(tables: LinkedSet, cell: Cell, worlds: Iterable[Mapping[Grain, int]]) -> tuple[int, int]:
    """Least and greatest count of ``cell`` over ``worlds``."""
    values = [sum(n for grain, n in world.items() if covers(tables, cell, grain)) for world in worlds]
    return min(values), max(values)
