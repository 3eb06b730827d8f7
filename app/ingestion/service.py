"""What other rooms and the composition roots call. Each part of the stage is a small class beside this."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import fields, replace
from uuid import UUID

from adapters.base import Form
from app.core import queue
from app.db.engine import WriteSession
from app.ingestion import batches
from app.ingestion.erasing import Erased, Eraser
from app.ingestion.errors import UnknownBatch
from app.ingestion.landing import TRANSLATE, Arrival, Lander
from app.ingestion.replaying import Replayer, ReplaySummary
from app.ingestion.rescuing import Rescuer
from app.ingestion.sentences import sentence_of
from app.ingestion.single import Single
from app.ingestion.tools import ERASED_WITHIN, Limits, Tools
from app.ingestion.translating import Progress, Translator
from app.models.ingestion import Batch, DeliveryIssue
from schemas.ingestion import BatchStatus, IssueAnswer, RecordAnswer
from schemas.vocabulary import Feed

LinkProgress = Callable[[int, int], None]


class IngestionService:
    """Landing, translating, answering. Safe for many callers at once, in one process and in several."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._lander = Lander(tools)
        self._translator = Translator(tools)
        self._single = Single(tools)
        self._replayer = Replayer(tools)
        self._rescuer = Rescuer(tools)

    @property
    def limits(self) -> Limits:
        return self._tools.limits

    def forms(self, feed: Feed) -> frozenset[Form]:
        """The forms in which the feed may be delivered. Raises ``UnknownFeed``."""
        return self._tools.adapter(feed).forms

    async def land(self, arrival: Arrival, body: AsyncIterator[bytes]) -> BatchStatus:
        """Keep a delivery's bytes and ask for their translation; see ``Lander.land`` for what it raises."""
        return await self._lander.land(arrival, body)

    async def translate_batch(self, batch_id: UUID, progress: Progress = lambda count: None) -> None:
        """The job ``translate``: as far as linking, or to the failed end. May be run any number of times."""
        await self._translator.run(batch_id, progress)

    async def link_batch(self, batch_id: UUID, progress: LinkProgress | None = None) -> None:
        """The job ``link``: everything translated before now is linked, so this batch is done."""
        before = self._tools.clock.now()
        async with self._tools.database.read() as session:
            batch = await batches.get(session, batch_id)
        if batch is None or batch.state != "linking":
            return
        await self._tools.linker.link_pending(progress)
        async with self._tools.database.write() as session:
            await batches.linked(session, batch_id, before)

    async def put(self, arrival: Arrival, body: bytes) -> RecordAnswer:
        """One record, answered with its outcome and its case; see ``Single.put`` for what it raises."""
        return await self._single.put(arrival, body)

    async def status(self, batch_id: UUID) -> BatchStatus:
        """Raises ``UnknownBatch``."""
        async with self._tools.database.read() as session:
            batch = await batches.get(session, batch_id)
        if batch is None:
            raise UnknownBatch
        return status_of(batch)

    async def issues(
        self, batch_id: UUID, after: tuple[int, int] = (-2, 0), limit: int = 100
    ) -> Sequence[tuple[tuple[int, int], IssueAnswer]]:
        """In the order of the file; each with the place that the next page continues after."""
        async with self._tools.database.read() as session:
            found = await batches.issues(session, batch_id, after, limit)
        return [((issue.position, issue.ordinal), _issue_answer(issue)) for issue in found]

    async def replay(self, feed: Feed) -> ReplaySummary:
        """Translate again what is held of a feed, after its adapter was corrected; links are made anew."""
        summary = await self._replayer.replay(feed)
        summary = replace(summary, rescued=await self._rescuer.rescue(feed))
        await self._tools.linker.link_pending()
        return summary

    async def reindex(self) -> ReplaySummary:
        """Features and blind keys of what is held, made anew where they are of another version than the
        indexer's; what was made anew is linked. May be killed and run again at any point."""
        total = ReplaySummary()
        for feed in self._tools.catalog:
            done = await self._replayer.reindex(feed)
            counts = {f.name: getattr(total, f.name) + getattr(done, f.name) for f in fields(total)}
            total = ReplaySummary(**counts)
        if total.changed:
            await self._tools.linker.link_pending()
        return total

    async def retry(self, batch_id: UUID) -> None:
        """A batch that its adapter broke on is translated again, after the adapter was corrected.

        Raises ``UnknownBatch`` where there is none that failed so and still has its bytes.
        """
        async with self._tools.database.write() as session:
            if not await batches.reopen(session, batch_id):
                raise UnknownBatch
            await queue.enqueue(session, TRANSLATE, {"batch": str(batch_id)}, f"translate:{batch_id}")

    async def erase_overdue(self) -> int:
        """Scheduled: landed bytes that outlived their term go, translated or not. Of how many batches."""
        erased = 0
        now = self._tools.clock.now()
        for feed in Feed:
            term = ERASED_WITHIN.get(feed, self._tools.limits.failed_kept)
            async with self._tools.database.read() as session:
                due = await batches.overdue(session, feed, now - term)
            for batch_id in due:
                async with self._tools.database.write() as session:
                    await batches.expire(session, batch_id)
                erased += 1
        return erased

    async def erase_identities(
        self, session: WriteSession, mention_ids: Sequence[int], record_ids: Sequence[int] = ()
    ) -> Erased:
        """For good, inside the caller's transaction; see ``Eraser``. The caller links the records anew."""
        return await Eraser(self._tools).erase(session, mention_ids, record_ids)

    async def forget_answers(self) -> None:
        """Scheduled: idempotency keys are remembered for a limited time."""
        async with self._tools.database.write() as session:
            before = self._tools.clock.now() - self._tools.limits.answers_kept
            await batches.forget_answers(session, before)


def status_of(batch: Batch) -> BatchStatus:
    status = BatchStatus.of(batch)
    if batch.error_code is None:
        return status
    said = sentence_of(batch.error_code)
    return status.model_copy(update={"es": said.es, "en": said.en})


def _issue_answer(issue: DeliveryIssue) -> IssueAnswer:
    said = sentence_of(issue.code)
    values = {name: getattr(issue, name) for name in ("row", "record", "field", "code", "severity", "value")}
    return IssueAnswer(**values, es=said.es, en=said.en)
