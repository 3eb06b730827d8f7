"""Building, approving, publishing and withdrawing releases, each step by a named person and witnessed."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from app.audit.acts import ActKind, thing
from app.audit.console import act_at_console
from app.audit.service import AuditLog
from app.core.clock import Clock, lima_day
from app.db.engine import Database, ReadSession, WriteSession
from app.models.releases import Release
from app.releases import errors
from app.releases.building import (
    CHANGES,
    Built,
    Former,
    built,
    explained,
    facts_of,
    indicators_digest,
    keys_of,
    left_out_of,
    moved_to,
    replaced_by,
)
from app.releases.calendar import not_before
from app.releases.differences import Fates
from app.releases.disclosure.policy import POLICIES, in_force
from app.releases.facts import Facts
from app.releases.periods import Period, finished, told_by
from app.releases.protected import Report
from app.releases.repository import (
    LEFT_OUT,
    Frozen,
    FrozenManifest,
    ReleaseRepository,
    ReleaseWriter,
    Seen,
)
from app.releases.signing import ReleaseSigner
from app.releases.standard import TABLES
from app.releases.tables import canonical
from app.security.purpose import same_form
from app.statistics.repository import Standing
from app.statistics.service import StatisticsService
from schemas.releases import (
    Edition,
    LeftOut,
    LeftOutFigures,
    Manifest,
    ReleaseChanges,
    ReleaseState,
    ReleaseTable,
    TableEntry,
)

log = structlog.get_logger()

Kept = Callable[[WriteSession, str], Awaitable[None]]
"""What goes with a release that is being kept, in its transaction: its witness."""


@dataclass(frozen=True, slots=True)
class Word:
    """Who does it and why; raises ``WordMissing`` where one of the two is not said."""

    who: str
    reason: str

    def __post_init__(self) -> None:
        if not self.who.strip() or not self.reason.strip():
            raise errors.WordMissing

    @property
    def said(self) -> tuple[str, str]:
        return self.who.strip(), self.reason.strip()


@dataclass(frozen=True, slots=True)
class BuildReport:
    release: str
    tables: int
    protection: tuple[Report, ...]


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """What a build reads: the registry as it stands, and what was published of the year."""

    standing: Standing
    facts: dict[str, Facts]
    former: list[Former]
    fates: Fates
    left_out: LeftOutFigures


class ReleaseService:
    def __init__(
        self, database: Database, audit: AuditLog, signer: ReleaseSigner, clock: Clock, code: str
    ) -> None:
        """``code``: the version of the program, as manifests name it."""
        self._database = database
        self._audit = audit
        self._clock = clock
        self._code = code
        self.signer = signer
        self.policies = POLICIES

    async def all(self) -> Sequence[Seen]:
        async with self._database.read() as session:
            return await ReleaseRepository(session).all()

    async def named(self, name: str) -> str:
        """A release by its id, or by its period alone: its latest version. Raises ``ReleaseUnknown``."""
        if "." in name:
            return name
        versions = [each for each in await self.all() if each.period == name]
        if not versions:
            raise errors.ReleaseUnknown
        return max(versions, key=lambda each: each.version).id

    async def build(
        self, code: str, word: Word, *, public: bool = True, kept: Kept | None = None
    ) -> BuildReport:
        """From one snapshot; nothing is kept until all of it is made. ``kept`` witnesses it; else the console
        does. Raises ``PeriodUnusable``, ``NothingHeld``, ``Unlinked``, ``Unprotectable``, ``OutOfDate``."""
        async with self._database.read() as session:
            period = await self._period(session, code)
            snapshot = await self._snapshot(session, period)
        policy = in_force(self.policies, lima_day(self._clock.now())) if public else None
        made = await built(snapshot.facts, told_by(period), snapshot.former, policy)
        async with self._database.write() as session:
            release = await self._keep(session, period, snapshot, made, word)
            await (kept or self._built_at_console)(session, release)
        log.info("release_built", release=release)
        return BuildReport(release, len(TABLES), tuple(made.reports))

    async def usable(self, session: ReadSession, code: str) -> None:
        """Whether the period can be built now. Raises ``PeriodUnusable``, ``NothingHeld``, ``Unlinked``."""
        await self._period(session, code)

    async def approve(self, release: str, word: Word) -> None:
        """At the console; raises as ``approve_in``."""
        async with self._database.write() as session:
            await self.approve_in(session, release, word)
            await self._witness(session, release, "approved")

    async def publish(self, release: str, word: Word, at: datetime | None = None) -> datetime:
        """At the console; raises as ``publish_in``."""
        async with self._database.write() as session:
            out = await self.publish_in(session, release, word, at)
            await self._witness(session, release, "published")
        return out

    async def withdraw(self, release: str, word: Word) -> None:
        """At the console; raises as ``withdraw_in``."""
        async with self._database.write() as session:
            await self.withdraw_in(session, release, word)
            await self._witness(session, release, "withdrawn")

    async def approve_in(self, session: WriteSession, release: str, word: Word) -> None:
        """By a second person; from here on the manifests are signed. The caller witnesses. Raises
        ``ReleaseUnknown``, ``StepRefused``, ``SecondPersonNeeded``."""
        writer, seen = await self._step(session, release, ReleaseState.BUILT)
        if one_person(seen.built_by, word.who):
            raise errors.SecondPersonNeeded
        await writer.keep_act(release, "approved", word.said)
        made_of = await writer.made_of(release)
        for edition in Edition:
            if tables := await writer.tables(release, edition):
                left_out = await writer.left_out(release) if edition is Edition.RESTRICTED else None
                manifest = canonical(_manifest(made_of, edition, tables, word.said[0], left_out))
                await writer.keep_manifest(edition, self._signed(release, manifest))

    async def publish_in(
        self, session: WriteSession, release: str, word: Word, at: datetime | None = None
    ) -> datetime:
        """The end of its embargo: the calendar's hour, or now where that is past, or later by ``at``; never
        before what its protection takes as known is out. The caller witnesses. Raises ``ReleaseUnknown``,
        ``StepRefused``, ``EarlierThanCalendar``, ``OutOfDate``."""
        writer, seen = await self._step(session, release, ReleaseState.APPROVED)
        others = await writer.all()
        self._fresh(seen, others)
        hour = max([not_before(Period.parse(seen.period)), *_hours(others, seen.first_day.year)])
        if at is not None and at < hour:
            raise errors.EarlierThanCalendar(period=seen.period, instant=hour.isoformat())
        out = max(at or hour, self._clock.now())
        await writer.keep_act(release, "published", word.said, out)
        return out

    async def withdraw_in(self, session: WriteSession, release: str, word: Word) -> None:
        """Its figures are not served any more; that it was there, is. Before its hour it is recalled, and
        never was there. The caller witnesses. Raises ``ReleaseUnknown``, ``StepRefused``, ``ReliedOn``."""
        writer, seen = await self._step(session, release, ReleaseState.PUBLISHED)
        recalled = seen.not_before is not None and self._clock.now() < seen.not_before
        if recalled:
            _relied_on_by_none(seen, await writer.all())
        await writer.keep_act(release, "recalled" if recalled else "withdrawn", word.said)

    async def changes(self, release: str, edition: Edition) -> bytes | None:
        """``ReleaseChanges`` as frozen; None where it replaces nothing. Raises ``ReleaseUnknown``."""
        async with self._database.read() as session:
            repository = ReleaseRepository(session)
            if await repository.one(release) is None:
                raise errors.ReleaseUnknown
            found = await repository.tables(release, edition, CHANGES)
        return found[0].content if found else None

    async def _period(self, session: ReadSession, code: str) -> Period:
        standing = await StatisticsService(session).standing()
        known = finished(standing.first_day, lima_day(self._clock.now())) if standing.first_day else ()
        if not known:
            raise errors.NothingHeld
        try:
            period = Period.parse(code)
        except ValueError:
            period = None
        if period not in known:
            raise errors.PeriodUnusable(first=known[0].code, last=known[-1].code)
        if standing.pending:
            raise errors.Unlinked(records=standing.pending)
        return period

    async def _snapshot(self, session: ReadSession, period: Period) -> _Snapshot:
        statistics, repository = StatisticsService(session), ReleaseRepository(session)
        former = await _former(repository, period.year)
        replaced = replaced_by(period, former, Edition.RESTRICTED)
        facts = await facts_of(statistics, period.year)
        fates = Fates()
        if replaced is not None:
            merged, parted = await repository.fates(replaced.redirect)
            to = await moved_to(statistics, replaced.facts, facts, period.year)
            fates = Fates(
                merged, parted, to, await _moved_from(repository, replaced.facts, facts, period.year)
            )
        left_out = await left_out_of(statistics)
        return _Snapshot(await statistics.standing(), facts, former, fates, left_out)

    async def _keep(
        self, session: WriteSession, period: Period, snapshot: _Snapshot, made: Built, word: Word
    ) -> str:
        writer = ReleaseWriter(session)
        await writer.lock()
        held = await writer.all()
        _known_to(snapshot, period, held)
        version = 1 + max((each.version for each in held if each.period == period.code), default=0)
        release = f"{period.code}.{version}"
        replaced = explained(made, release, period, snapshot.former, snapshot.fates)
        standing = snapshot.standing
        row = {
            "id": release,
            "period": period.code,
            "version": version,
            "replaces": replaced.id if replaced else None,
            "first_day": period.first,
            "last_day": period.last,
            "cut_off": standing.at,
            "position": standing.position,
            "judgement": standing.judgement,
            "redirect": standing.redirect,
            "model": standing.model or "",
            "indicators": indicators_digest(),
            "policy": made.policy,
            "code": self._code,
            "built_by": word.said[0],
        }
        await writer.keep(row)
        for edition, tables in made.editions.items():
            for table in tables:
                await writer.keep_table(release, edition, table)
        for indicator, facts in made.facts.items():
            await writer.keep_facts(release, indicator, facts.packed())
        await writer.keep_facts(release, LEFT_OUT, canonical(snapshot.left_out))
        return release

    async def _built_at_console(self, session: WriteSession, release: str) -> None:
        await self._witness(session, release, "built")

    async def _step(
        self, session: WriteSession, release: str, needed: ReleaseState
    ) -> tuple[ReleaseWriter, Seen]:
        writer = ReleaseWriter(session)
        await writer.lock()
        seen = await writer.one(release)
        if seen is None:
            raise errors.ReleaseUnknown
        if seen.state is not needed:
            raise errors.StepRefused(release=release, state=seen.state.value, needed=needed.value)
        return writer, seen

    def _fresh(self, seen: Seen, others: Sequence[Seen]) -> None:
        """What came out of its year after it was built is not in its protection; what was recalled since is
        in it, and must not be."""
        for other in others:
            came = other.known_of(seen.first_day.year) and _after(other.published_at, seen.built_at)
            went = other.recalled and not _after(other.published_at, seen.built_at)
            if came or (went and _after(other.withdrawn_at, seen.built_at)):
                raise errors.OutOfDate(release=seen.id, other=other.id)

    def _signed(self, release: str, manifest: bytes) -> FrozenManifest:
        signed = self.signer.sign(manifest)
        digest = hashlib.sha256(manifest).hexdigest()
        return FrozenManifest(release, digest, manifest, signed.signature, signed.key)

    async def _witness(self, session: WriteSession, release: str, outcome: str) -> None:
        act = act_at_console(ActKind.RELEASE, thing("release", release), outcome=outcome)
        await self._audit.witness(session, act)


def one_person(a: str, b: str) -> bool:
    """However case, blanks and width were typed."""
    return same_form(a) == same_form(b)


def _after(moment: datetime | None, other: datetime) -> bool:
    return moment is not None and moment > other


def _hours(releases: Sequence[Seen], year: int) -> list[datetime]:
    """Of what tells of the year."""
    return [each.not_before for each in releases if each.known_of(year) and each.not_before is not None]


def _relied_on_by_none(seen: Seen, others: Sequence[Seen]) -> None:
    """Raises ``ReliedOn`` where one that is to come out was protected as if this had come out."""
    for other in others:
        standing = other.state is ReleaseState.PUBLISHED and other.known_of(seen.first_day.year)
        if standing and seen.published_at is not None and _after(other.built_at, seen.published_at):
            raise errors.ReliedOn(release=seen.id, other=other.id)


def _known_to(snapshot: _Snapshot, period: Period, held: Sequence[Seen]) -> None:
    """What came out, or was recalled, while a release was being made is not in its protection as it is.
    Raises ``OutOfDate``."""
    known = {each.id for each in snapshot.former}
    for other in held:
        if other.first_day.year == period.year and other.known_of(period.year) != (other.id in known):
            raise errors.OutOfDate(release=period.code, other=other.id)


async def _former(repository: ReleaseRepository, year: int) -> list[Former]:
    """What was published of the year, withdrawn or not: who read it keeps it."""
    seen = [each for each in await repository.all() if each.known_of(year)]
    found = []
    for each in seen:
        tables = {
            edition: {
                it.id: ReleaseTable.model_validate_json(it.content)
                for it in await repository.tables(each.id, edition)
                if it.id != CHANGES
            }
            for edition in Edition
        }
        facts = {name: Facts.unpacked(it) for name, it in (await repository.facts(each.id)).items()}
        redirect = (await repository.made_of(each.id)).redirect
        periods = told_by(Period.parse(each.period))
        found.append(Former(each.id, periods, tables, facts, redirect, each.version))
    return found


async def _moved_from(
    repository: ReleaseRepository, before: Mapping[str, Facts], now: Mapping[str, Facts], year: int
) -> dict[str, frozenset[str]]:
    """By indicator, what has come into the year and was published of another."""
    came = {indicator: keys_of(held) - keys_of(before.get(indicator)) for indicator, held in now.items()}
    found: dict[str, set[str]] = {}
    others = [each for each in await repository.all() if each.known_of(each.first_day.year)]
    others = [each for each in others if each.first_day.year != year]
    for other in others if any(came.values()) else ():
        for indicator, packed in (await repository.facts(other.id)).items():
            known = keys_of(Facts.unpacked(packed)) if came.get(indicator) else set()
            found.setdefault(indicator, set()).update(known & came.get(indicator, set()))
    return {indicator: frozenset(keys) for indicator, keys in found.items()}


def _manifest(
    made_of: Release,
    edition: Edition,
    frozen: Sequence[Frozen],
    approved_by: str,
    left_out: tuple[LeftOut, ...] | None,
) -> Manifest:
    restricted = edition is Edition.RESTRICTED
    period = Period.parse(made_of.period)
    digests = {each.id: each for each in frozen}
    return Manifest(
        release=made_of.id,
        period=made_of.period,
        version=made_of.version,
        edition=edition,
        replaces=_replaces(digests.get(CHANGES)),
        periods=tuple(each.code for each in told_by(period)),
        first_day=made_of.first_day,
        last_day=made_of.last_day,
        cut_off=made_of.cut_off,
        position=made_of.position,
        judgement=made_of.judgement,
        indicators=made_of.indicators,
        model=made_of.model,
        policy=None if restricted else made_of.policy,
        code=made_of.code,
        tables=tuple(_entry(digests[table.id]) for table in TABLES if table.id in digests),
        changes=digests[CHANGES].sha256 if CHANGES in digests else None,
        built_by=made_of.built_by if restricted else None,
        approved_by=approved_by if restricted else None,
        left_out=left_out,
    )


def _replaces(changes: Frozen | None) -> str | None:
    """The version before that has the same edition: what the changes are told of."""
    return None if changes is None else ReleaseChanges.model_validate_json(changes.content).replaces


def _entry(frozen: Frozen) -> TableEntry:
    table = ReleaseTable.model_validate_json(frozen.content)
    return TableEntry(
        id=table.id,
        name=table.name,
        indicator=table.indicator,
        unit=table.unit,
        dimensions=table.dimensions,
        cells=frozen.cells,
        sha256=frozen.sha256,
        bytes=len(frozen.content),
    )
