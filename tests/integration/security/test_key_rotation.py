"""`keys rotate`: every data key under the new key, records readable all along, resumable after a crash."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from app.core.clock import FixedClock
from app.core.settings import Settings
from app.db.engine import Database
from app.models.privacy import Privacy, columns_of
from app.security import rotation
from app.security.key_store import PlainFile
from app.security.keyring import WRAPPING, KeyInUse, KeyRing
from app.security.rings import RingFile
from app.security.rotation import REWRAP, KeyOpensContent, RingBehind, Rotation, rotation_jobs
from app.security.sealing import Sealer, SealError
from app.wiring import Services, build_services
from schemas.vocabulary import Feed
from support.ingestion_kit import NOW, ingest, parts, sample, sample_arrival


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def running(database: Database, database_url: str, home: Path) -> Services:
    """A process with the ring on disk."""
    ring = RingFile(home, PlainFile())
    return build_services(Settings(home=home), database_url, database, ring, FixedClock(NOW))


async def take_in(services: Services, *feeds: Feed) -> None:
    for feed in feeds or tuple(Feed):
        await ingest(services.ingestion, sample_arrival(feed), sample(feed))


async def wrapped(database: Database) -> list[bytes]:
    async with database.read() as session:
        return [
            key
            for table, column in columns_of(Privacy.WRAPPED_KEY)
            for key in await session.scalars(text(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"))
        ]


async def opened(services: Services) -> int:
    """Every sealed identity opened with the keys of the process; how many."""
    async with services.database.read() as session:
        found = await session.execute(
            text("""SELECT r.id, r.data_key, m.role, m."order", i.identity FROM mention_identity i
                    JOIN mention m ON m.id = i.mention_id JOIN record r ON r.id = m.record_id""")
        )
        rows = found.all()
    for row in rows:
        place = f"identity|{row.id}|{row.role}|{row.order}".encode()
        assert services.sealer.unwrap(row.data_key).open(row.identity, place).startswith(b"{")
    return len(rows)


async def test_every_data_key_is_wrapped_by_the_new_key_and_opens_the_same(
    running: Services, home: Path
) -> None:
    await take_in(running)
    landed = await running.ingestion.land(sample_arrival(Feed.SISTRA), parts(b" " + sample(Feed.SISTRA)))
    before, count = await wrapped(running.database), await opened(running)
    new = KeyRing.add_key(home, WRAPPING)
    running.sealer.look_again()
    assert await running.rotation.rewrap() == len(before) > 30
    after = await wrapped(running.database)
    assert len(after) == len(before)
    assert all(running.sealer.is_current(key) for key in after)
    assert await running.rotation.wrapped_by() == {new: len(after)}
    assert await opened(running) == count > 20
    await running.ingestion.translate_batch(landed.id)
    assert (await running.ingestion.status(landed.id)).state == "linking"
    assert await running.rotation.rewrap() == 0


async def test_a_process_with_the_old_ring_reads_and_writes_on(running: Services, home: Path) -> None:
    await take_in(running, Feed.RETA_PNP)
    KeyRing.add_key(home, WRAPPING)
    await Rotation(running.database, Sealer(KeyRing.load(home))).rewrap()  # another process does it
    assert await opened(running) > 5  # an unknown key id makes it look at the ring again
    await take_in(running, Feed.SISTRA)
    assert all(running.sealer.is_current(key) for key in await wrapped(running.database))


async def test_the_job_of_a_process_that_was_idle_uses_the_new_key(running: Services, home: Path) -> None:
    await take_in(running, Feed.LINEA_1818)
    job, count = rotation_jobs(running.rotation)[REWRAP], len(await wrapped(running.database))
    new = KeyRing.add_key(home, WRAPPING)  # by another process; this one has not looked since
    await job({"key_id": new})
    assert await running.rotation.wrapped_by() == {new: count}


async def test_the_job_never_turns_new_keys_back(running: Services, home: Path) -> None:
    await take_in(running, Feed.LINEA_1818)
    behind = Sealer(KeyRing.load(home))  # never looks again
    new = KeyRing.add_key(home, WRAPPING)
    await Rotation(running.database, Sealer(KeyRing.load(home))).rewrap()
    with pytest.raises(RingBehind):
        await rotation_jobs(Rotation(running.database, behind))[REWRAP]({"key_id": new})
    assert list(await running.rotation.wrapped_by()) == [new]


async def test_a_crash_in_the_middle_costs_nothing(
    running: Services, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await take_in(running)
    total = len(await wrapped(running.database))
    KeyRing.add_key(home, WRAPPING)
    running.sealer.look_again()
    monkeypatch.setattr(rotation, "CHUNK", 3)
    work = asyncio.create_task(running.rotation.rewrap())
    while not any(map(running.sealer.is_current, await wrapped(running.database))):  # noqa: ASYNC110  no sign
        await asyncio.sleep(0)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    done = sum(running.sealer.is_current(key) for key in await wrapped(running.database))
    assert 0 < done < total
    assert await opened(running) > 20
    assert await running.rotation.rewrap() == total - done


async def test_a_key_that_opens_something_is_not_destroyed(running: Services, home: Path) -> None:
    await take_in(running, Feed.LINEA_1818)
    old = running.keyring.wrapping.current.id
    with pytest.raises(KeyInUse):
        KeyRing.retire_key(home, WRAPPING, old)
    KeyRing.add_key(home, WRAPPING)
    with pytest.raises(KeyOpensContent):
        await running.rotation.assert_unused(old)
    running.sealer.look_again()
    await running.rotation.rewrap()
    await running.rotation.assert_unused(old)


async def test_what_a_backup_holds_under_a_destroyed_key_is_gone(running: Services, home: Path) -> None:
    await take_in(running, Feed.LINEA_1818)
    backup, old = await wrapped(running.database), running.keyring.wrapping.current.id
    KeyRing.add_key(home, WRAPPING)
    running.sealer.look_again()
    await running.rotation.rewrap()
    KeyRing.retire_key(home, WRAPPING, old)
    sealer = Sealer(KeyRing.load(home))
    for key in backup:
        with pytest.raises(SealError):
            sealer.unwrap(key)
    assert all(sealer.unwrap(key) for key in await wrapped(running.database))


async def test_erasure_while_keys_are_rotated_stays_erasure(
    running: Services, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await take_in(running, Feed.LINEA_1818)
    KeyRing.add_key(home, WRAPPING)
    running.sealer.look_again()
    outdated = running.rotation._outdated

    async def erased_meanwhile(*given: object) -> object:
        rows = await outdated(*given)  # type: ignore[arg-type]
        async with running.database.write() as session:
            await session.execute(text("UPDATE delivery SET data_key = NULL WHERE data_key IS NOT NULL"))
        return rows

    monkeypatch.setattr(running.rotation, "_outdated", erased_meanwhile)
    await running.rotation.rewrap()
    async with running.database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM delivery WHERE data_key IS NOT NULL")) == 0


async def test_an_altered_delivery_is_still_refused(running: Services) -> None:
    await take_in(running, Feed.LINEA_1818)
    changes = {
        "data_key": "'short'::bytea",
        "verbatim": "'other'::bytea",
        "outcome": "'repeated'",
    }
    for column, value in changes.items():
        with pytest.raises(Exception, match="append-only"):
            async with running.database.write() as session:
                await session.execute(
                    text(f"UPDATE delivery SET {column} = {value} WHERE outcome = 'rejected'")
                )


async def test_a_ring_that_cannot_be_read_just_now_leaves_the_former_in_use(home: Path) -> None:
    ring = RingFile(home, PlainFile())
    sealer = Sealer(ring.keyring, ring.renewed)
    (home / "keys" / "keyring.json").write_text("{half")
    key, kept = sealer.new_key()
    sealer.look_again()
    assert sealer.unwrap(kept).open(key.seal(b"x", b"a"), b"a") == b"x"


def test_uses_with_one_key_for_good_are_not_rotated(home: Path) -> None:
    KeyRing.load_or_create(home)
    with pytest.raises(ValueError, match="blind"):
        KeyRing.add_key(home, "blind")


def test_two_rotations_at_once_lose_no_key(home: Path) -> None:
    KeyRing.load_or_create(home)
    ids = [KeyRing.add_key(home, WRAPPING) for _ in range(3)]
    ring = KeyRing.load(home)
    assert {key.id for key in ring.wrapping.all()} >= set(ids)
    assert ring.wrapping.current.id == ids[-1]
