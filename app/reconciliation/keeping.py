"""Which cluster of a whole partition keeps which id: what is new or stays as it was in columns, the rest as
``neighbourhood.settle`` has it."""

import os
from collections.abc import Mapping
from uuid import UUID

import numpy as np
from asyncpg.pgproto import pgproto

from app.reconciliation.columns import Flags, Ids
from app.reconciliation.neighbourhood import Settled, settle
from app.reconciliation.settling import NOWHERE, Partition

_NEW = -1  # the cluster before of who was in none


def settle_all(
    before: Mapping[int, UUID],
    partition: Partition,
    wanted: Mapping[int, UUID] | None = None,
    former: Mapping[int, UUID] | None = None,
) -> Settled:
    """As ``settle`` of the partition's clusters."""
    if wanted:
        return settle(before, partition.clusters(), wanted, former)
    there = partition.labels != NOWHERE
    nodes, labels = partition.nodes[there], _numbered(partition.labels[there])
    was, standing = _before(nodes, before)
    kept, fresh = _plain(labels, was, np.isin(nodes, _array(former or {})), standing)
    ids = dict(zip(np.flatnonzero(fresh).tolist(), _fresh_ids(int(fresh.sum())), strict=True))
    rest = ~(kept | fresh)[labels] if len(labels) else there[:0]
    old = _array(before)
    moving = old[~np.isin(old, nodes[kept[labels]])] if len(labels) else old
    found = settle(
        {node: before[node] for node in moving.tolist()}, _clusters(nodes[rest], labels[rest]), None, former
    )
    new = fresh[labels] if len(labels) else there[:0]
    came = {node: ids[label] for node, label in zip(nodes[new].tolist(), labels[new].tolist(), strict=True)}
    stayed = {node: before[node] for node in nodes[~(rest | new)].tolist()}
    found.before = before
    found.members = stayed | found.members | came
    found.moved = found.moved | came
    found.created = [*ids.values(), *found.created]
    return found


def _array(nodes: Mapping[int, UUID]) -> Ids:
    return np.fromiter(nodes, np.int64, len(nodes))


def _numbered(labels: Ids) -> Ids:
    """From 0 on, in order of the oldest member."""
    _, first, place = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[place]


def _before(nodes: Ids, before: Mapping[int, UUID]) -> tuple[Ids, Ids]:
    """The number of the cluster that each node was in, and how many each had."""
    numbers: dict[UUID, int] = {}
    codes = np.array([numbers.setdefault(was, len(numbers)) for was in before.values()], dtype=np.int64)
    old = _array(before)
    order = np.argsort(old)
    old, codes = old[order], codes[order]
    was = np.full(len(nodes), _NEW, np.int64)
    place = np.searchsorted(old, nodes)
    here = place < len(old)
    here[here] = old[place[here]] == nodes[here]
    was[here] = codes[place[here]]
    return was, np.bincount(codes, minlength=1)


def _plain(labels: Ids, was: Ids, ended: Flags, standing: Ids) -> tuple[Flags, Flags]:
    """Clusters that are what they were, and those of whom nobody was anywhere, or is the oldest of an id that
    ended."""
    if not len(labels):
        return np.empty(0, np.bool_), np.empty(0, np.bool_)
    order = np.argsort(labels, kind="stable")
    sizes = np.bincount(labels)
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    low, high = (each.reduceat(was[order], starts) for each in (np.minimum, np.maximum))
    kept = (low == high) & (low != _NEW) & (sizes == standing[low])
    fresh = (high == _NEW) & ~np.logical_or.reduceat(ended[order], starts)
    return kept, fresh


def _clusters(nodes: Ids, labels: Ids) -> list[list[int]]:
    found: dict[int, list[int]] = {}
    for node, label in zip(nodes.tolist(), labels.tolist(), strict=True):
        found.setdefault(label, []).append(node)
    return list(found.values())


def _fresh_ids(count: int) -> list[UUID]:
    """Random ids (RFC 9562, version 4), drawn at once."""
    drawn = np.frombuffer(os.urandom(16 * count), np.uint8).reshape(-1, 16).copy()
    drawn[:, 6] = drawn[:, 6] & 0x0F | 0x40
    drawn[:, 8] = drawn[:, 8] & 0x3F | 0x80
    data = drawn.tobytes()
    return [pgproto.UUID(data[start : start + 16]) for start in range(0, len(data), 16)]
