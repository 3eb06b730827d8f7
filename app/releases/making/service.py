"""What the routes do: a build is a job of the queue, every other step is taken in the request's transaction.

The rules are those of ``app.releases.service``. Every step may be asked for again: who took it is told where
the release stands.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

import structlog

from app.audit.acts import Act, ActKind, thing
from app.audit.service import AuditLog
from app.core.clock import Clock
from app.core.errors import IntertrataError, OperatorError
from app.core.queue import enqueue
from app.db.engine import Database, ReadSession, WriteSession
from app.ingestion.errors import KeyReused
from app.models.releases import ReleaseBuild
from app.releases import errors
from app.releases.building import CHANGES
from app.releases.making.repository import BuildRepository, BuildWriter
from app.releases.repository import Frozen, ReleaseRepository, ReleaseWriter, Seen
from app.releases.service import ReleaseService, Word, one_person
from schemas.releases import (
    BuildState,
    BuildStatus,
    CellChange,
    CellStatus,
    Edition,
    ReleaseChanges,
    ReleasePreview,
    ReleaseStanding,
    ReleaseTable,
    TablePreview,
)

BUILD: Final = "build_release"  # the job
MOST_ATTEMPTS: Final = 5  # fewer than the queue makes: the last word is in the table
_LISTED: Final = 100

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ask:
    """``key``: the Idempotency-Key, of this client."""

    period: str
    public: bool
    client: str
    word: Word
    key: str | None = None


class _EndedElsewhere(Exception):
    """Another worker finished the build: what was made here is not kept."""


class MakingService:
    def __init__(self, database: Database, releases: ReleaseService, audit: AuditLog, clock: Clock) -> None:
        self._database, self._releases, self._audit, self._clock = database, releases, audit, clock

    async def ask(self, session: WriteSession, ask: Ask) -> BuildStatus:
        """The build, queued; the same again for the same key, or while the same is asked by the same person.

        Raises ``PeriodUnusable``, ``NothingHeld``, ``Unlinked``, ``KeyReused``, ``BuildUnderWay``.
        """
        await ReleaseWriter(session).lock()
        writer = BuildWriter(session)
        if ask.key is not None and (known := await writer.of_key(ask.client, ask.key)):
            if not _same(known, ask):
                raise KeyReused
            return status_of(known)
        if under_way := await writer.open_of(ask.period):
            if not _same(under_way, ask):
                raise errors.BuildUnderWay(period=ask.period, build=str(under_way.id))
            return status_of(under_way)
        await self._releases.usable(session, ask.period)
        build, (who, reason) = uuid4(), ask.word.said
        row = {"id": build, "period": ask.period, "public": ask.public, "client": ask.client}
        await writer.keep({**row, "who": who, "reason": reason, "key": ask.key})
        await enqueue(session, BUILD, {"build": str(build)}, dedupe_key=f"{BUILD}|{build}")
        return await self.build(session, build)

    async def run(self, build: UUID) -> None:
        """The job; may be run twice. The release and its build's end are kept in one transaction."""
        asked = await self._begun(build)
        if asked is None:
            return

        async def kept(session: WriteSession, release: str) -> None:
            if not await BuildWriter(session).finish(build, BuildState.BUILT, release_id=release):
                raise _EndedElsewhere
            await self._witness(session, asked, "built", thing("release", release))

        try:
            word = Word(asked.who, asked.reason)
            await self._releases.build(asked.period, word, public=asked.public, kept=kept)
        except _EndedElsewhere:
            log.info("release_build_ended_elsewhere", build=str(build))
        except OperatorError as refused:
            await self._ended(asked, BuildState.REFUSED, refused)

    async def _begun(self, build: UUID) -> ReleaseBuild | None:
        async with self._database.write() as session:
            asked = await BuildWriter(session).begin(build)
        if asked is None or asked.attempts <= MOST_ATTEMPTS:
            return asked
        log.error("release_build_failed", build=str(build), attempts=asked.attempts)
        await self._ended(asked, BuildState.FAILED, IntertrataError())
        return None

    async def _ended(self, asked: ReleaseBuild, state: BuildState, why: IntertrataError) -> None:
        told = {"code": why.code, "es": why.sentence("es"), "en": why.sentence("en")}
        async with self._database.write() as session:
            if await BuildWriter(session).finish(asked.id, state, **told):
                await self._witness(session, asked, why.code)

    async def _witness(self, session: WriteSession, asked: ReleaseBuild, outcome: str, *more: str) -> None:
        """As an act of who asked for it."""
        objects = (thing("build", asked.id), *more)
        act = Act(ActKind.RELEASE, asked.client, officer=asked.who, objects=objects, outcome=outcome)
        await self._audit.witness(session, act)

    async def build(self, session: ReadSession, build: UUID) -> BuildStatus:
        """Raises ``BuildUnknown``."""
        found = await BuildRepository(session).one(build)
        if found is None:
            raise errors.BuildUnknown
        return status_of(found)

    async def builds(self, session: ReadSession) -> tuple[BuildStatus, ...]:
        """The latest, last asked for first."""
        return tuple(map(status_of, await BuildRepository(session).latest(_LISTED)))

    async def approve(self, session: WriteSession, release: str, word: Word) -> ReleaseStanding:
        """Raises as ``ReleaseService.approve_in``."""

        async def step() -> None:
            await self._releases.approve_in(session, release, word)

        return await self._once(session, release, ("approved",), word, step)

    async def publish(
        self, session: WriteSession, release: str, word: Word, at: datetime | None
    ) -> ReleaseStanding:
        """Raises as ``ReleaseService.publish_in``; published already for another hour, ``StepRefused``."""

        async def step() -> None:
            await self._releases.publish_in(session, release, word, at)

        told = await self._once(session, release, ("published",), word, step)
        out, now = told.not_before, self._clock.now()
        if at is not None and out is not None and at != out and max(at, out) > now:
            raise errors.StepRefused(release=release, state=told.state.value, needed="approved")
        return told

    async def withdraw(self, session: WriteSession, release: str, word: Word) -> ReleaseStanding:
        """Raises as ``ReleaseService.withdraw_in``."""

        async def step() -> None:
            await self._releases.withdraw_in(session, release, word)

        return await self._once(session, release, ("withdrawn", "recalled"), word, step)

    async def _once(
        self,
        session: WriteSession,
        release: str,
        acts: Sequence[str],
        word: Word,
        step: Callable[[], Awaitable[None]],
    ) -> ReleaseStanding:
        """The step, unless this person took it already (by either name): then where the release stands."""
        writer = ReleaseWriter(session)
        await writer.lock()
        doer = await writer.doer(release, *acts)
        if doer is None or not one_person(doer, word.who):
            await step()
        return await self.standing(session, release)

    async def standing(self, session: ReadSession, release: str) -> ReleaseStanding:
        """Raises ``ReleaseUnknown``."""
        return standing_of(await _seen(session, release))

    async def standings(self, session: ReadSession) -> tuple[ReleaseStanding, ...]:
        """Of every release, out or not, in order of publication."""
        return tuple(map(standing_of, await ReleaseRepository(session).all()))

    async def preview(self, session: ReadSession, release: str, edition: Edition) -> ReleasePreview:
        """Raises ``ReleaseUnknown``, and ``NotReleased`` where it has no such edition."""
        seen = await _seen(session, release)
        held = await ReleaseRepository(session).tables(release, edition)
        if not held:
            raise errors.NotReleased
        restricted = edition is Edition.RESTRICTED
        return ReleasePreview(
            standing=standing_of(seen),
            edition=edition,
            tables=tuple(_table(each) for each in held if each.id != CHANGES),
            changes=_changes(held),
            left_out=await ReleaseRepository(session).left_out(release) if restricted else None,
        )


