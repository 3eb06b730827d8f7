"""Large deliveries that never exist as a whole, and the memory that reading them takes.

Also a script, so that each measure starts in a fresh process and bigger ones can be made:
``python tests/support/large_deliveries.py FEED FORM MEBIBYTES`` prints records and growth of
memory as JSON; with ``--pieces`` of the transport alone, without translation.
"""

import json
import resource
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import BinaryIO, cast

PROJECT = Path(__file__).parents[2]
SAMPLES = PROJECT / "docs" / "contracts" / "samples"
MEBIBYTE = 1024 * 1024


def numbered(head: bytes, piece: bytes, between: bytes, tail: bytes, size: int) -> Iterator[bytes]:
    """``piece`` again and again with another number for each ``%d``, to about ``size`` bytes."""
    yield head
    for number in range(max(1, size // len(piece))):
        yield (between if number else b"") + piece.replace(b"%d", b"%d" % number)
    yield tail


def csv_delivery(size: int) -> Iterator[bytes]:
    """Rows of one denuncia stand far apart: person 1 of all in the first half, person 2 in the second."""
    header, row = (SAMPLES / "reta_pnp.csv").read_bytes().splitlines()[:2]
    one = row.replace(b"COM-MAZUKO-2023-41", b"COM-MAZUKO-2023-%d") + b"\r\n"
    two = one.replace(b";1;DENUNCIANTE;", b";2;DENUNCIANTE;")
    yield from numbered(header + b"\r\n", one, b"", b"", size // 2)
    yield from numbered(b"", two, b"", b"", size // 2)


def ndjson_delivery(size: int) -> Iterator[bytes]:
    yield from numbered(b"", _carpeta(), b"\n", b"\n", size)


def json_delivery(size: int) -> Iterator[bytes]:
    yield from numbered(b"[", _carpeta(), b",\n", b"]", size)


def _carpeta() -> bytes:
    line = (SAMPLES / "sistra.ndjson").read_bytes().splitlines()[0]
    return line.replace(b"2706014507-2023-88-0", b"2706014507-2023-%d-0")


def xml_delivery(size: int) -> Iterator[bytes]:
    content = (SAMPLES / "poder_judicial.xml").read_bytes()
    start, end = content.index(b"<expediente "), content.index(b"</expediente>") + len(b"</expediente>")
    yield from numbered(content[:start], content[start:end], b"\n", b"</expedientes>", size)


DELIVERIES = {
    ("reta-pnp", "csv"): csv_delivery,
    ("sistra", "ndjson"): ndjson_delivery,
    ("sistra", "json"): json_delivery,
    ("poder-judicial", "xml"): xml_delivery,
}


class Source:
    """A generator as a source of bytes, read in blocks of about a chunk."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._held = bytearray()

    def read(self, size: int = -1) -> bytes:
        while len(self._held) < size and (part := next(self._parts, None)) is not None:
            self._held += part
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken


def measure(feed: str, form: str, size: int, *, translated: bool) -> dict[str, float]:
    """Read a delivery in this process. ``grown`` is the growth of its peak memory in MiB."""
    read = _translated if translated else _pieces
    sum(1 for _ in read(feed, form, MEBIBYTE))  # caches filled, modules read
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    records = sum(1 for _ in read(feed, form, size))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"records": records, "grown": (after - before) / 1024, "seconds": time.perf_counter() - began}


def _translated(feed: str, form: str, size: int) -> Iterator[object]:
    from adapters.base import Context, Form
    from adapters.catalog import CATALOG
    from adapters.transport import spill_into
    from schemas.vocabulary import Feed

    context = Context(today=date(2026, 1, 15), spill=spill_into(None))
    yield from CATALOG[Feed(feed)].translate(_source(feed, form, size), Form(form), context)


def _pieces(feed: str, form: str, size: int) -> Iterator[object]:
    """What the transport alone hands over; CSV rows by denuncia."""
    from adapters.base import Context, Limits
    from adapters.poder_judicial.adapter import RECORD, ROOT
    from adapters.transport import grouped, read_csv, read_json, read_ndjson, read_xml, spill_into

    source = _source(feed, form, size)
    if form == "csv":
        context = Context(today=date(2026, 1, 15), spill=spill_into(None))
        yield from grouped(read_csv(source, Limits()).rows, lambda row: row.cells[0], context)
    elif form == "xml":
        yield from read_xml(source, ROOT, RECORD, Limits())
    else:
        yield from (read_json if form == "json" else read_ndjson)(source, Limits())


def _source(feed: str, form: str, size: int) -> BinaryIO:
    return cast(BinaryIO, Source(DELIVERIES[feed, form](size)))


if __name__ == "__main__":
    sys.path.insert(0, str(PROJECT))
    found = measure(
        sys.argv[1], sys.argv[2], int(sys.argv[3]) * MEBIBYTE, translated="--pieces" not in sys.argv
    )
    sys.stdout.write(json.dumps(found) + "\n")
