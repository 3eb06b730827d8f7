"""What may be pinned as what, and which of several pins holds. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeVar

from adapters.reference import departments, districts, nationalities, provinces
from schemas.pins import CaseAttribute, PersonAttribute
from schemas.registry import AgeGroup
from schemas.vocabulary import ExploitationPlace, OffenceFamily, Relation, Sex, Stage

T = TypeVar("T")

_EARLIEST: Final = date(1900, 1, 2)  # 01/01/1900 stands for "unknown" in the feeds


class ValueUnfit(ValueError):
    """No value of that attribute. Does not repeat it."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A standing pin. ``value`` None: what the member says."""

    id: int
    member: int  # record id (case) or mention id (person)
    attribute: str
    value: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """The pin that holds for an attribute, and its value."""

    pin: Pin
    value: object


def _day(value: str, today: date) -> str:
    day = date.fromisoformat(value)
    if not _EARLIEST <= day <= today:
        raise ValueInFuture
    return day.isoformat()


class ValueInFuture(ValueUnfit):
    """A date that no facts can have."""


def _place(value: str, _today: date) -> str:
    known: Mapping[int, Mapping[str, object]] = {2: departments(), 4: provinces(), 6: districts()}
    if value not in known.get(len(value), {}):
        raise ValueUnfit
    return value


def _nationality(value: str, _today: date) -> str:
    if value not in set(nationalities().values()):
        raise ValueUnfit
    return value


_READERS: Final[Mapping[str, Callable[[str, date], str]]] = {
    CaseAttribute.OFFENCE_FAMILY: lambda value, _: OffenceFamily(value).value,
    CaseAttribute.FACTS_DATE: _day,
    CaseAttribute.PLACE: _place,
    CaseAttribute.EXPLOITATION_PLACE: lambda value, _: ExploitationPlace(value).value,
    CaseAttribute.STAGE: lambda value, _: Stage(value).value,
    PersonAttribute.SEX: lambda value, _: Sex(value).value,
    PersonAttribute.NATIONALITY: _nationality,
    PersonAttribute.AGE_GROUP: lambda value, _: AgeGroup(value).value,
    PersonAttribute.RELATION: lambda value, _: Relation(value).value,
}

IDENTITY: Final = frozenset(PersonAttribute) - _READERS.keys()
"""Attributes that name a person: pinned by the mention that is right, never by a value."""


def canonical(attribute: CaseAttribute | PersonAttribute, value: str, today: date) -> str:
    """The value as it is kept. Raises ValueUnfit for what is none, and for every value of an identity."""
    reader = _READERS.get(attribute)
    if reader is None:
        raise ValueUnfit
    try:
        return reader(value, today)
    except ValueError:
        raise ValueUnfit from None


def holding(pins: Iterable[Pin], attribute: str, value_of: Callable[[Pin], object | None]) -> Held | None:
    """The latest pin of an attribute that has a value today: where cases that were pinned apart came
    together, the last word holds."""
    for pin in sorted(pins, key=lambda each: -each.id):
        if pin.attribute == attribute and (value := value_of(pin)) is not None:
            return Held(pin, value)
    return None
