"""The durable queue: jobs are rows of the database, enqueued in the transaction that makes them needed.

``pgqueuer`` stands behind this module and nowhere else. What it promises through us:

* a job is there if and only if the transaction that enqueued it was committed;
* a job runs at least once, so handlers must bear being run twice (a worker that stalls for longer than
  ``Options.heartbeat_timeout`` is taken for dead);
* a job that fails is tried again with growing pauses and, in the end, held: never lost, never silent;
* no message of an exception is kept or logged, for it may repeat personal data: only where it happened.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import asyncpg
import orjson
from pgqueuer.core.qm import QueueManager
from pgqueuer.core.sm import SchedulerManager
from pgqueuer.domain.errors import FailingListenerError, RetryRequested
from pgqueuer.domain.models import HealthCheckEvent, Job, Schedule
from pgqueuer.domain.types import QueueExecutionMode
from pgqueuer.queries import Queries
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import IntertrataError
from app.core.logging import get_logger, place_of
from app.core.raw import raw_connection

Payload = dict[str, Any]
Handler = Callable[[Payload], Awaitable[None]]

log = get_logger(__name__)


class JobFailed(Exception):
    """A job's end. Carries a code and a place in the program, never the message of its cause."""


@dataclass(frozen=True, slots=True)
class Every:
    """Enqueue ``job`` whenever the cron expression says so (UTC; a sixth field counts seconds)."""

    cron: str
    job: str
    payload: Payload = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Options:
    concurrency: int = 2
    heartbeat_timeout: timedelta = timedelta(seconds=10)  # silence after which a worker's job is taken over
    attempts: int = 6  # runs in all, the first included; then the job is held
    first_pause: timedelta = timedelta(seconds=1)  # doubled each time
    longest_pause: timedelta = timedelta(minutes=5)

    def pause(self, attempts_made: int) -> timedelta:
        return min(self.first_pause * 2.0**attempts_made, self.longest_pause)


async def enqueue(session: AsyncSession, job: str, payload: Payload, dedupe_key: str | None = None) -> None:
    """Queue ``job`` in the transaction of ``session``.

    With a ``dedupe_key``, a job of that key which waits already is enough: it cannot start before this
    transaction ends, so its run sees what was written here. One that runs already is not enough, and another
    is queued. Enqueue last: until the commit, others with the same key wait.
    """
    queries = Queries.from_asyncpg_connection(await raw_connection(session))
    await queries.enqueue(job, orjson.dumps(payload), dedupe_key=dedupe_key, on_conflict="update_priority")


async def forget_log(session: AsyncSession, kept: timedelta) -> int:
    """Drop what the queue noted of jobs longer ago than ``kept``; how many lines."""
    gone = await session.execute(
        text("DELETE FROM pgqueuer_log WHERE created < now() - :kept * interval '1 second'"),
        {"kept": kept.total_seconds()},
    )
    return int(getattr(gone, "rowcount", 0))


_PROBES = 5  # in the time that the library gives to one


class PatientManager(QueueManager):
    """Asks the listener several times. The library's one probe may be sent before the LISTEN it is to reach
    has taken effect, is then never answered, and would end the worker with the jobs under way."""

    async def listener_healthy(
        self,
        timeout: timedelta = timedelta(seconds=10),  # noqa: ASYNC109  the library's signature
    ) -> HealthCheckEvent:
        for _ in range(_PROBES - 1):
            with contextlib.suppress(FailingListenerError):
                return await super().listener_healthy(timeout / _PROBES)
        return await super().listener_healthy(timeout / _PROBES)


