"""From weighed pairs of everything to a partition, in columns. What ``neighbourhood`` settles for a few.

Components whose end is certain are settled as sets: one alone, two over one edge, and those of whom each has
a strong edge to each other that nothing parts. The rules settle the others, one component at a time.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from app.reconciliation.clusters import CLIP
from app.reconciliation.columns import Bits, Flags, Ids, PairEdges
from app.reconciliation.held import Held
from app.reconciliation.neighbourhood import Weights, person_node
from app.reconciliation.placing import placements
from app.reconciliation.resolve import Decisions, Judged, Pair, Verdict, case_clusters, person_clusters
from app.reconciliation.rivals import without_rivals
from app.reconciliation.scoring import Model, Thresholds

NOWHERE: Final = -1  # the cluster of who is in none
OUTCOMES: Final = (None, Verdict.SAME, Verdict.UNSURE)
_NOTHING, _SAME, _UNSURE = range(3)

# Members of a component, its strong edges by their effective weight, and evidence that is at hand.
Rule = Callable[[list[int], Weights, Weights], list[list[int]]]


@dataclass(frozen=True, slots=True)
class Partition:
    """Nodes by id, and the cluster of each; edges, and what the machine says of each."""

    nodes: Ids
    labels: Ids
    edges: PairEdges
    effective: Bits
    outcomes: NDArray[np.int8]  # places in OUTCOMES
    probabilities: Bits  # where something is said

    def clusters(self) -> list[tuple[int, ...]]:
        found: dict[int, list[int]] = {}
        for node, label in zip(self.nodes.tolist(), self.labels.tolist(), strict=True):
            if label != NOWHERE:
                found.setdefault(label, []).append(node)
        return list(map(tuple, found.values()))

    def weights(self) -> Weights:
        return dict(zip(self.edges.pairs(), self.edges.weights.tolist(), strict=True))

    def judged(self) -> dict[Pair, Judged]:
        said = self.outcomes > _NOTHING
        pairs = self.edges.where(said).pairs()
        columns = (self.outcomes[said], self.effective[said], self.probabilities[said])
        rows = zip(pairs, *(column.tolist() for column in columns), strict=True)
        return {
            key: Judged(key[0], key[1], verdict, weight, worth)
            for key, place, weight, worth in rows
            if (verdict := OUTCOMES[place]) is not None
        }


@dataclass(frozen=True, slots=True)
class Unsettled:
    """What is to become a ``Partition``. ``nodes`` are sorted and hold every end of an edge."""

    nodes: Ids
    makes: Flags  # whether a node can be a cluster by itself
    edges: PairEdges
    effective: Bits  # rivals counted
    placed: Flags
    of: Ids  # which of the ``limits`` each edge has
    limits: tuple[Thresholds, ...]

    def limit(self, name: str) -> Bits:
        return np.array([getattr(each, name) for each in self.limits], np.float64)[self.of]

    @property
    def ends(self) -> tuple[Ids, Ids]:
        """Places among the nodes."""
        return np.searchsorted(self.nodes, self.edges.a), np.searchsorted(self.nodes, self.edges.b)


def settle_records(held: Held, edges: PairEdges, decided: Decisions, model: Model) -> Partition:
    """As ``neighbourhood.settle_cases``, of everything."""
    nodes = np.array(sorted(held.records), dtype=np.int64)
    makes = np.array([held.report(node).makes_case for node in nodes.tolist()], dtype=np.bool_)
    nobody = np.zeros(len(edges.a), np.bool_)
    found = Unsettled(
        nodes, makes, edges, edges.weights, nobody, np.zeros(len(edges.a), np.int64), (model.case,)
    )

    def rule(members: list[int], inner: Weights, known: Weights) -> list[list[int]]:
        reports = [held.report(member) for member in members]
        return case_clusters(reports, inner, model, decided, known)

    return _settled(found, decided, rule)


def settle_mentions(held: Held, edges: PairEdges, decided: Decisions, model: Model) -> Partition:
    """As ``neighbourhood.settle_persons``, of everything."""
    nodes = np.array(sorted(held.mentions), dtype=np.int64)
    roles = np.array([held.role(node) == "victim" for node in nodes.tolist()], dtype=np.bool_)
    records = np.array([held.record_of[node] for node in nodes.tolist()], dtype=np.int64)
    x, y = np.searchsorted(nodes, edges.a), np.searchsorted(nodes, edges.b)
    of = np.where(roles[x] & roles[y], 0, 1)
    crowded = _crowded((x, y), (records[x], records[y]))
    effective, placed = _crowd(held, edges, crowded, model)
    found = Unsettled(
        nodes, np.ones(len(nodes), np.bool_), edges, effective, placed, of, (model.victim, model.suspect)
    )
    together = frozenset(edges.where(placed).pairs())

    def rule(members: list[int], inner: Weights, known: Weights) -> list[list[int]]:
        people = [person_node(held, member) for member in members]
        return person_clusters(people, inner, model, decided, known, together)

    return _settled(found, decided, rule)


def _crowded(ends: tuple[Ids, Ids], records: tuple[Ids, Ids]) -> Flags:
    """Edges that share somebody with another edge between the same two records; others have no rivals."""
    apart = records[0] != records[1]
    _, there = np.unique(np.concatenate(records), return_inverse=True)
    left, right = np.split(there, 2)
    size = len(there) + 1
    meeting = np.concatenate((ends[0] * size + right, ends[1] * size + left))
    _, place, times = np.unique(meeting, return_inverse=True, return_counts=True)
    first, second = np.split(times[place] > 1, 2)
    found: Flags = apart & (first | second)
    return found


def _crowd(held: Held, edges: PairEdges, crowded: Flags, model: Model) -> tuple[Bits, Flags]:
    """Effective weights of all edges, and which are ``placements``: both by those of the crowd alone."""
    some = edges.where(crowded)
    weights = dict(zip(some.pairs(), some.weights.tolist(), strict=True))
    lessened = without_rivals(held.record_of, weights)
    effective = edges.weights.copy()
    effective[crowded] = [lessened[key] for key in weights]

    def strong(key: Pair, bits: float) -> bool:
        return bits >= model.between(held.role(key[0]), held.role(key[1])).upper

    placed = placements(weights, held.record_of, strong)
    found = np.zeros(len(effective), np.bool_)
    found[crowded] = [key in placed for key in weights]
    return effective, found


def _settled(found: Unsettled, decided: Decisions, rule: Rule) -> Partition:
    x, y = found.ends
    strong = (found.effective >= found.limit("upper")) | found.placed
    same, different = (_present(found.nodes, pairs) for pairs in (decided.same, decided.different))
    labels = _components(
        len(found.nodes), np.concatenate((x[strong], same[0])), np.concatenate((y[strong], same[1]))
    )
    contested = _contested(found, labels, (same, different))
    makers = np.bincount(labels, weights=found.makes)
    contested &= makers > 0
    labels = np.where(makers[labels] > 0, labels, NOWHERE) if len(labels) else labels
    inside = labels[x] == labels[y]
    inside &= contested[labels[x]] & (labels[x] != NOWHERE)
    labels = _ruled(found, labels, contested, (inside, strong), rule)
    outcomes = _outcomes(found, labels, different)
    return Partition(
        found.nodes, labels, found.edges, found.effective, outcomes, _probabilities(found, outcomes)
    )


def _present(nodes: Ids, pairs: Iterable[Pair]) -> tuple[Ids, Ids]:
    """Places of pairs whose ends are both among the nodes."""
    ends = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    ends = ends[np.isin(ends, nodes).all(axis=1)]
    return np.searchsorted(nodes, ends[:, 0]), np.searchsorted(nodes, ends[:, 1])


def _components(size: int, x: Ids, y: Ids) -> Ids:
    if not size:
        return np.empty(0, np.int64)
    graph = coo_array((np.ones(len(x), np.int8), (x, y)), shape=(size, size))
    labels: Ids = connected_components(graph, directed=False)[1].astype(np.int64)
    return labels


def _contested(found: Unsettled, labels: Ids, decisions: Iterable[tuple[Ids, Ids]]) -> Flags:
    """Of each component, whether the rules have to settle it."""
    sizes = np.bincount(labels)
    x, _ = found.ends
    whole = found.edges.fit & (found.effective >= found.limit("upper"))
    floor = np.array([each.floor for each in found.limits]).max()
    whole &= np.minimum(found.edges.known, CLIP) >= floor
    edges = np.bincount(labels[x[whole]], minlength=len(sizes))
    contested = (sizes > 2) & (edges < sizes * (sizes - 1) // 2)
    contested |= (sizes > 1) & (np.bincount(labels, weights=~found.makes) > 0)
    for left, right in decisions:
        contested[labels[left][labels[left] == labels[right]]] = True
    return contested


def _ruled(found: Unsettled, labels: Ids, contested: Flags, edges: tuple[Flags, Flags], rule: Rule) -> Ids:
    """Labels once the rules have settled what is contested. ``edges``: inside it, and strong."""
    inside, strong = edges
    open_ = np.flatnonzero((labels != NOWHERE) & contested[labels])
    weights = _by_component(found, labels, inside & strong, found.effective)
    known = _by_component(found, labels, inside, found.edges.known)
    done = labels.copy()
    done[open_] = NOWHERE
    number = len(found.nodes)
    places = open_[np.argsort(labels[open_], kind="stable")]
    rows = zip(labels[places].tolist(), places.tolist(), found.nodes[places].tolist(), strict=True)
    for label, group in groupby(rows, key=itemgetter(0)):
        place = {node: at for _, at, node in group}
        for cluster in rule(list(place), weights.get(label, {}), known.get(label, {})):
            done[[place[node] for node in cluster]] = number
            number += 1
    return done


def _by_component(found: Unsettled, labels: Ids, these: Flags, values: Bits) -> dict[int, Weights]:
    by_label: dict[int, Weights] = {}
    rows = zip(
        labels[found.ends[0][these]].tolist(),
        found.edges.where(these).pairs(),
        values[these].tolist(),
        strict=True,
    )
    for label, key, value in rows:
        by_label.setdefault(label, {})[key] = value
    return by_label


def _outcomes(found: Unsettled, labels: Ids, different: tuple[Ids, Ids]) -> NDArray[np.int8]:
    """As ``neighbourhood.judged`` has it."""
    x, y = found.ends
    together = labels[x] == labels[y]
    said = np.where(together & ~found.placed, _SAME, _UNSURE)
    said[(found.effective < found.limit("lower")) & ~(together & found.placed)] = _NOTHING
    said[(labels[x] == NOWHERE) & (labels[y] == NOWHERE)] = _NOTHING
    size = len(found.nodes)
    said[np.isin(x * size + y, different[0] * size + different[1])] = _NOTHING
    return said.astype(np.int8)


def _probabilities(found: Unsettled, outcomes: NDArray[np.int8]) -> Bits:
    worth = np.zeros(len(outcomes), np.float64)
    for number, limits in enumerate(found.limits):
        these = (found.of == number) & (outcomes > _NOTHING)
        different, place = np.unique(found.effective[these], return_inverse=True)
        worth[these] = np.array(list(map(limits.probability, different.tolist())), np.float64)[place]
    return worth
