"""What others of the same record claim of an edge: odds of two people given everybody of both records.

Two people of one record are two. Between two records everybody has therefore one counterpart at most: who
might be several is nobody for certain, and who is left over when the others have found theirs is told by
that.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from app.reconciliation.scoring import exact

Edge = tuple[int, int]
Row = Sequence[tuple[int, int]]  # who of the other record, and the odds that it is that one

_CERTAIN: Final = 60.0  # bits beyond which a claim is no stronger
_ONE: Final = 1 << 40  # odds are whole numbers of this unit: their sums are exact in any order
_MOST: Final = 8  # of the smaller record: beyond, claims are summed as if nobody else had a counterpart


def without_rivals(record_of: Mapping[int, int], edges: Mapping[Edge, float]) -> dict[Edge, float]:
    """Edges by what is left of their weight once everybody else of the two records is counted.

    The odds of an edge against all ways to pair the people of the two records one to one, each way as likely
    as the product of the odds of its pairs. Only edges between the same two records matter: all of them have
    to be among ``edges``. ``record_of`` knows every end of an edge.
    """
    between: dict[Edge, list[Edge]] = defaultdict(list)
    for key in edges:
        a, b = record_of[key[0]], record_of[key[1]]
        if a != b:
            between[(a, b) if a < b else (b, a)].append(key)
    found = dict(edges)
    for (first, _), keys in between.items():
        if len(keys) > 1:
            ordered = [key if record_of[key[0]] == first else key[::-1] for key in keys]
            for part in parts(ordered):
                if len(part) > 1:
                    found |= _lessened(part, edges)
    return found


def parts(pairs: Iterable[Edge]) -> Iterable[list[Edge]]:
    """Pairs (of the first record, of the second) that share nobody with pairs of another part."""
    part_of: dict[int, list[Edge]] = {}
    for pair in pairs:
        joined = [pair]
        for part in {id(p): p for end in pair if (p := part_of.get(end)) is not None}.values():
            joined += part
        for a, b in joined:
            part_of[a] = part_of[b] = joined
    return {id(part): part for part in part_of.values()}.values()


def _lessened(part: Sequence[Edge], edges: Mapping[Edge, float]) -> dict[Edge, float]:
    weights = {pair: edges[pair if pair in edges else pair[::-1]] for pair in part}
    if len({b for _, b in part}) > len({a for a, _ in part}):
        weights = {pair[::-1]: bits for pair, bits in weights.items()}
    few = len({b for _, b in weights})
    lost = _by_pairing(weights) if 1 < few <= _MOST else _by_claims(weights)
    return {
        (pair if pair in edges else pair[::-1]): bits - exact(lost[pair]) for pair, bits in weights.items()
    }


def _by_claims(weights: Mapping[Edge, float]) -> dict[Edge, float]:
    """log2(1 + sum of the odds of the rivals), either side; correctly rounded whatever their order."""
    claims: dict[int, list[tuple[Edge, float]]] = defaultdict(list)
    for pair, bits in weights.items():
        for end in pair:
            claims[end].append((pair, 2.0 ** min(bits, _CERTAIN)))
    return {
        pair: math.log2(1.0 + math.fsum(odds for end in pair for other, odds in claims[end] if other != pair))
        for pair in weights
    }


def _by_pairing(weights: Mapping[Edge, float]) -> dict[Edge, float]:
    """Over all ways to pair them; whole numbers and one correctly rounded division, so that the order in
    which people are taken says nothing."""
    place = {b: number for number, b in enumerate(dict.fromkeys(b for _, b in weights))}
    rows: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for (a, b), bits in weights.items():
        rows[a].append((place[b], round(2.0 ** min(bits, _CERTAIN) * _ONE)))
    before = _before(list(rows.values()))
    after = _after(list(rows.values()), before)
    everything = after[0][0]
    lost: dict[Edge, float] = {}
    people = list(place)
    for number, (a, row) in enumerate(rows.items()):
        for column, odds in row:
            others = sum(
                ways * after[number + 1][taken | 1 << column]
                for taken, ways in before[number].items()
                if not taken >> column & 1
            )
            lost[a, people[column]] = math.log2((everything - odds * others) / (_ONE * others))
    return lost


def _before(rows: Sequence[Row]) -> list[dict[int, int]]:
    """For each row and every set of those taken by the rows before it: the ways to take them, by weight."""
    found: list[dict[int, int]] = [{0: 1}]
    for row in rows:
        ways: dict[int, int] = {}
        for taken, many in found[-1].items():
            ways[taken] = ways.get(taken, 0) + many * _ONE
            for column, odds in row:
                if not taken >> column & 1:
                    with_it = taken | 1 << column
                    ways[with_it] = ways.get(with_it, 0) + many * odds
        found.append(ways)
    return found


def _after(rows: Sequence[Row], before: Sequence[dict[int, int]]) -> list[dict[int, int]]:
    """For each row and every set taken before it: the ways in which it and the rest can go on."""
    found: list[dict[int, int]] = [dict.fromkeys(before[-1], 1)]
    for row, sets in zip(reversed(rows), reversed(before[:-1]), strict=True):
        rest = found[0]
        found.insert(
            0,
            {
                taken: _ONE * rest[taken]
                + sum(odds * rest[taken | 1 << column] for column, odds in row if not taken >> column & 1)
                for taken in sets
            },
        )
    return found
