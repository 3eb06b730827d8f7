"""Answers from the cube: facts of the registry, kept in the process, brought up to date before each answer.

An answer knows all that was committed before it was asked for, and is of one position of the change feed.
Nobody reads facts that are being refreshed: those of another moment are put beside, then in their place.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Final

from app.core.logging import get_logger
from app.db.engine import Database, ReadSession
from app.statistics.asking import checked
from app.statistics.cube.answering import counted
from app.statistics.cube.coding import Unknown
from app.statistics.cube.measures import holds
from app.statistics.cube.refreshing import Held, advanced
from app.statistics.cube.repository import mark_of
from app.statistics.cube.writing import Said, as_answer, as_json
from app.statistics.memory import Mark
from app.statistics.service import StatisticsService
from schemas.query import Answer, Query
from schemas.vocabulary import Feed

log = get_logger(__name__)

PATIENCE: Final = 4.0  # seconds that a request waits for facts; then its figures are counted in SQL
READY: Final = 32 * 2**20  # bytes of answers kept for each source
Write = Callable[[Answer], bytes]


class Ready:
    """Bytes of answers of one moment, the least lately asked for given up first."""

    def __init__(self) -> None:
        self._answers: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._size = 0

    def recall(self, key: tuple[str, str]) -> bytes | None:
        found = self._answers.get(key)
        if found is not None:
            self._answers.move_to_end(key)
        return found

    def keep(self, key: tuple[str, str], answer: bytes) -> None:
        self._size += len(answer) - len(self._answers.pop(key, b""))
        self._answers[key] = answer
        while self._size > READY:
            self._size -= len(self._answers.popitem(last=False)[1])


class _Source:
    """The cube as reconciled, or as one feed says: facts, answers made of them, who makes the next."""

    def __init__(self, database: Database, source: Feed | None) -> None:
        self._database = database
        self._source = source
        self._held: Held | None = None
        self._lacking: Mark | None = None  # the state that facts cannot tell
        self._making: asyncio.Task[None] | None = None
        self.ready = Ready()

    async def current(self, patience: float) -> tuple[Held, Ready] | None:
        """Facts not older than this call; None where they are not to be had in time."""
        deadline = time.monotonic() + patience
        async with self._database.statement() as connection:
            mark, _ = await mark_of(connection)
        while self._held is None or self._held.mark != mark:
            if self._lacking == mark:
                return None
            ours = self._making is None or self._making.done()
            making = self._begun()
            await asyncio.wait({making}, timeout=max(0.0, deadline - time.monotonic()))
            if not making.done():
                return None
            making.result()
            if ours:
                break
        return (self._held, self.ready) if self._held is not None and self._lacking is None else None

    def _begun(self) -> asyncio.Task[None]:
        if self._making is None or self._making.done():
            self._making = asyncio.create_task(self._make())
            self._making.add_done_callback(lambda task: task.cancelled() or task.exception())
        return self._making

    async def _make(self) -> None:
        started = time.monotonic()
        async with self._database.read() as session:
            try:
                held = await advanced(session, self._source, self._held)
            except Unknown:
                self._held, self._lacking = None, (await mark_of(session))[0]
                log.warning("cube_lacking", source=self._source)
                return
        self._held, self.ready, self._lacking = held, Ready(), None
        log.info("cube_made", source=self._source, seconds=round(time.monotonic() - started, 3))

    async def close(self) -> None:
        if self._making is not None and not self._making.done():
            self._making.cancel()
            await asyncio.wait({self._making})


def _made(said: Said, held: Held, write: Write | None) -> bytes:
    told = counted(said.query, held.facts)
    return as_json(said, told) if write is None else write(as_answer(said, told))


def _written(answer: Answer, write: Write | None) -> bytes:
    return answer.model_dump_json().encode() if write is None else write(answer)


class Cube:
    """Of one process. A source's facts are read when it is first asked for, later only what changed."""

    def __init__(self, database: Database, patience: float = PATIENCE) -> None:
        self._database = database
        self._patience = patience
        self._sources = {source: _Source(database, source) for source in (None, *Feed)}

    async def answered(self, query: Query, form: str, write: Write | None, today: date) -> bytes:
        """In the form that ``write`` makes, which ``form`` names; JSON without. Raises QuestionInvalid.

        ``today`` is that of Lima: the last day that may be asked of.
        """
        measures = checked(query, today)
        found = await self._current(query)
        if found is None:
            return _written(await self._in_sql(query, today), write)
        held, ready = found
        key = (f"{form} {today}", query.model_dump_json())
        answer = ready.recall(key)
        if answer is None:
            said = Said(query, measures, held.mark.position, held.at, today)
            answer = await asyncio.to_thread(_made, said, held, write)
            ready.keep(key, answer)
        return answer

    async def of_snapshot(self, session: ReadSession, sources: Iterable[Feed]) -> Mapping[Feed, Held] | None:
        """What each of these feeds says, of the session's own snapshot; None where it is not to be had in
        time or the registry has moved on."""
        mark, _ = await mark_of(session)
        feeds = tuple(sources)
        found = await asyncio.gather(*(self._sources[feed].current(self._patience) for feed in feeds))
        held = {feed: each[0] for feed, each in zip(feeds, found, strict=True) if each is not None}
        same = len(held) == len(feeds) and all(each.mark == mark for each in held.values())
        return held if same else None

    async def warm(self, patience: float = 0) -> None:
        """Have what is asked for first at hand, after so many seconds or as soon as it can be."""
        await self._sources[None].current(patience)

    async def close(self) -> None:
        """End what is under way."""
        for source in self._sources.values():
            await source.close()

    async def _current(self, query: Query) -> tuple[Held, Ready] | None:
        if not holds(query):
            return None
        return await self._sources[query.source].current(self._patience)

    async def _in_sql(self, query: Query, today: date) -> Answer:
        async with self._database.read() as session:
            return await StatisticsService(session).query(query, today)
