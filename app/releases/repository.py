"""The rows of releases. Everything is added, nothing is changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, insert, select, text

from app.db.engine import ReadSession, WriteSession
from app.models.releases import Release, ReleaseAct, ReleaseFact, ReleaseManifest, ReleaseTable
from app.releases.visible import Visible
from schemas.releases import Edition, LeftOut, LeftOutFigures, ReleaseState

RELEASE_LOCK: Final = 0x52454C45  # one builder, approver or publisher at a time
LEFT_OUT: Final = "left_out"  # among the facts: what has none, for it has no date

_SEEN: Final = """
SELECT r.id, r.period, r.version, r.replaces, r.first_day, r.last_day, r.built_by, r.built_at, r.policy,
  a.who AS approved_by, p.at AS published_at, p.not_before, w.at AS withdrawn_at,
  coalesce(w.act = 'recalled', false) AS recalled,
  CASE WHEN w.at IS NOT NULL THEN 'withdrawn' WHEN p.at IS NOT NULL THEN 'published'
    WHEN a.at IS NOT NULL THEN 'approved' ELSE 'built' END AS state
FROM release r
LEFT JOIN release_act a ON a.release_id = r.id AND a.act = 'approved'
LEFT JOIN release_act p ON p.release_id = r.id AND p.act = 'published'
LEFT JOIN release_act w ON w.release_id = r.id AND w.act IN ('withdrawn', 'recalled')
"""
_BY_TIME: Final = " ORDER BY p.at NULLS LAST, r.built_at, r.id"
_OUT: Final = """
p.at IS NOT NULL AND (:embargo OR (p.not_before <= :now AND w.act IS DISTINCT FROM 'recalled'))
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """A release and where it stands. ``recalled``: withdrawn before its hour, so that it never came out."""

    id: str
    period: str
    version: int
    replaces: str | None
    first_day: date
    last_day: date
    built_by: str
    built_at: datetime
    policy: str | None
    approved_by: str | None
    published_at: datetime | None
    not_before: datetime | None
    withdrawn_at: datetime | None
    recalled: bool
    state: ReleaseState

    def known_of(self, year: int) -> bool:
        """Whether it tells, or will tell, the public of the year: what protection takes as known."""
        return self.published_at is not None and not self.recalled and self.first_day.year == year


@dataclass(frozen=True, slots=True)
class Frozen:
    """Bytes as they are served, with their SHA-256 in hex."""

    id: str
    cells: int
    sha256: str
    content: bytes


@dataclass(frozen=True, slots=True)
class FrozenManifest:
    release: str
    sha256: str
    content: bytes
    signature: bytes
    key: str


