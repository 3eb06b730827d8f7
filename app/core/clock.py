"""Time comes in as an argument: rules take an instant, services take a ``Clock``."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

LIMA = timezone(timedelta(hours=-5), "America/Lima")
"""Peru keeps UTC-05:00 all year (Decreto Legislativo 25556 ended summer time in 1994)."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, in UTC, aware."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, instant: datetime) -> None:
        if instant.tzinfo is None:
            raise ValueError("a clock needs an aware instant")
        self._instant = instant.astimezone(UTC)

    def now(self) -> datetime:
        return self._instant

    def advance(self, by: timedelta) -> None:
        self._instant += by


def lima_day(instant: datetime) -> date:
    """The calendar day in Lima at ``instant``."""
    return instant.astimezone(LIMA).date()
