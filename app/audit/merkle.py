"""The tree of RFC 6962, section 2.1: what is hashed, what is kept, which nodes prove what.

Kept are the roots of complete subtrees: ``Node(level, place)`` covers the leaves from ``place * 2^level`` to
``(place + 1) * 2^level``, the last excluded. Every root and every proof is folded from O(log n) of them.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

EMPTY: Final = hashlib.sha256(b"").digest()


class Node(NamedTuple):
    level: int
    place: int


class Span(NamedTuple):
    """Leaves from ``start`` to ``end``, the last excluded."""

    start: int
    end: int


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def grown(edge: Mapping[Node, bytes], size: int, leaves: Iterable[bytes]) -> dict[Node, bytes]:
    """The nodes above the leaves that become complete when ``leaves`` (hashes) are added to ``size``.

    ``edge``: at least the nodes of ``span_nodes(Span(0, size))``.
    """
    known, new = dict(edge), {}
    for position, hash_ in enumerate(leaves, start=size):
        node = Node(0, position)
        known[node] = hash_
        while node.place % 2:
            left, parent = Node(node.level, node.place - 1), Node(node.level + 1, node.place // 2)
            new[parent] = known[parent] = node_hash(known.pop(left), known.pop(node))
            node = parent
    return new


def span_nodes(span: Span) -> tuple[Node, ...]:
    """The complete subtrees that make up a span, left to right. ``start`` is a multiple of the smallest power
    of two that is not less than its length, as it is for every span of a tree."""
    found, start = [], span.start
    while start < span.end:
        level = (span.end - start).bit_length() - 1
        found.append(Node(level, start >> level))
        start += 1 << level
    return tuple(found)


def span_hash(span: Span, known: Mapping[Node, bytes]) -> bytes:
    """Raises ``KeyError`` where one of its nodes is not known."""
    hashes = [known[node] for node in span_nodes(span)]
    if not hashes:
        return EMPTY
    root = hashes.pop()
    while hashes:
        root = node_hash(hashes.pop(), root)
    return root


def inclusion_spans(position: int, size: int) -> tuple[Span, ...]:
    """PATH(m, D[n]) of RFC 6962 2.1.1: what stands beside the way from the leaf up to the root.

    ``0 <= position < size``.
    """
    start, end = 0, size
    beside: list[Span] = []
    while end - start > 1:
        middle = start + _split(end - start)
        if position < middle:
            beside.append(Span(middle, end))
            end = middle
        else:
            beside.append(Span(start, middle))
            start = middle
    return tuple(reversed(beside))


def consistency_spans(old: int, new: int) -> tuple[Span, ...]:
    """PROOF(m, D[n]) of RFC 6962 2.1.2: what shows that the first ``old`` leaves of ``new`` are as they were.

    ``0 < old <= new``.
    """
    start, end = 0, new
    whole, spans = True, []  # whole: the old tree's root is known to whoever asks
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(start, middle))
            start, whole = middle, False
    last = () if whole else (Span(start, end),)
    return (*last, *reversed(spans))


def proves_inclusion(leaf: bytes, position: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162 2.1.3.2; ``leaf`` is the leaf's hash."""
    if not 0 <= position < size:
        return False
    index, last, hash_ = position, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if index % 2 or index == last:
            hash_ = node_hash(step, hash_)
            while index and not index % 2:
                index, last = index >> 1, last >> 1
        else:
            hash_ = node_hash(hash_, step)
        index, last = index >> 1, last >> 1
    return last == 0 and hash_ == root


class Head(NamedTuple):
    """A tree as it stood at some size."""

    size: int
    root: bytes


def proves_consistency(old: Head, new: Head, proof: Sequence[bytes]) -> bool:
    """RFC 9162 2.1.4.2; every log continues the empty one."""
    if old.size == 0:
        return not proof and old.root == EMPTY
    if old.size >= new.size:
        return not proof and old == new
    path = [old.root, *proof] if old.size & (old.size - 1) == 0 else list(proof)
    index, last = old.size - 1, new.size - 1
    while index % 2:
        index, last = index >> 1, last >> 1
    if not path:
        return False
    was = now = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if index % 2 or index == last:
            was, now = node_hash(step, was), node_hash(step, now)
            while index and not index % 2:
                index, last = index >> 1, last >> 1
        else:
            now = node_hash(now, step)
        index, last = index >> 1, last >> 1
    return last == 0 and was == old.root and now == new.root


def _split(length: int) -> int:
    """The largest power of two smaller than ``length`` (of at least 2)."""
    return 1 << ((length - 1).bit_length() - 1)
