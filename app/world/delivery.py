"""Writes a world as the institutions hand it over: files in their native forms, and the truth beside them."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Protocol
from zlib import crc32

from app.world.cases import FIRST_DAY
from app.world.desk import LAST_STAMP
from app.world.evaluate import TRAITS_HEADER, TRUTH_HEADER
from app.world.records import History, SaidRecord
from app.world.traits import trait_rows
from app.world.truth import truth_rows
from app.world.writers.calls_form import CallsNdjson, CallsXlsx
from app.world.writers.court_form import CourtXml
from app.world.writers.reta_form import RetaCsv, RetaNdjson
from app.world.writers.sistra_form import SistraNdjson
from schemas.vocabulary import Feed

ROWS_PER_WORKBOOK = 250_000


class FormWriter(Protocol):
    def write(self, record: SaidRecord) -> None: ...

    def close(self) -> None: ...


_NATIVE: dict[Feed, Callable[[Path, Random], FormWriter]] = {
    Feed.RETA_PNP: RetaCsv,
    Feed.SISTRA: SistraNdjson,
    Feed.PODER_JUDICIAL: CourtXml,
    Feed.LINEA_1818: CallsXlsx,
}
_JSON: dict[Feed, Callable[[Path, Random], FormWriter]] = {
    **_NATIVE,
    Feed.RETA_PNP: RetaNdjson,
    Feed.LINEA_1818: CallsNdjson,
}


@dataclass(frozen=True, slots=True)
class Delivered:
    """Files by feed in the order in which they were sent, and what they hold."""

    files: dict[Feed, list[Path]]
    truth: Path
    traits: Path
    versions: dict[Feed, int]
    records: int  # that stand
    mentions: int
    cases: int


class _FeedFiles:
    """The files of one feed. With several parts a version goes to the part of its stamp, in order of time."""

    def __init__(
        self, feed: Feed, folder: Path, parts: int, seed: int, make: Callable[[Path, Random], FormWriter]
    ) -> None:
        self._feed, self._folder, self._parts = feed, folder, parts
        self._seed, self._make = seed, make
        self._rng = Random(seed)  # noqa: S311 - no secret is drawn
        self._open: dict[int, tuple[FormWriter, int]] = {}
        self._names: dict[int, list[Path]] = {part: [] for part in range(parts)}
        self.versions = 0
        for part in range(parts):
            self._start(part)

    @property
    def files(self) -> list[Path]:
        return [path for part in range(self._parts) for path in self._names[part]]

    def _start(self, part: int) -> FormWriter:
        suffix = getattr(self._make, "suffix", "")
        stem = self._feed.value.replace("-", "_")
        label = f"-{part + 1:02d}" if self._parts > 1 else ""
        more = f"-{len(self._names[part]) + 1}" if self._names[part] else ""
        path = self._folder / f"{stem}{label}{more}{suffix}"
        writer = self._make(path, self._rng)
        self._names[part].append(path)
        self._open[part] = writer, 0
        return writer

    def write(self, part: int, record: SaidRecord) -> None:
        """A version that is sent twice is written alike: its random source depends on it alone."""
        self._rng.seed(crc32(f"{self._seed}|{record.feed}|{record.number}|{record.stamp}".encode()))
        writer, count = self._open[part]
        if count >= ROWS_PER_WORKBOOK and isinstance(writer, CallsXlsx):
            writer.close()
            writer, count = self._start(part), 0
        writer.write(record)
        self._open[part] = writer, count + 1
        self.versions += 1

    def close(self) -> None:
        for writer, _ in self._open.values():
            writer.close()


def write_rows(path: Path, header: tuple[str, ...], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(header)
        writer.writerows(rows)


def _part_of(stamp: datetime, parts: int) -> int:
    first = datetime.combine(FIRST_DAY, LAST_STAMP.time())
    share = (stamp - first) / (LAST_STAMP - first)
    return max(0, min(parts - 1, int(share * parts)))


def deliver(
    histories: Iterator[list[History]], folder: Path, seed: int, *, parts: int = 1, json: bool = False
) -> Delivered:
    """Write everything in one pass. ``json``: RETA and Línea 1818 as NDJSON instead of CSV and XLSX."""
    folder.mkdir(parents=True, exist_ok=True)
    makers = _JSON if json else _NATIVE
    truth_path, traits_path = folder / "truth.csv", folder / "traits.csv"
    records = mentions = 0
    cases: set[str] = set()
    with ExitStack() as stack:
        feeds = {feed: _FeedFiles(feed, folder, parts, seed, makers[feed]) for feed in Feed}
        for files in feeds.values():
            stack.callback(files.close)
        truth = csv.writer(stack.enter_context(truth_path.open("w", encoding="utf-8", newline="")))
        traits = csv.writer(stack.enter_context(traits_path.open("w", encoding="utf-8", newline="")))
        truth.writerow(TRUTH_HEADER)
        traits.writerow(TRAITS_HEADER)
        for group in histories:
            traits.writerows(trait_rows(group))
            for history in group:
                _send(history, feeds[history.final.feed], parts)
                for row in truth_rows(history):
                    truth.writerow(row)
                    records += not row.role
                    mentions += bool(row.role)
                    cases.add(row.case)
    return Delivered(
        {feed: files.files for feed, files in feeds.items()},
        truth_path,
        traits_path,
        {feed: files.versions for feed, files in feeds.items()},
        records,
        mentions,
        len(cases - {""}),
    )


def _send(history: History, files: _FeedFiles, parts: int) -> None:
    """What was delivered after another version of the record stays after it."""
    part = 0
    for version in history.delivered:
        part = max(part, _part_of(version.stamp, parts))
        files.write(part, version)
