"""Codes of periods, and which periods have ended."""

from datetime import date

import pytest

from app.statistics.periods import Period, last_ended, period_of, unfinished
from schemas.query import Grain


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-S1", date(2024, 1, 1), date(2024, 6, 30)),
        ("2024-S2", date(2024, 7, 1), date(2024, 12, 31)),
        ("2024-Q1", date(2024, 1, 1), date(2024, 3, 31)),
        ("2024-B1", date(2024, 1, 1), date(2024, 2, 29)),
        ("2023-B1", date(2023, 1, 1), date(2023, 2, 28)),
        ("2024-B6", date(2024, 11, 1), date(2024, 12, 31)),
        ("2024-M09", date(2024, 9, 1), date(2024, 9, 30)),
        ("9999", date(9999, 1, 1), date.max),
        ("0001-B1", date.min, date(1, 2, 28)),
    ],
)
def test_a_period_is_its_days_and_its_code(code: str, first: date, last: date) -> None:
    period = Period.parse(code)
    assert (period.first, period.last, period.code) == (first, last, code)
    for day in (first, last):
        assert Period.holding(day, period.grain) == period


@pytest.mark.parametrize(
    "word",
    [
        *("undated", "trial", "15-metropolitana", "", "2024-", "2024-B", "2024-X1", "24-B1", "2024-b1"),
        *("2024-B0", "2024-B7", "2024-Q0", "2024-Q5", "2024-S0", "2024-S3", "2024-M00", "2024-M13"),
        *("2024-B01", "2024-Q01", "2024-S01", "2024-M9", "2024-M009", "0000", "0001-B0", "0000-M12"),
        *("٢٠٢٤", "2024-B\u0661", "2024\n", " 2024", "2024-B1 "),
    ],
)
def test_nothing_else_is_a_period(word: str) -> None:
    assert period_of(word) is None


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
