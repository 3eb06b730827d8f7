"""Lines of bytes to lines of text: UTF-8 (with or without BOM) or Windows-1252, decided once, in one pass.

A file has one encoding. Lines of ASCII read the same in both, so nothing is decided until the first other
line; then a window of lines votes: a line of Spanish text in Windows-1252 is practically never valid UTF-8.
The vote (rather than "one invalid byte makes it Windows-1252") keeps one damaged byte from turning every Ñ
of a UTF-8 file into two wrong letters. A damaged line of a UTF-8 file is read byte by byte and marked.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from adapters.base import UnreadableDelivery
from adapters.transport.lines import RawLine
from adapters.transport.records import UNDECODABLE, Fault

WINDOW = 256 * 1024
"""Bytes after the first line that is not ASCII that take part in the vote."""

BOM = codecs.BOM_UTF8
_FOREIGN_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(slots=True)
class TextLine:
    number: int
    text: str
    damaged: bool = False
    whole: bool = True


def decode_lines(lines: Iterator[RawLine]) -> Iterator[TextLine]:
    """Raises ``UnreadableDelivery(encoding_unknown)`` where a byte order mark tells UTF-16 or UTF-32."""
    first = next(lines, None)
    if first is None:
        return
    if first.content.startswith(_FOREIGN_BOMS):
        raise UnreadableDelivery(Fault.ENCODING_UNKNOWN)
    marked = first.content.startswith(BOM)
    if marked:
        first.content = first.content[len(BOM) :]
    yield from _decode(chain((first,), lines), marked)


def _decode(lines: Iterator[RawLine], marked: bool) -> Iterator[TextLine]:
    for line in lines:
        if not line.content.isascii():
            held, is_utf8 = [line], True
            if not marked:
                held = _window(line, lines)
                is_utf8 = _votes_for_utf8(held)
            read = _read_utf8 if is_utf8 else _read_windows
            for each in chain(held, lines):
                yield _text_line(each, *read(each.content))
            return
        yield _text_line(line, line.content.decode("ascii"), False)


def _window(first: RawLine, lines: Iterator[RawLine]) -> list[RawLine]:
    held, size = [first], len(first.content)
    while size < WINDOW and (line := next(lines, None)) is not None:
        held.append(line)
        size += len(line.content) + 1
    return held


def _votes_for_utf8(lines: list[RawLine]) -> bool:
    votes = [_is_utf8(line.content) for line in lines if not line.content.isascii()]
    return 2 * sum(votes) >= len(votes)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _text_line(line: RawLine, text: str, damaged: bool) -> TextLine:
    if "\0" in text:
        text, damaged = text.replace("\0", UNDECODABLE), True
    return TextLine(line.number, text, damaged, line.whole)


def _read_windows(content: bytes) -> tuple[str, bool]:
    try:
        return content.decode("cp1252"), False
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace"), True


def _read_utf8(content: bytes) -> tuple[str, bool]:
    try:
        return content.decode("utf-8"), False
    except UnicodeDecodeError:
        return content.decode("utf-8", "intertrata_windows"), True


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """A stray byte of a UTF-8 file is most likely a letter pasted from Windows (``NU\\xd1EZ``)."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("intertrata_windows", _as_windows)
