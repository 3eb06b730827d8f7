"""How far two partitions of the same items agree. Pure; labels are arrays of whole numbers.

Pairwise and B-cubed precision and recall as in Bagga and Baldwin (1998); where nothing is asserted,
precision is 1, and where nothing is to be found, recall is 1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Score:
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Agreement:
    items: int
    clusters: int
    true_clusters: int
    pairwise: Score
    bcubed: Score
    biggest: int
    true_biggest: int
    mixed_clusters: int  # that hold items of more than one true cluster
    split_truths: int  # true clusters that lie in more than one


def _codes(labels: Labels) -> tuple[Labels, Labels]:
    """Labels renumbered from 0, and the size of each."""
    _, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    return codes.astype(np.int64).reshape(-1), counts.astype(np.int64)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Item by item: its true cluster, its cluster, and the cell of both."""

    truth: Labels
    guess: Labels
    cell: Labels
    truth_sizes: Labels
    guess_sizes: Labels
    cell_sizes: Labels
    cell_truth: Labels  # true cluster of each cell
    cell_guess: Labels

    @classmethod
    def of(cls, truth: Labels, guess: Labels) -> "Overlap":
        true_codes, true_sizes = _codes(truth)
        guess_codes, guess_sizes = _codes(guess)
        width = max(len(guess_sizes), 1)
        keys, cell, sizes = np.unique(
            true_codes * width + guess_codes, return_inverse=True, return_counts=True
        )
        return cls(
            true_codes,
            guess_codes,
            cell.astype(np.int64).reshape(-1),
            true_sizes,
            guess_sizes,
            sizes.astype(np.int64),
            keys // width,
            keys % width,
        )

    @property
    def item_precision(self) -> NDArray[np.float64]:
        return np.asarray(self.cell_sizes[self.cell] / self.guess_sizes[self.guess], dtype=np.float64)

    @property
    def item_recall(self) -> NDArray[np.float64]:
        return np.asarray(self.cell_sizes[self.cell] / self.truth_sizes[self.truth], dtype=np.float64)


def _pairs(sizes: Labels) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


def _share(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole else 1.0


def agreement(truth: Labels, guess: Labels) -> Agreement:
    overlap = Overlap.of(truth, guess)
    agreed = _pairs(overlap.cell_sizes)
    return Agreement(
        items=len(truth),
        clusters=len(overlap.guess_sizes),
        true_clusters=len(overlap.truth_sizes),
        pairwise=Score(
            _share(agreed, _pairs(overlap.guess_sizes)), _share(agreed, _pairs(overlap.truth_sizes))
        ),
        bcubed=bcubed(overlap, np.ones(len(truth), dtype=np.bool_)),
        biggest=int(overlap.guess_sizes.max(initial=0)),
        true_biggest=int(overlap.truth_sizes.max(initial=0)),
        mixed_clusters=_met_twice(overlap.cell_guess),
        split_truths=_met_twice(overlap.cell_truth),
    )


def _met_twice(labels: Labels) -> int:
    return int((np.unique(labels, return_counts=True)[1] > 1).sum())


def bcubed(overlap: Overlap, mask: Mask) -> Score:
    """Averaged over the items of the mask; their clusters are taken whole."""
    count = int(mask.sum())
    return Score(
        _share(float(overlap.item_precision[mask].sum()), count),
        _share(float(overlap.item_recall[mask].sum()), count),
    )


def pairs_between(overlap: Overlap, one: Mask, other: Mask) -> Score:
    """Pairwise, over pairs of one item in ``one`` and one in ``other``; masks are equal or disjoint."""
    agreed = _cross(overlap.cell, len(overlap.cell_sizes), one, other)
    return Score(
        _share(agreed, _cross(overlap.guess, len(overlap.guess_sizes), one, other)),
        _share(agreed, _cross(overlap.truth, len(overlap.truth_sizes), one, other)),
    )


def _cross(codes: Labels, groups: int, one: Mask, other: Mask) -> int:
    counts = np.bincount(codes[one], minlength=groups).astype(np.int64)
    if one is other or bool((one == other).all()):
        return _pairs(counts)
    return int((counts * np.bincount(codes[other], minlength=groups)).sum())


def linked_right(overlap: Overlap, mask: Mask) -> tuple[int, int]:
    """Items of the mask with a true partner: how many stand with one, among a majority of their own.

    Returns (right, with a true partner).
    """
    partnered = mask & (overlap.truth_sizes[overlap.truth] > 1)
    own = overlap.cell_sizes[overlap.cell] - 1
    strangers = overlap.guess_sizes[overlap.guess] - overlap.cell_sizes[overlap.cell]
    right = partnered & (own > 0) & (own > strangers)
    return int(right.sum()), int(partnered.sum())
