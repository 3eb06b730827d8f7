"""Rows of one sheet of a workbook as a stream of typed cells."""

import re
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import IO
from zipfile import BadZipFile

from lxml import etree

from adapters.base import Limits
from adapters.transport.records import UNDECODABLE, Broken, Cell, SheetRow
from adapters.transport.xlsx_package import MAIN, SAFE_PART, Package
from schemas.translation import IssueCode

WIDEST = 1_024
"""Columns read of a row: a row with a cell further right is broken."""
MOST_SHARED_CHARACTERS = 64 * 1024 * 1024

_BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NOT_A_DATE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")
_LAST_SERIAL = 2_958_466  # 31/12/9999


class SheetBroken(Exception):
    """The sheet cannot be read further."""


def read_rows(package: Package, part: str, limits: Limits) -> Iterator[SheetRow | Broken]:
    """Rows in file order. Raises ``ValueError`` at once, ``SheetBroken`` while reading."""
    reader = _CellReader(_shared_strings(package), _date_styles(package), package.from_1904, limits)
    return _rows(package.open(part), reader)


def _rows(stream: IO[bytes], reader: "_CellReader") -> Iterator[SheetRow | Broken]:
    previous = 0
    for element in _elements(stream, f"{MAIN}row", f"{MAIN}sheetData", reader.limits.record_bytes):
        line = _row_number(element, previous)
        previous = line
        cells = reader.cells(element)
        yield SheetRow(line, cells) if isinstance(cells, tuple) else Broken.of(line, cells, b"")


def _row_number(row: etree._Element, previous: int) -> int:
    stated = row.get("r", "")
    return int(stated) if stated.isascii() and stated.isdigit() and len(stated) <= 7 else previous + 1


def _elements(stream: IO[bytes], tag: str, within: str, longest: int) -> Iterator[etree._Element]:
    """Complete elements of ``within``, let go when the next is asked for; none above ``longest`` bytes."""
    parser = etree.XMLPullParser(events=("end",), tag=(tag, within), **SAFE_PART)
    tail, pending = b"", 0
    with stream:
        while chunk := _read(stream):
            if b"<!DOCTYPE" in tail + chunk or b"<!ENTITY" in tail + chunk:
                raise SheetBroken
            tail, pending = chunk[-16:], pending + len(chunk)
            failed = not _feed(parser, chunk)
            for _, element in parser.read_events():
                if element.tag == within:
                    return
                yield element
                _let_go(element)
                pending = 0
            if failed or pending > longest:
                raise SheetBroken
    raise SheetBroken  # ended before ``within`` did


def _read(stream: IO[bytes]) -> bytes:
    try:
        return stream.read(256 * 1024)
    except (BadZipFile, zlib.error, EOFError):
        raise SheetBroken from None


def _feed(parser: etree.XMLPullParser, chunk: bytes) -> bool:
    try:
        parser.feed(chunk)
    except etree.XMLSyntaxError:
        return False
    return True


def _let_go(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and parent[0] is not element:
        parent.remove(parent[0])


def _shared_strings(package: Package) -> list[str]:
    part = package.related("sharedStrings")
    strings: list[str] = []
    room, longest = MOST_SHARED_CHARACTERS, package.limits.record_bytes
    if part is None:
        return strings
    try:
        for element in _elements(package.open(part), f"{MAIN}si", f"{MAIN}sst", longest):
            strings.append(_text(element))
            room -= len(strings[-1])
            if room < 0:
                raise ValueError("too much shared text")
    except SheetBroken:
        raise ValueError("shared strings cannot be read") from None
    return strings


def _text(element: etree._Element) -> str:
    """Text of a string item: its runs, without phonetic hints."""
    texts = (
        each.text or ""
        for each in element.iter(f"{MAIN}t")
        if (parent := each.getparent()) is not None and parent.tag != f"{MAIN}rPh"
    )
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), "".join(texts))


def _date_styles(package: Package) -> frozenset[str]:
    """Indexes of the cell styles that show a number as a date."""
    part = package.related("styles")
    if part is None:
        return frozenset()
    tree = package.tree(part)
    own = {each.get("numFmtId"): each.get("formatCode", "") for each in tree.iter(f"{MAIN}numFmt")}
    formats = tree.find(f"{MAIN}cellXfs")
    return frozenset(
        str(index)
        for index, each in enumerate([] if formats is None else formats.iter(f"{MAIN}xf"))
        if _shows_date(each.get("numFmtId", "0"), own)
    )


def _shows_date(number: str, own: dict[str | None, str]) -> bool:
    if number in own:
        return bool(re.search(r"[dmyhs]", _NOT_A_DATE.sub("", own[number]).lower().replace("general", "")))
    return number.isdigit() and int(number) in _BUILT_IN_DATES


class _CellReader:
    def __init__(self, shared: list[str], dates: frozenset[str], from_1904: bool, limits: Limits) -> None:
        self._shared = shared
        self._dates = dates
        self._epoch = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)  # noqa: DTZ001
        self.limits = limits

    def cells(self, row: etree._Element) -> tuple[Cell, ...] | IssueCode:
        cells: list[Cell] = []
        for element in row.iterchildren(f"{MAIN}c"):
            column = _column(element.get("r"), len(cells))
            if column is None or column < len(cells):
                return IssueCode.STRUCTURE_UNREADABLE
            cells.extend([None] * (column - len(cells)))
            cell = self._cell(element)
            if isinstance(cell, str) and len(cell) > self.limits.cell_characters:
                return IssueCode.TOO_LARGE
            cells.append(cell)
        return tuple(cells)

    def _cell(self, element: etree._Element) -> Cell:
        kind, value = element.get("t", "n"), element.findtext(f"{MAIN}v")
        if kind == "inlineStr":
            return _clean(_text(element))
        if value is None:
            formula = element.findtext(f"{MAIN}f")
            return None if formula is None else _clean(f"={formula}")  # never computed; shown as it is
        if kind == "s":
            return self._shared_string(value)
        if kind == "b":
            return value.strip() == "1"
        if kind == "n":
            return self._number(value, element.get("s", "0"))
        return _clean(value)  # str, e (an error such as #N/A), d (ISO 8601)

    def _shared_string(self, index: str) -> str:
        if index.isascii() and index.isdigit() and len(index) < 10 and int(index) < len(self._shared):
            return _clean(self._shared[int(index)])
        return UNDECODABLE  # points at no string

    def _number(self, text: str, style: str) -> Cell:
        try:
            number = float(text)
        except ValueError:
            return _clean(text)
        if style in self._dates and 0 <= number < _LAST_SERIAL:
            return self._epoch + timedelta(seconds=round(number * 86_400))
        return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _column(reference: str | None, following: int) -> int | None:
    """Column from 0 of a reference such as ``AB12``; the next one where there is none."""
    if reference is None:
        return following if following < WIDEST else None
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return column - 1 if column <= WIDEST else None


def _clean(text: str) -> str:
    return (
        "".join(UNDECODABLE if char == "\0" or "\ud800" <= char <= "\udfff" else char for char in text)
        if _dirty(text)
        else text
    )


def _dirty(text: str) -> bool:
    return "\0" in text or (not text.isascii() and re.search("[\ud800-\udfff]", text) is not None)
