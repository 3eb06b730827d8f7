"""What an outsider can write down: counts at atoms, none negative, adding up to every published cell.

An atom is a combination of leaves that no cell tells apart. Each largest set of dimensions that some cell
uses is a block of its own, and blocks agree on the dimensions they share. That is exact where the sets are
acyclic (a decomposable model: blocks that agree are margins of some joint counts, none negative; Lauritzen
1996, Dobra and Fienberg 2000). Where they are not, all dimensions in one block are exact; and where that is
more than ``JOINT_ATOMS``, blocks are a relaxation: intervals may come out wider than they are.

Of a dimension of many values each value is a yes/no dimension, and what is counted has at least one: for each
atom of what their blocks share, the sum of the values is the count and an excess that is not negative. Any
such numbers, each at most the count, are those of some things with some values, so that this is exact too.
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
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

    ``insiders`` are the columns one counted person stands in, for every atom with such a person; in an excess
    as often as the person has values besides the first.
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

    def atoms(self) -> Iterator[dict[str, int]]:
        """The classes of each, by dimension."""
        for combo in itertools.product(*map(range, self.sizes)):
            yield dict(zip(self.names, combo, strict=True))

    @property
    def end(self) -> int:
        return self.start + prod(self.sizes)


@dataclass(frozen=True)
class _Excess:
    """One column for each atom of ``shared``: how many values there are beyond one of each thing."""

    homes: Mapping[str, _Block]  # of each yes/no dimension, the block that holds it
    shared: _Block

    def beyond(self, classes: dict[str, int], yes: Mapping[str, int]) -> int:
        """How many values a thing of these classes has besides the first."""
        return sum(classes[name] == yes[name] for name in self.homes) - 1

    def rows(self, yes: Mapping[str, int]) -> Iterator[dict[int, float]]:
        """The equations: values, less the count, less the excess, are nothing."""
        rows: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
        first = next(iter(self.homes))
        for name, block in self.homes.items():
            for classes in block.atoms():
                row, column = rows[self.shared.column(classes)], block.column(classes)
                row[column] += (classes[name] == yes[name]) - (name == first)
        for column, row in rows.items():
            row[column] = -1.0
            yield {at: value for at, value in row.items() if value}


def build(tables: LinkedSet, measure: str) -> System:
    """The system of one measure over present and earlier cells."""
    order = tuple(sorted(cell for cell in tables.everything() if cell.measure == measure))
    classes = _classes(tables, order)
    blocks, exact = _blocks(tables, order, classes)
    excesses = _excesses(tables, blocks, classes)
    width = excesses[-1].shared.end if excesses else blocks[-1].end
    rows = [_columns(tables, cell, blocks, classes) for cell in order]
    floor, insiders, truth = _known(tables, measure, (blocks, excesses, classes), width)
    cells = _matrix(rows, width)
    yes = _yes(classes)
    links = [*_links(blocks, tree=exact), *(row for each in excesses for row in each.rows(yes))]
    return System(order, cells, cells @ truth, _matrix(links, width), floor, insiders, exact, truth)


def _yes(classes: Classes) -> dict[str, int]:
    return {name: of_leaf["yes"] for name, (_, of_leaf) in classes.items() if "yes" in of_leaf}


def _excesses(tables: LinkedSet, blocks: list[_Block], classes: Classes) -> list[_Excess]:
    """Where no cell tells of one of the values, the others need not cover."""
    found: list[_Excess] = []
    start = blocks[-1].end
    for dimensions in tables.covering:
        homes = {
            name: block
            for name in sorted(dimensions)
            if (block := next((each for each in blocks if name in each.names), None)) is not None
        }
        if homes.keys() != dimensions:
            continue
        shared = set.intersection(*(set(block.names) for block in homes.values())) - dimensions
        names = tuple(sorted(shared))
        block = _Block(names, tuple(classes[name][0] for name in names), start)
        found.append(_Excess(homes, block))
        start = block.end
    return found


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


def _links(blocks: list[_Block], *, tree: bool) -> Iterator[dict[int, float]]:
    """One row per atom of the dimensions two blocks share: both sum to the same. Where the sets have no
    circle, along a tree of the largest intersections, which says as much as all pairs."""
    pairs = sorted(
        itertools.combinations(range(len(blocks)), 2),
        key=lambda pair: -len({*blocks[pair[0]].names} & {*blocks[pair[1]].names}),
    )
    joined = list(range(len(blocks)))
    for one, other in pairs:
        if tree:
            if joined[one] == joined[other]:
                continue
            joined = [joined[one] if each == joined[other] else each for each in joined]
        yield from _agreement(blocks[one], blocks[other])


def _agreement(one: _Block, other: _Block) -> Iterable[dict[int, float]]:
    shared = [name for name in one.names if name in other.names]
    sums: dict[tuple[int, ...], dict[int, float]] = {}
    for block, sign in ((one, 1.0), (other, -1.0)):
        for classes in block.atoms():
            key = tuple(classes[name] for name in shared)
            sums.setdefault(key, {})[block.column(classes)] = sign
    return sums.values()


def _known(
    tables: LinkedSet, measure: str, parts: tuple[list[_Block], list[_Excess], Classes], width: int
) -> tuple[np.ndarray, tuple[tuple[int, ...], ...], np.ndarray]:
    floor, counts = np.zeros(width), np.zeros(width)
    insiders: set[tuple[int, ...]] = set()
    for grain, count in tables.counts[measure].items():
        columns = _standing(tables, grain, parts) if count else ()
        least = min(count, max(0, tables.history.added.get((measure, grain), 0)))
        np.add.at(floor, list(columns), float(least))
        np.add.at(counts, list(columns), float(count))
        if count:
            insiders.add(columns)
    # Who is one of those known to have arrived knows no more than everybody: the true counts fit all others.
    hidden = [
        columns
        for columns in insiders
        if all(counts[column] - floor[column] >= times for column, times in Counter(columns).items())
    ]
    return floor, tuple(sorted(hidden)), counts


def _standing(
    tables: LinkedSet, grain: Grain, parts: tuple[list[_Block], list[_Excess], Classes]
) -> tuple[int, ...]:
    blocks, excesses, classes = parts
    names = [dimension.name for dimension in tables.dimensions]
    of_grain = {name: classes[name][1][leaf] for name, leaf in zip(names, grain, strict=True)}
    yes = _yes(classes) if excesses else {}
    extra = (each.shared.column(of_grain) for each in excesses for _ in range(each.beyond(of_grain, yes)))
    return (*(block.column(of_grain) for block in blocks), *extra)


def _matrix(rows: list[dict[int, float]], width: int) -> Any:
    at = [(i, j, value) for i, row in enumerate(rows) for j, value in row.items()]
    data = ([value for _, _, value in at], ([i for i, _, _ in at], [j for _, j, _ in at]))
    return sparse.csr_matrix(data, shape=(len(rows), width))
