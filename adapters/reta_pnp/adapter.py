"""RETA-PNP: denuncias of the police, as CSV with one row per person, or as JSON with one document each."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import BinaryIO

import orjson
from pydantic import ValidationError

from adapters.base import Context, Form, UnreadableDelivery
from adapters.reading.fields import shown_name
from adapters.reading.moments import parse_stamp
from adapters.reading.notes import Cell, Notes
from adapters.reading.numbers import parse_record_number
from adapters.reading.translations import Source, broken, concluded
from adapters.reta_pnp.complaint import read_complaint
from adapters.reta_pnp.document import case_fields, persons
from adapters.reta_pnp.mapping import COLUMNS, NUMBER, STAMP
from adapters.reta_pnp.rows import Line, assemble
from adapters.transport import (
    Broken,
    Document,
    Fault,
    Group,
    Row,
    grouped,
    read_csv,
    read_document,
    read_json,
    read_ndjson,
)
from schemas.base import Contract
from schemas.identifiers import natural_key
from schemas.translation import IssueCode, Translation
from schemas.vocabulary import Feed, Severity


class RetaPnp:
    """Contract version 1. A CSV version is all rows of one number and one stamp, wherever they stand."""

    feed = Feed.RETA_PNP
    contract_version = 1
    adapter_version = 1
    forms = frozenset({Form.CSV, Form.JSON, Form.NDJSON})

    def translate(self, source: BinaryIO, form: Form, context: Context) -> Iterator[Translation]:
        if form is Form.CSV:
            yield from _from_csv(source, context)
        elif form in self.forms:
            read = read_json if form is Form.JSON else read_ndjson
            for position, piece in enumerate(read(source, context.limits)):
                yield _from_document(position, piece, context)
        else:
            raise UnreadableDelivery(Fault.FORM_UNSUPPORTED)

    def translate_verbatim(self, verbatim: bytes, context: Context) -> Translation:
        kept = _read_kept(verbatim)
        if kept is not None:
            rows = [Row(line, cells, damaged) for line, damaged, cells in kept.rows]
            return _from_rows(0, rows, kept.columns, context.today)
        return _from_document(0, read_document(1, verbatim, context.limits), context)


_COLUMNS = frozenset(COLUMNS)


# --- CSV --------------------------------------------------------------------------------------------------


def _from_csv(source: BinaryIO, context: Context) -> Iterator[Translation]:
    table = read_csv(source, context.limits)
    header = tuple(name.upper() for name in table.header)
    missing = tuple(column for column in COLUMNS if column not in header)
    if missing:
        raise UnreadableDelivery(Fault.COLUMN_MISSING, missing)
    number, stamp = header.index(NUMBER), header.index(STAMP)

    def key(row: Row) -> str | None:
        """Number and stamp; None of a row that lacks one, which is a rejected record alone."""
        name = parse_record_number(row.cells[number])
        moment = parse_stamp(row.cells[stamp].strip(), context.today)
        return f"{natural_key(Feed.RETA_PNP, name)}\n{moment.isoformat()}" if name and moment else None

    for position, piece in enumerate(grouped(table.rows, key, context)):
        if isinstance(piece, Broken):
            yield broken(position, piece)
        else:
            yield _from_group(position, piece, header, context.today)


def _from_group(position: int, group: Group, header: Sequence[str], today: date) -> Translation:
    if group.too_large:
        first = group.rows[0]
        content = orjson.dumps([first.line, first.cells])
        return broken(position, Broken.of(first.line, IssueCode.TOO_LARGE, content))
    return _from_rows(position, group.rows, header, today)


def _from_rows(position: int, rows: Sequence[Row], header: Sequence[str], today: date) -> Translation:
    notes = Notes()
    lines = [Line(row.line, dict(zip(header, row.cells, strict=True))) for row in rows]
    for row in rows:
        if row.damaged:
            notes.row = row.line
            notes.add(IssueCode.TEXT_UNDECODABLE, Severity.WARNING)
    _check_columns(header, rows[0].line, notes)
    assembled = assemble(lines, notes)
    observation = read_complaint(assembled.case, assembled.persons, today)
    source = Source(
        position, tuple(row.line for row in rows), assembled.case.cell(NUMBER), _kept(header, rows)
    )
    return concluded(source, observation, notes)


def _check_columns(header: Sequence[str], line: int, notes: Notes) -> None:
    """A column of no contract was received and not understood: every record says so."""
    notes.row = line
    for at, name in enumerate(header, start=1):
        if name not in _COLUMNS:
            Cell("", f"#{at} {shown_name(name)}".strip(), notes).warn(IssueCode.COLUMN_UNEXPECTED)


class _Kept(Contract):
    """What is kept of a CSV version: its columns, and each distinct row with its line."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, bool, tuple[str, ...]], ...]


def _read_kept(verbatim: bytes) -> _Kept | None:
    """None where the verbatim content is of the JSON form."""
    try:
        kept = _Kept.model_validate_json(verbatim)
    except ValidationError:
        return None
    fits = set(kept.columns) >= _COLUMNS and all(len(row[2]) == len(kept.columns) for row in kept.rows)
    return kept if fits and kept.rows else None


def _kept(header: Sequence[str], rows: Sequence[Row]) -> bytes:
    distinct = {row.cells: row for row in reversed(rows)}
    kept = [[row.line, row.damaged, row.cells] for row in reversed(distinct.values())]
    return orjson.dumps({"columns": header, "rows": kept})


# --- JSON -------------------------------------------------------------------------------------------------


def _from_document(position: int, piece: Document | Broken, context: Context) -> Translation:
    if isinstance(piece, Broken):
        return broken(position, piece)
    notes = Notes(row=piece.line)
    case = case_fields(piece.value, notes)
    observation = read_complaint(case, persons(piece.value, notes), context.today)
    source = Source(position, (piece.line,), case.cell(NUMBER), piece.content)
    return concluded(source, observation, notes)
