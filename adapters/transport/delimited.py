"""CSV with ``;``: rows as wide as the header, broken rows one by one, constant memory.

A quoted cell may hold line ends. A stray quote must not swallow the rows up to the next one: a row of several
lines is accepted only where its quotes close before a delimiter, it is as wide as the header, and none of its
lines would be a row of its own; otherwise its first line is one broken row and reading goes on after it.
"""

import csv
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from adapters.base import Limits, UnreadableDelivery
from adapters.transport.encoding import TextLine, decode_lines
from adapters.transport.lines import read_lines
from adapters.transport.records import Broken, Fault, Row
from schemas.translation import IssueCode

DELIMITER = ";"


class Table(NamedTuple):
    header: tuple[str, ...]  # trimmed, as written
    rows: Iterator[Row | Broken]


def read_csv(source: BinaryIO, limits: Limits) -> Table:
    """Read the header at once, the rows as they are asked for. Blank lines are no rows.

    Raises ``UnreadableDelivery`` where there is no readable header.
    """
    lines = decode_lines(read_lines(source, limits.record_bytes))
    header = _read_header(lines, limits)
    return Table(header, _Reader(lines, len(header), limits).rows())


def _read_header(lines: Iterator[TextLine], limits: Limits) -> tuple[str, ...]:
    first = next((line for line in lines if line.text.strip()), None)
    if first is None:
        raise UnreadableDelivery(Fault.EMPTY)
    cells, closed = _split(first.text, iter(()))
    if not (first.whole and closed) or first.damaged or _too_wide(first.text, cells, limits):
        raise UnreadableDelivery(Fault.HEADER_UNREADABLE)
    header = tuple(cell.strip() for cell in cells)
    if len(set(header)) != len(header):
        raise UnreadableDelivery(Fault.COLUMN_REPEATED)
    return header


def _split(text: str, following: Iterator[str]) -> tuple[list[str], bool]:
    """Cells of the row that begins with ``text``, and whether its quotes close. Takes what lines it needs."""
    if '"' not in text:
        return text.split(DELIMITER), "\r" not in text
    closed, read = True, [text + "\n"]

    def feed() -> Iterator[str]:
        nonlocal closed
        yield read[0]
        for line in following:
            read.append(line + "\n")
            yield read[-1]
        closed = False

    cells = _parse(feed(), strict=False)
    if closed and len(read) > 1:
        cells = _parse(iter(read), strict=True)
    return cells, closed and bool(cells)


def _parse(lines: Iterator[str], *, strict: bool) -> list[str]:
    """Cells of one row; none where unreadable (a stray carriage return, a cell too long for the module)."""
    try:
        return next(csv.reader(lines, delimiter=DELIMITER, strict=strict), [])
    except csv.Error:
        return []


def _too_wide(text: str, cells: list[str], limits: Limits) -> bool:
    return len(text) > limits.cell_characters and any(len(cell) > limits.cell_characters for cell in cells)


class _Reader:
    def __init__(self, lines: Iterator[TextLine], width: int, limits: Limits) -> None:
        self._lines = lines
        self._width = width
        self._limits = limits
        self._again: deque[TextLine] = deque()  # lines to be read once more, as rows of their own
        self._alone = 0  # how many of them may not take lines after them: keeps the whole linear

    def rows(self) -> Iterator[Row | Broken]:
        while (line := self._next()) is not None:
            alone, self._alone = self._alone > 0, max(0, self._alone - 1)
            if line.text.strip():
                yield self._row(line, alone)

    def _next(self) -> TextLine | None:
        return self._again.popleft() if self._again else next(self._lines, None)

    def _row(self, first: TextLine, alone: bool) -> Row | Broken:
        if not first.whole:
            return Broken.of(first.number, IssueCode.TOO_LARGE, first.text)
        taken: list[TextLine] = []
        cells, closed = _split(first.text, iter(()) if alone else self._following(first, taken))
        if closed and len(cells) == self._width and not self._swallows(first, taken, cells):
            text = "".join((first.text, *(line.text for line in taken))) if taken else first.text
            if _too_wide(text, cells, self._limits):
                return Broken.of(first.number, IssueCode.TOO_LARGE, text)
            return Row(first.number, tuple(cells), first.damaged or any(line.damaged for line in taken))
        self._again.extendleft(reversed(taken))
        if not closed:
            self._alone = max(self._alone, len(taken))
        return self._broken(first)

    def _swallows(self, first: TextLine, taken: list[TextLine], cells: list[str]) -> bool:
        """Whether lines of the row look like whole rows, their quotes read as letters.

        Where the last cell holds the line ends, the first line is the row itself, and the last may be a
        swallowed one; else the other way round.
        """
        inner = taken if "\n" in cells[-1] else (first, *taken[:-1])
        return bool(taken) and any(line.text.count(DELIMITER) == self._width - 1 for line in inner)

    def _broken(self, line: TextLine) -> Broken:
        longest = max(map(len, line.text.split(DELIMITER)))
        too_large = longest > self._limits.cell_characters
        code = IssueCode.TOO_LARGE if too_large else IssueCode.STRUCTURE_UNREADABLE
        return Broken.of(line.number, code, line.text)

    def _following(self, first: TextLine, taken: list[TextLine]) -> Iterator[str]:
        """Further lines of a quoted cell, up to the limit of a record."""
        size = len(first.text)
        while size <= self._limits.record_bytes and (line := self._next()) is not None:
            taken.append(line)
            size += len(line.text) + 1
            if not line.whole:
                return
            yield line.text
