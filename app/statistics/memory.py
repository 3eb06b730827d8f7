"""Answers kept as long as nothing that they count has changed. Exact: never a minute behind.

What is held is told by the last position of the change feed and by the marks of what is not linked yet:
whoever writes a record marks it, and linking ends the mark and moves the feed. A mark has a version for each
time that it is set, in whatever order those who set it commit.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from typing import Final

from schemas.statistics import Overview

KEPT: Final = 256  # periods; each answer is some 5 kB


@dataclass(frozen=True, slots=True)
class Mark:
    """A state of the registry: all that a figure counts is of it. Equal marks, equal figures.

    Linking moves ``position``; who writes records that are not linked yet marks them, with a version that
    only grows until linking takes the mark away.
    """

    position: int  # of the change feed
    generation: int  # how often it was asked that cubes be made anew
    pending: int  # records not linked yet
    versions: str  # the sum of those of their marks


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
