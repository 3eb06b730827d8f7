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
) -> Assignment[I]:
    """A cluster keeps the id that its oldest member had, unless another keeps it with a still older member
    of it. Where the oldest has an id in ``wanted``, that one is meant instead, whether it stands or not.

    ``old``: the id of every member before, those that are gone too. ``age`` orders members, oldest first,
    totally. ``make_id`` gives a new id for a cluster, by its oldest member.
    """
    oldest = [min(cluster, key=age) for cluster in new]
    ids: list[I | None] = [None] * len(new)
    taken: set[I] = set()
    for index in sorted(range(len(new)), key=lambda i: age(oldest[i])):
        found = (wanted or {}).get(oldest[index], old.get(oldest[index]))
        if found is not None and found not in taken:
            ids[index] = found
            taken.add(found)
    final = tuple(make_id(oldest[i]) if found is None else found for i, found in enumerate(ids))
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