class Worker:
    """Runs jobs until told to stop. Several workers share one queue, in one process or in many."""

    def __init__(
        self,
        database_url: str,
        jobs: Mapping[str, Handler],
        options: Options = Options(),
        schedules: tuple[Every, ...] = (),
    ) -> None:
        self._url = database_url
        self._jobs = dict(jobs)
        self._options = options
        self._schedules = schedules
        self._gate = asyncio.Semaphore(options.concurrency)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set, then finish the jobs under way. Outlives restarts of the database."""
        while not stop.is_set():
            try:
                await self._work(stop, QueueExecutionMode.continuous)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, FailingListenerError) as error:
                log.warning("queue_connection_lost", error=type(error).__name__)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), timeout=1)

    async def drain(self) -> None:
        """Work until nothing is queued any more, pauses between attempts included."""
        await self._work(asyncio.Event(), QueueExecutionMode.drain)

    async def _work(self, stop: asyncio.Event, mode: QueueExecutionMode) -> None:
        async with asyncpg.create_pool(self._url, min_size=2, max_size=4 + self._options.concurrency) as pool:
            queries = Queries.from_asyncpg_pool(pool)
            manager = PatientManager(queries)
            for name in self._jobs:
                manager.entrypoint(name, accepts_context=False, on_failure="hold")(self._runner(queries))
            async with self._stopping(stop, manager), self._scheduling(queries, mode):
                await manager.run(
                    dequeue_timeout=self._options.heartbeat_timeout / 2,
                    batch_size=1,
                    mode=mode,
                    max_concurrent_tasks=max(2, self._options.concurrency),  # the library's least
                    shutdown_on_listener_failure=True,
                    heartbeat_timeout=self._options.heartbeat_timeout,
                )

    def _runner(self, queries: Queries) -> Callable[[Job], Awaitable[None]]:
        async def run_job(job: Job) -> None:
            async with self._gate:
                try:
                    await _forget_dedupe_key(queries, job)
                    await self._jobs[job.entrypoint](orjson.loads(job.payload or b"{}"))
                except asyncio.CancelledError:
                    # The library would take it for the job's cancellation and drop the job.
                    raise RetryRequested(reason="worker stopped") from None
                except Exception as error:
                    raise self._verdict(job, error) from None

        return run_job

    def _verdict(self, job: Job, error: Exception) -> Exception:
        """What becomes of a job that raised: another attempt, or held."""
        code = error.code if isinstance(error, IntertrataError) else type(error).__name__
        place, made = place_of(error), job.attempts + 1
        if made >= self._options.attempts:
            log.error("job_held", job=job.entrypoint, id=job.id, error=code, place=place, attempts=made)
            return JobFailed(f"{code} at {place}")
        log.warning("job_retried", job=job.entrypoint, id=job.id, error=code, place=place, attempts=made)
        return RetryRequested(delay=self._options.pause(job.attempts), reason=f"{code} at {place}")

    @contextlib.asynccontextmanager
    async def _stopping(self, stop: asyncio.Event, manager: QueueManager) -> AsyncIterator[None]:
        async def pass_on() -> None:
            await stop.wait()
            manager.shutdown.set()

        async with _while_running(pass_on()):
            yield

    @contextlib.asynccontextmanager
    async def _scheduling(self, queries: Queries, mode: QueueExecutionMode) -> AsyncIterator[None]:
        if not self._schedules or mode is QueueExecutionMode.drain:
            yield
            return
        scheduler = SchedulerManager(queries)
        for every in self._schedules:
            scheduler.schedule(every.job, every.cron, accepts_context=False)(_announce(queries, every))
        async with _while_running(scheduler.run()):
            yield
            scheduler.shutdown.set()


async def _forget_dedupe_key(queries: Queries, job: Job) -> None:
    """From now on the same key queues another run. Waits for transactions that relied on this one."""
    table = queries.qbe.settings.queue_table
    await queries.driver.execute(f"UPDATE {table} SET dedupe_key = NULL WHERE id = $1", job.id)  # noqa: S608


def _announce(queries: Queries, every: Every) -> Callable[[Schedule], Awaitable[None]]:
    async def announce(_schedule: Schedule) -> None:
        payload = orjson.dumps(every.payload)
        key = f"every|{every.job}|{every.cron}"  # a turn still waiting is not queued twice
        await queries.enqueue(every.job, payload, dedupe_key=key, on_conflict="skip")

    return announce


@contextlib.asynccontextmanager
async def _while_running(work: Any) -> AsyncIterator[None]:
    """Run ``work`` beside the block; it is cancelled when the block ends."""
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@dataclass(frozen=True, slots=True)
class QueueState:
    queued: int
    running: int
    held: int


async def queue_state(session: AsyncSession) -> QueueState:
    """How many jobs wait, run and are held."""
    queries = Queries.from_asyncpg_connection(await raw_connection(session))
    counts = dict.fromkeys(("queued", "picked", "failed"), 0)
    for row in await queries.queue_size():
        counts[row.status] = counts.get(row.status, 0) + row.count
    return QueueState(counts["queued"], counts["picked"], counts["failed"])


async def release_held(session: AsyncSession) -> int:
    """Queue every held job again, after its cause was put right; how many there were."""
    queries = Queries.from_asyncpg_connection(await raw_connection(session))
    held = [job.id for job in await queries.list_failed_jobs(limit=10_000)]
    await queries.requeue_jobs(held)
    return len(held)
