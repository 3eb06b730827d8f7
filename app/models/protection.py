"""Duties towards the people in the registry: what was erased, and what may not be."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Now


class ErasedIdentity(Base):
    """Keyed digests of what named a person in a record: a later delivery does not bring her back."""

    __tablename__ = "erased_identity"

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True, autoincrement=False)
    mark: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)


class Erasure(Base):
    """Append-only. That identities were erased, by whose order; not whose they were."""

    __tablename__ = "erasure"
    __table_args__ = (CheckConstraint("ground IN ('order', 'retention')", name="ground"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ground: Mapped[str]
    instrument: Mapped[str]  # number of the order, or of the retention policy
    done_by: Mapped[str]
    records: Mapped[int] = mapped_column(Integer)
    mentions: Mapped[int] = mapped_column(Integer)
    done_at: Mapped[Now]


class LegalHold(Base):
    """A record of which nothing may be erased until the hold is lifted."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted"),
        Index("ix_legal_hold_record_id", "record_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("record.id"))
    instrument: Mapped[str]
    placed_by: Mapped[str]
    placed_at: Mapped[Now]
    lifted_by: Mapped[str | None]
    lifted_at: Mapped[datetime | None]
