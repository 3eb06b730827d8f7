"""Quartiles of days out of a histogram: type 7 of Hyndman and Fan, to the day and to the half day."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.statistics.concordance.spread import quartiles


def test_of_nothing_there_are_none() -> None:
    assert quartiles({}) is None
    assert quartiles({4: 0}) is None


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([7], (7, 7, 7)),
        ([0, 1], (0.25, 0.5, 0.75)),
        ([0, 10, 20], (5, 10, 15)),
        ([1, 2, 3, 4], (1.75, 2.5, 3.25)),  # type 6 would say 1.25 and 3.75; type 2, 1.5 and 3.5
        ([0, 0, 0, 0, 100], (0, 0, 0)),
    ],
)
def test_values_by_hand(days: list[int], expected: tuple[float, float, float]) -> None:
    found = quartiles(Counter(days))
    assert found is not None
    assert (found.lower, found.median, found.upper) == expected


@settings(deadline=None)
@given(some.lists(some.integers(0, 4000), min_size=1, max_size=60))
def test_any_days_as_another_library_has_them(days: list[int]) -> None:
    found = quartiles(Counter(days))
    assert found is not None
    expected = np.quantile(days, [0.25, 0.5, 0.75], method="linear")
    assert np.allclose([found.lower, found.median, found.upper], expected)
