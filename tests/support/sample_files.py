"""The four sample files, whole or taken apart: one delivery for each record version in them."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import date, datetime

import xlsxwriter

from adapters.base import Limits
from adapters.transport import Row, SheetRow, read_csv, read_xlsx
from schemas.identifiers import record_number
from schemas.vocabulary import Feed
from support.ingestion_kit import sample

SHEET = "LLAMADAS"
Cells = Sequence[object]


def versions(feed: Feed) -> list[bytes]:
    """The sample of a feed as many files, each with one record version (or one piece that is no record)."""
    return _TAKEN_APART[feed]()


def _reta() -> list[bytes]:
    read = read_csv(io.BytesIO(sample(Feed.RETA_PNP)), Limits())
    number, stamp = read.header.index("NRO_DENUNCIA"), read.header.index("FECHA_ACTUALIZACION")
    found: dict[tuple[str, str], list[Cells]] = {}
    for row in read.rows:
        assert isinstance(row, Row)
        found.setdefault((record_number(row.cells[number]), row.cells[stamp].strip()), []).append(row.cells)
    return [_csv([read.header, *rows]) for rows in found.values()]


def _csv(table: Sequence[Cells]) -> bytes:
    target = io.StringIO()
    csv.writer(target, delimiter=";", lineterminator="\r\n").writerows(table)
    return target.getvalue().encode("cp1252")


def _sistra() -> list[bytes]:
    return sample(Feed.SISTRA).splitlines(keepends=True)


def _poder_judicial() -> list[bytes]:
    content = sample(Feed.PODER_JUDICIAL)
    head, _, rest = content.partition(b"<expediente ")
    body, end, _ = rest.rpartition(b"</expedientes>")
    pieces = re.findall(rb"<expediente .*?</expediente>", b"<expediente " + body, flags=re.DOTALL)
    return [head + piece + end for piece in pieces]


def _linea_1818() -> list[bytes]:
    read = read_xlsx(io.BytesIO(sample(Feed.LINEA_1818)), SHEET, Limits())
    return [_xlsx([read.header, row.cells]) for row in read.rows if isinstance(row, SheetRow)]


def _xlsx(table: Sequence[Cells]) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "dd/mm/yyyy hh:mm:ss"})
    sheet = book.add_worksheet(SHEET)
    for at, row in enumerate(table):
        for column, cell in enumerate(row):
            if isinstance(cell, datetime | date):
                sheet.write_datetime(at, column, cell)
            elif cell is not None:
                sheet.write(at, column, cell)
    book.close()
    return target.getvalue()


_TAKEN_APART = {
    Feed.RETA_PNP: _reta,
    Feed.SISTRA: _sistra,
    Feed.PODER_JUDICIAL: _poder_judicial,
    Feed.LINEA_1818: _linea_1818,
}
