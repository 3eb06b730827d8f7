"""The inputs: invented worlds written once and kept. None of their seeds was used to train the model."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import orjson

from adapters.base import Form
from app.world.delivery import deliver
from app.world.rates import Difficulty
from app.world.records import History, SaidRecord
from app.world.world import World
from app.world.writers.calls_form import CallsNdjson, CallsXlsx
from app.world.writers.court_form import CourtXml
from app.world.writers.reta_form import RetaCsv, RetaNdjson
from app.world.writers.sistra_form import SistraNdjson
from schemas.vocabulary import Feed

SEED = 2026  # the model was made of seeds 11 to 13 and checked on 21 and 22
NATIVE = {
    Feed.RETA_PNP: (RetaCsv, Form.CSV),
    Feed.SISTRA: (SistraNdjson, Form.NDJSON),
    Feed.PODER_JUDICIAL: (CourtXml, Form.XML),
    Feed.LINEA_1818: (CallsXlsx, Form.XLSX),
}
SINGLE = {
    Feed.RETA_PNP: (RetaNdjson, Form.JSON),
    Feed.SISTRA: (SistraNdjson, Form.JSON),
    Feed.PODER_JUDICIAL: (CourtXml, Form.XML),
    Feed.LINEA_1818: (CallsNdjson, Form.JSON),
}
_RECORDS_PER_CASE = {
    Feed.RETA_PNP: 1.05,
    Feed.SISTRA: 1.0,
    Feed.PODER_JUDICIAL: 0.42,
    Feed.LINEA_1818: 0.65,
}  # versions, somewhat fewer than there will be
_EVERY = 40  # one in so many records is held back, to arrive later


@dataclass(frozen=True, slots=True)
class Town:
    """A world on disk: files by feed, the truth, and records held back from the files."""

    folder: Path
    files: dict[Feed, list[Path]]
    truth: Path
    traits: Path
    mentions: int
    records: int
    later: list[tuple[Feed, Path]]  # one record each, in the form of a single delivery


def feed_file(home: Path, feed: Feed, records: int) -> Path:
    """A file of one feed in its native form with that many record versions."""
    make, form = NATIVE[feed]
    folder = home / "inputs"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{feed.value}-{records}-{SEED}.{form}"
    if not path.exists():
        part = path.with_name(f"part-{path.name}")
        _write(make(part, Random(SEED)), _versions(feed, records))
        part.replace(path)
    return path


def _versions(feed: Feed, records: int) -> Iterator[SaidRecord]:
    cases = round(records / _RECORDS_PER_CASE[feed]) + 50
    count = 0
    for _, histories in World(SEED, Difficulty.NORMAL, cases=cases).histories():
        for history in histories:
            for version in history.delivered if history.final.feed is feed else ():
                yield version
                count += 1
                if count == records:
                    return
    raise ValueError(f"the world has only {count} versions of {feed}")


def _write(writer: RetaCsv | SistraNdjson | CourtXml | CallsXlsx, versions: Iterator[SaidRecord]) -> None:
    try:
        for version in versions:
            writer.write(version)
    finally:
        writer.close()


def town(home: Path, mentions: int, *, seed: int = SEED, difficulty: Difficulty = Difficulty.NORMAL) -> Town:
    """A world of at least that many mentions; a fortieth of its records is held back from the files."""
    folder = home / "inputs" / f"world-{mentions}-{seed}-{difficulty}"
    index = folder / "index.json"
    if not index.exists():
        _make(folder, index, World(seed, difficulty, mentions=mentions))
    told = orjson.loads(index.read_bytes())
    return Town(
        folder=folder,
        files={Feed(feed): [folder / name for name in names] for feed, names in told["files"].items()},
        truth=folder / "truth.csv",
        traits=folder / "traits.csv",
        mentions=told["mentions"],
        records=told["records"],
        later=[(Feed(feed), folder / name) for feed, name in told["later"]],
    )


def _make(folder: Path, index: Path, world: World) -> None:
    held_back: list[SaidRecord] = []
    delivered = deliver(_without(world, held_back), folder, world.seed)
    later = [(record.feed.value, _single(folder, number, record)) for number, record in enumerate(held_back)]
    told = {
        "files": {feed.value: [path.name for path in paths] for feed, paths in delivered.files.items()},
        "mentions": delivered.mentions,
        "records": delivered.records,
        "later": later,
    }
    index.write_bytes(orjson.dumps(told))


def _without(world: World, held_back: list[SaidRecord]) -> Iterator[list[History]]:
    """The world's records but for every fortieth that stands: its final version goes to ``held_back``."""
    for _, histories in world.histories():
        kept = []
        for history in histories:
            if history.stands and _drawn(history.final):
                held_back.append(history.final)
            else:
                kept.append(history)
        yield kept


def _drawn(record: SaidRecord) -> bool:
    digest = hashlib.sha256(f"{record.feed}|{record.number}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % _EVERY == 0


def _single(folder: Path, number: int, record: SaidRecord) -> str:
    make, form = SINGLE[record.feed]
    name = f"later-{number:05d}.{form}"
    writer = make(folder / name, Random(number))
    writer.write(record)
    writer.close()
    return name
