"""Invented things that come, move and leave between releases, and an attacker who holds all that came out.

The attacker of ``Reference`` is written apart from the programs under test: counts of every release at every
grain are its unknowns.
"""

import itertools
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

import numpy as np
from scipy.optimize import linprog

from app.releases.corrections import Corrections, Told
from app.releases.disclosure.cells import Cell, Dimension, Grain, History, LinkedSet, Withheld
from app.releases.disclosure.protecting import Protection, protect
from support.disclosure_kit import MONTH, PLACE, USUAL, table
from support.reference_audit import covers

SEX = Dimension("sex", ("f", "m"))
DIMENSIONS = (MONTH, PLACE, SEX)
GRAINS = tuple(itertools.product(*(dimension.leaves for dimension in DIMENSIONS)))
PERIODS = (("B1",), ("B2", "Q1"), ("B1",), ("B1", "B2"))
"""What successive releases tell of: a bimester, the next with the quarter, and versions of them."""
SLACK = 1e-6
Placed = dict[str, Grain]


@dataclass(frozen=True)
class Out:
    """A release that came out."""

    placed: Placed
    tables: LinkedSet
    protection: Protection

    @property
    def published(self) -> frozenset[Cell]:
        return frozenset(
            cell for cell, shown in self.protection.shown.items() if shown is not Withheld.SUPPRESSED
        )

    @property
    def told(self) -> Told:
        months = {m for cell in self.tables.present() for m in MONTH.groups[dict(cell.at)["month"]]}
        return Told(frozenset(months), self.placed, self.published)

    def value(self, cell: Cell) -> int:
        return self.tables.value(cell)


def release(placed: Placed, periods: Sequence[str], earlier: Sequence[Out]) -> Out:
    """Built and protected against all that came out before."""
    corrections = Corrections([each.told for each in earlier], placed)
    published = frozenset(cell for each in earlier for cell in each.published)
    protected = frozenset(cell for each in earlier for cell in each.tables.present()) - published
    added = {("cases", grain): count for grain, count in corrections.added().items()}
    tables = LinkedSet(
        DIMENSIONS,
        {"cases": dict(Counter(placed.values()))},
        {
            "places": table("cases", month=tuple(periods), place=("", "d1", "d2", *PLACE.leaves)),
            "sexes": table("cases", month=tuple(periods), sex=("", *SEX.leaves)),
        },
        history=History(published, protected, added),
    )
    tables = replace(tables, changes=corrections.sizes(tables))
    return Out(placed, tables, protect(tables, USUAL, corrections.sets(tables)))


def begun(seed: int) -> Placed:
    chance = random.Random(seed)
    counts = {grain: chance.choice((0, 0, 1, 4, 9, 15)) for grain in GRAINS}
    return {f"{'-'.join(grain)}.{n}": grain for grain, count in counts.items() for n in range(count)}


def came(placed: Placed, seed: int) -> Placed:
    """A few late reports, most of them alone where they are."""
    chance = random.Random(seed)
    late = [chance.choice(GRAINS) for _ in range(chance.choice((1, 1, 2, 5, 12)))]
    return placed | {f"late {seed}.{n}": grain for n, grain in enumerate(late)}


def left(placed: Placed, seed: int) -> Placed:
    """A few annulments; now and then nearly all of a place, so that what was published becomes small."""
    chance = random.Random(seed)
    keys = sorted(placed)
    gone = set(chance.sample(keys, min(len(keys), chance.choice((1, 1, 2, 6)))))
    if chance.random() < 0.5:
        place = chance.choice(PLACE.leaves)
        gone |= {key for key in keys if placed[key][1] == place and chance.random() < 0.93}
    return {key: grain for key, grain in placed.items() if key not in gone}


def moved(placed: Placed, seed: int) -> Placed:
    """Late reports, annulments and another place for some."""
    chance = random.Random(seed)
    now = left(came(placed, seed), seed + 1)
    for key in chance.sample(sorted(now), min(len(now), 3)):
        month, _, sex = now[key]
        now[key] = (month, chance.choice(PLACE.leaves), sex)
    return now


class Reference:
    """Who holds all releases, and knows that things only came (or only left) from one to the next.

    Unknowns: the counts of the first (last) release, and what came (left) before each later (after each
    earlier) one, none negative.
    """

    def __init__(self, out: Sequence[Out], *, leaving: bool) -> None:
        self._out, self._leaving = out, leaving
        rows, right = [], []
        for moment, each in enumerate(out):
            for cell in sorted(each.published):
                rows.append(self.row(cell, moment))
                right.append(each.value(cell))
        self._rows, self._right = np.array(rows), np.array(right, dtype=float)

    def row(self, cell: Cell, moment: int) -> np.ndarray:
        """The count of a cell in one release."""
        inside = np.array([float(covers(self._out[0].tables, cell, grain)) for grain in GRAINS])
        parts = range(len(self._out))
        counted = (part == 0 or (part > moment if self._leaving else part <= moment) for part in parts)
        return np.concatenate([inside * float(one) for one in counted])

    def width(self, row: np.ndarray) -> int:
        """How far a count can differ between what fits; large where there is no end."""
        ends = []
        for sign in (1.0, -1.0):
            found = linprog(sign * row, A_eq=self._rows, b_eq=self._right, bounds=(0, 10_000), method="highs")
            assert found.status == 0
            ends.append(sign * found.fun)
        return floor(ends[1] + SLACK) - ceil(ends[0] - SLACK)


def corrected(out: Sequence[Out]) -> Mapping[tuple[Cell, int, int], tuple[int, int]]:
    """Of each published cell and later release, how many things came to it and left it between them."""
    found = {}
    for one, other in itertools.combinations(range(len(out)), 2):
        then, now = out[one].placed, out[other].placed
        for cell in out[one].published:
            inside = {grain for grain in GRAINS if covers(out[one].tables, cell, grain)}
            new = sum(grain in inside and then.get(key) != grain for key, grain in now.items())
            gone = sum(grain in inside and now.get(key) != grain for key, grain in then.items())
            found[cell, one, other] = (new, gone)
    return found
