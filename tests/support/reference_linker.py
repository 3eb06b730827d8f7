"""Linking in memory, slow and obvious: what the linker over the database is held against.

Every stage of ``docs/plan.md`` "Linking" in order, from scratch, over observations. Record and mention ids
are handed out in the order of arrival, so that a result that leans on them shows.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from app.reconciliation.blocking import Block, mention_blocks, record_blocks
from app.reconciliation.features import ReportFeatures, report_features
from app.reconciliation.reports import edge_weight
from app.reconciliation.resolve import (
    Decisions,
    Pair,
    PersonNode,
    Resolution,
    pair,
    person_weight,
    resolve_cases,
    resolve_persons,
)
from app.reconciliation.scoring import Model
from schemas.observations import Observation

UNDECIDED = Decisions()
RecordName = tuple[str, str]  # feed, natural key
MentionName = tuple[str, str, str, int]  # feed, natural key, role, order


@dataclass(frozen=True)
class Linked:
    cases: frozenset[frozenset[RecordName]]
    persons: frozenset[frozenset[MentionName]]
    case_edges: Mapping[tuple[RecordName, ...], float]
    person_edges: Mapping[tuple[MentionName, ...], float]
    unsure_persons: frozenset[tuple[MentionName, ...]]
    unsure_cases: frozenset[tuple[RecordName, ...]]


def link(observations: Iterable[Observation], model: Model) -> Linked:
    """The last observation of each (feed, key) counts: give them in the order in which versions win."""
    latest = {(o.feed.value, o.key): o for o in observations}
    return link_reports(
        [report_features(o, record_id) for record_id, o in enumerate(latest.values(), start=1)], model
    )


def link_reports(
    reports: Sequence[ReportFeatures],
    model: Model,
    case_decisions: Decisions = UNDECIDED,
    person_decisions: Decisions = UNDECIDED,
) -> Linked:
    live = [r for r in reports if r.joins_case]
    nodes = [
        PersonNode(id=r.record_id * 1000 + n, features=m, report=r)
        for r in live
        if r.makes_case
        for n, m in enumerate(r.mentions)
    ]
    by_record = {r.record_id: r for r in live}
    edges = case_edges(live, nodes, model)
    joined = [p for p in case_decisions.same if p[0] in by_record and p[1] in by_record]
    cases = [
        resolve_cases([by_record[i] for i in members], _within(edges, members), model, case_decisions)
        for members in components(by_record, [*edges, *joined])
    ]
    case_of = {i: c for c in (c for found in cases for c in found.clusters) for i in c}
    links = person_edges(nodes, case_of, model)
    by_id = {node.id: node for node in nodes}
    joined = [p for p in person_decisions.same if p[0] in by_id and p[1] in by_id]
    persons = [
        resolve_persons([by_id[i] for i in members], _within(links, members), model, person_decisions)
        for members in components(by_id, [*links, *joined])
    ]
    return _linked(by_record, by_id, edges, links, cases, persons)


def case_edges(
    live: Sequence[ReportFeatures], nodes: Sequence[PersonNode], model: Model
) -> dict[Pair, float]:
    by_record = {r.record_id: r for r in live}
    told = [(report.record_id, block) for report in live for block in record_blocks(report)]
    told += [
        (node.report.record_id, block)
        for node in nodes
        for block in mention_blocks(node.features, node.report)
    ]
    found = {}
    for key in _pairs(told):
        bits = edge_weight(by_record[key[0]], by_record[key[1]], model)
        if bits >= model.case.lower:
            found[key] = bits
    return found


def person_edges(
    nodes: Sequence[PersonNode], case_of: Mapping[int, Hashable], model: Model
) -> dict[Pair, float]:
    by_id = {node.id: node for node in nodes}
    told = [(node.id, block) for node in nodes for block in mention_blocks(node.features, node.report)]
    told += [(node.id, Block("case", str(case_of[node.report.record_id]))) for node in nodes]
    found = {}
    for key in _pairs(told):
        a, b = by_id[key[0]], by_id[key[1]]
        same_case = case_of[a.report.record_id] == case_of[b.report.record_id]
        bits = person_weight(a, b, same_case, model)
        if bits >= model.between(a.features.role, b.features.role).lower:
            found[key] = bits
    return found


def _pairs(told: Iterable[tuple[int, Block]]) -> set[Pair]:
    """Two of one rule and value, unless both only answer."""
    holders: dict[tuple[str, str], set[tuple[int, bool]]] = defaultdict(set)
    for holder, block in told:
        holders[block.rule, block.value].add((holder, block.answers))
    return {
        pair(a, b)
        for members in holders.values()
        for (a, answers), (b, answered) in combinations(members, 2)
        if a != b and not (answers and answered)
    }


def _within(edges: Mapping[Pair, float], members: set[int]) -> dict[Pair, float]:
    return {key: bits for key, bits in edges.items() if key[0] in members}


def components(members: Iterable[int], edges: Iterable[Pair]) -> Iterator[set[int]]:
    """Connected components; a member without edges is one of its own."""
    beside: dict[int, set[int]] = {member: set() for member in members}
    for a, b in edges:
        beside[a].add(b)
        beside[b].add(a)
    seen: set[int] = set()
    for start in beside:
        if start in seen:
            continue
        found, frontier = {start}, [start]
        while frontier:
            new = beside[frontier.pop()] - found
            found |= new
            frontier.extend(new)
        seen |= found
        yield found


def _linked(
    by_record: Mapping[int, ReportFeatures],
    by_id: Mapping[int, PersonNode],
    edges: Mapping[Pair, float],
    links: Mapping[Pair, float],
    cases: Sequence[Resolution],
    persons: Sequence[Resolution],
) -> Linked:
    def record(i: int) -> RecordName:
        return by_record[i].name

    def mention(i: int) -> MentionName:
        return by_id[i].stable_key

    return Linked(
        cases=frozenset(frozenset(map(record, c)) for found in cases for c in found.clusters),
        persons=frozenset(frozenset(map(mention, c)) for found in persons for c in found.clusters),
        case_edges={tuple(sorted(map(record, key))): bits for key, bits in edges.items()},
        person_edges={tuple(sorted(map(mention, key))): bits for key, bits in links.items()},
        unsure_persons=frozenset(
            tuple(sorted((mention(j.a), mention(j.b))))
            for found in persons
            for j in found.judged
            if j.verdict == "unsure"
        ),
        unsure_cases=frozenset(
            tuple(sorted((record(j.a), record(j.b))))
            for found in cases
            for j in found.judged
            if j.verdict == "unsure"
        ),
    )
