"""Bytes to lines, in bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

CHUNK = 256 * 1024


@dataclass(slots=True)
class RawLine:
    number: int  # from 1
    content: bytes  # without its line end; only the beginning where not ``whole``
    whole: bool = True


def read_chunks(source: BinaryIO) -> Iterator[bytes]:
    while chunk := source.read(CHUNK):
        yield chunk


def read_lines(source: BinaryIO, longest: int) -> Iterator[RawLine]:
    """Lines ended by LF or CRLF, blank ones too. Of one longer than ``longest`` bytes only the beginning."""
    number, held = 1, bytearray()
    for chunk in read_chunks(source):
        first, *rest = chunk.split(b"\n")
        _hold(held, first, longest)
        for piece in rest:
            yield _line(number, held, longest)
            number += 1
            held = bytearray()
            _hold(held, piece, longest)
    if held:
        yield _line(number, held, longest)


def _hold(held: bytearray, piece: bytes, longest: int) -> None:
    """One byte more than allowed is kept: it tells that the line was longer."""
    if room := longest + 1 - len(held):
        held += piece[:room]


def _line(number: int, held: bytearray, longest: int) -> RawLine:
    if len(held) > longest:
        return RawLine(number, bytes(held[:longest]), whole=False)
    content = bytes(held)
    return RawLine(number, content[:-1] if content.endswith(b"\r") else content)
