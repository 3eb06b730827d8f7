"""Who is whom where nothing tells: people of two records between whom only the order of writing is left.

Two sisters of the same initials in a denuncia, and the same initials twice in the court's file: that they are
two is certain, which is which is not. To hold them apart would count four. They are placed one to one, in an
order that no arrival changes, and stay marked for a reviewer. Pure.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from app.reconciliation.rivals import Edge, parts


def placements(
    edges: Mapping[Edge, float], record_of: Mapping[int, int], strong: Callable[[Edge, float], bool]
) -> frozenset[Edge]:
    """Pairs of people who are interchangeable between two records: as many here as there, each strongly
    (before rivals) any of the other side, and all of one side alike in every weight.

    Only edges between the same two records matter; all of them are to be among ``edges``. What is outside
    ``record_of`` is left out.
    """
    between: dict[Edge, list[Edge]] = defaultdict(list)
    for a, b in edges:
        if a in record_of and b in record_of and record_of[a] != record_of[b]:
            first, second = (a, b) if record_of[a] < record_of[b] else (b, a)
            between[record_of[first], record_of[second]].append((first, second))
    found: set[Edge] = set()
    for keys in between.values():
        if len(keys) > 3:  # two and two
            for part in parts(keys):
                named = {pair if pair in edges else pair[::-1]: pair for pair in part}
                if all(strong(key, edges[key]) for key in named) and _interchangeable(
                    {pair: edges[key] for key, pair in named.items()}
                ):
                    found.update(named)
    return frozenset(found)


def _interchangeable(weights: Mapping[Edge, float]) -> bool:
    left, right = ({pair[side] for pair in weights} for side in (0, 1))
    if len(left) < 2 or len(left) != len(right) or len(weights) != len(left) * len(right):
        return False
    return any(_alike(weights, side) for side in (0, 1))


def _alike(weights: Mapping[Edge, float], side: int) -> bool:
    """Whether all of one side weigh the same with each of the other."""
    seen: dict[int, float] = {}
    return all(seen.setdefault(pair[side], bits) == bits for pair, bits in weights.items())


def among(placed: frozenset[Edge], keys: Iterable[Edge]) -> list[Edge]:
    return [key for key in keys if key in placed]
