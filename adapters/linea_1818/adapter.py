"""Línea 1818: calls to the hotline, as a sheet with one row per call, or as JSON with one document each.

The caller's telephone is dropped before anything else is read: nothing that leaves here holds it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import BinaryIO

import orjson

from adapters.base import Context, Form, UnreadableDelivery
from adapters.linea_1818.call import read_call
from adapters.linea_1818.mapping import COLUMNS, NUMBER, SHEET, never_kept, without_never_kept
from adapters.reading.fields import LONGEST_FIELD, Fields, scalar_text, shown_name
from adapters.reading.notes import Cell, Notes
from adapters.reading.translations import Source, broken, concluded
from adapters.transport import Broken, Document, Fault, read_document, read_json, read_ndjson, read_xlsx
from schemas.translation import IssueCode, Translation
from schemas.vocabulary import Feed


class Linea1818:
    """Contract version 1."""

    feed = Feed.LINEA_1818
    contract_version = 1
    adapter_version = 1
    forms = frozenset({Form.XLSX, Form.JSON, Form.NDJSON})

    def translate(self, source: BinaryIO, form: Form, context: Context) -> Iterator[Translation]:
        if form is Form.XLSX:
            yield from _from_sheet(source, context)
        elif form in self.forms:
            read = read_json if form is Form.JSON else read_ndjson
            for position, piece in enumerate(read(source, context.limits)):
                yield _from_document(position, piece, context.today)
        else:
            raise UnreadableDelivery(Fault.FORM_UNSUPPORTED)

    def translate_verbatim(self, verbatim: bytes, context: Context) -> Translation:
        piece = read_document(1, verbatim, context.limits)
        if isinstance(piece, Document) and piece.value.keys() == _KEPT:
            row, line = piece.value["row"], piece.value["line"]
            if isinstance(row, dict) and isinstance(line, int) and row.keys() >= _COLUMNS:
                return _from_row(0, line, row, context.today)
        return _from_document(0, piece, context.today)


_KEPT = {"line", "row"}


def _broken(position: int, piece: Broken) -> Translation:
    """Nothing is kept of a piece that cannot be read: nobody can tell where in it the telephone stands."""
    return broken(position, Broken(piece.line, piece.code, b""))


# --- XLSX -------------------------------------------------------------------------------------------------


def _from_sheet(source: BinaryIO, context: Context) -> Iterator[Translation]:
    sheet = read_xlsx(source, SHEET, context.limits)
    header = tuple(name.upper() for name in sheet.header)
    missing = tuple(column for column in COLUMNS if column not in header)
    if missing:
        raise UnreadableDelivery(Fault.COLUMN_MISSING, missing)
    for position, piece in enumerate(sheet.rows):
        if isinstance(piece, Broken):
            yield _broken(position, piece)
        else:
            yield _from_row(position, piece.line, _row(header, piece.cells), context.today)


def _row(header: Sequence[str], cells: Sequence[object]) -> dict[str, str]:
    """Texts by column; spreadsheet dates are ISO, so that what is kept reads the same again."""
    named = enumerate(zip(header, cells, strict=True), start=1)
    return {
        name[:LONGEST_FIELD] or f"#{at}": scalar_text(cell) or ""
        for at, (name, cell) in named
        if not never_kept(name)
    }


def _from_row(position: int, line: int, row: Mapping[str, object], today: date) -> Translation:
    notes = Notes(row=line)
    for at, name in enumerate(row, start=1):
        if name not in _COLUMNS:
            Cell("", f"#{at} {shown_name(name)}", notes).warn(IssueCode.COLUMN_UNEXPECTED)
    call = Fields(row, notes)
    observation = read_call(call, today)
    source = Source(position, (line,), call.cell(NUMBER), orjson.dumps({"line": line, "row": row}))
    return concluded(source, observation, notes)


_COLUMNS = frozenset(COLUMNS)


# --- JSON -------------------------------------------------------------------------------------------------


def _from_document(position: int, piece: Document | Broken, today: date) -> Translation:
    if isinstance(piece, Broken):
        return _broken(position, piece)
    kept = {name: without_never_kept(value) for name, value in piece.value.items() if not never_kept(name)}
    call = Fields(kept, Notes(row=piece.line), lower=True)
    call.check_names([column.lower() for column in COLUMNS])
    observation = read_call(call, today)
    source = Source(position, (piece.line,), call.cell(NUMBER), orjson.dumps(kept))
    return concluded(source, observation, call.notes)
