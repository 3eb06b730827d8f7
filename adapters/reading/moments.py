"""Dates and times. Feeds write Lima time (UTC-5, no daylight saving) unless they name an offset."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

from adapters.reading.caching import cached_short
from adapters.reading.notes import Cell
from schemas.translation import IssueCode

LIMA = timezone(timedelta(hours=-5))
OLDEST_YEARS = 110
_NOWHERE = date(1900, 1, 1)  # what an empty cell became on its way; nothing here is older
_DMY = re.compile(
    r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})"
    r"(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?",
    re.ASCII,
)
_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?"
    r"|\d{8}T\d{4}(?:\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}(?:\d{2})?)?",
    re.ASCII | re.IGNORECASE,
)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_SERIAL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets count local days
_SERIAL_FIRST, _SERIAL_LAST = 14_000, 60_000  # 1938 to 2064


@cached_short(65_536)
def parse_moment(text: str) -> datetime | None:
    """``DD/MM/YYYY[ HH:MM[:SS]]`` or ISO 8601, in Lima time; None when it is neither.

    Fractions of a second count (to the microsecond): of two stamps in one second, one is the later.
    """
    if match := _DMY.fullmatch(text):
        day, month, year, hour, minute, second = (int(part) if part else 0 for part in match.groups()[:6])
        micro = int((match[7] or "").ljust(6, "0")[:6])
        try:
            return datetime(year, month, day, hour, minute, second, micro, tzinfo=LIMA)
        except ValueError:
            return None
    return _iso(text) if _ISO.fullmatch(text) else None


def _iso(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.upper().replace(",", "."))
        moment = moment.replace(tzinfo=LIMA) if moment.tzinfo is None else moment.astimezone(LIMA)
        moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment


@cached_short(4_096)
def parse_serial(text: str) -> datetime | None:
    """A spreadsheet's day number, in Lima time, to the second; None when it is none of 1938 to 2064."""
    if not _SERIAL.fullmatch(text) or not _SERIAL_FIRST <= float(text) < _SERIAL_LAST:
        return None
    moment = _SERIAL_EPOCH + timedelta(seconds=round(float(text) * 86_400))
    return moment.replace(tzinfo=LIMA)


def _plausible(day: date, today: date) -> bool:
    return _NOWHERE < day <= today


def read_date(cell: Cell, today: date, *, serials: bool = False) -> date | None:
    """The day; None where unknown, with a warning where it is unreadable, 01/01/1900 or in the future."""
    moment = read_moment(cell, today, serials=serials)
    return moment.date() if moment else None


def read_moment(cell: Cell, today: date, *, serials: bool = False) -> datetime | None:
    """Like ``read_date``, with the time of day (00:00 where none is written)."""
    if cell.known is None:
        return None
    moment = parse_moment(cell.text) or (parse_serial(cell.text) if serials else None)
    if moment is None:
        cell.warn(IssueCode.DATE_UNREADABLE)
    elif not _plausible(moment.date(), today):
        cell.warn(IssueCode.DATE_IMPLAUSIBLE)
        return None
    return moment


def read_birth_date(cell: Cell, today: date, *, serials: bool = False) -> date | None:
    """Like ``read_date``; a birth more than 110 years ago is unknown too."""
    born = read_date(cell, today, serials=serials)
    if born is not None and (born.year + OLDEST_YEARS, born.month, born.day) < (
        today.year,
        today.month,
        today.day,
    ):
        cell.warn(IssueCode.DATE_IMPLAUSIBLE)
        return None
    return born


def read_stamp(cell: Cell, today: date, *, serials: bool = False) -> datetime | None:
    """A record's update stamp. None rejects the record: without it nothing says which version is the later.

    A stamp of tomorrow is let through (clocks differ), one beyond would outrank every true version for ever.
    """
    if cell.known is None:
        cell.reject(IssueCode.STAMP_MISSING)
        return None
    stamp = parse_stamp(cell.text, today, serials=serials)
    if stamp is None:
        cell.reject(IssueCode.STAMP_UNREADABLE)
    return stamp


def parse_stamp(text: str, today: date, *, serials: bool = False) -> datetime | None:
    """The stamp ``read_stamp`` reads in a text, or None where that would reject it."""
    moment = parse_moment(text) or (parse_serial(text) if serials else None)
    return moment if moment and _plausible(moment.date(), today + timedelta(days=1)) else None
