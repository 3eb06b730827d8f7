"""The tables of batches: landing, progress, issues, erasure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from app.db.engine import ReadSession, WriteSession
from app.models.ingestion import Batch, DeliveryIssue, FeedState, IdempotencyKey, LandedChunk
from schemas.vocabulary import Feed, Outcome, Severity

BROKEN: Final = "adapter_broken"
STUCK: Final = "translation_stuck"
MOST_ATTEMPTS: Final = 6  # to begin a batch without getting any further
EXPIRED: Final = "landed_bytes_expired"
WHOLE_BATCH: Final = -1  # position of an issue that is of no single record


async def add(session: WriteSession, values: Mapping[str, Any]) -> Batch:
    rows = await session.scalars(insert(Batch).values(**values).returning(Batch))
    return rows.one()


async def add_chunk(session: WriteSession, batch_id: UUID, position: int, ciphertext: bytes) -> None:
    await session.execute(
        insert(LandedChunk).values(batch_id=batch_id, position=position, ciphertext=ciphertext)
    )


async def chunk(session: ReadSession, batch_id: UUID, position: int) -> bytes | None:
    return await session.scalar(
        select(LandedChunk.ciphertext).where(
            LandedChunk.batch_id == batch_id, LandedChunk.position == position
        )
    )


async def get(session: ReadSession, batch_id: UUID) -> Batch | None:
    return await session.get(Batch, batch_id, populate_existing=True)


async def change(session: WriteSession, batch_id: UUID, states: Sequence[str], **values: Any) -> Batch | None:
    """Change a batch that stands in one of ``states``; None where it does not."""
    statement = update(Batch).where(Batch.id == batch_id, Batch.state.in_(states)).values(**values)
    return await session.scalar(
        statement.returning(Batch),
        execution_options={"populate_existing": True, "synchronize_session": False},
    )


async def begin(session: WriteSession, batch_id: UUID) -> Batch | None:
    """Take up a batch that is landed or was left in the middle; None where it is further on."""
    states, attempts = ("landed", "translating"), Batch.attempts + 1
    return await change(session, batch_id, states, state="translating", attempts=attempts)


async def lock_at(session: WriteSession, batch_id: UUID, checkpoint: int) -> bool:
    """True where the batch is being translated and stands exactly there; nobody else moves it then."""
    statement = select(Batch.id).where(
        Batch.id == batch_id, Batch.state == "translating", Batch.checkpoint == checkpoint
    )
    return await session.scalar(statement.with_for_update()) is not None


async def count(session: WriteSession, batch_id: UUID, counts: Mapping[Outcome, int]) -> None:
    """Add to the counts and move the checkpoint, in one statement: the arithmetic holds at every moment."""
    received = sum(counts.values())
    added = {outcome.value: getattr(Batch, outcome.value) + counts[outcome] for outcome in counts}
    moved = {"received": Batch.received + received, "checkpoint": Batch.checkpoint + received}
    values: dict[str, Any] = {**added, **moved, "attempts": 0}
    statement = update(Batch).where(Batch.id == batch_id).values(**values)
    await session.execute(statement.execution_options(synchronize_session=False))


async def erase(session: WriteSession, batch_id: UUID) -> None:
    """Destroy the landed bytes and the key that they were sealed with."""
    await session.execute(delete(LandedChunk).where(LandedChunk.batch_id == batch_id))
    await session.execute(
        update(Batch).where(Batch.id == batch_id).values(data_key=None, erased_at=func.now()),
        execution_options={"synchronize_session": False},
    )


async def add_failure(session: WriteSession, batch_id: UUID, code: str, field: str | None) -> None:
    """The issue that says why a batch failed."""
    values = {
        "batch_id": batch_id,
        "position": WHOLE_BATCH,
        "ordinal": 0,
        "code": code,
        "severity": Severity.REJECTION.value,
        "field": field,
    }
    await session.execute(upsert(DeliveryIssue).values(values).on_conflict_do_nothing())


async def reopen(session: WriteSession, batch_id: UUID) -> bool:
    """A batch that failed for our fault and has its bytes is as landed again; its position is kept."""
    statement = update(Batch).where(
        Batch.id == batch_id,
        Batch.state == "failed",
        Batch.error_code.in_((BROKEN, STUCK)),
        Batch.erased_at.is_(None),
    )
    values = {"state": "landed", "error_code": None, "attempts": 0}
    options = {"synchronize_session": False}
    found = await session.scalar(statement.values(values).returning(Batch.id), execution_options=options)
    whole = (DeliveryIssue.batch_id == batch_id, DeliveryIssue.position == WHOLE_BATCH)
    await session.execute(delete(DeliveryIssue).where(*whole), execution_options=options)
    return found is not None


async def issues(
    session: ReadSession, batch_id: UUID, after: tuple[int, int], limit: int
) -> list[DeliveryIssue]:
    """In the order of the file, after the given position and ordinal."""
    statement = (
        select(DeliveryIssue)
        .where(
            DeliveryIssue.batch_id == batch_id,
            text("(position, ordinal) > (:position, :ordinal)").bindparams(
                position=after[0], ordinal=after[1]
            ),
        )
        .order_by(DeliveryIssue.position, DeliveryIssue.ordinal)
        .limit(limit)
    )
    return list(await session.scalars(statement))


async def claim_key(session: WriteSession, client: str, key: str) -> bool:
    """Take a client's idempotency key to the end of the transaction; False where a request holds it."""
    taken = select(func.pg_try_advisory_xact_lock(func.hashtextextended(f"idempotency|{client}|{key}", 0)))
    return bool(await session.scalar(taken))


async def answered(session: ReadSession, client: str, key: str) -> IdempotencyKey | None:
    return await session.get(IdempotencyKey, (client, key))


async def keep_answer(session: WriteSession, values: Mapping[str, Any]) -> None:
    await session.execute(insert(IdempotencyKey).values(**values))


async def forget_answers(session: WriteSession, before: datetime) -> None:
    await session.execute(delete(IdempotencyKey).where(IdempotencyKey.made_at < before))


async def overdue(session: ReadSession, feed: Feed, before: datetime) -> list[UUID]:
    """Batches whose landed bytes are still there though they came before this moment."""
    statement = select(Batch.id).where(
        Batch.feed == feed.value, Batch.erased_at.is_(None), Batch.received_at < before
    )
    return list(await session.scalars(statement))


async def linked(session: WriteSession, batch_id: UUID, before: datetime) -> None:
    """This batch, and whatever else was waiting for linking before that moment, is done."""
    waiting = or_(Batch.id == batch_id, Batch.translated_at <= before)
    statement = update(Batch).where(Batch.state == "linking", waiting)
    await session.execute(
        statement.values(state="done", linked_at=func.clock_timestamp()),
        execution_options={"synchronize_session": False},
    )


async def expire(session: WriteSession, batch_id: UUID) -> None:
    """Landed bytes go; what was not translated by then never will be."""
    values = {"state": "failed", "error_code": EXPIRED}
    if await change(session, batch_id, ("landed", "translating"), **values):
        await add_failure(session, batch_id, EXPIRED, None)
    await erase(session, batch_id)


async def feed_state(session: ReadSession, feed: Feed) -> FeedState | None:
    return await session.get(FeedState, feed.value)


async def set_feed_state(session: WriteSession, feed: Feed, **values: Any) -> None:
    statement = upsert(FeedState).values(feed=feed.value, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["feed"], set_=values))
