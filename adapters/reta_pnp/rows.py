"""The rows of one version of a denuncia, put together: one case and its persons.

Nothing depends on where the rows stand: they are taken by order, then by content.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from adapters.reading.fields import Fields
from adapters.reading.folding import fold
from adapters.reading.notes import Notes
from adapters.reading.numbers import parse_order
from adapters.reading.words import is_unknown
from adapters.reta_pnp.complaint import Person
from adapters.reta_pnp.mapping import CASE_COLUMNS, NUMBER, ORDER, PERSON_COLUMNS, SITUATIONS, STAMP
from schemas.translation import IssueCode
from schemas.vocabulary import Role, Severity

_REPEATED = tuple(column for column in CASE_COLUMNS if column not in {NUMBER, STAMP})
_DESCRIBING = tuple(column for column in PERSON_COLUMNS if column != ORDER)
_NAMES = ("APELLIDO_PATERNO", "APELLIDO_MATERNO", "NOMBRES")
_PERSONAL = frozenset({*_NAMES, "ALIAS", "NRO_DOC", "FECHA_NACIMIENTO", "PROCEDENCIA"})
_LAST = 10**6  # behind every order that a row can have


@dataclass(frozen=True, slots=True)
class Line:
    """One row by its columns' names; ``row`` is where it stands in the delivery."""

    row: int
    values: Mapping[str, str]

    @property
    def order(self) -> int | None:
        return parse_order(self.values[ORDER])

    @property
    def names_somebody(self) -> bool:
        return any(not is_unknown(self.values[column]) for column in _DESCRIBING)


@dataclass(frozen=True, slots=True)
class Assembled:
    """``case`` is the row whose repeated columns stand."""

    case: Fields
    row: int
    persons: tuple[Person, ...]


def assemble(lines: Sequence[Line], notes: Notes) -> Assembled:
    """Identical rows count once. Disagreement is said: in the case the lowest order wins."""
    distinct = {tuple(line.values.values()): line for line in reversed(lines)}
    ordered = sorted(distinct.items(), key=lambda item: (item[1].order or _LAST, item[0]))
    first, *others = (line for _, line in ordered)
    for other in others:
        _compare(first, other, _REPEATED, notes)
    persons = tuple(_persons([line for _, line in ordered if line.names_somebody], notes))
    notes.row = first.row
    return Assembled(Fields(first.values, notes), first.row, persons)


def _differ(one: str, other: str) -> bool:
    return one != other and fold("" if is_unknown(one) else one) != fold("" if is_unknown(other) else other)


def _both_known(one: str, other: str) -> bool:
    return not is_unknown(one) and not is_unknown(other)


def _compare(first: Line, other: Line, columns: Iterable[str], notes: Notes) -> None:
    """Say of ``other`` in which columns it disagrees."""
    for column in columns:
        if _differ(first.values[column], other.values[column]):
            _say(IssueCode.ROWS_DISAGREE, column, other, notes)


def _say(code: IssueCode, column: str, line: Line, notes: Notes) -> None:
    notes.row = line.row
    fields = Fields(line.values, notes)
    cell = fields.personal(column) if column in _PERSONAL else fields.attribute(column)
    notes.add(code, Severity.WARNING, cell if column in PERSON_COLUMNS else fields.cell(column))


def _persons(lines: Sequence[Line], notes: Notes) -> Iterator[Person]:
    """Each (role, order) once; who stands under another's order, or under none, gets a new one."""
    held: dict[tuple[Role | None, int], list[Line]] = {}
    homeless: list[Line] = []
    for line in lines:
        place = (_role(line), line.order or 0)
        together = held.get(place)
        if not place[1] or (together and not _same_person(together[0], line)):
            homeless.append(line)
        else:
            held.setdefault(place, []).append(line)
    _check_roles(held, notes)
    free = count(max((order for _, order in held), default=0) + 1)
    for (_, order), together in held.items():
        yield Person(Fields(_merged(together, notes), notes), order, together[0].row)
    for line in homeless:
        _say(IssueCode.ORDER_REPAIRED, ORDER, line, notes)
        yield Person(Fields(line.values, notes), next(free), line.row)


def _role(line: Line) -> Role | None:
    situation = SITUATIONS.get(line.values["SITUACION"])
    return situation.role if situation else None


def _same_person(one: Line, other: Line) -> bool:
    """Rows under one order mean one person unless their documents or most of their names disagree."""
    if _conflict(one, other, "NRO_DOC"):
        return False
    return sum(_conflict(one, other, column) for column in _NAMES) < 2


def _conflict(one: Line, other: Line, column: str) -> bool:
    here, there = one.values[column], other.values[column]
    return _both_known(here, there) and _differ(here, there)


def _check_roles(held: Mapping[tuple[Role | None, int], list[Line]], notes: Notes) -> None:
    """One order in two roles is two mentions, and worth a word."""
    seen: dict[int, Line] = {}
    for (_, order), lines in held.items():
        if order in seen:
            _say(IssueCode.ROWS_DISAGREE, "SITUACION", lines[0], notes)
        seen[order] = lines[0]


def _merged(lines: Sequence[Line], notes: Notes) -> Mapping[str, str]:
    """Of each column the first value known; other values known are said."""
    first, *others = lines
    if not others:
        return first.values
    values = dict(first.values)
    for other in others:
        for column in _DESCRIBING:
            if is_unknown(values[column]):
                values[column] = other.values[column]
            elif _both_known(values[column], other.values[column]) and _differ(
                values[column], other.values[column]
            ):
                _say(IssueCode.ROWS_DISAGREE, column, other, notes)
    return values
