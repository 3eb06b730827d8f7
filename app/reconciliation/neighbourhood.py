"""What one linking concludes from what it has read. Pure: no database, no clock.

Both paths use it: the linking of a few records with what stands around them, and the run over everything.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal
from uuid import UUID, uuid4

from app.reconciliation.held import Held
from app.reconciliation.identity import Fate, assign
from app.reconciliation.placing import placements
from app.reconciliation.reports import edge_weight
from app.reconciliation.resolve import (
    Decisions,
    Judged,
    Limits,
    Pair,
    PersonNode,
    case_clusters,
    pair,
    person_clusters,
    person_weight,
    verdict_of,
)
from app.reconciliation.scoring import Model, Thresholds

Kind = Literal["case", "person"]
KINDS: Final[tuple[Kind, ...]] = ("case", "person")
Weights = dict[Pair, float]


@dataclass(slots=True)
class Settled:
    """A new partition with its ids, and how it differs from the one that stood."""

    before: Mapping[int, UUID]
    members: dict[int, UUID]
    moved: dict[int, UUID]  # members whose cluster is another than before
    removed: list[int]  # nodes that belong to no cluster any more
    created: list[UUID]
    changed: set[UUID]  # kept, with other members than before
    gone: list[UUID]
    fates: tuple[Fate[UUID], ...]
    revived: list[UUID]  # of those created: ids that stood once

    def last_members(self) -> Iterable[tuple[UUID, int]]:
        """Whoever the ids that are gone stood for at the end."""
        gone = set(self.gone)
        return ((was, node) for node, was in self.before.items() if was in gone)


@dataclass(slots=True)
class Resolved:
    """Clusters of any number of components, and what the machine says of every edge of theirs."""

    clusters: list[tuple[int, ...]] = field(default_factory=list)
    judged: dict[Pair, Judged] = field(default_factory=dict)


@dataclass(slots=True, frozen=True)
class Weighed:
    """Edges by their own weight, and once rivals are counted. ``known``: evidence that is at hand."""

    edges: Weights
    effective: Weights
    known: Weights = field(default_factory=dict)


def case_edges(held: Held, candidates: Iterable[Pair], model: Model) -> Weights:
    """Weights at or above the lower threshold, of candidate pairs of records."""
    edges: Weights = {}
    for a, b in candidates:
        if a in held.records and b in held.records:
            weight = edge_weight(held.report(a), held.report(b), model)
            if weight >= model.case.lower:
                edges[(a, b)] = weight
    return edges


def person_edges(
    held: Held, candidates: Iterable[Pair], same_case: Callable[[int, int], bool], model: Model
) -> Weights:
    """Weights at or above the lower threshold, of pairs of mentions. ``same_case`` is of two records."""
    edges: Weights = {}
    for a, b in candidates:
        if a in held.mentions and b in held.mentions:
            together = same_case(held.record_of[a], held.record_of[b])
            weight = person_weight(person_node(held, a), person_node(held, b), together, model)
            if weight >= model.between(held.role(a), held.role(b)).lower:
                edges[(a, b)] = weight
    return edges


def person_node(held: Held, mention_id: int) -> PersonNode:
    return PersonNode(mention_id, held.mentions[mention_id], held.report(held.record_of[mention_id]))


def settle_cases(
    held: Held, nodes: Iterable[int], found: Weighed, decided: Decisions, model: Model
) -> Resolved:
    """``nodes`` are closed under strong edges and decisions; what is held of none of them is left out."""
    resolved = Resolved()
    strong = {key: weight for key, weight in found.edges.items() if weight >= model.case.upper}
    for members, inner in components((n for n in nodes if n in held.records), strong, decided.same):
        reports = [held.report(member) for member in members]
        makes = [report.makes_case for report in reports]
        if all(makes) and _plain(members, decided):
            resolved.clusters.append(tuple(members))
        elif any(makes):
            clusters = case_clusters(reports, inner, model, decided, found.known)
            resolved.clusters.extend(tuple(cluster) for cluster in clusters)
    resolved.judged = judged(resolved.clusters, found.effective, lambda a, b: model.case, decided)
    return resolved


def settle_persons(
    held: Held, nodes: Iterable[int], found: Weighed, decided: Decisions, model: Model
) -> Resolved:
    """As ``settle_cases``, of mentions."""
    resolved = Resolved()

    def limits(a: int, b: int) -> Thresholds:
        return model.between(held.role(a), held.role(b))

    strong = {
        key: weight
        for key, weight in found.edges.items()
        if found.effective[key] >= model.person.upper and found.effective[key] >= limits(*key).upper
    }
    placed = placements(found.edges, held.record_of, lambda key, bits: bits >= limits(*key).upper)
    strong |= {key: found.edges[key] for key in placed}
    for members, inner in components((n for n in nodes if n in held.mentions), strong, decided.same):
        if _plain(members, decided):
            resolved.clusters.append(tuple(members))
            continue
        people = [person_node(held, member) for member in members]
        left = {key: found.effective[key] for key in inner}
        clusters = person_clusters(people, left, model, decided, found.known, placed)
        resolved.clusters.extend(tuple(cluster) for cluster in clusters)
    resolved.judged = judged(resolved.clusters, found.effective, limits, decided, placed)
    return resolved


def _plain(members: Sequence[int], decided: Decisions) -> bool:
    """One alone, or two over the one strong edge that brought them here: nothing is left to weigh."""
    if len(members) == 1:
        return True
    key = (members[0], members[1])
    return len(members) == 2 and key not in decided.same and key not in decided.different


def judged(
    clusters: Iterable[Sequence[int]],
    effective: Weights,
    limits: Limits,
    decided: Decisions,
    placed: frozenset[Pair] = frozenset(),
) -> dict[Pair, Judged]:
    """``verdict_of`` every edge. Of what is in no cluster, and of what a reviewer keeps apart, the machine
    says nothing."""
    place = {member: index for index, cluster in enumerate(clusters) for member in cluster}
    found: dict[Pair, Judged] = {}
    for key, weight in effective.items():
        ends = (place.get(key[0]), place.get(key[1]))
        if key in decided.different or ends == (None, None):
            continue
        of = limits(*key)
        verdict = verdict_of(ends[0] == ends[1], key in placed, weight, of)
        if verdict is not None:
            found[key] = Judged(*key, verdict, weight, of.probability(weight))
    return found


def components(
    nodes: Iterable[int], edges: Weights, same: Iterable[Pair]
) -> Iterable[tuple[list[int], Weights]]:
    """Components with their edges, in order of node. An edge to what is not among ``nodes`` is none."""
    parent = {node: node for node in nodes}

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = node = parent[parent[node]]
        return node

    for links in (edges, same):
        for a, b in links:
            if a in parent and b in parent:
                parent[root(a)] = root(b)
    members: dict[int, list[int]] = {}
    for node in sorted(parent):
        members.setdefault(root(node), []).append(node)
    inner: dict[int, Weights] = {}
    for (a, b), weight in edges.items():
        if a in parent and b in parent:
            inner.setdefault(root(a), {})[(a, b)] = weight
    return ((found, inner.get(top, {})) for top, found in members.items())


def settle(
    before: Mapping[int, UUID],
    clusters: Sequence[Sequence[int]],
    wanted: Mapping[int, UUID] | None = None,
    former: Mapping[int, UUID] | None = None,
) -> Settled:
    """Numbers of nodes are given in order of first arrival: the smallest is the oldest.

    ``former``: ids that ended, by their oldest last member. ``wanted``: ids that nodes had once, and by which
    their clusters are to be known again, whatever stands.
    """
    assignment = assign(before, clusters, lambda node: node, lambda _: uuid4(), wanted, former)
    members = {
        node: cluster_id
        for cluster_id, cluster in zip(assignment.ids, clusters, strict=True)
        for node in cluster
    }
    moved = {node: new for node, new in members.items() if before.get(node) != new}
    removed = sorted(node for node in before if node not in members)
    left = {before[node] for node in (*moved, *removed) if node in before}
    alive = set(assignment.ids)
    changed = (set(moved.values()) | (left & alive)) - assignment.created
    created = [cluster_id for cluster_id in assignment.ids if cluster_id in assignment.created]
    gone = sorted(left - alive)
    known = {*(wanted or {}).values(), *(former or {}).values()}
    revived = [cluster_id for cluster_id in created if cluster_id in known]
    return Settled(before, members, moved, removed, created, changed, gone, assignment.fates, revived)


def regrouped(before: Mapping[int, UUID], after: Mapping[int, UUID]) -> set[Pair]:
    """Pairs that stand together now and did not, or did and do not."""
    return _pairs(before) ^ _pairs(after)


def _pairs(members: Mapping[int, UUID]) -> set[Pair]:
    groups: dict[UUID, list[int]] = {}
    for node in sorted(members):
        groups.setdefault(members[node], []).append(node)
    return {(a, b) for group in groups.values() for i, a in enumerate(group) for b in group[i + 1 :]}


def cross_pairs(left: Iterable[int], right: Iterable[int]) -> Iterable[Pair]:
    others = tuple(right)
    return (pair(a, b) for a in left for b in others if a != b)


def decisions_of(outcomes: Mapping[Pair, str]) -> Decisions:
    same = frozenset(key for key, outcome in outcomes.items() if outcome == "same")
    return Decisions(same, frozenset(key for key, outcome in outcomes.items() if outcome == "different"))
