"""Stable ids: which cluster keeps which id, and what became of the others. Pure."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

M = TypeVar("M", bound=Hashable)
I = TypeVar("I", bound=Hashable)  # noqa: E741


class Event(StrEnum):
    MERGED = "merged"
    SPLIT = "split"
    EMPTIED = "emptied"


@dataclass(frozen=True, slots=True)
class Fate(Generic[I]):
    """What became of an id. ``target`` is None only for EMPTIED. A split id that lives on has one Fate per
    part that left."""

    event: Event
    source: I
    target: I | None


@dataclass(frozen=True, slots=True)
class Assignment(Generic[I]):
    ids: tuple[I, ...]  # one per new cluster, in the order given
    created: frozenset[I]
    fates: tuple[Fate[I], ...]


def assign(
    old: Mapping[M, I],
    new: Sequence[Sequence[M]],
    age: Callable[[M], Any],
    make_id: Callable[[M], I],
    wanted: Mapping[M, I] | None = None,
    former: Mapping[M, I] | None = None,
) -> Assignment[I]:
    """Each cluster has the first of these that no other has before it: the id that its oldest member had, or
    a ``former`` one of it; then likewise of its other members, in order of age; a new one.

    ``old``: the id of every member before, those that are gone too. ``former``: ids that stand nowhere, by
    the oldest of the members they had last. ``wanted`` goes before what the oldest had, whether it stands or
    not. ``age`` orders members, oldest first, totally. ``make_id`` gives a new id, by the oldest member.
    """
    clusters = [sorted(cluster, key=age) for cluster in new]
    order = sorted(range(len(new)), key=lambda i: age(clusters[i][0]))
    meant, ended = wanted or {}, former or {}
    claims: tuple[Callable[[Sequence[M]], Iterable[I | None]], ...] = (
        lambda cluster: (meant.get(cluster[0], old.get(cluster[0])),),
        lambda cluster: (ended.get(cluster[0]),),
        lambda cluster: map(old.get, cluster[1:]),
        lambda cluster: map(ended.get, cluster[1:]),
    )
    ids: dict[int, I] = {}
    taken: set[I] = set()
    for claim in claims:
        for index in order:
            for found in claim(clusters[index]) if index not in ids else ():
                if found is not None and found not in taken:
                    ids[index] = found
                    taken.add(found)
                    break
    final = tuple(ids[i] if i in ids else make_id(cluster[0]) for i, cluster in enumerate(clusters))
    created = frozenset(final).difference(old.values())
    return Assignment(final, created, tuple(_fates(old, new, final)))


def _fates(old: Mapping[M, I], new: Sequence[Sequence[M]], ids: Sequence[I]) -> Iterable[Fate[I]]:
    now = {member: ids[index] for index, cluster in enumerate(new) for member in cluster}
    living = set(ids)
    parts: dict[I, dict[I, None]] = defaultdict(dict)
    for member, was in old.items():
        if member in now:
            parts[was][now[member]] = None
        else:
            parts[was] |= {}
    for was, targets in parts.items():
        others = [target for target in targets if target != was]
        alive = was in living
        if not targets and not alive:
            yield Fate(Event.EMPTIED, was, None)
        elif not alive and len(others) == 1:
            yield Fate(Event.MERGED, was, others[0])
        else:
            yield from (Fate(Event.SPLIT, was, target) for target in others)
