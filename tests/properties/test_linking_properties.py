"""Linking is a function of what is held and decided: order, ids and detours say nothing. Held against
plain checks."""

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.reconciliation.clusters import Rules, agglomerate
from app.reconciliation.features import ReportFeatures, report_features
from app.reconciliation.resolve import Decisions, PersonNode, pair, vetoed
from app.reconciliation.scoring import Model
from app.world.world import World
from support.reference_linker import Linked, link, link_reports

MODEL = Model.load()
WORLDS = [(seed, difficulty) for seed in (1, 2) for difficulty in ("normal", "hard")]


def _reports(seed: int, difficulty: str, cases: int = 60) -> list[ReportFeatures]:
    world = World.generate(cases=cases, seed=seed, difficulty=difficulty)
    return [report_features(o, i) for i, o in enumerate(world.observations(), start=1)]


def _renumbered(reports: Sequence[ReportFeatures], rng: random.Random) -> list[ReportFeatures]:
    """The same records, arrived in another order: other ids, mentions in another order."""
    ids = rng.sample(range(1, 10 * len(reports)), len(reports))
    out = [
        replace(r, record_id=i, mentions=tuple(rng.sample(r.mentions, len(r.mentions))))
        for r, i in zip(reports, ids, strict=True)
    ]
    rng.shuffle(out)
    return out


@pytest.mark.parametrize(("seed", "difficulty"), WORLDS)
def test_any_arrival_gives_the_same_edges_cases_and_persons(seed: int, difficulty: str) -> None:
    reports = _reports(seed, difficulty)
    assert link_reports(_renumbered(reports, random.Random(seed)), MODEL) == link_reports(reports, MODEL)


@pytest.mark.parametrize(("seed", "difficulty"), WORLDS)
def test_two_people_of_one_record_are_two_unless_one_document_says_otherwise(
    seed: int, difficulty: str
) -> None:
    reports = _reports(seed, difficulty, cases=150)
    nodes = {(r.feed, r.key, m.role, m.order): PersonNode(0, m, r) for r in reports for m in r.mentions}
    linked = link_reports(reports, MODEL)
    assert any(len(person) > 3 for person in linked.persons)
    for person in linked.persons:
        for a, b in combinations(person, 2):
            assert not vetoed(nodes[a], nodes[b])


def test_a_record_that_comes_and_goes_leaves_no_trace() -> None:
    observations = list(World.generate(cases=60, seed=4, difficulty="hard").observations())
    gone = observations[::7]
    annulled = [o.model_copy(update={"annulled": True}) for o in gone]
    left = [o for o in observations if o not in gone]
    assert link([*observations, *annulled], MODEL) == link(left, MODEL)


def _some_pairs(linked: Linked, reports: Sequence[ReportFeatures]) -> list[tuple[int, int]]:
    ids = {r.name: r.record_id for r in reports}
    return [pair(ids[a], ids[b]) for a, b in linked.case_edges if a in ids and b in ids]


def test_reviewers_decisions_bind() -> None:
    reports = [r for r in _reports(5, "hard") if r.makes_case]
    names = {r.record_id: r.name for r in reports}
    before = link_reports(reports, MODEL)
    ids = {name: i for i, name in names.items()}
    joined = next(
        pair(ids[a], ids[b])
        for case in sorted(map(sorted, before.cases))
        if len(case) == 2
        for a, b in [case]
    )
    apart = pair(*sorted(r.record_id for r in reports if {r.name} in before.cases)[:2])
    decided = Decisions(same=frozenset({apart}), different=frozenset({joined}))
    after = link_reports(reports, MODEL, case_decisions=decided)
    place = {name: case for case in after.cases for name in case}
    assert place[names[apart[0]]] == place[names[apart[1]]]
    assert place[names[joined[0]]] != place[names[joined[1]]]


# --- clusters, over made-up weights

WEIGHTS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(-20, 20)), max_size=30)


@settings(max_examples=300, deadline=None)
@given(WEIGHTS, st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=6), st.randoms())
def test_clusters_depend_on_no_order_and_respect_every_veto(
    drawn: list[tuple[int, int, int]], vetoes: set[tuple[int, int]], rng: random.Random
) -> None:
    weights = {pair(a, b): float(w) for a, b, w in drawn if a != b}
    forbidden = {pair(a, b) for a, b in vetoes if a != b}
    rules: Rules[int] = Rules(
        stable_key=lambda member: f"k{member}",
        evidence=lambda a, b: weights.get(pair(a, b), 0.0),
        vetoed=lambda a, b: pair(a, b) in forbidden,
        upper=lambda a, b: 3.0,
        floor=0.0,
    )
    members = list(range(10))
    found = agglomerate(members, weights, rules)
    rng.shuffle(members)
    shuffled = dict(rng.sample(sorted(weights.items()), len(weights)))
    assert agglomerate(members, shuffled, rules) == found
    for cluster in found:
        assert not any(pair(a, b) in forbidden for a, b in combinations(cluster, 2))
    assert sorted(m for cluster in found for m in cluster) == list(range(10))


@settings(max_examples=200, deadline=None)
@given(WEIGHTS)
def test_clusters_of_a_component_are_those_of_the_whole(drawn: list[tuple[int, int, int]]) -> None:
    """What is not connected has no say: the locality that incremental linking stands on."""
    weights = {pair(a, b): float(w) for a, b, w in drawn if a != b and (a < 5) == (b < 5)}
    rules: Rules[int] = Rules(
        stable_key=lambda member: member,
        evidence=lambda a, b: weights.get(pair(a, b), 0.0),
        vetoed=lambda _a, _b: False,
        upper=lambda a, b: 3.0,
        floor=0.0,
    )
    halves = [
        agglomerate(part, {key: w for key, w in weights.items() if key[0] in part}, rules)
        for part in (range(5), range(5, 10))
    ]
    assert agglomerate(range(10), weights, rules) == [c for half in halves for c in half]
