"""The tree against RFC 6962's own recursive definitions, written out slowly here."""

import hashlib

import pytest

from app.audit.merkle import (
    EMPTY,
    Head,
    Node,
    Span,
    consistency_spans,
    grown,
    inclusion_spans,
    leaf_hash,
    proves_consistency,
    proves_inclusion,
    span_hash,
    span_nodes,
)

SIZES = range(34)
LEAVES = [bytes([number]) * (number % 5) for number in range(max(SIZES) + 1)]


def mth(leaves: list[bytes]) -> bytes:
    """RFC 6962 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962 2.1.1."""
    n = len(leaves)
    if n == 1:
        return []
    k = 1
    while k * 2 < n:
        k *= 2
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """RFC 6962 2.1.2."""
    n = len(leaves)
    if m == n:
        return [] if whole else [mth(leaves)]
    k = 1
    while k * 2 < n:
        k *= 2
    if m <= k:
        return [*subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


def kept(size: int, steps: int = 1) -> dict[Node, bytes]:
    """All nodes of a tree grown ``steps`` leaves at a time, each time from its edge alone."""
    known: dict[Node, bytes] = {}
    for start in range(0, size, steps):
        new = [leaf_hash(leaf) for leaf in LEAVES[start : min(start + steps, size)]]
        edge = {node: known[node] for node in span_nodes(Span(0, start))}
        known.update({Node(0, start + index): hash_ for index, hash_ in enumerate(new)})
        known.update(grown(edge, start, new))
    return known


def test_vectors_of_the_certificate_transparency_reference() -> None:
    """The inputs and roots of the reference implementation's own test of the tree."""
    leaves = [bytes.fromhex(each) for each in ("", "00", "10", "2021", "3031", "40414243")]
    assert EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert mth(leaves[:2]).hex() == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    assert mth(leaves).hex() == "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("steps", [1, 3, 40])
def test_a_root_folded_from_what_is_kept_is_the_root_of_the_rfc(size: int, steps: int) -> None:
    assert span_hash(Span(0, size), kept(size, steps)) == mth(LEAVES[:size])


def test_nothing_kept_before_changes_and_nothing_is_made_twice() -> None:
    for size in SIZES[1:]:
        known = kept(size - 1)
        edge = {node: known[node] for node in span_nodes(Span(0, size - 1))}
        assert not grown(edge, size - 1, [leaf_hash(LEAVES[size - 1])]).keys() & known.keys()


@pytest.mark.parametrize("size", SIZES[1:])
def test_proofs_of_inclusion_are_those_of_the_rfc_and_prove_only_what_is_so(size: int) -> None:
    known, root = kept(size), mth(LEAVES[:size])
    for position in range(size):
        proof = [span_hash(span, known) for span in inclusion_spans(position, size)]
        assert proof == path(position, LEAVES[:size])
        leaf = leaf_hash(LEAVES[position])
        assert proves_inclusion(leaf, position, size, proof, root)
        assert not proves_inclusion(leaf_hash(b"other"), position, size, proof, root)
        assert not proves_inclusion(leaf, position, size, [*proof, root], root)
        assert not proves_inclusion(leaf, size, size, proof, root)
        assert size == 1 or not proves_inclusion(leaf, position ^ 1, size, proof, root)
        assert not proof or not proves_inclusion(leaf, position, size, proof[:-1], root)


@pytest.mark.parametrize("new", SIZES[1:])
def test_proofs_of_consistency_are_those_of_the_rfc_and_prove_only_what_is_so(new: int) -> None:
    known, head = kept(new), Head(new, mth(LEAVES[:new]))
    for old in range(1, new + 1):
        proof = [span_hash(span, known) for span in consistency_spans(old, new)]
        assert proof == subproof(old, LEAVES[:new], True)
        before = Head(old, mth(LEAVES[:old]))
        assert proves_consistency(before, head, proof)
        assert not proves_consistency(Head(old, leaf_hash(b"other")), head, proof)
        assert not proves_consistency(before, Head(new, leaf_hash(b"other")), proof)
        assert not proves_consistency(before, head, [*proof, head.root])
        assert not proof or not proves_consistency(before, head, proof[:-1])


def test_every_log_continues_the_empty_one_and_none_shrinks() -> None:
    empty, three = Head(0, EMPTY), Head(3, mth(LEAVES[:3]))
    assert proves_consistency(empty, three, [])
    assert not proves_consistency(Head(0, three.root), three, [])
    assert not proves_consistency(three, empty, [])
