"""Answers kept as long as nothing that they count has changed. Exact: never a minute behind.

What is held is told by the last position of the change feed and by the marks of what is not linked yet:
whoever writes a record marks it, and linking ends the mark and moves the feed.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from schemas.statistics import Overview

KEPT: Final = 256  # periods; each answer is some 5 kB


@dataclass(frozen=True, slots=True)
class Mark:
    """The state of the registry in one snapshot."""

    position: int  # of the change feed
    pending: int  # records not linked yet
    latest: datetime | None  # mark of these


Period = tuple[date | None, date | None]


class Memory:
    """Of one process. Forgets everything once the registry has moved on."""

    def __init__(self) -> None:
        self._mark: Mark | None = None
        self._answers: OrderedDict[Period, Overview] = OrderedDict()

    def recall(self, mark: Mark, period: Period) -> Overview | None:
        return self._answers.get(period) if mark == self._mark else None

    def keep(self, mark: Mark, period: Period, answer: Overview) -> None:
        if mark != self._mark:
            self._mark = mark
            self._answers.clear()
        self._answers[period] = answer
        if len(self._answers) > KEPT:
            self._answers.popitem(last=False)
