"""Files of any size through the adapters in constant memory (``--big``): gigabytes that never exist as a
whole. Tasks for ``bench.child``."""

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, cast

from adapters.base import Context, Form
from adapters.catalog import CATALOG
from adapters.transport.spill import spill_into
from bench.figures import Figure
from bench.worlds import NATIVE, feed_file
from schemas.vocabulary import Feed

FEEDS = (Feed.RETA_PNP, Feed.SISTRA, Feed.PODER_JUDICIAL)  # XLSX is capped by its unpacked size
_PIECE = 2_000  # records that are repeated
_XML_END = b"</expedientes>"


class Repeated:
    """A file's records again and again, as a file of ``size`` bytes or a little more."""

    def __init__(self, file: Path, form: Form, size: int) -> None:
        self._parts = _parts(file.read_bytes(), form, size)
        self._left = b""
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        while not self._left:
            part = next(self._parts, None)
            if part is None:
                return b""
            self._left = part
        taken, self._left = self._left[:size], self._left[size:]
        self.given += len(taken)
        return taken


def _parts(content: bytes, form: Form, size: int) -> Iterator[bytes]:
    head, body, tail = _cut(content, form)
    yield head
    given = turn = 0
    while given < size:
        turn += 1
        piece = _renumbered(body, turn) if form is Form.CSV else body
        yield piece
        given += len(piece)
    yield tail


def _cut(content: bytes, form: Form) -> tuple[bytes, bytes, bytes]:
    if form is Form.CSV:
        head, _, body = content.partition(b"\r\n")
        return head + b"\r\n", body, b""
    if form is Form.XML:
        at, end = content.index(b"<expediente "), content.index(_XML_END)
        return content[:at], content[at:end], content[end:]
    return b"", content, b""


def _renumbered(body: bytes, turn: int) -> bytes:
    """The number stands first in a row: rows of one turn belong to records of that turn."""
    mark = b"%d-" % turn
    return mark + body.removesuffix(b"\r\n").replace(b"\r\n", b"\r\n" + mark) + b"\r\n"


def translate(home: str, feed: str, size: int) -> dict[str, Any]:
    """Seconds, bytes and records of one feed's adapter alone."""
    form = NATIVE[Feed(feed)][1]
    source = Repeated(feed_file(Path(home), Feed(feed), _PIECE), form, size)
    context = Context(today=date(2026, 1, 15), spill=spill_into())
    started = time.perf_counter()
    records = rejected = 0
    for translation in CATALOG[Feed(feed)].translate(cast(BinaryIO, source), form, context):
        records += 1
        rejected += translation.observation is None
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "bytes": source.given, "records": records, "rejected": rejected}


def figures(feed: Feed, found: dict[str, Any]) -> list[Figure]:
    gib = found["bytes"] / 2**30
    name = f"{feed} of {gib:.2f} GiB through the adapter"
    return [
        Figure("big", f"{name}, records", found["records"] / found["seconds"], "records/s"),
        Figure("big", f"{name}, peak memory", found["peak_mib"], "MiB", asked=1024, of_ratio=False),
    ]
