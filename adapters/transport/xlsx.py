"""XLSX deliveries: the rows of one sheet, in bounded memory.

Read with our own streaming reader over the parts of the package and not with a library that builds a grid:
a sheet of two cells at opposite corners, or one long shared string used by many cells, takes gigabytes
there (and aborts the process). Formulas are never computed: the value stored with them is read. Macros,
links to other workbooks and all other parts are never opened.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple
from zipfile import BadZipFile, ZipFile

from adapters.base import Limits, UnreadableDelivery
from adapters.transport.records import Broken, Cell, Fault, SheetRow
from adapters.transport.xlsx_package import Package, check_package
from adapters.transport.xlsx_sheet import SheetBroken, read_rows
from schemas.translation import IssueCode

_DAMAGED = (
    BadZipFile,
    KeyError,
    ValueError,
    NotImplementedError,
    EOFError,
    zlib.error,
    struct.error,
    StopIteration,
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # an old workbook, or a package under a password


class Sheet(NamedTuple):
    header: tuple[str, ...]  # trimmed, as written
    rows: Iterator[SheetRow | Broken]


def read_xlsx(source: BinaryIO, sheet: str, limits: Limits) -> Sheet:
    """Read the package and the header at once, the rows as they are asked for. Empty rows are no rows.

    Raises ``UnreadableDelivery``. Where the sheet breaks in the middle the rest is one broken row.
    """
    packed = _read_packed(source, limits)
    try:
        archive = ZipFile(io.BytesIO(packed))
        check_package(archive, packed, limits)
        package = Package(archive, limits)
        rows = read_rows(package, package.sheet_part(sheet), limits)
    except _DAMAGED as error:
        raise UnreadableDelivery(Fault.XLSX_UNREADABLE) from error
    rows = _guarded(rows)
    header = _read_header(rows)
    return Sheet(header, _body(rows, len(header)))


def _guarded(rows: Iterator[SheetRow | Broken]) -> Iterator[SheetRow | Broken]:
    """A part is opened and checked only as it is read: damage shows in the middle of the rows."""
    try:
        yield from rows
    except _DAMAGED as error:
        raise SheetBroken from error


def _read_packed(source: BinaryIO, limits: Limits) -> bytes:
    held = bytearray()
    while part := source.read(1024 * 1024):
        held += part
        if len(held) > limits.xlsx_packed_bytes:
            raise UnreadableDelivery(Fault.TOO_LARGE)
    if not held:
        raise UnreadableDelivery(Fault.EMPTY)
    if held.startswith(_OLE):
        raise UnreadableDelivery(Fault.XLSX_ENCRYPTED)
    return bytes(held)


def _read_header(rows: Iterator[SheetRow | Broken]) -> tuple[str, ...]:
    try:
        first = next(rows, None)
    except SheetBroken as error:
        raise UnreadableDelivery(Fault.XLSX_UNREADABLE) from error
    if first is None:
        raise UnreadableDelivery(Fault.EMPTY)
    if isinstance(first, Broken):
        raise UnreadableDelivery(Fault.HEADER_UNREADABLE)
    header = tuple("" if cell is None else str(cell).strip() for cell in _trimmed(first.cells))
    if len(set(header)) != len(header):
        raise UnreadableDelivery(Fault.COLUMN_REPEATED)
    return header


def _trimmed(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Without the empty cells at the end."""
    width = len(cells)
    while width and cells[width - 1] in (None, ""):
        width -= 1
    return cells[:width]


def _body(rows: Iterator[SheetRow | Broken], width: int) -> Iterator[SheetRow | Broken]:
    line = 1
    try:
        for row in rows:
            line = row.line
            if isinstance(row, Broken):
                yield row
                continue
            cells = _trimmed(row.cells)
            if len(cells) > width:
                yield Broken.of(line, IssueCode.STRUCTURE_UNREADABLE, b"")
            elif cells:
                yield SheetRow(line, cells + (None,) * (width - len(cells)))
    except SheetBroken:
        yield Broken.of(line + 1, IssueCode.STRUCTURE_UNREADABLE, b"")
