"""Random linked sets for disclosure control, and a small policy for them."""

import itertools
import random
from datetime import date

from app.releases.disclosure.cells import Cell, Dimension, History, LinkedSet
from app.releases.disclosure.policy import Policy, Sensitivity

SMALL = Policy("test-1", date(2026, 1, 1), {"cases": Sensitivity(2, 2)})
USUAL = Policy("test-2", date(2026, 1, 1), {"cases": Sensitivity(4, 4), "victims": Sensitivity(10, 10)})

PLACE = Dimension(
    "place", ("p11", "p12", "p21", "p22"), {"d1": frozenset({"p11", "p12"}), "d2": frozenset({"p21", "p22"})}
)
AGE = Dimension(
    "age",
    ("0-13", "14-17", "18-29", "30+"),
    {
        "minor": frozenset({"0-13", "14-17"}),
        "adult": frozenset({"18-29", "30+"}),
        "young": frozenset({"14-17", "18-29"}),
    },
)
MONTH = Dimension(
    "month",
    ("m1", "m2", "m3", "m4"),
    {"B1": frozenset({"m1", "m2"}), "B2": frozenset({"m3", "m4"}), "Q1": frozenset({"m1", "m2", "m3"})},
)
DIMENSIONS = (PLACE, AGE, MONTH)


def table(measure: str, **codes: tuple[str, ...]) -> frozenset[Cell]:
    """Every combination of the codes; "" is the total."""
    names = sorted(codes)
    combos = itertools.product(*(codes[name] for name in names))
    return frozenset(
        Cell(measure, tuple((n, c) for n, c in zip(names, combo, strict=True) if c)) for combo in combos
    )


def tables_of(measure: str) -> dict[str, frozenset[Cell]]:
    """Two standard tables that share margins, over nested places, crossing age bands and periods."""
    return {
        "places": table(measure, place=("", "d1", "d2", *PLACE.leaves), month=("", "B1", "B2")),
        "ages": table(measure, place=("", "d1", "d2"), age=("", "minor", "adult", "young", *AGE.leaves)),
    }


def world(seed: int, measure: str = "victims") -> LinkedSet:
    """Counts at random, many of them small, and two linked tables."""
    chance = random.Random(seed)
    grains = list(itertools.product(*(dimension.leaves for dimension in DIMENSIONS)))
    counts = {grain: chance.choice((0, 0, 0, 0, 0, 0, 1, 1, 2, 9)) for grain in grains}
    return LinkedSet(DIMENSIONS, {measure: counts}, tables_of(measure))


def corrected(before: LinkedSet, seed: int, history: History) -> LinkedSet:
    """A later version: some late reports, known grain by grain."""
    chance = random.Random(seed)
    ((measure, counts),) = before.counts.items()
    late = {grain: chance.choice((0,) * 9 + (1,)) for grain in counts}
    now = {grain: count + late[grain] for grain, count in counts.items()}
    added = {(measure, grain): count for grain, count in late.items() if count}
    return LinkedSet(
        before.dimensions,
        {measure: now},
        before.tables,
        history=History(history.published, history.protected, added),
    )


PLACES = ("p", "q", "r")
DATED = Dimension("month", ("m1", "m2"))
MANY = (DATED, *(Dimension(place, ("yes", "no")) for place in PLACES))
PATTERNS = tuple(each for each in itertools.product(("yes", "no"), repeat=3) if "yes" in each)
"""Each thing stands in one place at least, often in several."""


def many_values(seed: int) -> LinkedSet:
    """Things that stand in one place or several, and tables by month and by place."""
    chance = random.Random(seed)
    counts = {
        (month, *pattern): chance.choice((0, 0, 0, 1, 1)) for month in DATED.leaves for pattern in PATTERNS
    }
    cells = {
        Cell.of("cases", **month, **place)
        for month in ({}, *({"month": each} for each in DATED.leaves))
        for place in ({}, *({each: "yes"} for each in PLACES))
    }
    return LinkedSet(MANY, {"cases": counts}, {"one": frozenset(cells)}, covering=(frozenset(PLACES),))
