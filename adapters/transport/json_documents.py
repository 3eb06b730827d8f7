"""NDJSON and JSON deliveries: documents one by one, broken ones counted, constant memory."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from adapters.base import Limits, UnreadableDelivery
from adapters.transport.json_values import read_document
from adapters.transport.lines import read_lines
from adapters.transport.records import Broken, Document, Fault
from schemas.translation import IssueCode

READ = 64 * 1024
_SPACE = b" \t\r\n"
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{}"]', re.DOTALL)
_SCALAR = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[^\s,\[\]{}"]++', re.DOTALL)


def read_ndjson(source: BinaryIO, limits: Limits) -> Iterator[Document | Broken]:
    """One object per line; blank lines are nothing. Raises ``UnreadableDelivery`` where there is no other."""
    empty = True
    for line in read_lines(source, limits.record_bytes):
        content = line.content
        if line.number == 1:
            content = content.removeprefix(codecs.BOM_UTF8)
        if not content.strip():
            continue
        empty = False
        if not line.whole:
            yield Broken.of(line.number, IssueCode.TOO_LARGE, content)
        else:
            yield read_document(line.number, content, limits)
    if empty:
        raise UnreadableDelivery(Fault.EMPTY)


def read_json(source: BinaryIO, limits: Limits, wrapper: str | None = None) -> Iterator[Document | Broken]:
    """One object, an array of objects, or an object whose member ``wrapper`` is that array.

    The array is read as a stream. Where its structure breaks, what was complete before is yielded and the
    rest is one broken piece. Raises ``UnreadableDelivery`` where the delivery is neither object nor array.
    """
    buffer = _Buffer(source, limits.record_bytes)
    match buffer.peek():
        case b"[":
            buffer.take(1)
            yield from _elements(buffer, limits)
        case b"{" if wrapper is not None and buffer.enter_member(wrapper):
            yield from _elements(buffer, limits, wrapped=True)
        case b"{":
            yield from _single(buffer, limits)
        case b"":
            raise UnreadableDelivery(Fault.EMPTY)
        case _:
            raise UnreadableDelivery(Fault.JSON_UNREADABLE)


def _single(buffer: "_Buffer", limits: Limits) -> Iterator[Document | Broken]:
    yield _element(buffer, 1, limits)
    if buffer.peek():
        yield buffer.rest(2)


def _element(buffer: "_Buffer", line: int, limits: Limits) -> Document | Broken:
    """The next value; where its end cannot be found, all that is left."""
    length = buffer.value_length()
    return buffer.rest(line) if length is None else read_document(line, buffer.take(length), limits)


def _elements(buffer: "_Buffer", limits: Limits, wrapped: bool = False) -> Iterator[Document | Broken]:
    """Elements after the opening bracket, to the closing one and the end of the delivery."""
    line = 0
    if buffer.peek() == b"]":
        buffer.take(1)
    else:
        separator = b","
        while separator == b",":
            line += 1
            if buffer.peek() in (b"", b",", b"]"):
                yield buffer.rest(line)
                return
            yield _element(buffer, line, limits)
            if buffer.given_up:
                return
            separator = buffer.peek()
            if separator not in (b",", b"]"):
                yield buffer.rest(line + 1)
                return
            buffer.take(1)
    if not (buffer.leave_object() if wrapped else buffer.peek() == b""):
        yield buffer.rest(line + 1)


class _Buffer:
    """What was read and not yet taken; grows to the limit of a record and no further."""

    def __init__(self, source: BinaryIO, longest: int) -> None:
        self._source = source
        self._longest = longest
        self._held = b""
        self._ended = False
        self.given_up = False  # the rest was one broken piece
        self._more(READ)
        self._held = self._held.removeprefix(codecs.BOM_UTF8)

    def _more(self, size: int) -> bool:
        parts = []
        while size > 0 and not self._ended:
            part = self._source.read(size)
            self._ended = not part
            parts.append(part)
            size -= len(part)
        self._held = b"".join((self._held, *parts))
        return any(parts)

    def peek(self) -> bytes:
        """The next byte that is no space, which is left; empty at the end."""
        self._held = self._held.lstrip(_SPACE)
        while not self._held and self._more(READ):
            self._held = self._held.lstrip(_SPACE)
        return self._held[:1]

    def take(self, length: int) -> bytes:
        taken, self._held = self._held[:length], self._held[length:]
        return taken

    def rest(self, line: int) -> Broken:
        """Read to the end; all that is left is one broken piece."""
        broken = Broken.of(line, IssueCode.STRUCTURE_UNREADABLE, self._held)
        self._held = b""
        while self._source.read(READ):
            pass
        self._ended = self.given_up = True
        return broken

    def value_length(self, start: int = 0) -> int | None:
        """End of the value that begins at ``start``; None where it does not end within the limit."""
        while True:
            end = _value_end(self._held, start, self._ended)
            if end is not None:
                return end
            if len(self._held) > self._longest or not self._more(max(READ, len(self._held))):
                return None

    def _at(self, position: int) -> tuple[bytes, int]:
        """The byte at or after ``position`` that is no space, and where it stands."""
        while True:
            while position < len(self._held) and self._held[position] in _SPACE:
                position += 1
            if position < len(self._held) or len(self._held) > self._longest or not self._more(READ):
                return self._held[position : position + 1], position

    def enter_member(self, name: str) -> bool:
        """Where the object has an array under ``name``: take all up to and with its bracket."""
        position, found = 1, False
        while not found:
            byte, start = self._at(position)
            end = self.value_length(start) if byte == b'"' else None
            if end is None:
                return False
            colon, position = self._at(end)
            value, position = self._at(position + 1)
            if colon != b":":
                return False
            found = value == b"[" and self._held[start + 1 : end - 1] == name.encode()
            if not found:
                end = self.value_length(position)
                comma, position = self._at(end) if end is not None else (b"", position)
                if comma != b",":
                    return False
                position += 1
        self.take(position + 1)
        return True

    def leave_object(self) -> bool:
        """Take the members that follow and the closing brace; False where the delivery does not end so."""
        while self.peek() == b",":
            self.take(1)
            for expected in (b":", b""):
                self.peek()
                length = self.value_length()
                if length is None:
                    return False
                self.take(length)
                if expected and self.peek() != expected:
                    return False
                self.take(len(expected))
        if self.peek() != b"}":
            return False
        self.take(1)
        return self.peek() == b""


def _value_end(held: bytes, start: int, ended: bool) -> int | None:
    """Where the value ends by its brackets and strings; None where more bytes are needed."""
    if held[start : start + 1] not in (b"{", b"["):
        match = _SCALAR.match(held, start)
        if match is None:
            return None
        return match.end() if match.end() < len(held) or ended or match[0][-1:] == b'"' else None
    depth = 0
    for token in _TOKEN.finditer(held, start):
        match token[0]:
            case b"{" | b"[":
                depth += 1
            case b"}" | b"]":
                depth -= 1
                if depth == 0:
                    return token.end()
            case b'"':
                return None
    return None
