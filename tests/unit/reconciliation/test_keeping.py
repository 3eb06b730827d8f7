"""Ids of a whole partition are given as they are given to some clusters of it."""

from collections.abc import Hashable, Mapping
from dataclasses import astuple
from random import Random
from typing import Any
from uuid import UUID, uuid5

import numpy as np
import pytest

from app.reconciliation.columns import PairEdges
from app.reconciliation.keeping import settle_all
from app.reconciliation.neighbourhood import Settled, settle
from app.reconciliation.settling import NOWHERE, Partition

NODES = range(10, 40)
NAMES = [uuid5(UUID(int=1), str(n)) for n in range(60)]


def partition(labels: Mapping[int, int]) -> Partition:
    none = np.empty(0, np.int64)
    edges = PairEdges(none, none, np.empty(0), np.empty(0), np.empty(0, np.bool_))
    nodes = np.array(sorted(labels), dtype=np.int64)
    places = np.array([labels[node] for node in sorted(labels)], dtype=np.int64)
    return Partition(nodes, places, edges, np.empty(0), np.empty(0, np.int8), np.empty(0))


def drawn(random: Random, names: int) -> dict[int, int]:
    share = random.choice((0.5, 1.0))
    return {node: random.randrange(names) for node in NODES if random.random() < share}


def told(found: Settled, known: set[UUID]) -> dict[str, Any]:
    """What was drawn anew goes by its oldest member."""
    oldest: dict[UUID, int] = {}
    for node in sorted(found.members):
        oldest.setdefault(found.members[node], node)

    def name(cluster: UUID | None) -> Hashable:
        return cluster if cluster is None or cluster in known else ("new", oldest[cluster])

    return {
        "members": {node: name(cluster) for node, cluster in found.members.items()},
        "moved": {node: name(cluster) for node, cluster in found.moved.items()},
        "removed": found.removed,
        "sets": [sorted(map(str, map(name, each))) for each in (found.created, found.changed, found.gone)],
        "fates": sorted(
            str((event, name(source), name(target))) for event, source, target in map(astuple, found.fates)
        ),
        "revived": sorted(map(str, found.revived)),
        "last": sorted(map(str, found.last_members())),
    }


@pytest.mark.parametrize("seed", range(120))
def test_a_whole_partition_keeps_the_ids_that_its_clusters_keep(seed: int) -> None:
    random = Random(seed)
    stood = drawn(random, random.choice((5, 25)))
    labels = drawn(random, random.choice((5, 25)))
    both = sorted(stood.keys() & labels.keys())
    for node in random.sample(both, min(len(both), random.choice((0, 5)))):
        labels[node] = NOWHERE
    if random.random() < 0.6:  # most of it as it was
        labels |= {node: 100 + name for node, name in stood.items() if name % 4}
    before = {node: NAMES[name] for node, name in stood.items()}
    if random.random() < 0.2:
        before = {}
    ended = random.sample(NODES, random.choice((0, 4)))
    former = {node: NAMES[30 + place] for place, node in enumerate(ended)}
    wanted = {node: random.choice(NAMES[:50]) for node in random.sample(NODES, random.choice((0, 0, 0, 5)))}
    known = {*before.values(), *former.values(), *wanted.values()}
    whole = partition(labels)
    found = settle_all(before, whole, wanted, former)
    assert told(found, known) == told(settle(before, whole.clusters(), wanted, former), known)
    assert len(set(found.created)) == len(found.created)
    fresh = set(found.created) - known
    assert all(each.version == 4 and each.variant == "specified in RFC 4122" for each in fresh)


def test_nothing_keeps_nothing_and_what_stood_is_gone() -> None:
    before = {1: NAMES[0], 2: NAMES[0]}
    found = settle_all(before, partition({}))
    assert (found.members, found.removed, found.gone) == ({}, [1, 2], [NAMES[0]])
    assert settle_all({}, partition({})).members == {}