class ReleaseRepository:
    def __init__(self, session: ReadSession) -> None:
        self._session = session

    async def all(self) -> Sequence[Seen]:
        """In order of publication; what is not published yet, after it."""
        return await self._seen(_SEEN + _BY_TIME, {})

    async def one(self, release: str) -> Seen | None:
        found = await self._seen(f"{_SEEN} WHERE r.id = :id", {"id": release})
        return found[0] if found else None

    async def out(self, visible: Visible, release: str | None = None) -> Sequence[Seen]:
        """Published to whoever asks; one of them, or all in order of publication."""
        asked = {"embargo": visible.embargo, "now": visible.now}
        one = "" if release is None else " AND r.id = :id"
        more = {} if release is None else {"id": release}
        return await self._seen(f"{_SEEN} WHERE {_OUT}{one}{_BY_TIME}", asked | more)

    async def manifests(self, edition: Edition, releases: Sequence[str]) -> dict[str, FrozenManifest]:
        columns = (
            ReleaseManifest.release_id,
            ReleaseManifest.sha256,
            ReleaseManifest.content,
            ReleaseManifest.signature,
            ReleaseManifest.key,
        )
        wanted = select(*columns).where(
            ReleaseManifest.edition == edition, ReleaseManifest.release_id.in_(releases)
        )
        found = (await self._session.execute(wanted)).all()
        return {row.release_id: FrozenManifest(*row) for row in found}

    async def manifest_digests(self, edition: Edition, releases: Sequence[str]) -> dict[str, str]:
        """SHA-256 in hex, by release."""
        wanted = select(ReleaseManifest.release_id, ReleaseManifest.sha256).where(
            ReleaseManifest.edition == edition, ReleaseManifest.release_id.in_(releases)
        )
        return {row.release_id: row.sha256 for row in await self._session.execute(wanted)}

    async def tables(self, release: str, edition: Edition, table: str | None = None) -> Sequence[Frozen]:
        """In the order of their ids."""
        columns = (ReleaseTable.table_id, ReleaseTable.cells, ReleaseTable.sha256, ReleaseTable.content)
        wanted = select(*columns).where(ReleaseTable.release_id == release, ReleaseTable.edition == edition)
        if table is not None:
            wanted = wanted.where(ReleaseTable.table_id == table)
        return [Frozen(*row) for row in await self._session.execute(wanted.order_by(ReleaseTable.table_id))]

    async def doer(self, release: str, *acts: str) -> str | None:
        """Who took that step, which may be called in several ways; None where nobody has."""
        wanted = select(ReleaseAct.who).where(ReleaseAct.release_id == release, ReleaseAct.act.in_(acts))
        return (await self._session.execute(wanted)).scalar_one_or_none()

    async def facts(self, release: str) -> dict[str, bytes]:
        """By indicator."""
        wanted = select(ReleaseFact.indicator, ReleaseFact.content).where(
            ReleaseFact.release_id == release, ReleaseFact.indicator != LEFT_OUT
        )
        return {row.indicator: row.content for row in await self._session.execute(wanted)}

    async def left_out(self, release: str) -> tuple[LeftOut, ...] | None:
        """What has no date and is in no table; None of a release that was built before this was counted."""
        wanted = select(ReleaseFact.content).where(
            ReleaseFact.release_id == release, ReleaseFact.indicator == LEFT_OUT
        )
        content = (await self._session.execute(wanted)).scalar_one_or_none()
        return None if content is None else LeftOutFigures.model_validate_json(content).figures

    async def made_of(self, release: str) -> Release:
        """The whole row of a release that is there."""
        return (await self._session.execute(select(Release).where(Release.id == release))).scalar_one()

    async def fates(self, after: int) -> tuple[frozenset[str], frozenset[str]]:
        """Ids merged into others, and ids split from others, since that redirect."""
        rows = await self._session.execute(
            text("SELECT event, from_id::text AS old, to_id::text AS new FROM redirect WHERE id > :after"),
            {"after": after},
        )
        told = [(row.event, row.old, row.new) for row in rows]
        merged = frozenset(old for event, old, _ in told if event == "merged")
        return merged, frozenset(new for event, _, new in told if event == "split" and new)

    async def _seen(self, statement: str, asked: dict[str, Any]) -> Sequence[Seen]:
        rows = (await self._session.execute(text(statement), asked)).mappings().all()
        return [Seen(**{**row, "state": ReleaseState(row["state"])}) for row in rows]


class ReleaseWriter(ReleaseRepository):
    def __init__(self, session: WriteSession) -> None:
        super().__init__(session)

    async def lock(self) -> None:
        """To the end of the transaction: what is read after it is what stands."""
        await self._session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": RELEASE_LOCK})

    async def keep(self, row: dict[str, Any]) -> None:
        """Times are of the lock, not of a transaction that may have waited for it: they tell the order."""
        await self._session.execute(insert(Release).values(**row, built_at=func.clock_timestamp()))

    async def keep_table(self, release: str, edition: Edition, frozen: Frozen) -> None:
        row = {
            "table_id": frozen.id,
            "cells": frozen.cells,
            "sha256": frozen.sha256,
            "content": frozen.content,
        }
        await self._session.execute(insert(ReleaseTable).values(release_id=release, edition=edition, **row))

    async def keep_facts(self, release: str, indicator: str, content: bytes) -> None:
        await self._session.execute(
            insert(ReleaseFact).values(release_id=release, indicator=indicator, content=content)
        )

    async def keep_manifest(self, edition: Edition, manifest: FrozenManifest) -> None:
        row = {"sha256": manifest.sha256, "content": manifest.content}
        row |= {"signature": manifest.signature, "key": manifest.key}
        await self._session.execute(
            insert(ReleaseManifest).values(release_id=manifest.release, edition=edition, **row)
        )

    async def keep_act(
        self, release: str, act: str, word: tuple[str, str], not_before: datetime | None = None
    ) -> None:
        """``word``: who does it and why."""
        who, reason = word
        await self._session.execute(
            insert(ReleaseAct).values(
                release_id=release,
                act=act,
                who=who,
                reason=reason,
                not_before=not_before,
                at=func.clock_timestamp(),
            )
        )
