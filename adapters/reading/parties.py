"""What the prosecution's and the courts' feeds share: a party's kind and order, and which fields came."""

import re
from collections.abc import Collection, Mapping

from adapters.reading.codes import CodeTable, read_code
from adapters.reading.fields import Fields, shown_name
from adapters.reading.folding import fold_code
from adapters.reading.notes import Cell, Notes
from schemas.translation import IssueCode
from schemas.vocabulary import PartyKind, Role

MOST_ORDER = 99_999
_KINDS = CodeTable(
    {"NATURAL": PartyKind.NATURAL, "JURIDICA": PartyKind.LEGAL_ENTITY, "ESTADO": PartyKind.STATE}
)
# Ends of firms' names; a plain ``S.A.`` may be somebody's initials.
_FIRM = re.compile(
    r".+[ ,.](?:S\.? ?A\.? ?[AC]\.?|S\.? ?(?:C\. ?)?R\.? ?L\.?|E\.? ?I\.? ?R\.? ?L\.?|SOCIEDAD ANONIMA.*)"
)
_STATE = re.compile(r"(?:EL )?ESTADO(?: PERUANO)?(?: ?[-–(/].*)?")


def read_kind(
    cell: Cell, name: Cell, *, is_personal: bool, usual: PartyKind | None = None
) -> PartyKind | None:
    """The kind of a party; None where unknown.

    Where no kind is stated it is ``usual``, but for a name that ends as those of firms do; failing that, a
    party counts as a person only where something is stated that only persons have. That outdoes the name.
    ``EL ESTADO PERUANO`` is the State whatever kind is stated, with a warning.
    """
    kind = read_code(cell, _KINDS)
    if kind is None:
        if cell.known is None:
            firm = not is_personal and _FIRM.fullmatch(fold_code(name.text[:200])) is not None
            kind = PartyKind.LEGAL_ENTITY if firm else usual
        kind = kind or (PartyKind.NATURAL if is_personal else None)
    if kind is not PartyKind.STATE and _STATE.fullmatch(fold_code(name.text[:200])):
        if cell.known is not None:
            cell.warn(IssueCode.VALUE_UNKNOWN)
        return PartyKind.STATE
    if kind is None:
        cell.warn(IssueCode.VALUE_UNKNOWN)
    return kind


class Orders:
    """Orders of the mentions of one record: (role, order) is used once, whatever comes twice or not."""

    def __init__(self) -> None:
        self._used: set[tuple[Role, int]] = set()

    def claim(self, role: Role, cell: Cell) -> int | None:
        """The order as stated, where readable and free; else None: ``repair`` it once all have claimed.

        Who is no party to count stands in one role, whatever list named them: there two may well bear one
        order, which is no fault of the sender.
        """
        text = cell.text
        order = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(MOST_ORDER)) else 0
        if order < 1 or (role, order) in self._used:
            (cell.note if order and role is Role.OTHER else cell.warn)(IssueCode.ORDER_REPAIRED)
            return None
        self._used.add((role, order))
        return order

    def repair(self, role: Role) -> int:
        """The first free order after all that were stated."""
        order = max((used for _, used in self._used), default=0) + 1
        self._used.add((role, order))
        return order


def check_names(
    values: Mapping[str, object],
    known: Collection[str],
    required: Collection[str],
    notes: Notes,
    path: str = "",
) -> None:
    """Warn of fields that the contract does not have, and of those missing that it always has."""
    for name in values:
        if name not in known:
            Cell("", path + shown_name(name), notes).warn(IssueCode.FIELD_UNEXPECTED)
    for name in required:
        if name not in values:
            Cell("", path + name, notes).warn(IssueCode.FIELD_MISSING)


def items(values: Mapping[str, object], name: str, notes: Notes, path: str = "") -> list[tuple[object, str]]:
    """Items of a list with their paths; none where it is absent, with a warning where it is no list."""
    value = values.get(name)
    if isinstance(value, list):
        return [(item, f"{path}{name}[{index}]") for index, item in enumerate(value)]
    if value is not None:
        Cell(type(value).__name__, path + name, notes).warn(IssueCode.VALUE_UNKNOWN)
    return []


def objects(
    values: Mapping[str, object], name: str, notes: Notes, path: str = ""
) -> list[tuple[Mapping[str, object], str]]:
    """Objects of a list with their paths, ending in a dot; another item is left out, with a warning."""
    found: list[tuple[Mapping[str, object], str]] = []
    for item, where in items(values, name, notes, path):
        if isinstance(item, dict):
            found.append((item, where + "."))
        else:
            Cell(type(item).__name__, where, notes).warn(IssueCode.VALUE_UNKNOWN)
    return found


def member(values: Mapping[str, object], name: str, notes: Notes, path: str = "") -> Fields:
    """Fields of an object within; empty where it is absent, with a warning where it is no object."""
    value = values.get(name)
    if value is not None and not isinstance(value, dict):
        Cell(type(value).__name__, path + name, notes).warn(IssueCode.VALUE_UNKNOWN)
    return Fields(value if isinstance(value, dict) else {}, notes, f"{path}{name}.")
