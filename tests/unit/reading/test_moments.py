"""Dates, births and stamps: which are read, and which are unknown with a warning."""

from datetime import date, datetime

import pytest

from adapters.reading.moments import LIMA, read_birth_date, read_date, read_moment, read_stamp
from schemas.translation import IssueCode
from schemas.vocabulary import Severity
from support.reading_kit import TODAY, cell, said, warned


@pytest.mark.parametrize(
    "text", ["09/02/2024", "9/2/2024", "2024-02-09", "09-02-2024", "2024-02-09T23:59:00-05:00"]
)
def test_a_date_reads_in_both_forms(text: str) -> None:
    one = cell(text)
    assert read_date(one, TODAY) == date(2024, 2, 9)
    assert said(one) == []


@pytest.mark.parametrize(
    "text", ["31/02/2024", "2024-13-01", "ayer", "09/02/24", "0/0/0000", "45000", "٠٩/٠٢/٢٠٢٤"]
)
def test_an_unreadable_date_is_unknown_with_a_warning(text: str) -> None:
    one = cell(text)
    assert read_date(one, TODAY) is None
    assert said(one) == warned(IssueCode.DATE_UNREADABLE)


@pytest.mark.parametrize("text", ["01/01/1900", "16/06/2026", "0001-01-01"])
def test_an_implausible_date_is_unknown_with_a_warning(text: str) -> None:
    one = cell(text)
    assert read_date(one, TODAY) is None
    assert said(one) == warned(IssueCode.DATE_IMPLAUSIBLE)


def test_today_is_no_future() -> None:
    assert read_date(cell("15/06/2026"), TODAY) == TODAY


def test_a_birth_more_than_110_years_ago_is_unknown() -> None:
    assert read_birth_date(cell("15/06/1916"), TODAY) == date(1916, 6, 15)
    old = cell("14/06/1916")
    assert read_birth_date(old, TODAY) is None
    assert said(old) == warned(IssueCode.DATE_IMPLAUSIBLE)


def test_a_spreadsheet_number_is_a_date_only_where_the_form_is_a_spreadsheet() -> None:
    assert read_moment(cell("45000.5"), TODAY, serials=True) == datetime(2023, 3, 15, 12, tzinfo=LIMA)
    assert read_moment(cell("45000.5"), TODAY) is None


@pytest.mark.parametrize(
    "text", ["10/12/2024 16:20:00", "10/12/2024 16:20", "2024-12-10T21:20:00Z", "2024-12-10T16:20:00"]
)
def test_stamps_are_lima_time_unless_they_name_an_offset(text: str) -> None:
    assert read_stamp(cell(text), TODAY) == datetime(2024, 12, 10, 16, 20, tzinfo=LIMA)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", IssueCode.STAMP_MISSING),
        ("S/D", IssueCode.STAMP_MISSING),
        ("31/02/2024", IssueCode.STAMP_UNREADABLE),
        ("01/01/2030 00:00:00", IssueCode.STAMP_UNREADABLE),
        ("9999-12-31T23:59:59-05:00", IssueCode.STAMP_UNREADABLE),
    ],
)
def test_without_an_update_stamp_a_record_is_unusable(text: str, code: IssueCode) -> None:
    one = cell(text)
    assert read_stamp(one, TODAY) is None
    assert said(one) == [(code, Severity.REJECTION)]
