"""What stands in the database, by natural keys, beside what the reference linker in memory makes of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.reconciliation.features import report_features
from app.reconciliation.resolve import Decisions, pair
from app.reconciliation.scoring import Model
from schemas.observations import Observation
from support.keeping import Registry
from support.reference_linker import Linked, MentionName, RecordName, link_reports

NOTHING: Mapping[tuple[str, object, object], str] = {}
RECORD = "SELECT id, feed, key FROM record"
# Whoever the record names no more has no place: their words rest.
MENTION = """
SELECT m.id, r.feed, r.key, m.role, CASE WHEN m.present THEN m."order" ELSE -m.id END
FROM mention m JOIN record r ON r.id = m.record_id
"""


@dataclass(frozen=True)
class Partition:
    cases: frozenset[frozenset[RecordName]]
    persons: frozenset[frozenset[MentionName]]
    case_edges: frozenset[tuple[tuple[RecordName, ...], float]]
    person_edges: frozenset[tuple[tuple[MentionName, ...], float]]
    unsure_cases: frozenset[tuple[RecordName, ...]]
    unsure_persons: frozenset[tuple[MentionName, ...]]


@dataclass
class Decided:
    """Reviewers' standing words, by ids of the database; ``named`` by natural keys."""

    outcomes: dict[tuple[str, int, int], str] = field(default_factory=dict)

    async def named(self, registry: Registry) -> dict[tuple[str, object, object], str]:
        names = {
            "case": {row[0]: (row[1], row[2]) for row in await registry.rows(RECORD)},
            "person": {row[0]: tuple(row[1:]) for row in await registry.rows(MENTION)},
        }
        return {(k, names[k][a], names[k][b]): outcome for (k, a, b), outcome in self.outcomes.items()}


def reference(
    observations: Iterable[Observation], decided: Mapping[tuple[str, object, object], str] = NOTHING
) -> Partition:
    reports = [report_features(seen, number) for number, seen in enumerate(observations, start=1)]
    ids: dict[str, dict[object, int]] = {"case": {r.name: r.record_id for r in reports}, "person": {}}
    for report in reports:
        for place, mention in enumerate(report.mentions):  # numbered as the reference linker does
            name = (*report.name, mention.role, mention.order)
            ids["person"][name] = report.record_id * 1000 + place
    decisions = {kind: _decisions(kind, ids[kind], decided) for kind in ids}
    return as_partition(link_reports(reports, Model.load(), decisions["case"], decisions["person"]))


def _decisions(
    kind: str, ids: Mapping[object, int], decided: Mapping[tuple[str, object, object], str]
) -> Decisions:
    found: dict[str, set[tuple[int, int]]] = {"same": set(), "different": set(), "withdrawn": set()}
    for (of, a, b), outcome in decided.items():
        if of == kind and a in ids and b in ids:
            found[outcome].add(pair(ids[a], ids[b]))
    return Decisions(frozenset(found["same"]), frozenset(found["different"]))


def as_partition(found: Linked) -> Partition:
    return Partition(
        cases=found.cases,
        persons=found.persons,
        case_edges=frozenset(found.case_edges.items()),
        person_edges=frozenset(found.person_edges.items()),
        unsure_cases=found.unsure_cases,
        unsure_persons=found.unsure_persons,
    )


async def partition_of(registry: Registry) -> Partition:
    records = {row[0]: (row[1], row[2]) for row in await registry.rows(RECORD)}
    mentions = {row[0]: tuple(row[1:]) for row in await registry.rows(MENTION)}
    edges = await registry.rows("SELECT kind, a, b, weight, outcome FROM edge")
    case = [(tuple(sorted((records[a], records[b]))), w, o) for k, a, b, w, o in edges if k == "case"]
    person = [(tuple(sorted((mentions[a], mentions[b]))), w, o) for k, a, b, w, o in edges if k == "person"]
    return Partition(
        cases=_clusters(await registry.rows("SELECT record_id, case_id FROM case_member"), records),
        persons=_clusters(await registry.rows("SELECT mention_id, person_id FROM person_member"), mentions),
        case_edges=frozenset((pair, weight) for pair, weight, _ in case),
        person_edges=frozenset((pair, weight) for pair, weight, _ in person),
        unsure_cases=frozenset(pair for pair, _, outcome in case if outcome == "unsure"),
        unsure_persons=frozenset(pair for pair, _, outcome in person if outcome == "unsure"),
    )


def _clusters(rows: Sequence[tuple], names: dict) -> frozenset[frozenset]:
    found: dict = {}
    for node, cluster in rows:
        found.setdefault(cluster, set()).add(names[node])
    return frozenset(frozenset(members) for members in found.values())
