"""What a decision changes, told before and after from how cases and persons settle. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol
from uuid import UUID

from app.reconciliation.neighbourhood import KINDS, Kind, Settled
from app.reconciliation.review.rules import Joined
from schemas.review import ClusterAfter, Effect, FigureChange, RedirectAfter, ReviewMember


class Row(Protocol):
    """A row of the database, by name of column."""

    def __getitem__(self, column: str, /) -> Any: ...


Figures = Counter[tuple[Any, ...]]  # by level, unit, family, department, year

NOTHING: Final = Effect(cases=0, persons=0)


@dataclass(frozen=True, slots=True)
class Changed:
    """A cluster that is other than before, with where its members come from."""

    kind: Kind
    id: UUID
    new: bool  # its id was never given before
    was: Mapping[int, UUID]  # of those members that were in a cluster
    members: tuple[int, ...]

    def sides(self) -> list[list[int]]:
        """Its members by where they come from."""
        found: dict[UUID, list[int]] = {}
        for member in self.members:
            if member in self.was:
                found.setdefault(self.was[member], []).append(member)
        return list(found.values())


def changed_clusters(settled: Mapping[Kind, Settled]) -> list[Changed]:
    """In order of their first member, cases first."""
    return [cluster for kind in KINDS for cluster in _changed(kind, settled[kind])]


def _changed(kind: Kind, settled: Settled) -> Iterable[Changed]:
    touched, fresh = {*settled.created, *settled.changed}, {*settled.created}.difference(settled.revived)
    members: dict[UUID, list[int]] = {}
    for node in sorted(settled.members):
        if settled.members[node] in touched:
            members.setdefault(settled.members[node], []).append(node)
    for cluster_id, nodes in members.items():
        was = {node: settled.before[node] for node in nodes if node in settled.before}
        yield Changed(kind, cluster_id, cluster_id in fresh, was, tuple(nodes))


def touched_nodes(settled: Settled) -> set[int]:
    """Whoever is or was in a cluster that came, went or has other members than before."""
    touched = {*settled.created, *settled.changed, *settled.gone}
    now = {node for node, cluster in settled.members.items() if cluster in touched}
    return now | {node for node, cluster in settled.before.items() if cluster in touched}


def joined_persons(
    clusters: Iterable[Changed], minors: set[int], documented: Callable[[int], bool]
) -> list[Joined]:
    """What the two-person rule asks of every cluster made out of several. People are told of persons."""
    found = []
    for cluster in clusters:
        sides = cluster.sides()
        if len(sides) < 2:
            continue
        person = cluster.kind == "person"
        documents = sum(any(map(documented, side)) for side in sides) if person else 0
        young = person and not minors.isdisjoint(cluster.members)
        found.append(Joined(len(cluster.members), young, documents))
    return found


def effect_of(
    settled: Mapping[Kind, Settled],
    references: Mapping[Kind, Mapping[int, Row]],
    change: Figures,
    supersedes: Iterable[UUID],
    preview: bool,
) -> Effect:
    clusters = changed_clusters(settled)
    new = {cluster.id for cluster in clusters if cluster.new} if preview else set()
    return Effect(
        cases=change["total", "cases", None, None, None],
        persons=change["total", "persons", None, None, None],
        clusters=tuple(_cluster(cluster, references[cluster.kind], new) for cluster in clusters),
        redirects=tuple(_redirects(settled, new)),
        figures=tuple(_figures(change)),
        supersedes=tuple(sorted(supersedes)),
    )


def _cluster(cluster: Changed, references: Mapping[int, Row], new: set[UUID]) -> ClusterAfter:
    return ClusterAfter(
        kind=cluster.kind,
        id=None if cluster.id in new else cluster.id,
        was=tuple(sorted(set(cluster.was.values()))),
        members=tuple(member_of(references[node]) for node in cluster.members),
    )


def member_of(row: Row) -> ReviewMember:
    return ReviewMember(feed=row["feed"], number=row["number"], role=row["role"], order=row["order"])


def _redirects(settled: Mapping[Kind, Settled], new: set[UUID]) -> Iterable[RedirectAfter]:
    for kind in KINDS:
        for fate in settled[kind].fates:
            target = None if fate.target in new else fate.target
            yield RedirectAfter(kind=kind, event=fate.event.value, source=fate.source, to=target)


def _figures(change: Figures) -> Iterable[FigureChange]:
    told = sorted(change.items(), key=lambda item: tuple(map(str, item[0])))
    for (level, unit, family, department, year), by in told:
        if level != "total" and by:
            yield FigureChange(
                unit=unit, offence_family=family, level=level, department=department, year=year, change=by
            )


def figures_of(rows: Iterable[Row]) -> Figures:
    found: Figures = Counter()
    for row in rows:
        key = (row["level"], row["unit"], row["family"], row["department"], row["year"])
        found[key] += int(row["counted"])
    return found


def difference(before: Figures, after: Figures) -> Figures:
    found = Counter(after)
    found.subtract(before)
    return found
