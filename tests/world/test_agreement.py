"""The agreement of partitions, held to a slow obvious reference."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.world.agreement import Agreement, Labels, Overlap, agreement, bcubed, linked_right, pairs_between

PARTITIONS = st.integers(0, 12).flatmap(
    lambda n: st.tuples(*(st.lists(st.integers(0, 4), min_size=n, max_size=n) for _ in range(2)))
)
MASKED = st.integers(1, 12).flatmap(
    lambda n: st.tuples(
        *(st.lists(st.integers(0, 3), min_size=n, max_size=n) for _ in range(2)),
        st.lists(st.integers(0, 2), min_size=n, max_size=n),
    )
)


def labels(values: list[int]) -> Labels:
    return np.array(values, dtype=np.int64)


def share(part: float, whole: float) -> float:
    return part / whole if whole else 1.0


def slow_pairwise(truth: list[int], guess: list[int]) -> tuple[float, float]:
    pairs = list(combinations(range(len(truth)), 2))
    true = {(a, b) for a, b in pairs if truth[a] == truth[b]}
    said = {(a, b) for a, b in pairs if guess[a] == guess[b]}
    return share(len(true & said), len(said)), share(len(true & said), len(true))


def slow_bcubed(truth: list[int], guess: list[int], items: list[int]) -> tuple[float, float]:
    precision = recall = 0.0
    for item in items:
        own = {other for other in range(len(truth)) if truth[other] == truth[item]}
        cluster = {other for other in range(len(guess)) if guess[other] == guess[item]}
        precision += len(own & cluster) / len(cluster)
        recall += len(own & cluster) / len(own)
    return share(precision, len(items)), share(recall, len(items))


@given(PARTITIONS)
def test_pairwise_and_bcubed_equal_the_reference(partitions: tuple[list[int], list[int]]) -> None:
    truth, guess = partitions
    found = agreement(labels(truth), labels(guess))
    assert (found.pairwise.precision, found.pairwise.recall) == pytest.approx(slow_pairwise(truth, guess))
    everyone = list(range(len(truth)))
    assert (found.bcubed.precision, found.bcubed.recall) == pytest.approx(slow_bcubed(truth, guess, everyone))


@given(PARTITIONS)
def test_mixed_clusters_and_split_truths_are_counted(partitions: tuple[list[int], list[int]]) -> None:
    truth, guess = partitions
    found = agreement(labels(truth), labels(guess))
    both = list(zip(truth, guess, strict=True))
    assert found.mixed_clusters == sum(len({t for t, g in both if g == label}) > 1 for label in set(guess))
    assert found.split_truths == sum(len({g for t, g in both if t == label}) > 1 for label in set(truth))
    assert found.biggest == max((guess.count(label) for label in set(guess)), default=0)
    assert found.true_biggest == max((truth.count(label) for label in set(truth)), default=0)


@given(MASKED)
def test_a_slice_takes_its_items_and_their_whole_clusters(
    case: tuple[list[int], list[int], list[int]],
) -> None:
    truth, guess, kinds = case
    mask = np.array([kind == 0 for kind in kinds], dtype=np.bool_)
    found = bcubed(Overlap.of(labels(truth), labels(guess)), mask)
    items = [index for index, kind in enumerate(kinds) if kind == 0]
    assert (found.precision, found.recall) == pytest.approx(slow_bcubed(truth, guess, items))


@given(MASKED)
def test_pairs_between_two_feeds_equal_the_reference(case: tuple[list[int], list[int], list[int]]) -> None:
    truth, guess, kinds = case
    overlap = Overlap.of(labels(truth), labels(guess))
    for one, other in ((0, 1), (1, 1)):
        found = pairs_between(overlap, np.array(kinds) == one, np.array(kinds) == other)
        pairs = [p for p in combinations(range(len(truth)), 2) if sorted(kinds[i] for i in p) == [one, other]]
        true = {(a, b) for a, b in pairs if truth[a] == truth[b]}
        said = {(a, b) for a, b in pairs if guess[a] == guess[b]}
        assert found.precision == pytest.approx(share(len(true & said), len(said)))
        assert found.recall == pytest.approx(share(len(true & said), len(true)))


@given(MASKED)
def test_linked_right_needs_a_true_partner_and_a_majority(
    case: tuple[list[int], list[int], list[int]],
) -> None:
    truth, guess, kinds = case
    right = partnered = 0
    for item in (index for index, kind in enumerate(kinds) if kind == 0):
        others = [other for other in range(len(truth)) if other != item]
        if not any(truth[other] == truth[item] for other in others):
            continue
        partnered += 1
        cluster = [other for other in others if guess[other] == guess[item]]
        own = sum(truth[other] == truth[item] for other in cluster)
        right += own > 0 and own > len(cluster) - own
    overlap = Overlap.of(labels(truth), labels(guess))
    assert linked_right(overlap, np.array(kinds) == 0) == (right, partnered)


def test_one_cluster_of_all_has_full_recall_and_little_precision() -> None:
    found: Agreement = agreement(labels([0, 0, 1, 1, 2]), labels([7, 7, 7, 7, 7]))
    assert found.pairwise.recall == found.bcubed.recall == 1.0
    assert found.pairwise.precision == pytest.approx(2 / 10)
    assert found.pairwise.f1 == pytest.approx(2 * 0.2 / 1.2)
    assert (found.biggest, found.true_biggest, found.mixed_clusters) == (5, 2, 1)