async def _seen(session: ReadSession, release: str) -> Seen:
    seen = await ReleaseRepository(session).one(release)
    if seen is None:
        raise errors.ReleaseUnknown
    return seen


def _same(held: ReleaseBuild, ask: Ask) -> bool:
    return (held.period, held.public) == (ask.period, ask.public) and one_person(held.who, ask.word.who)


def _table(held: Frozen) -> TablePreview:
    cells = ReleaseTable.model_validate_json(held.content).cells
    return TablePreview(
        id=held.id,
        cells=held.cells,
        shown=sum(each.status is CellStatus.VALUE for each in cells),
        withheld=sum(each.status is CellStatus.SUPPRESSED for each in cells),
        sha256=held.sha256,
    )


def _changes(held: Sequence[Frozen]) -> tuple[CellChange, ...]:
    found = (ReleaseChanges.model_validate_json(each.content) for each in held if each.id == CHANGES)
    return tuple(change for document in found for change in document.changes)


def standing_of(seen: Seen) -> ReleaseStanding:
    return ReleaseStanding(
        release=seen.id,
        period=seen.period,
        version=seen.version,
        replaces=seen.replaces,
        state=seen.state,
        built_by=seen.built_by,
        built_at=seen.built_at,
        approved_by=seen.approved_by,
        published_at=seen.published_at,
        not_before=seen.not_before,
        withdrawn_at=seen.withdrawn_at,
    )


def status_of(build: ReleaseBuild) -> BuildStatus:
    return BuildStatus(
        id=build.id,
        period=build.period,
        public=build.public,
        state=BuildState(build.state),
        asked_by=build.who,
        asked_at=build.asked_at,
        attempts=build.attempts,
        finished_at=build.finished_at,
        release=build.release_id,
        code=build.code,
        es=build.es,
        en=build.en,
    )
