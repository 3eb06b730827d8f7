"""How a reading ends: one translation per received record version, rejected or not."""

from dataclasses import dataclass

from adapters.reading.notes import Cell, Notes
from adapters.reading.numbers import parse_record_number
from adapters.transport import Broken
from schemas.observations import Observation
from schemas.translation import Issue, Translation
from schemas.vocabulary import Severity


@dataclass(frozen=True, slots=True)
class Source:
    """What a translation is of: where it stood, the cell of its number, and what is kept of it."""

    position: int
    rows: tuple[int, ...]
    number: Cell
    verbatim: bytes


def concluded(source: Source, observation: Observation | None, notes: Notes) -> Translation:
    """The translation of what was read; without observation where the notes hold a rejection."""
    held = None if notes.rejected else observation
    return Translation(
        position=source.position,
        rows=source.rows,
        number=held.number if held else parse_record_number(source.number.text),
        observation=held,
        issues=notes.issues,
        verbatim=source.verbatim,
    )


def broken(position: int, piece: Broken) -> Translation:
    """A piece that cannot be read is one rejected record."""
    issue = Issue(code=piece.code, severity=Severity.REJECTION, row=piece.line)
    return Translation(position=position, rows=(piece.line,), issues=(issue,), verbatim=piece.content)
