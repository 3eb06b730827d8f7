"""Who of one record may be whom of another, everybody of both counted, held against trying every pairing."""

import math
from itertools import permutations
from random import Random

import pytest

from app.reconciliation.rivals import without_rivals
from app.reconciliation.scoring import exact

Edges = dict[tuple[int, int], float]


def drawn(rng: Random, most: int = 4) -> tuple[dict[int, int], Edges]:
    """Two records with some people and edges between them; ids in any order."""
    here, there = rng.randint(1, most), rng.randint(1, most)
    ids = rng.sample(range(100), here + there)
    record_of = {mention: 1 if place < here else 2 for place, mention in enumerate(ids)}
    edges = {
        (min(a, b), max(a, b)): exact(rng.uniform(-2.0, 24.0))
        for a in ids[:here]
        for b in ids[here:]
        if rng.random() < 0.7
    }
    return record_of, edges


def by_trying(record_of: dict[int, int], edges: Edges) -> Edges:
    """Every way to pair them one to one, and what share of the odds has each pair."""
    left = [m for m, record in record_of.items() if record == 1]
    right = [m for m, record in record_of.items() if record == 2]
    seats = [*right, *(None for _ in left)]
    ways: dict[frozenset[tuple[int, int]], float] = {}
    for seating in permutations(seats, len(left)):
        chosen = frozenset(
            (min(a, b), max(a, b)) for a, b in zip(left, seating, strict=True) if b is not None
        )
        if chosen <= edges.keys():
            ways[chosen] = math.prod(2.0 ** edges[key] for key in chosen)
    found = {}
    for key in edges:
        with_it = math.fsum(odds for way, odds in ways.items() if key in way)
        found[key] = math.log2(with_it / math.fsum(odds for way, odds in ways.items() if key not in way))
    return found


@pytest.mark.parametrize("seed", range(60))
def test_odds_are_those_of_all_ways_to_pair_two_records(seed: int) -> None:
    record_of, edges = drawn(Random(seed))
    assert without_rivals(record_of, edges) == pytest.approx(by_trying(record_of, edges), abs=1e-6)


@pytest.mark.parametrize("seed", range(60))
def test_neither_order_nor_which_record_came_first_says_anything(seed: int) -> None:
    rng = Random(seed)
    record_of, edges = drawn(rng, most=6)
    mixed = list(edges.items())
    rng.shuffle(mixed)
    turned = {mention: 3 - record for mention, record in record_of.items()}
    assert without_rivals(turned, dict(mixed)) == without_rivals(record_of, edges)


def test_who_is_left_over_when_the_other_is_found_is_told_by_that() -> None:
    record_of = {1: 10, 2: 10, 3: 20, 4: 20}
    edges = {(1, 3): 12.0, (2, 3): 4.0, (2, 4): 4.0}
    found = without_rivals(record_of, edges)
    assert found[2, 4] == pytest.approx(4.0, abs=0.02)
    assert found[2, 3] < -8.0


def test_two_who_fit_two_equally_well_are_nobody_for_certain() -> None:
    record_of = {1: 10, 2: 10, 3: 20, 4: 20}
    found = without_rivals(record_of, dict.fromkeys([(1, 3), (1, 4), (2, 3), (2, 4)], 20.0))
    assert max(found.values()) < 0.01


def test_edges_of_other_records_and_of_one_record_claim_nothing() -> None:
    record_of = {1: 10, 2: 10, 3: 20, 4: 30}
    edges = {(1, 3): 6.0, (2, 4): 5.0, (1, 2): 30.0}
    assert without_rivals(record_of, edges) == edges


def test_more_people_than_can_be_paired_are_counted_as_claims() -> None:
    record_of = {n: 1 if n < 10 else 2 for n in range(20)}
    edges = {(a, b): 5.0 for a in range(10) for b in range(10, 20)}
    expected = 5.0 - math.log2(1.0 + 18 * 2.0**5)
    assert set(without_rivals(record_of, edges).values()) == {5.0 - exact(5.0 - expected)}
