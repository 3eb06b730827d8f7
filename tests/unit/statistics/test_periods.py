"""Which periods have ended."""

from datetime import date

import pytest

from app.statistics.periods import last_day, last_ended, unfinished
from schemas.query import Grain


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("2024", date(2024, 12, 31)),
        ("2024-S1", date(2024, 6, 30)),
        ("2024-S2", date(2024, 12, 31)),
        ("2024-Q1", date(2024, 3, 31)),
        ("2024-B1", date(2024, 2, 29)),
        ("2023-B1", date(2023, 2, 28)),
        ("2024-B6", date(2024, 12, 31)),
        ("2024-M09", date(2024, 9, 30)),
        ("9999", date.max),
        ("undated", None),
        ("2024-B7", None),
        ("trial", None),
        ("15-metropolitana", None),
    ],
)
def test_the_last_day_of_a_period(code: str, day: date | None) -> None:
    assert last_day(code) == day


@pytest.mark.parametrize(
    ("grain", "day"),
    [
        (Grain.MONTH, date(2024, 2, 29)),
        (Grain.BIMESTER, date(2024, 2, 29)),
        (Grain.QUARTER, date(2023, 12, 31)),
        (Grain.SEMESTER, date(2023, 12, 31)),
        (Grain.YEAR, date(2023, 12, 31)),
    ],
)
def test_what_ended_last_before_the_tenth_of_march(grain: Grain, day: date) -> None:
    assert last_ended(date(2024, 3, 10), grain) == day


def test_a_period_runs_to_the_end_of_its_last_day() -> None:
    codes = ("2023-B6", "2024-B1", "2024-B2", "undated")
    assert unfinished(codes, date(2024, 2, 29)) == ("2024-B1", "2024-B2")
    assert unfinished(codes, date(2024, 3, 1)) == ("2024-B2",)
    assert last_ended(date(2024, 2, 29), Grain.BIMESTER) == date(2023, 12, 31)
