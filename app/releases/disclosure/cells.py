"""A linked set of tables: cells over dimensions, and what of them is already public."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

CHANGE, NOW = "change", "now"
"""The dimension of when things came or left, in a set of corrections, and its code of what stands now."""

Grain = tuple[str, ...]
"""One leaf of every dimension, in the order of ``LinkedSet.dimensions``."""


class Withheld(StrEnum):
    """Why a cell shows no number. Zero is a number."""

    SUPPRESSED = "suppressed"
    NOT_AVAILABLE = "not_available"


Shown = int | Withheld


class MalformedSet(ValueError):
    """The set of tables contradicts itself; the message names dimensions, codes and measures only."""


@dataclass(frozen=True)
class Dimension:
    """Leaves that exclude each other and together are everything; groups are any sets of leaves.

    Groups may nest (province, department), overlap (age bands of two tables) or cross (bimester and quarter
    over months). A dimension of which one person has several values is one yes/no dimension per value.
    """

    name: str
    leaves: tuple[str, ...]
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        strangers = {leaf for group in self.groups.values() for leaf in group} - set(self.leaves)
        empty = [code for code, group in self.groups.items() if not group]
        if strangers or empty or len(set(self.leaves)) != len(self.leaves) or not self.leaves:
            raise MalformedSet(f"dimension {self.name}: unknown {sorted(strangers)}, empty {empty}")
        if set(self.groups) & set(self.leaves):
            raise MalformedSet(f"dimension {self.name}: a code is both leaf and group")

    def covered(self, code: str) -> frozenset[str]:
        """The leaves that ``code`` stands for; raises MalformedSet for a code of another dimension."""
        if code in self.groups:
            return self.groups[code]
        if code in self.leaves:
            return frozenset((code,))
        raise MalformedSet(f"dimension {self.name} has no code {code}")


@dataclass(frozen=True, order=True)
class Cell:
    """A measure at coordinates: (dimension, code), sorted. A dimension not named is its total."""

    measure: str
    at: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, measure: str, **codes: str) -> "Cell":
        return cls(measure, tuple(sorted(codes.items())))

    def when(self, code: str) -> "Cell":
        """The same in a set of corrections, at ``code`` of the dimension ``change``."""
        return Cell(self.measure, tuple(sorted((*self.at, (CHANGE, code)))))

    def unchanging(self) -> "Cell":
        """The same in a set without corrections."""
        return Cell(self.measure, tuple(each for each in self.at if each[0] != CHANGE))

    def __str__(self) -> str:
        return f"{self.measure}[{', '.join(f'{name}={code}' for name, code in self.at)}]"


@dataclass(frozen=True)
class History:
    """What earlier versions and periods made public, by coordinates.

    ``published`` cannot be taken back; ``protected`` must stay unknown. ``added`` are counts per measure and
    grain of which it is known that they arrived since (late reports). All are read against the present
    counts: whoever knows what was changed can carry an earlier figure forward.
    """

    published: frozenset[Cell] = frozenset()
    protected: frozenset[Cell] = frozenset()
    added: Mapping[tuple[str, Grain], int] = field(default_factory=dict)


@dataclass(frozen=True)
class LinkedSet:
    """Tables over the same counts.

    ``counts`` holds, by measure, the number at each grain (absent: zero); ``tables`` are collections of
    cells, of which the same may stand in several; ``missing`` are cells nobody could count. ``secrets`` are
    counts that no table shows and that stay unknown all the same. ``covering``: yes/no dimensions, of each
    set of which everything counted is a yes in at least one: the values of one dimension of many.
    ``changes``: what came to a cell and left it since each release that showed it.
    """

    dimensions: tuple[Dimension, ...]
    counts: Mapping[str, Mapping[Grain, int]]
    tables: Mapping[str, frozenset[Cell]]
    missing: frozenset[Cell] = frozenset()
    history: History = History()
    secrets: frozenset[Cell] = frozenset()
    covering: tuple[frozenset[str], ...] = ()
    changes: Mapping[Cell, tuple[int, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [dimension.name for dimension in self.dimensions]
        if len(set(names)) != len(names):
            raise MalformedSet("a dimension is there twice")
        for each in (name for names in self.covering for name in names):
            if each not in self._known or set(self._known[each].leaves) != {"yes", "no"}:
                raise MalformedSet(f"{each} is no yes/no dimension")
        for measure, counts in self.counts.items():
            for grain, count in counts.items():
                self._check_grain(measure, grain, count)
        for cell in self.everything() | self.missing:
            if cell.measure not in self.counts:
                raise MalformedSet(f"no counts of measure {cell.measure}")
            self.extent(cell)

    def _check_grain(self, measure: str, grain: Grain, count: int) -> None:
        fits = len(grain) == len(self.dimensions) and all(
            leaf in dimension.leaves for leaf, dimension in zip(grain, self.dimensions, strict=True)
        )
        if not fits or count < 0:
            raise MalformedSet(f"{measure}: a grain outside the dimensions or a negative count")
        if any(count and not self._covered(grain, names) for names in self.covering):
            raise MalformedSet(f"{measure}: a grain without any value of a dimension of many")

    def _covered(self, grain: Grain, names: frozenset[str]) -> bool:
        leaves = zip(self.dimensions, grain, strict=True)
        return any(leaf == "yes" for dimension, leaf in leaves if dimension.name in names)

    @cached_property
    def _known(self) -> dict[str, Dimension]:
        return {dimension.name: dimension for dimension in self.dimensions}

    @cached_property
    def _extents(self) -> dict[Cell, dict[str, frozenset[str]]]:
        return {}

    def extent(self, cell: Cell) -> dict[str, frozenset[str]]:
        """The leaves ``cell`` covers, by dimension, without the dimensions of which it covers all."""
        if cell not in self._extents:
            self._extents[cell] = self._extent(cell)
        return self._extents[cell]

    def _extent(self, cell: Cell) -> dict[str, frozenset[str]]:
        codes = dict(cell.at)
        if len(codes) != len(cell.at) or codes.keys() - self._known.keys():
            raise MalformedSet(f"{cell}: a dimension unknown or named twice")
        covered = {name: self._known[name].covered(code) for name, code in codes.items()}
        everything = {name: len(self._known[name].leaves) for name in codes}
        return {name: leaves for name, leaves in covered.items() if len(leaves) < everything[name]}

    def value(self, cell: Cell) -> int:
        """The true count at ``cell``."""
        extent = self.extent(cell)
        tests = [(i, extent[d.name]) for i, d in enumerate(self.dimensions) if d.name in extent]
        counts = self.counts[cell.measure].items()
        return sum(count for grain, count in counts if all(grain[i] in leaves for i, leaves in tests))

    def present(self) -> frozenset[Cell]:
        """Every cell to be published now that has a number."""
        return frozenset(cell for table in self.tables.values() for cell in table) - self.missing

    def everything(self) -> frozenset[Cell]:
        """The present cells, those of earlier releases, and the secrets."""
        return self.present() | self.history.published | self.history.protected | self.secrets

    def twins(self, cells: Iterable[Cell]) -> frozenset[Cell]:
        """``cells`` and every other name under which the same count stands in the set."""
        keys = {self.identity(cell) for cell in cells}
        return frozenset(cell for cell in self.everything() if self.identity(cell) in keys)

    def identity(self, cell: Cell) -> tuple[str, frozenset[tuple[str, frozenset[str]]]]:
        """Equal for cells that are the same count by their definition."""
        return cell.measure, frozenset(self.extent(cell).items())
