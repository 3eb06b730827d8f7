"""Which pins hold of a case and of its persons, out of the standing ones and what their members say. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

from app.registry.ages import age_group
from app.registry.pins.rules import IDENTITY, Held, Pin, holding
from app.registry.survivorship import Pinned
from schemas.pins import CaseAttribute, PersonAttribute
from schemas.registry import PinMark

T = TypeVar("T")

OF_ONE_CASE: Final = frozenset({PersonAttribute.AGE_GROUP, PersonAttribute.RELATION})
"""Attributes of a person in one case: a pin of them is told of the case of its mention alone."""


class Row(Protocol):
    def __getitem__(self, name: str, /) -> Any: ...


Holding = Mapping[str, Held]


def of_case(pins: Iterable[Row], reports: Sequence[Row]) -> Holding:
    """``pins``: the standing ones of the records of a case."""
    said = {row["record_id"]: row for row in reports}

    def value(pin: Pin) -> object | None:
        return pin.value or (_of_report(said[pin.member], pin.attribute) if pin.member in said else None)

    return _holding([_pin(row) for row in pins], CaseAttribute, value)


def of_person(pins: Iterable[Row], person_id: UUID, case_id: UUID | None) -> Holding:
    """``pins``: the standing ones of mentions, each with what the mention says. Identities are left out."""
    rows = [
        row
        for row in pins
        if row["person_id"] == person_id
        and (row["attribute"] not in OF_ONE_CASE or row["case_id"] == case_id)
    ]
    by_id = {row["id"]: row for row in rows}

    def value(pin: Pin) -> object | None:
        return pin.value or _of_mention(by_id[pin.id], pin.attribute)

    return _holding([_pin(row) for row in rows], set(PersonAttribute) - IDENTITY, value)


def pinned(holding_now: Holding, attribute: str, read: Callable[[str], T]) -> Pinned[T] | None:
    found = holding_now.get(attribute)
    if found is None:
        return None
    mark = PinMark(id=found.pin.id, at=found.pin.at, contradicted=False)
    return Pinned(read(str(found.value)), mark)


def place_of(holding_now: Holding, digits: int) -> Pinned[str] | None:
    """The department (2), province (4) or district (6) that a pinned place names; None where it is wider."""
    found = pinned(holding_now, CaseAttribute.PLACE, str)
    return Pinned(found.value[:digits], found.mark) if found and len(found.value) >= digits else None


def _holding(
    pins: Sequence[Pin], attributes: Iterable[str], value: Callable[[Pin], object | None]
) -> Holding:
    found = {attribute: holding(pins, attribute, value) for attribute in attributes} if pins else {}
    return {attribute: held for attribute, held in found.items() if held is not None}


def _pin(row: Row) -> Pin:
    return Pin(row["id"], row["member"], row["attribute"], row["value"], row["made_at"])


def _of_report(row: Row, attribute: str) -> Any:
    if attribute == CaseAttribute.PLACE:
        return row["district"] or row["province"] or row["department"]
    return row[attribute]


def _of_mention(row: Row, attribute: str) -> Any:
    if attribute == PersonAttribute.AGE_GROUP:
        return age_group(row["age_min"], row["age_max"])
    return row[attribute]
