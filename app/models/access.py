"""Urgent access, what institutions are told of it, and how many identities an officer opened lately."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Instant


class BreakGlass(Base):
    """One urgent access of one officer to one person or case. Reasons are free text and sealed."""

    __tablename__ = "break_glass"
    __table_args__ = (
        CheckConstraint("kind IN ('person', 'case')", name="kind"),
        CheckConstraint("verdict IN ('justified', 'unjustified')", name="verdict"),
        CheckConstraint("(reviewed_at IS NULL) = (verdict IS NULL)", name="reviewed"),
        CheckConstraint("reviewer IS DISTINCT FROM officer", name="second_person"),
        # one at a time for each officer and object; an ended one is closed before the next is taken
        Index(
            "uq_break_glass_open",
            "client",
            "officer",
            "kind",
            "entity_id",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_break_glass_unreviewed", "review_due_at", postgresql_where=text("reviewed_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client: Mapped[str]
    officer: Mapped[str]
    kind: Mapped[str]
    entity_id: Mapped[UUID]
    data_key: Mapped[bytes] = mapped_column(LargeBinary)
    purpose: Mapped[bytes] = mapped_column(LargeBinary)  # sealed: case number and reason
    taken_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    closed_at: Mapped[datetime | None]  # revoked, or found expired
    review_due_at: Mapped[Instant]
    reviewed_at: Mapped[datetime | None]
    reviewer_client: Mapped[str | None]
    reviewer: Mapped[str | None]
    verdict: Mapped[str | None]
    remark: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed: the reviewer's words


class Notice(Base):
    """What an institution is told of an urgent access to a record of its own."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_feed_position", "feed", "position"),)

    position: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    feed: Mapped[str]
    break_glass_id: Mapped[UUID] = mapped_column(ForeignKey("break_glass.id"))
    at: Mapped[Instant]


class IdentityUse(Base):
    """Identities opened in an hour, by an officer and (``officer`` empty) by all of a client. Unlogged: a
    crash of the server forgets counts of the hour, not what was opened, which is in the audit log."""

    __tablename__ = "identity_use"
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012  declarative API

    client: Mapped[str] = mapped_column(primary_key=True)
    officer: Mapped[str] = mapped_column(primary_key=True)
    hour: Mapped[Instant] = mapped_column(primary_key=True)
    uses: Mapped[int] = mapped_column(Integer)


class RequestPaceRow(Base):
    """Until when each client, officer or address has used up its pace. Unlogged, as ``IdentityUse``."""

    __tablename__ = "request_pace"
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012  declarative API

    who: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)  # keyed digest
    free_at: Mapped[Instant]


class UnusualReading(Base):
    """Append-only. An officer, or (``officer`` empty) all of a client, who in one day opened more identities
    than a limit or than their own past explains."""

    __tablename__ = "unusual_reading"
    __table_args__ = (
        CheckConstraint("reason IN ('limit', 'own_past')", name="reason"),
        UniqueConstraint("client", "officer", "day", "reason", name="uq_unusual_reading_day"),
    )

    position: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    client: Mapped[str]
    officer: Mapped[str]
    day: Mapped[date]
    reason: Mapped[str]
    opened: Mapped[int] = mapped_column(Integer)
    expected: Mapped[int] = mapped_column(Integer)  # the limit, or what their past gave
    at: Mapped[Instant]
