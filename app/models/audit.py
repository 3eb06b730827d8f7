"""The audit log: entries as they were witnessed, and the Merkle log over them."""

from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, LargeBinary, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Instant, Now


class AuditEntry(Base):
    """Append-only. Ids, codes and digests: never the data that an act touched."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_at", "at", postgresql_using="brin"),  # entries lie in order of time
        Index("ix_audit_entry_actor_at", "actor", "at"),
        Index("ix_audit_entry_officer_at", "officer", "at"),
        Index("ix_audit_entry_objects", "objects", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[Instant]
    kind: Mapped[str]
    actor: Mapped[str]
    officer: Mapped[str | None]
    purpose: Mapped[bytes | None] = mapped_column(LargeBinary)
    objects: Mapped[list[str]] = mapped_column(ARRAY(Text))
    outcome: Mapped[str]
    request: Mapped[bytes] = mapped_column(LargeBinary)


class AuditPurpose(Base):
    """Case number and reason, sealed apart: erasing a row leaves the log whole."""

    __tablename__ = "audit_purpose"

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    data_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class AuditPending(Base):
    """Entries that have no position yet. The hash was written with the entry: one that is altered or removed
    before it has its position is missed all the same."""

    __tablename__ = "audit_pending"

    ticket: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    entry_id: Mapped[UUID]
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class AuditLeaf(Base):
    """Append-only. Positions from 0 without gaps."""

    __tablename__ = "audit_leaf"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entry_id: Mapped[UUID] = mapped_column(unique=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class AuditNode(Base):
    """Append-only. The hash of the 2^level leaves from ``place * 2^level`` on; level 1 and up."""

    __tablename__ = "audit_node"

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class AuditCheckpoint(Base):
    """Append-only. What was signed of the log when it had ``size`` entries."""

    __tablename__ = "audit_checkpoint"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    note: Mapped[str]
    made_at: Mapped[Now]
