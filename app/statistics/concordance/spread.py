"""Quartiles of whole days that come as a histogram. Pure."""

from collections.abc import Mapping
from itertools import accumulate
from math import floor

from schemas.concordance import Quartiles


def quartiles(counted: Mapping[int, int]) -> Quartiles | None:
    """``counted``: how often each number of days was found. None of nothing.

    Hyndman and Fan, "Sample Quantiles in Statistical Packages" (The American Statistician 50, 1996), type 7:
    of n values in ascending order, the quantile p lies at h = (n - 1) p, linear between its neighbours.
    """
    days = sorted(each for each, count in counted.items() if count)
    upto = list(accumulate(counted[each] for each in days))
    if not days:
        return None

    def value(place: int) -> int:
        """The value at a place in the ascending order, from 0."""
        return next(day for day, last in zip(days, upto, strict=True) if place < last)

    def quantile(p: float) -> float:
        h = (upto[-1] - 1) * p
        low = floor(h)
        return value(low) + (h - low) * (value(min(low + 1, upto[-1] - 1)) - value(low))

    return Quartiles(lower=quantile(0.25), median=quantile(0.5), upper=quantile(0.75))
