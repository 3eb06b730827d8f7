"""What the readers say while they read: issues of one record, and the cell each is about."""

from dataclasses import dataclass, field

from adapters.reading.words import is_unknown
from schemas.translation import Issue, IssueCode
from schemas.vocabulary import Severity

MOST_ISSUES = 1_000  # of one record; who has more wrong is told enough
VALUE_CHARACTERS = 500  # an issue shows what a value looked like; the whole of it is in the verbatim content


@dataclass(slots=True)
class Notes:
    """Collects the issues of one record, in the order in which they were found, each once."""

    row: int | None = None  # of the issues that follow
    found: dict[Issue, None] = field(default_factory=dict)

    @property
    def issues(self) -> tuple[Issue, ...]:
        return tuple(self.found)

    def add(self, code: IssueCode, severity: Severity, cell: "Cell | None" = None) -> None:
        issue = Issue(
            code=code,
            severity=severity,
            row=self.row,
            field=cell.field if cell else None,
            value=cell.text[:VALUE_CHARACTERS] if cell and cell.text else None,
            personal=cell.personal if cell else False,
        )
        if len(self.found) < MOST_ISSUES or severity is Severity.REJECTION:
            self.found[issue] = None

    @property
    def rejected(self) -> bool:
        return any(issue.severity is Severity.REJECTION for issue in self.found)


@dataclass(slots=True)  # not frozen: made twenty times a row, and a frozen one takes twice as long
class Cell:
    """One field's text, trimmed (empty = absent), and where to complain about it."""

    text: str
    field: str
    notes: Notes
    personal: bool = False

    @property
    def known(self) -> str | None:
        """The text, or None where it is empty or one of the words for "unknown"."""
        return None if not self.text or is_unknown(self.text) else self.text

    def warn(self, code: IssueCode) -> None:
        """A value was lost, or disagrees with another."""
        self.notes.add(code, Severity.WARNING, self)

    def note(self, code: IssueCode) -> None:
        """A value was repaired."""
        self.notes.add(code, Severity.NOTE, self)

    def reject(self, code: IssueCode) -> None:
        """The record is unusable."""
        self.notes.add(code, Severity.REJECTION, self)
