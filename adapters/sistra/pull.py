"""Pull of SISTRA: carpetas changed since a watermark, page by page, as batches of NDJSON.

Pages are numbered, and a carpeta that changes while they are read moves to the end: all after it move up
and one slips over the border between two pages. So pages are not counted on: after each one the question
is asked again from the latest stamp received, inclusive. Only where more carpetas bear one stamp than fit a
page are numbers used, and then that stamp is read again until nothing new appears.
"""

import hashlib
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from adapters.base import Limits
from adapters.transport.json_documents import read_json
from adapters.transport.paged_http import PatientClient, PullFailed, PullFault
from adapters.transport.records import Document

BEGINNING = "1900-01-01T00:00:00-05:00"
MOST_PASSES = 10
"""How often one stamp's pages are read again before they are called unstable."""


@dataclass(frozen=True, slots=True)
class PulledPage:
    """Carpetas to land as one batch. Persist ``watermark`` with it: a later pull resumes from there."""

    ndjson: bytes
    count: int
    watermark: str  # ISO 8601, as the server writes it


@dataclass(frozen=True, slots=True)
class Source:
    base: str
    token: str = field(repr=False)
    page_size: int = 200


@dataclass(slots=True)
class _Carpeta:
    content: bytes  # one line
    stamp: str | None = None  # where readable
    moment: datetime | None = None

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.content).digest()


@dataclass(slots=True)
class _Page:
    carpetas: list[_Carpeta]
    last: bool

    def after(self, watermark: str) -> list[_Carpeta]:
        border = datetime.fromisoformat(watermark)
        return [each for each in self.carpetas if each.moment is not None and each.moment > border]


async def pull(client: PatientClient, source: Source, watermark: str | None) -> AsyncIterator[PulledPage]:
    """All that changed at or after ``watermark`` (from the beginning, where None), oldest change first.

    Carpetas of the watermark's own stamp come again: repeats have no effect. Raises ``PullFailed``.
    """
    reader = _Reader(client, source, watermark or BEGINNING)
    while not reader.finished:
        async for page in reader.advance():
            yield page


class _Reader:
    def __init__(self, client: PatientClient, source: Source, watermark: str) -> None:
        self._client = client
        self._source = source
        self._watermark = watermark
        self._seen: set[bytes] = set()  # digests of what may come again
        self.finished = False

    async def advance(self) -> AsyncIterator[PulledPage]:
        """Read from the watermark to a later stamp, or to the end."""
        page = await self._page(1)
        later = page.after(self._watermark)
        if not later and not page.last:
            async for pulled in self._one_stamp():
                yield pulled
            return
        stamp = (later[-1].stamp if later else None) or self._watermark
        if pulled_now := self._fresh(page.carpetas, stamp):
            yield pulled_now
        self._watermark, self.finished = stamp, page.last
        self._seen = {each.digest for each in page.carpetas}

    async def _one_stamp(self) -> AsyncIterator[PulledPage]:
        """More carpetas bear the watermark's stamp than fit a page: read them until nothing new appears."""
        for passes in range(MOST_PASSES):
            new, number, later, last = False, 0, list[_Carpeta](), False
            while not later and not last:
                number += 1
                page = await self._page(number)
                later, last = page.after(self._watermark), page.last
                same = [each for each in page.carpetas if each not in later]
                if pulled := self._fresh(same, self._watermark):
                    new = True
                    yield pulled
            if passes and not new:
                self.finished = not later
                self._watermark = (later[0].stamp if later else None) or self._watermark
                return
        raise PullFailed(PullFault.UNSTABLE)

    def _fresh(self, carpetas: list[_Carpeta], watermark: str) -> PulledPage | None:
        """Those not handed over before, as a page."""
        fresh = {each.digest: each.content for each in carpetas if each.digest not in self._seen}
        self._seen.update(fresh)
        return PulledPage(b"\n".join(fresh.values()) + b"\n", len(fresh), watermark) if fresh else None

    async def _page(self, number: int) -> _Page:
        body = await self._client.get_json(
            f"{self._source.base.rstrip('/')}/carpetas",
            {"desde": self._watermark, "pagina": str(number), "tamano": str(self._source.page_size)},
            {"Authorization": f"Bearer {self._source.token}"},
            lambda value: _is_page(value, number),
        )
        return _read_page(body, number)


def _is_page(value: object, number: int) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("carpetas"), list)
        and type(value.get("totalPaginas")) is int
        and value.get("pagina") == number
    )


def _read_page(body: bytes, number: int) -> _Page:
    """Carpetas as received: one that is no strict JSON is handed on, to be rejected on its own."""
    page = _Page([], last=number >= json.loads(body)["totalPaginas"])
    for piece in read_json(io.BytesIO(body), Limits(record_bytes=len(body)), wrapper="carpetas"):
        carpeta = _Carpeta(piece.content.replace(b"\r", b" ").replace(b"\n", b" "))
        stamp = piece.value.get("actualizado") if isinstance(piece, Document) else None
        if isinstance(stamp, str) and (moment := _moment(stamp)) is not None:
            carpeta.stamp, carpeta.moment = stamp, moment
        page.carpetas.append(carpeta)
    moments = [each.moment for each in page.carpetas if each.moment is not None]
    if any(earlier > later for earlier, later in pairwise(moments)):
        raise PullFailed(PullFault.OUT_OF_ORDER)
    return page


def _moment(stamp: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
