"""What weights prove worth where the truth is known: calibration curves, and how reliable they are. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.reconciliation.scoring import probability

Weighed = tuple[float, bool]  # bits of a pair, and whether it is right
Curve = tuple[tuple[float, float], ...]

_LEAST = 60  # pairs in a step of the curve; fewer say nothing of a share near 1
_STEPS = 50


@dataclass(slots=True)
class _Step:
    bits: float  # sums
    right: float
    count: int

    @property
    def share(self) -> float:
        """Never 0 or 1: half a pair of either kind is believed in beforehand."""
        return (self.right + 0.5) / (self.count + 1.0)

    def join(self, other: "_Step") -> None:
        self.bits += other.bits
        self.right += other.right
        self.count += other.count


def calibrated(pairs: Sequence[Weighed]) -> Curve:
    """Knots (bits, bits of the share that proved right), rising in both, by isotonic regression over steps of
    equal count (pool adjacent violators). Empty where there are too few pairs for a single step."""
    ordered = sorted(pairs)
    size = max(_LEAST, math.ceil(len(ordered) / _STEPS))
    pooled: list[_Step] = []
    for start in range(0, len(ordered) - _LEAST + 1, size):
        some = ordered[start : start + size]
        step = _Step(sum(bits for bits, _ in some), sum(right for _, right in some), len(some))
        while pooled and pooled[-1].share >= step.share:
            before = pooled.pop()
            before.join(step)
            step = before
        pooled.append(step)
    return tuple(
        (round(step.bits / step.count, 3), round(math.log2(step.share / (1.0 - step.share)), 3))
        for step in pooled
    )


@dataclass(frozen=True, slots=True)
class Bin:
    """Pairs whose probability lies in one stretch."""

    low: float
    high: float
    count: int
    expected: float  # mean of the probabilities
    observed: float  # share that is right


# Most pairs lie near 1, where a hundredth matters: stretches are equal in bits, not in probability.
_EDGES = (0.0, *(probability(float(bits)) for bits in range(-3, 11)), 1.0)


def reliability(pairs: Sequence[tuple[float, bool]]) -> tuple[Bin, ...]:
    """``pairs``: probability told, and whether it is right. Empty stretches are left out."""
    found = []
    for low, high in pairwise(_EDGES):
        some = [(p, right) for p, right in pairs if low <= p < high or (high == 1.0 and p == 1.0)]
        if some:
            expected = sum(p for p, _ in some) / len(some)
            observed = sum(right for _, right in some) / len(some)
            found.append(Bin(low, high, len(some), expected, observed))
    return tuple(found)


def expected_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: the mean distance of told and observed, by pairs. 0 without any."""
    total = sum(found.count for found in bins)
    off = sum(found.count * abs(found.expected - found.observed) for found in bins)
    return off / total if total else 0.0


def precision_from(pairs: Sequence[Weighed], upper: float) -> tuple[float, int]:
    """Share of right pairs at or above a weight, and how many there are; 1.0 of none."""
    above = [right for bits, right in pairs if bits >= upper]
    return (sum(above) / len(above) if above else 1.0), len(above)
