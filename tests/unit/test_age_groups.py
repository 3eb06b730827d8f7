"""What may be told of an age: the group that holds the whole stated range, and whether it is under 18."""

import pytest

from app.registry.ages import age_group, is_minor


@pytest.mark.parametrize(
    ("low", "high", "group", "minor"),
    [
        (0, 0, "0-11", True),
        (11, 11, "0-11", True),
        (12, 12, "12-17", True),
        (14, 15, "12-17", True),
        (17, 17, "12-17", True),
        (18, 18, "18-29", False),
        (29, 29, "18-29", False),
        (30, 59, "30-59", False),
        (60, 120, "60+", False),
        (11, 12, None, True),  # across a border of groups, under 18 all the same
        (17, 18, None, None),  # nobody knows: unknown is never decided
        (25, 35, None, False),
        (None, None, None, None),
    ],
)
def test_a_stated_range(low: int | None, high: int | None, group: str | None, minor: bool | None) -> None:
    assert (age_group(low, high), is_minor(low, high)) == (group, minor)
