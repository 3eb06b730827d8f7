"""Releases as they were frozen.

The tables of releases are only added to, by triggers as by grants; what may be added when (tables with their
release, manifests with its approval by a second person) is held by triggers too. ``release_build`` says what
was asked for, and where that stands.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Instant, Now

HASHED = "sha256 = encode(sha256(content), 'hex')"
EDITION = "edition IN ('restricted', 'public')"


class Release(Base):
    """One version of one bimester, of one snapshot. ``id`` is ``2026-B5.1``."""

    __tablename__ = "release"
    __table_args__ = (
        CheckConstraint("id = period || '.' || version AND version > 0", name="id"),
        CheckConstraint("replaces IS NULL OR version > 1", name="replaces"),
        UniqueConstraint("period", "version"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str]
    version: Mapped[int]
    replaces: Mapped[str | None] = mapped_column(ForeignKey("release.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    cut_off: Mapped[Instant]  # of the snapshot
    position: Mapped[int] = mapped_column(BigInteger)  # last of the change feed
    judgement: Mapped[int] = mapped_column(BigInteger)  # last of the ledger
    redirect: Mapped[int] = mapped_column(BigInteger)  # last of what became of ids
    model: Mapped[str]
    indicators: Mapped[str] = mapped_column(String(64))  # SHA-256 of the definitions
    policy: Mapped[str | None]  # of the public edition; NULL: there is none
    code: Mapped[str]
    built_by: Mapped[str]
    built_at: Mapped[Now]


class ReleaseTable(Base):
    """The bytes of a table as they are served. ``table_id`` is ``changes`` for what the version changes."""

    __tablename__ = "release_table"
    __table_args__ = (
        CheckConstraint(HASHED, name="sha256"),
        CheckConstraint(EDITION, name="edition"),
    )

    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"), primary_key=True)
    edition: Mapped[str] = mapped_column(primary_key=True)
    table_id: Mapped[str] = mapped_column(primary_key=True)
    cells: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes]


class ReleaseFact(Base):
    """What was counted, thing by thing: explains later versions, protects later releases, is never served.

    ``indicator`` is ``left_out`` for how much of each has no date."""

    __tablename__ = "release_fact"

    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"), primary_key=True)
    indicator: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]


class ReleaseManifest(Base):
    """Of each edition, made and signed when the release was approved."""

    __tablename__ = "release_manifest"
    __table_args__ = (
        CheckConstraint(HASHED, name="sha256"),
        CheckConstraint(EDITION, name="edition"),
    )

    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"), primary_key=True)
    edition: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes]
    signature: Mapped[bytes]
    key: Mapped[str]


class ReleaseAct(Base):
    """What was done with a release, each once. ``not_before``: the end of the embargo, of ``published``;
    who takes it back before that has ``recalled`` it, and it never came out."""

    __tablename__ = "release_act"
    __table_args__ = (
        CheckConstraint("act IN ('approved', 'published', 'withdrawn', 'recalled')", name="act"),
        CheckConstraint("(act = 'published') = (not_before IS NOT NULL)", name="not_before"),
        CheckConstraint("btrim(who) <> '' AND btrim(reason) <> ''", name="said"),
        ForeignKeyConstraint(["release_id"], ["release.id"]),
        Index(
            "uq_release_act_end",
            "release_id",
            unique=True,
            postgresql_where=text("act IN ('withdrawn', 'recalled')"),
        ),
    )

    release_id: Mapped[str] = mapped_column(primary_key=True)
    act: Mapped[str] = mapped_column(primary_key=True)
    who: Mapped[str]
    reason: Mapped[str]
    at: Mapped[Now]
    not_before: Mapped[datetime | None]


OPEN = "state IN ('asked', 'running')"


class ReleaseBuild(Base):
    """A build that was asked for by a route; of one period, one is open at a time."""

    __tablename__ = "release_build"
    __table_args__ = (
        CheckConstraint("state IN ('asked', 'running', 'built', 'refused', 'failed')", name="state"),
        CheckConstraint("(state = 'built') = (release_id IS NOT NULL)", name="release"),
        CheckConstraint(f"({OPEN}) = (finished_at IS NULL)", name="finished"),
        CheckConstraint("(state IN ('refused', 'failed')) = (code IS NOT NULL)", name="code"),
        UniqueConstraint("client", "key"),
        Index("ix_release_build_open", "period", unique=True, postgresql_where=text(OPEN)),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    period: Mapped[str]
    public: Mapped[bool]
    client: Mapped[str]
    who: Mapped[str]
    reason: Mapped[str]
    key: Mapped[str | None]  # Idempotency-Key
    asked_at: Mapped[Now]
    state: Mapped[str]
    attempts: Mapped[int]
    finished_at: Mapped[datetime | None]
    release_id: Mapped[str | None] = mapped_column(ForeignKey("release.id"))
    code: Mapped[str | None]
    es: Mapped[str | None]
    en: Mapped[str | None]
