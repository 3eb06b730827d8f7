"""The adapters read every file of an invented world, and find in it what was meant."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from adapters.base import Context, Form
from adapters.catalog import CATALOG
from adapters.transport.spill import EncryptedSpill
from app.commands.world import app as command
from app.world.evaluate import TRAITS_HEADER, TRUTH_HEADER, read_table
from app.world.observe import observation
from app.world.records import History, SaidRecord
from app.world.world import World
from schemas.observations import Observation
from schemas.translation import Translation
from schemas.vocabulary import Feed

CONTEXT = Context(today=date(2026, 6, 1), spill=EncryptedSpill)
FORMS = {".csv": Form.CSV, ".ndjson": Form.NDJSON, ".xml": Form.XML, ".xlsx": Form.XLSX}
WORLD = World.generate(400, 21, "hard", broken=True)
WAYS = [(False, 1), (True, 1), (False, 3)]  # JSON forms or native ones, number of successive deliveries


@lru_cache(maxsize=3)
def translated(json: bool, parts: int) -> dict[Feed, list[Translation]]:
    with TemporaryDirectory() as folder:
        delivered = WORLD.write(Path(folder), parts, json=json)
        return {
            feed: [translation for path in paths for translation in translations(feed, path)]
            for feed, paths in delivered.files.items()
        }


def translations(feed: Feed, path: Path) -> Iterator[Translation]:
    with path.open("rb") as source:
        yield from CATALOG[feed].translate(source, FORMS[path.suffix], CONTEXT)


@lru_cache(maxsize=1)
def histories() -> tuple[History, ...]:
    return tuple(history for _, group in WORLD.histories() for history in group)


def latest(found: list[Translation]) -> dict[str, Observation]:
    kept: dict[str, Observation] = {}
    for translation in found:
        seen = translation.observation
        if seen is not None and (seen.number not in kept or kept[seen.number].stamp < seen.stamp):
            kept[seen.number] = seen
    return kept


@pytest.mark.parametrize(("json", "parts"), WAYS)
@pytest.mark.parametrize("feed", list(Feed))
def test_only_records_made_unusable_are_rejected(feed: Feed, json: bool, parts: int) -> None:
    broken = [h.final for h in histories() if h.final.feed is feed and h.final.broken is not None]
    rejected = [translation for translation in translated(json, parts)[feed] if translation.rejected]
    rows = feed is Feed.RETA_PNP and not json  # a row that belongs to no version is rejected alone
    expected = sum(
        max(1, len(record.people)) if rows and record.broken != "offence" else 1 for record in broken
    )
    assert len(rejected) == expected
    assert sum(h.final.broken is not None for h in histories()) > 5


@pytest.mark.parametrize(("json", "parts"), WAYS)
@pytest.mark.parametrize("feed", list(Feed))
def test_what_stands_reads_as_it_was_meant(feed: Feed, json: bool, parts: int) -> None:
    read = latest(translated(json, parts)[feed])
    standing = [h.final for h in histories() if h.stands and h.final.feed is feed]
    assert standing
    for record in standing:
        meant = observation(record)
        found = read[record.number]
        if misspelt(record):
            assert found.place.department == meant.place.department or not found.place.department
            found = found.model_copy(update={"place": meant.place})
        assert found == meant


def misspelt(record: SaidRecord) -> bool:
    """Whether a misspelt district may be read as more, or as less, than was meant."""
    return record.place is not None and record.place.meant == 4


@pytest.mark.parametrize("feed", list(Feed))
def test_annulled_records_read_as_annulled(feed: Feed) -> None:
    read = latest(translated(False, 1)[feed])
    annulled = [h.final for h in histories() if h.final.annulled and h.final.feed is feed]
    assert all(not read[record.number].makes_case for record in annulled)


def test_every_version_sent_is_read_in_any_number_of_deliveries() -> None:
    for feed in (Feed.SISTRA, Feed.PODER_JUDICIAL, Feed.LINEA_1818):
        assert len(translated(False, 1)[feed]) == len(translated(False, 3)[feed])


def test_the_same_world_is_written_to_the_same_bytes(tmp_path: Path) -> None:
    world = World.generate(40, 4)
    one, other = (world.write(tmp_path / name) for name in ("one", "other"))
    for feed in Feed:
        for first, second in zip(one.files[feed], other.files[feed], strict=True):
            assert first.name == second.name
            assert first.read_bytes() == second.read_bytes(), feed
    assert one.truth.read_bytes() == other.truth.read_bytes()


def test_truth_and_traits_have_a_row_per_mention(tmp_path: Path) -> None:
    world = World.generate(40, 4)
    delivered = world.write(tmp_path)
    truth = [tuple(row) for row in read_table(delivered.truth, TRUTH_HEADER)]
    assert truth == [tuple(row) for row in world.truth()]
    mentions = {row[:4] for row in truth if row[3]}
    assert {tuple(row[:4]) for row in read_table(delivered.traits, TRAITS_HEADER)} == mentions
    assert len(mentions) == delivered.mentions


def test_the_command_writes_a_world(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command([str(tmp_path / "w"), "--cases", "20", "--difficulty", "easy"], standalone_mode=False)
    assert "20 casos" in capsys.readouterr().out
    names = {path.name for path in (tmp_path / "w").iterdir()}
    assert names == {
        "reta_pnp.csv",
        "sistra.ndjson",
        "poder_judicial.xml",
        "linea_1818.xlsx",
        "ceiling.csv",
        "truth.csv",
        "traits.csv",
    }
