"""Constrained agglomeration of one component: best weight first, vetoes, an average-link check over all
cross pairs.

The result depends on weights, vetoes and stable keys alone: not on the order in which members or edges come.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T", bound=Hashable)

CLIP = 12.0  # bits that one cross pair may bring to the mean, either way


@dataclass(frozen=True, slots=True)
class Rules(Generic[T]):
    """What two members of one component may become."""

    stable_key: Callable[[T], Any]  # total order that no arrival changes
    evidence: Callable[[T, T], float]  # bits for or against, without any prior
    vetoed: Callable[[T, T], bool]  # a hard rule of the machine, which a reviewer's "same" outweighs
    upper: Callable[[T, T], float]  # the weight from which an edge of these two may join
    floor: float
    forbidden: Callable[[T, T], bool] = lambda a, b: False  # a reviewer's "different": nothing outweighs it
    unfit: Callable[[Sequence[T], Sequence[T]], bool] = lambda left, right: False  # two clusters as wholes


@dataclass(slots=True)
class _State(Generic[T]):
    cluster_of: dict[T, int]
    members: dict[int, list[T]]

    def join(self, keep: int, gone: int) -> None:
        for member in self.members[gone]:
            self.cluster_of[member] = keep
        self.members[keep].extend(self.members.pop(gone))


def agglomerate(
    members: Iterable[T],
    edges: Mapping[tuple[T, T], float],
    rules: Rules[T],
    same: Iterable[tuple[T, T]] = (),
    placed: Iterable[tuple[T, T]] = (),
) -> list[list[T]]:
    """Clusters of one component, sorted by stable key within and among themselves.

    ``edges`` below ``rules.upper`` are ignored. ``same`` pairs (reviewers' decisions) join first and need
    no evidence; they yield to ``forbidden`` alone. ``placed`` pairs join last, in order of stable keys, where
    every rule but the weight allows it.
    """
    ordered = sorted(members, key=rules.stable_key)
    rank = {member: position for position, member in enumerate(ordered)}
    state = _State({m: i for i, m in enumerate(ordered)}, {i: [m] for i, m in enumerate(ordered)})
    for a, b in _in_order(same, rank):
        _try_join(state, a, b, rules, decided=True)
    strong = [(w, _by_rank(pair, rank)) for pair, w in edges.items() if w >= rules.upper(*pair)]
    strong.sort(key=lambda found: (-found[0], rank[found[1][0]], rank[found[1][1]]))
    pending = [pair for _, pair in strong]
    while _pass(state, pending, rules):
        pending = [(a, b) for a, b in pending if state.cluster_of[a] != state.cluster_of[b]]
    for a, b in _in_order(placed, rank):
        _try_join(state, a, b, rules)
    clusters = [sorted(c, key=rank.__getitem__) for c in state.members.values()]
    return sorted(clusters, key=lambda c: rank[c[0]])


def _in_order(pairs: Iterable[tuple[T, T]], rank: Mapping[T, int]) -> list[tuple[T, T]]:
    return sorted((_by_rank(pair, rank) for pair in pairs), key=lambda p: (rank[p[0]], rank[p[1]]))


def _by_rank(pair: tuple[T, T], rank: Mapping[T, int]) -> tuple[T, T]:
    a, b = pair
    return (a, b) if rank[a] <= rank[b] else (b, a)


def _pass(state: _State[T], pending: Sequence[tuple[T, T]], rules: Rules[T]) -> bool:
    """One round over what is not joined yet; what was refused may fit once others have joined."""
    joined = False
    for a, b in pending:
        joined |= _try_join(state, a, b, rules)
    return joined


def _try_join(state: _State[T], a: T, b: T, rules: Rules[T], decided: bool = False) -> bool:
    left, right = state.cluster_of[a], state.cluster_of[b]
    if left == right:
        return False
    cross = [(x, y) for x in state.members[left] for y in state.members[right]]
    if any(rules.forbidden(x, y) or (not decided and rules.vetoed(x, y)) for x, y in cross):
        return False
    if not decided and rules.unfit(state.members[left], state.members[right]):
        return False
    if not decided and len(cross) > 1:
        mean = sum(max(-CLIP, min(CLIP, rules.evidence(x, y))) for x, y in cross) / len(cross)
        if mean < rules.floor:
            return False
    state.join(min(left, right), max(left, right))
    return True
