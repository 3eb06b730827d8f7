"""From years as stated to what may be told: an age group, and whether a person was under 18. Pure."""

from typing import Final

from schemas.registry import AgeGroup

ADULT_AGE: Final = 18  # years; NNA are under 18 at the time of the facts
_STARTS: Final = (
    (60, AgeGroup.OLDER_ADULT),
    (30, AgeGroup.ADULT),
    (ADULT_AGE, AgeGroup.YOUNG_ADULT),
    (12, AgeGroup.ADOLESCENT),
    (0, AgeGroup.CHILD),
)


def age_group(low: int | None, high: int | None) -> AgeGroup | None:
    """The group that holds the whole stated range; None where it is unknown or lies across a border."""
    if low is None or high is None:
        return None
    group = _group(low)
    return group if group is _group(high) else None


def is_minor(low: int | None, high: int | None) -> bool | None:
    """None where it is unknown, or the stated range lies across the border."""
    if low is None or high is None or low < ADULT_AGE <= high:
        return None
    return high < ADULT_AGE


def _group(years: int) -> AgeGroup:
    return next(group for start, group in _STARTS if years >= start)
