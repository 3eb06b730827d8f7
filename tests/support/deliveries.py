"""Deliveries for tests of the adapters, from bytes or generators, and a context to read them in."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import BinaryIO, cast

from adapters.base import Adapter, Context, Form, Limits
from adapters.transport import spill_into
from schemas.translation import Translation

SAMPLES = Path(__file__).parents[2] / "docs" / "contracts" / "samples"
TODAY = date(2026, 1, 15)


def context(**limits: int) -> Context:
    return Context(today=TODAY, spill=spill_into(None), limits=replace(Limits(), **limits))


class Stream:
    """Bytes of an iterable as a source that cannot be sought and gives as much at once as it likes."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts = iter(parts)
        self._left = b""

    def read(self, size: int = -1) -> bytes:
        while not self._left:
            part = next(self._parts, None)
            if part is None:
                return b""
            self._left = part
        taken, self._left = self._left[:size], self._left[size:]
        return taken


def stream(parts: Iterable[bytes]) -> BinaryIO:
    return cast(BinaryIO, Stream(parts))


def bytewise(content: bytes, size: int = 1) -> BinaryIO:
    """The content in pieces of ``size``: what a boundary falls into must not matter."""
    return stream(content[at : at + size] for at in range(0, len(content), size))


def translate(adapter: Adapter, content: bytes, form: Form, **limits: int) -> list[Translation]:
    return list(adapter.translate(io.BytesIO(content), form, context(**limits)))


def repeated(head: bytes, piece: bytes, tail: bytes, size: int) -> Iterator[bytes]:
    """A delivery of about ``size`` bytes that never exists as a whole."""
    block = piece * max(1, 64 * 1024 // len(piece))
    yield head
    for _ in range(max(1, size // len(block))):
        yield block
    yield tail
