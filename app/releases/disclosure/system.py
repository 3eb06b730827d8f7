"""What an outsider can write down: counts at atoms, none negative, adding up to every published cell.

An atom is a combination of leaves that no cell tells apart. Each largest set of dimensions that some cell
uses is a block of its own, and blocks agree on the dimensions they share. That is exact where the sets are
acyclic (a decomposable model: blocks that agree are margins of some joint counts, none negative; Lauritzen
1996, Dobra and Fienberg 2000). Where they are not, all dimensions in one block are exact; and where that is
more than ``JOINT_ATOMS``, blocks are a relaxation: intervals may come out wider than they are.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from scipy import sparse

from app.releases.disclosure.cells import Cell, Grain, LinkedSet

JOINT_ATOMS = 4_000
Classes = dict[str, tuple[int, dict[str, int]]]


@dataclass(frozen=True)
class System:
    """``cells @ x`` are the cells' values, ``links @ x == 0``, ``x >= floor``.

    ``insiders`` are the columns one counted person stands in, for every atom with such a person.
    """

    order: tuple[Cell, ...]
    cells: Any
    values: np.ndarray
    links: Any
    floor: np.ndarray
    insiders: tuple[tuple[int, ...], ...]
    exact: bool
    truth: np.ndarray  # the true counts

    @property
    def width(self) -> int:
        return int(self.floor.size)


@dataclass(frozen=True)
class _Block:
    names: tuple[str, ...]
    sizes: tuple[int, ...]
    start: int

    def column(self, classes: dict[str, int]) -> int:
        """The column of the atom with these classes, by dimension."""
        at = 0
        for name, size in zip(self.names, self.sizes, strict=True):
            at = at * size + classes[name]
        return self.start + at


def build(tables: LinkedSet, measure: str) -> System:
    """The system of one measure over present and earlier cells."""
    order = tuple(sorted(cell for cell in tables.everything() if cell.measure == measure))
    classes = _classes(tables, order)
    blocks, exact = _blocks(tables, order, classes)
    width = blocks[-1].start + prod(blocks[-1].sizes)
    rows = [_columns(tables, cell, blocks, classes) for cell in order]
    floor, insiders, truth = _known(tables, measure, blocks, classes, width)
    values = np.array([tables.value(cell) for cell in order], dtype=float)
    links = _links(blocks, width)
    return System(order, _matrix(rows, width), values, links, floor, insiders, exact, truth)


def _classes(tables: LinkedSet, order: tuple[Cell, ...]) -> Classes:
    """By dimension: how many classes of leaves the cells tell apart, and the class of each leaf."""
    extents = [tables.extent(cell) for cell in order]
    found: Classes = {}
    for dimension in tables.dimensions:
        groups = sorted({tuple(sorted(e[dimension.name])) for e in extents if dimension.name in e})
        patterns: dict[tuple[bool, ...], int] = {}
        of_leaf: dict[str, int] = {}
        for leaf in dimension.leaves:
            pattern = tuple(leaf in group for group in groups)
            of_leaf[leaf] = patterns.setdefault(pattern, len(patterns))
        found[dimension.name] = (len(patterns), of_leaf)
    return found


def _blocks(tables: LinkedSet, order: tuple[Cell, ...], classes: Classes) -> tuple[list[_Block], bool]:
    used = {frozenset(tables.extent(cell)) for cell in order}
    everything = frozenset(name for names in used for name in names)
    largest = {s for s in used if not any(s < other for other in used)}
    exact = acyclic(largest)
    if not exact and prod(classes[name][0] for name in everything) <= JOINT_ATOMS:
        exact, largest = True, {everything}
    blocks: list[_Block] = []
    start = 0
    for names in sorted(tuple(sorted(names)) for names in largest):
        sizes = tuple(classes[name][0] for name in names)
        blocks.append(_Block(names, sizes, start))
        start += prod(sizes)
    return blocks, exact


def acyclic(sets: Iterable[frozenset[str]]) -> bool:
    """Graham's reduction: drop what stands in one set only and sets within others, until nothing is left."""
    left = set(sets)
    while len(left) > 1:
        shared = {name for one, other in itertools.combinations(left, 2) for name in one & other}
        reduced = {each & shared for each in left}
        reduced = {each for each in reduced if not any(each < other for other in reduced)}
        if reduced == left:
            return False
        left = reduced
    return True


def _columns(tables: LinkedSet, cell: Cell, blocks: list[_Block], classes: Classes) -> dict[int, float]:
    extent = tables.extent(cell)
    block = next(block for block in blocks if set(extent) <= set(block.names))
    choices = []
    for name, size in zip(block.names, block.sizes, strict=True):
        leaves = extent.get(name)
        of_leaf = classes[name][1]
        choices.append(range(size) if leaves is None else sorted({of_leaf[leaf] for leaf in leaves}))
    combos = itertools.product(*choices)
    return {block.column(dict(zip(block.names, combo, strict=True))): 1.0 for combo in combos}


def _links(blocks: list[_Block], width: int) -> Any:
    """One row per atom of the dimensions two blocks share: both sum to the same."""
    rows: list[dict[int, float]] = []
    for one, other in itertools.combinations(blocks, 2):
        shared = [name for name in one.names if name in other.names]
        sums: dict[tuple[int, ...], dict[int, float]] = {}
        for block, sign in ((one, 1.0), (other, -1.0)):
            for combo in itertools.product(*(range(size) for size in block.sizes)):
                classes = dict(zip(block.names, combo, strict=True))
                key = tuple(classes[name] for name in shared)
                sums.setdefault(key, {})[block.column(classes)] = sign
        rows.extend(sums.values())
    return _matrix(rows, width)


def _known(
    tables: LinkedSet, measure: str, blocks: list[_Block], classes: Classes, width: int
) -> tuple[np.ndarray, tuple[tuple[int, ...], ...], np.ndarray]:
    floor, counts = np.zeros(width), np.zeros(width)
    insiders: set[tuple[int, ...]] = set()
    for grain, count in tables.counts[measure].items():
        columns = _standing(tables, grain, blocks, classes)
        least = min(count, max(0, tables.history.added.get((measure, grain), 0)))
        floor[list(columns)] += least
        counts[list(columns)] += count
        if count:
            insiders.add(columns)
    hidden = [columns for columns in insiders if all(counts[c] > floor[c] for c in columns)]
    return floor, tuple(sorted(hidden)), counts


def _standing(tables: LinkedSet, grain: Grain, blocks: list[_Block], classes: Classes) -> tuple[int, ...]:
    names = [dimension.name for dimension in tables.dimensions]
    of_grain = {name: classes[name][1][leaf] for name, leaf in zip(names, grain, strict=True)}
    return tuple(block.column(of_grain) for block in blocks)


def _matrix(rows: list[dict[int, float]], width: int) -> Any:
    at = [(i, j, value) for i, row in enumerate(rows) for j, value in row.items()]
    data = ([value for _, _, value in at], ([i for i, _, _ in at], [j for _, j, _ in at]))
    return sparse.csr_matrix(data, shape=(len(rows), width))
