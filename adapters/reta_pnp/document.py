"""The JSON form of a denuncia: the columns' names in lower case, people under ``personas``."""

from collections.abc import Iterator, Mapping
from itertools import count

from adapters.reading.fields import Fields
from adapters.reading.notes import Cell, Notes
from adapters.reading.numbers import parse_order
from adapters.reta_pnp.complaint import Person
from adapters.reta_pnp.mapping import CASE_COLUMNS, ORDER, PERSON_COLUMNS, SITUATIONS
from schemas.translation import IssueCode
from schemas.vocabulary import Role

PERSONS = "personas"


def case_fields(document: Mapping[str, object], notes: Notes) -> Fields:
    """The denuncia's own fields; what is missing or not of the contract is said."""
    fields = Fields(document, notes, lower=True)
    fields.check_names([*(column.lower() for column in CASE_COLUMNS), PERSONS])
    return fields


def persons(document: Mapping[str, object], notes: Notes) -> Iterator[Person]:
    """Each person under its order; one that is missing, or used twice in one role, is replaced."""
    listed = document.get(PERSONS)
    if not isinstance(listed, list):
        if listed is not None:
            Cell("", PERSONS, notes).warn(IssueCode.VALUE_UNKNOWN)
        return
    found = [_fields(at, value, notes) for at, value in enumerate(listed)]
    used: set[tuple[Role | None, int]] = set()
    free = count(max((_order(fields) or 0 for fields in found if fields), default=0) + 1)
    for fields in found:
        if fields is None:
            continue
        situation = SITUATIONS.get(fields.cell("SITUACION").text)
        role = situation.role if situation else None
        order = _order(fields)
        if order is None or (role, order) in used:
            fields.attribute(ORDER).warn(IssueCode.ORDER_REPAIRED)
            order = next(free)
        used.add((role, order))
        yield Person(fields, order, notes.row)


def _fields(at: int, value: object, notes: Notes) -> Fields | None:
    path = f"{PERSONS}[{at}]"
    if not isinstance(value, Mapping):
        Cell("", path, notes).warn(IssueCode.VALUE_UNKNOWN)
        return None
    fields = Fields(value, notes, f"{path}.", lower=True)
    fields.check_names([column.lower() for column in PERSON_COLUMNS])
    return fields


def _order(fields: Fields) -> int | None:
    return parse_order(fields.cell(ORDER).text)
