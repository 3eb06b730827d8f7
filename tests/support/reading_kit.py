"""A cell as the readers get it, and what they said of it."""

from datetime import date

from adapters.reading.notes import Cell, Notes
from schemas.translation import IssueCode
from schemas.vocabulary import Severity

TODAY = date(2026, 6, 15)


def cell(text: str) -> Cell:
    return Cell(text, "CAMPO", Notes())


def said(cell: Cell) -> list[tuple[IssueCode, Severity]]:
    return [(issue.code, issue.severity) for issue in cell.notes.issues]


def warned(code: IssueCode) -> list[tuple[IssueCode, Severity]]:
    return [(code, Severity.WARNING)]


def noted(code: IssueCode) -> list[tuple[IssueCode, Severity]]:
    return [(code, Severity.NOTE)]
