"""One record's native fields, read as cells of text whatever their JSON or spreadsheet type."""

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime

from adapters.reading.notes import Cell, Notes
from schemas.translation import IssueCode

_NOT_TEXT = {code: None for code in range(32) if code not in (9, 10, 13)}  # PostgreSQL keeps no NUL
_MAX_SAFE = 2**53
_LONGEST_NUMBER = 40
_LONGEST_ATTRIBUTE = 12  # characters
LONGEST_FIELD = 120


def scalar_text(value: object) -> str | None:
    """A scalar as text: None is "", 18.0 is "18", dates are ISO. None where the value is no scalar."""
    if isinstance(value, str):
        return value.strip()
    if value is None or isinstance(value, bool):
        return {None: "", True: "SI", False: "NO"}[value]
    if isinstance(value, int | float):
        whole = abs(value) < _MAX_SAFE and value == int(value)
        return str(int(value)) if whole else repr(value)[:_LONGEST_NUMBER]
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else None


_WORD = re.compile(r"[^\W\d_]+")
_DIGIT = re.compile(r"\d")
_ELSE = re.compile(r"[^X…9@_.\s-]")
_SHOWN_CHARACTERS = 40


def shown_name(name: str) -> str:
    """The shape of a name that no contract has: words ``X…``, digits ``9``. A file without its header line
    has a person's name where a column's should stand: such a name is neither kept nor told."""
    return _ELSE.sub("?", _DIGIT.sub("9", _WORD.sub("X…", name)))[:_SHOWN_CHARACTERS]


class Fields:
    """Cells of one mapping, under the path by which issues name them (``agraviados[0].edad``)."""

    __slots__ = ("_lower", "_path", "_values", "notes")

    def __init__(
        self, values: Mapping[str, object], notes: Notes, path: str = "", *, lower: bool = False
    ) -> None:
        """``lower``: the values stand under lower-case names and are asked for by the columns' own names."""
        self._values = values
        self._path = path
        self._lower = lower
        self.notes = notes

    def cell(self, name: str, *, personal: bool = False) -> Cell:
        """The field's cell; a value that is no scalar is unknown, with a warning."""
        name = name.lower() if self._lower else name
        value = self._values.get(name)
        text = value.strip() if isinstance(value, str) else scalar_text(value)
        field = self._path + name
        if text is None:
            Cell(type(value).__name__, field, self.notes).warn(IssueCode.VALUE_UNKNOWN)
            text = ""
        cell = Cell(text, field, self.notes, personal)
        if not text.isascii() or not text.isprintable():
            cell.text = _storable(cell)
        return cell

    def personal(self, name: str) -> Cell:
        """The cell of a field that names or describes a person: its issues are masked."""
        return self.cell(name, personal=True)

    def attribute(self, name: str) -> Cell:
        """The cell of a person's code or number: masked where it is too long to be one, and may be a name."""
        cell = self.cell(name)
        cell.personal = len(cell.text) > _LONGEST_ATTRIBUTE
        return cell

    def check_names(self, names: Collection[str]) -> None:
        """Say which of the contract's names are missing, and which names are none of the contract's."""
        for name in names:
            if name not in self._values:
                Cell("", self._path + name, self.notes).warn(IssueCode.FIELD_MISSING)
        for name in self._values:
            if name not in names:
                Cell("", self._path + shown_name(name), self.notes).warn(IssueCode.FIELD_UNEXPECTED)


def _storable(cell: Cell) -> str:
    """The text without what no database keeps; what could not be decoded is said."""
    text = cell.text.encode("utf-8", "replace").decode().translate(_NOT_TEXT)
    if text != cell.text or "\N{REPLACEMENT CHARACTER}" in text:
        cell.warn(IssueCode.TEXT_UNDECODABLE)
    return text.strip()
