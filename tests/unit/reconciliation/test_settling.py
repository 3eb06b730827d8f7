"""What is settled in columns is what the components settle one by one, with decisions and without."""

from random import Random

import numpy as np
import pytest

from app.reconciliation.columns import PairEdges
from app.reconciliation.held import Held
from app.reconciliation.neighbourhood import Resolved, Weighed, Weights, settle_cases, settle_persons
from app.reconciliation.resolve import Decisions
from app.reconciliation.rivals import without_rivals
from app.reconciliation.scoring import Model
from app.reconciliation.settling import Partition, settle_mentions, settle_records
from schemas.observations import Observation
from support.everybody import everybody, gathered, hard, mixed, small

MODEL = Model.load()
WORLDS = [*(small(seed, 25) for seed in range(12)), hard(61, 800), hard(62, 800), mixed(63), mixed(64)]


def decisions(random: Random, nodes: list[int], edges: PairEdges) -> Decisions:
    """On pairs with an edge, without, and of somebody who is not there."""
    pairs = random.sample(edges.pairs(), min(len(edges.a), 6))
    pairs += [(min(pair), max(pair)) for pair in (random.sample(nodes, 2) for _ in range(4))]
    pairs.append((nodes[0], nodes[-1] + 1_000))
    cut = random.randint(0, len(pairs))
    return Decisions(frozenset(pairs[:cut]), frozenset(pairs[cut // 2 :: 2]))


def weighed(edges: PairEdges) -> tuple[Weights, Weights]:
    weights, known = (
        dict(zip(edges.pairs(), each.tolist(), strict=True)) for each in (edges.weights, edges.known)
    )
    return weights, known


def assert_same(found: Partition, expected: Resolved) -> None:
    assert set(found.clusters()) == {tuple(sorted(cluster)) for cluster in expected.clusters}
    assert found.judged() == expected.judged


def expected_cases(held: Held, edges: PairEdges, decided: Decisions) -> Resolved:
    weights, known = weighed(edges)
    return settle_cases(held, held.records, Weighed(weights, weights, known), decided, MODEL)


def expected_persons(held: Held, edges: PairEdges, decided: Decisions) -> Resolved:
    weights, known = weighed(edges)
    effective = without_rivals(held.record_of, weights)
    return settle_persons(held, held.mentions, Weighed(weights, effective, known), decided, MODEL)


@pytest.mark.parametrize("seen", WORLDS)
@pytest.mark.parametrize("decide", [False, True], ids=["bare", "decided"])
def test_columns_settle_what_components_settle(seen: list[Observation], decide: bool) -> None:
    held, random = gathered(seen), Random(len(seen))
    pairs = everybody(held, MODEL)
    edges = pairs.record_edges()
    decided = decisions(random, sorted(held.records), edges) if decide else Decisions()
    cases = settle_records(held, edges, decided, MODEL)
    assert_same(cases, expected_cases(held, edges, decided))
    edges = pairs.person_edges(cases.labels)
    pairs.close()
    decided = decisions(random, sorted(held.mentions), edges) if decide else Decisions()
    assert_same(settle_mentions(held, edges, decided, MODEL), expected_persons(held, edges, decided))


@pytest.mark.parametrize("seed", range(40))
def test_any_weights_settle_alike(seed: int) -> None:
    """Of the people of a few records: edges drawn anew, so that all are rivals and third parties."""
    random = Random(seed)
    held = gathered(small(seed, 12))
    nodes = sorted(held.mentions)
    drawn = [(a, b) for a in nodes for b in nodes if a < b and random.random() < 0.3]
    drawn = [pair for pair in drawn if held.record_of[pair[0]] != held.record_of[pair[1]]]
    weights = [random.choice((6.0, 9.5, 20.0, 20.0, 31.25)) + MODEL.person.lower for _ in drawn]
    ends = np.array(drawn, dtype=np.int64).reshape(-1, 2)
    known = np.array([random.choice((-20.0, 3.0, 14.0)) for _ in drawn])
    edges = PairEdges(ends[:, 0], ends[:, 1], np.array(weights), known, np.zeros(len(drawn), np.bool_))
    assert_same(settle_mentions(held, edges, Decisions(), MODEL), expected_persons(held, edges, Decisions()))


def test_nothing_settles_into_nothing() -> None:
    held = Held()
    none = np.empty(0, np.int64)
    edges = PairEdges(none, none, np.empty(0), np.empty(0), np.empty(0, np.bool_))
    for found in (
        settle_records(held, edges, Decisions(), MODEL),
        settle_mentions(held, edges, Decisions(), MODEL),
    ):
        assert (found.clusters(), found.judged()) == ([], {})
