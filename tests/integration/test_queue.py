"""The queue's promises: with the transaction, at least once, retried, held, never lost."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.core.errors import Unavailable
from app.core.queue import Every, Options, QueueState, Worker, enqueue, queue_state, release_held
from app.db.engine import Database

FAST = Options(
    attempts=3, first_pause=timedelta(milliseconds=10), heartbeat_timeout=timedelta(seconds=1), concurrency=2
)
TESTS = Path(__file__).parent.parent


@asynccontextmanager
async def working(worker: Worker) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(worker.run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, timeout=20)


async def until(condition: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.02)


async def state(database: Database) -> QueueState:
    async with database.read() as session:
        return await queue_state(session)


async def test_a_committed_job_runs_and_leaves_the_queue(database: Database, database_url: str) -> None:
    seen: list[dict[str, Any]] = []

    async def note(payload: dict[str, Any]) -> None:
        seen.append(payload)

    async with database.write() as session:
        await enqueue(session, "note", {"batch": "b", "number": 7})
    await Worker(database_url, {"note": note}, FAST).drain()
    assert seen == [{"batch": "b", "number": 7}]
    assert await state(database) == QueueState(0, 0, 0)


async def test_a_rolled_back_job_never_was(database: Database) -> None:
    async with database.write() as session:
        await enqueue(session, "note", {})
        await session.rollback()
    assert await state(database) == QueueState(0, 0, 0)


async def test_an_idle_worker_hears_of_a_job_at_once(database: Database, database_url: str) -> None:
    seen = asyncio.Event()

    async def note(_payload: dict[str, Any]) -> None:
        seen.set()

    options = Options(heartbeat_timeout=timedelta(seconds=60))  # it would look by itself after 30 s
    async with working(Worker(database_url, {"note": note}, options)):
        await asyncio.sleep(0.5)
        async with database.write() as session:
            await enqueue(session, "note", {})
        await asyncio.wait_for(seen.wait(), timeout=5)


async def test_a_failing_job_is_tried_again(database: Database, database_url: str) -> None:
    runs = 0

    async def second_time(_payload: dict[str, Any]) -> None:
        nonlocal runs
        runs += 1
        if runs < 2:
            raise Unavailable

    async with database.write() as session:
        await enqueue(session, "second_time", {})
    await Worker(database_url, {"second_time": second_time}, FAST).drain()
    assert runs == 2
    assert await state(database) == QueueState(0, 0, 0)


async def test_a_job_that_keeps_failing_is_held_and_can_be_released(
    database: Database, database_url: str
) -> None:
    runs = 0

    async def broken(_payload: dict[str, Any]) -> None:
        nonlocal runs
        runs += 1
        raise ValueError("QUISPE MAMANI, an invented name that must not be kept")

    worker = Worker(database_url, {"broken": broken}, FAST)
    async with database.write() as session:
        await enqueue(session, "broken", {})
    await worker.drain()
    assert runs == FAST.attempts
    assert await state(database) == QueueState(0, 0, held=1)
    async with database.read() as session:
        kept = (
            await session.execute(text("select string_agg(traceback::text, '') from pgqueuer_log"))
        ).scalar()
    assert "ValueError" in kept
    assert "QUISPE" not in kept
    async with database.write() as session:
        assert await release_held(session) == 1
    assert await state(database) == QueueState(queued=1, running=0, held=0)


async def test_one_waiting_job_per_key_is_enough(database: Database, database_url: str) -> None:
    runs = 0

    async def link(_payload: dict[str, Any]) -> None:
        nonlocal runs
        runs += 1

    for _ in range(3):
        async with database.write() as session:
            await enqueue(session, "link", {}, dedupe_key="link")
    await Worker(database_url, {"link": link}, FAST).drain()
    assert runs == 1


async def test_a_key_enqueued_while_its_job_runs_makes_it_run_again(
    database: Database, database_url: str
) -> None:
    runs = 0

    async def link(_payload: dict[str, Any]) -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            async with database.write() as session:
                await enqueue(session, "link", {}, dedupe_key="link")

    async with database.write() as session:
        await enqueue(session, "link", {}, dedupe_key="link")
    await Worker(database_url, {"link": link}, FAST).drain()
    assert runs == 2


async def test_a_job_relied_on_by_an_open_transaction_sees_what_it_wrote(
    database: Database, database_url: str
) -> None:
    """The second enqueue finds a waiting job: that job may not slip away before the commit."""
    seen: list[int] = []

    async def link(_payload: dict[str, Any]) -> None:
        async with database.read() as session:
            seen.append((await session.execute(text("select last from change_cursor"))).scalar_one())

    async with database.write() as session:
        await enqueue(session, "link", {}, dedupe_key="link")
    async with database.write() as session:
        await session.execute(text("update change_cursor set last = 42"))
        await enqueue(session, "link", {}, dedupe_key="link")
        worker = asyncio.create_task(Worker(database_url, {"link": link}, FAST).drain())
        await asyncio.sleep(0.5)
    await worker
    assert seen[-1] == 42


async def test_no_more_jobs_at_once_than_allowed(database: Database, database_url: str) -> None:
    running = most = 0

    async def count(_payload: dict[str, Any]) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1

    async with database.write() as session:
        for _ in range(8):
            await enqueue(session, "count", {})
    await Worker(database_url, {"count": count}, Options(concurrency=1)).drain()
    assert most == 1


async def test_a_schedule_enqueues_its_job(database_url: str) -> None:
    seen = asyncio.Event()

    async def pull(payload: dict[str, Any]) -> None:
        assert payload == {"feed": "sistra"}
        seen.set()

    schedule = Every("* * * * * */1", "pull", {"feed": "sistra"})
    async with working(Worker(database_url, {"pull": pull}, FAST, (schedule,))):
        await asyncio.wait_for(seen.wait(), timeout=10)


async def test_a_cancelled_worker_gives_its_job_back(database: Database, database_url: str) -> None:
    started = asyncio.Event()

    async def endless(_payload: dict[str, Any]) -> None:
        started.set()
        await asyncio.sleep(3600)

    async with database.write() as session:
        await enqueue(session, "endless", {})
    before = set(asyncio.all_tasks())
    task = asyncio.create_task(Worker(database_url, {"endless": endless}, FAST).run(asyncio.Event()))
    await asyncio.wait_for(started.wait(), timeout=10)
    for each in asyncio.all_tasks() - before:  # what asyncio.run does on Ctrl-C
        each.cancel()
    await asyncio.wait({task}, timeout=20)
    await asyncio.sleep(0.2)
    left = await state(database)
    assert left.queued + left.running == 1


async def spawn(url: str, folder: Path, seconds: float) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "support.queue_worker", url, str(folder), str(seconds),
        env=os.environ | {"PYTHONPATH": f"{TESTS.parent}:{TESTS}"},
    )  # fmt: skip


async def test_a_killed_workers_job_is_finished_by_another(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    async with database.write() as session:
        await enqueue(session, "slow", {})
    first = await spawn(database_url, tmp_path, 60)
    await until((tmp_path / f"started-{first.pid}").exists)
    first.kill()
    await first.wait()
    killed = time.monotonic()
    second = await spawn(database_url, tmp_path, 0.1)
    await until((tmp_path / f"finished-{second.pid}").exists)
    assert time.monotonic() - killed < 10
    second.terminate()
    assert await second.wait() == 0
    assert await state(database) == QueueState(0, 0, 0)


async def test_a_living_workers_long_job_is_not_taken_from_it(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    workers = [await spawn(database_url, tmp_path, 3) for _ in range(2)]
    async with database.write() as session:
        await enqueue(session, "slow", {})
    await until(lambda: any(tmp_path.glob("finished-*")))
    for worker in workers:
        worker.terminate()
        assert await worker.wait() == 0
    assert len(list(tmp_path.glob("started-*"))) == 1  # noqa: ASYNC240  nothing else runs
