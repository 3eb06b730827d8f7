"""Ages: as stated, and as they follow from a birth date. The same convention for all four feeds."""

import re
from dataclasses import dataclass
from datetime import date

from adapters.reading.caching import cached_short
from adapters.reading.folding import fold_code
from adapters.reading.notes import Cell
from schemas.translation import IssueCode

OLDEST = 110


@dataclass(frozen=True, slots=True)
class Age:
    """Years, from ``least`` to ``most``; both None when unknown."""

    least: int | None = None
    most: int | None = None
    approximate: bool = False


UNKNOWN_AGE = Age()
_ABOUT = (
    r"(?P<about>(?:APROX(?:IMADAMENTE|IMADO|IMADA)?|UNOS|UNAS|MAS O MENOS|ALREDEDOR|CERCA)\.? ?(?:DE )?)?"
)
_UNIT = r"(?: ?ANOS?)?(?: DE EDAD)?(?P<after> ?\(?APROX(?:IMADAMENTE)?\.?\)?)?"
AGE_PATTERN = rf"{_ABOUT}(?:DE |ENTRE )?(?P<least>\d{{1,3}})(?: ?(?:O|A|Y|-|/) ?(?P<most>\d{{1,3}}))?{_UNIT}"
_AGE = re.compile(AGE_PATTERN)
_MONTHS = re.compile(r"(?P<months>\d{1,2}) MES(?:ES)?")
_FRACTION = re.compile(r"(\d{1,3})[.,]0+")


@cached_short(4_096)
def parse_age(text: str) -> Age | None:
    """``15``, ``15 AÑOS``, ``APROX 15``, ``14 O 15``, ``8 MESES``; None when it is no age. Unbounded."""
    folded = _FRACTION.sub(r"\1", fold_code(text))
    if match := _MONTHS.fullmatch(folded):
        return Age(int(match["months"]) // 12, int(match["months"]) // 12)
    match = _AGE.fullmatch(folded)
    return age_of(match) if match else None


def age_of(match: re.Match[str]) -> Age:
    """The age in a match of ``AGE_PATTERN``."""
    one = int(match["least"])
    other = int(match["most"]) if match["most"] else one
    approximate = bool(match["about"] or match["after"] or match["most"])
    return Age(min(one, other), max(one, other), approximate)


def read_age(cell: Cell) -> Age:
    """The age as stated; unknown, with a warning, where it is no number or nobody's age."""
    if cell.known is None:
        return UNKNOWN_AGE
    age = parse_age(cell.text)
    if age is None:
        cell.warn(IssueCode.NUMBER_UNREADABLE)
        return UNKNOWN_AGE
    return checked_age(cell, age)


def checked_age(cell: Cell, age: Age) -> Age:
    """The age, or unknown with a warning above 110 years; an approximate one is noted."""
    if age.most is not None and age.most > OLDEST:
        cell.warn(IssueCode.AGE_IMPLAUSIBLE)
        return UNKNOWN_AGE
    if age.approximate:
        cell.note(IssueCode.AGE_APPROXIMATE)
    return age


def years_between(born: date, day: date) -> int:
    """Completed years; negative before the birth."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@dataclass(frozen=True, slots=True)
class Life:
    """A birth date and an age that were made to agree."""

    birth_date: date | None
    age: Age


@dataclass(frozen=True, slots=True)
class AgeDays:
    """Ages are counted at ``counted`` (of the facts, else of the report).

    A stated age may be of any day up to ``stated``; where that is None, nobody says which day is meant.
    """

    counted: date | None
    stated: date | None = None


def settle_age(born: date | None, stated: Age, days: AgeDays, birth: Cell, age: Cell) -> Life:
    """The age at the day it is counted: from the birth date where there is one.

    Another stated age is said (AGE_DISAGREES, the date wins); a birth after the day is lost.
    """
    day = days.counted
    if born is None or day is None:
        return Life(born, stated)
    years = years_between(born, day)
    if years < 0:
        birth.warn(IssueCode.DATE_IMPLAUSIBLE)
        return Life(None, stated)
    if not _may_be(stated, years, years_between(born, max(day, days.stated)) if days.stated else None):
        age.warn(IssueCode.AGE_DISAGREES)
    return Life(born, Age(years, years)) if years <= OLDEST else Life(born, stated)


def _may_be(stated: Age, years: int, later: int | None) -> bool:
    """Whether an age as stated may be one of ``years`` to ``later``; a year of slack where it is vague."""
    if stated.least is None or stated.most is None:
        return True
    slack = 1 if stated.approximate or later is None else 0
    return stated.least - slack <= (later or years) and years <= stated.most + slack


def ages_disagree(one: Age, other: Age) -> bool:
    """True of two known ages more than a year apart."""
    if one.least is None or one.most is None or other.least is None or other.most is None:
        return False
    return one.least > other.most + 1 or other.least > one.most + 1
