"""Landing first: what arrives is kept, sealed and committed before the answer, or leaves nothing behind."""

import asyncio
import gzip
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from adapters.catalog import CATALOG
from app.core.clock import FixedClock
from app.db.engine import Database
from app.ingestion.errors import BodyTooLarge, EmptyBody, KeyInUse, KeyReused, UploadInterrupted
from app.ingestion.landing import Arrival
from app.ingestion.service import IngestionService
from app.ingestion.tools import Limits
from schemas.vocabulary import Feed
from support.ingestion_kit import NOW, counts_of, ingest, parts, sample, sample_arrival, tools_for

BODY = sample(Feed.RETA_PNP)


@pytest.fixture
def service(database: Database) -> IngestionService:
    return IngestionService(tools_for(database, CATALOG))


def reta(**values: object) -> Arrival:
    return sample_arrival(Feed.RETA_PNP, **values)


async def rows(database: Database, table: str) -> int:
    async with database.read() as session:
        return int(await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


async def test_bytes_are_kept_sealed_with_their_digest(service: IngestionService, database: Database) -> None:
    landed = await service.land(reta(), parts(BODY[:1000], BODY[1000:]))
    assert landed.state == "landed"
    assert landed.sha256 == hashlib.sha256(BODY).hexdigest()
    assert landed.size_bytes == len(BODY)
    async with database.read() as session:
        kept = await session.scalar(text("SELECT ciphertext FROM landed_chunk"))
    assert kept is not None
    assert b"NRO_DENUNCIA" not in kept
    assert b"CCORI" not in kept


async def test_landed_bytes_and_their_key_are_gone_once_translated(
    service: IngestionService, database: Database
) -> None:
    landed = await ingest(service, reta(), BODY)
    assert landed.state == "done"
    assert await rows(database, "landed_chunk") == 0
    async with database.read() as session:
        erased = await session.scalar(
            text("SELECT data_key IS NULL AND erased_at IS NOT NULL FROM batch WHERE id = :id").bindparams(
                id=landed.id
            )
        )
    assert erased


async def test_a_delivery_of_many_chunks_is_read_as_one(database: Database) -> None:
    padded = BODY + b"\r\n" * 700_000  # blank lines, over several chunks
    status = await ingest(
        IngestionService(tools_for(database, CATALOG)),
        reta(),
        [padded[start : start + 70_001] for start in range(0, len(padded), 70_001)],
    )
    assert status.state == "done"
    assert counts_of(status)[:3] == (15, 7, 4)


async def test_a_body_over_the_limit_leaves_nothing(database: Database) -> None:
    service = IngestionService(tools_for(database, CATALOG, limits=Limits(body_bytes=len(BODY) - 1)))
    with pytest.raises(BodyTooLarge):
        await service.land(reta(), parts(BODY))
    assert await rows(database, "batch") == 0
    assert await rows(database, "landed_chunk") == 0


async def test_an_empty_body_leaves_nothing(service: IngestionService, database: Database) -> None:
    with pytest.raises(EmptyBody):
        await service.land(reta(), parts())
    assert await rows(database, "batch") == 0


async def test_a_body_that_breaks_off_leaves_nothing(service: IngestionService, database: Database) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield BODY[:500]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await service.land(reta(idempotency_key="k"), broken())
    for table in ("batch", "landed_chunk", "idempotency_key", "pgqueuer"):
        assert await rows(database, table) == 0


async def test_a_sender_gone_silent_is_given_up(database: Database) -> None:
    async def silent() -> AsyncIterator[bytes]:
        yield BODY[:500]
        await asyncio.sleep(60)

    service = IngestionService(tools_for(database, CATALOG, limits=Limits(stall_seconds=0.05)))
    with pytest.raises(UploadInterrupted):
        await service.land(reta(), silent())
    assert await rows(database, "batch") == 0


async def test_gzip_is_unpacked_when_read_and_its_digest_is_of_what_came(service: IngestionService) -> None:
    packed = gzip.compress(BODY[:4000]) + gzip.compress(BODY[4000:])  # members follow each other
    status = await ingest(service, reta(gzip=True), packed)
    assert status.sha256 == hashlib.sha256(packed).hexdigest()
    assert counts_of(status)[:3] == (15, 7, 4)


@pytest.mark.parametrize(
    "damage",
    [
        lambda packed: packed[:-9],  # cut
        lambda packed: packed[:-6] + b"\x00\x00" + packed[-4:],  # the checksum at its very end
        lambda packed: b"no gzip at all",
        lambda packed: packed + b"rest",
    ],
)
async def test_a_damaged_gzip_fails_before_any_record_is_kept(
    service: IngestionService, database: Database, damage: object
) -> None:
    status = await ingest(service, reta(gzip=True), damage(gzip.compress(BODY)))  # type: ignore[operator]
    assert (status.state, status.error_code) == ("failed", "gzip_unreadable")
    assert status.es
    assert counts_of(status) == (0,) * 7
    assert await rows(database, "record") == 0
    assert [answer.code for _, answer in await service.issues(status.id)] == ["gzip_unreadable"]


async def test_a_gzip_bomb_is_stopped(database: Database) -> None:
    service = IngestionService(tools_for(database, CATALOG, limits=Limits(unpacked_bytes=1_000_000)))
    status = await ingest(service, reta(gzip=True), gzip.compress(b"\n" * 20_000_000))
    assert (status.state, status.error_code) == ("failed", "unpacked_too_large")


async def test_a_delivery_that_cannot_be_read_fails_with_its_reason(service: IngestionService) -> None:
    header, _, rest = BODY.partition(b"\r\n")
    status = await ingest(service, reta(), header.replace(b";DELITO", b"") + b"\r\n" + rest)
    assert (status.state, status.error_code) == ("failed", "column_missing")
    (_, issue), *_ = await service.issues(status.id)
    assert (issue.code, issue.field, issue.record) == ("column_missing", "DELITO", None)


async def test_the_same_key_and_body_replays_the_answer(
    service: IngestionService, database: Database
) -> None:
    first = await service.land(reta(idempotency_key="k"), parts(BODY))
    again = await service.land(reta(idempotency_key="k"), parts(BODY[:10], BODY[10:]))
    assert again == first
    assert await rows(database, "batch") == 1


@pytest.mark.parametrize("other", [{}, {"mode": "validate"}, {"gzip": True}])
async def test_the_same_key_with_another_request_is_refused(
    service: IngestionService, other: dict[str, object]
) -> None:
    await service.land(reta(idempotency_key="k"), parts(BODY))
    with pytest.raises(KeyReused):
        await service.land(reta(idempotency_key="k", **other), parts(BODY if other else BODY + b"\n"))


async def test_keys_belong_to_their_client(service: IngestionService, database: Database) -> None:
    await service.land(reta(idempotency_key="k"), parts(BODY))
    await service.land(reta(idempotency_key="k", client="other"), parts(BODY + b"\n"))
    assert await rows(database, "batch") == 2


async def test_a_key_whose_request_still_runs_is_a_conflict(service: IngestionService) -> None:
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield BODY[:100]
        arrived.set()
        await go_on.wait()
        yield BODY[100:]

    first = asyncio.create_task(service.land(reta(idempotency_key="k"), slow()))
    await arrived.wait()
    with pytest.raises(KeyInUse):
        await service.land(reta(idempotency_key="k"), parts(BODY))
    go_on.set()
    assert (await first).sha256 == hashlib.sha256(BODY).hexdigest()


async def test_landed_bytes_that_outlive_their_term_are_erased(database: Database) -> None:
    clock = FixedClock(NOW)
    service = IngestionService(tools_for(database, CATALOG, clock=clock))
    waiting = await service.land(reta(), parts(BODY))
    failed = await ingest(service, reta(), b"no;header\r\n")
    assert await service.erase_overdue() == 0
    clock.advance(timedelta(days=31))
    assert await service.erase_overdue() == 2
    assert await rows(database, "landed_chunk") == 0
    assert (await service.status(waiting.id)).error_code == "landed_bytes_expired"
    assert (await service.status(failed.id)).error_code == "column_missing"
    await service.translate_batch(waiting.id)  # its job comes too late and finds nothing to do
    assert (await service.status(waiting.id)).state == "failed"


async def test_the_hotline_s_landed_bytes_live_for_24_hours_at_most(database: Database) -> None:
    """They hold the caller's telephone."""
    clock = FixedClock(NOW)
    service = IngestionService(tools_for(database, CATALOG, clock=clock))
    call = sample_arrival(Feed.LINEA_1818)
    await service.land(call, parts(sample(Feed.LINEA_1818)))
    await ingest(service, call, b"no workbook")
    assert await rows(database, "landed_chunk") == 2
    clock.advance(timedelta(hours=24, seconds=1))
    assert await service.erase_overdue() == 2
    assert await rows(database, "landed_chunk") == 0
    async with database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM batch WHERE data_key IS NOT NULL")) == 0
