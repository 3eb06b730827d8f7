"""Landing and versions: what arrived, what became of it, and what each record says now."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Now

COUNTS = ("accepted", "accepted_with_warnings", "repeated", "superseded", "conflicting", "rejected")


class Batch(Base):
    """One delivery. Its bytes are in ``landed_chunk`` until translated; its counts always add up."""

    __tablename__ = "batch"
    __table_args__ = (
        CheckConstraint("received = " + " + ".join(COUNTS), name="arithmetic"),
        CheckConstraint("state IN ('landed', 'translating', 'linking', 'done', 'failed')", name="state"),
        CheckConstraint("mode IN ('keep', 'validate')", name="mode"),
        Index("ix_batch_feed_received_at", "feed", "received_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    feed: Mapped[str]
    mode: Mapped[str] = mapped_column(server_default="keep")
    state: Mapped[str] = mapped_column(server_default="landed")
    form: Mapped[str]  # adapters.base.Form
    sha256: Mapped[str] = mapped_column(String(64))  # of the bytes as received, before gunzip
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    gzip: Mapped[bool] = mapped_column(server_default="false")
    client: Mapped[str]
    received_at: Mapped[Now]
    translated_at: Mapped[datetime | None]
    linked_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]  # landed bytes gone, key destroyed
    error_code: Mapped[str | None]
    contract_version: Mapped[int] = mapped_column(SmallInteger)
    adapter_version: Mapped[int] = mapped_column(SmallInteger)
    checkpoint: Mapped[int] = mapped_column(Integer, server_default="0")  # translations already kept
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")  # begun since it last got further
    data_key: Mapped[bytes | None] = mapped_column(LargeBinary)  # wrapped; None once erased
    received: Mapped[int] = mapped_column(Integer, server_default="0")
    accepted: Mapped[int] = mapped_column(Integer, server_default="0")
    accepted_with_warnings: Mapped[int] = mapped_column(Integer, server_default="0")
    repeated: Mapped[int] = mapped_column(Integer, server_default="0")
    superseded: Mapped[int] = mapped_column(Integer, server_default="0")
    conflicting: Mapped[int] = mapped_column(Integer, server_default="0")
    rejected: Mapped[int] = mapped_column(Integer, server_default="0")


class LandedChunk(Base):
    """Ciphertext of up to 1 MiB of a batch's bytes, in order; AAD binds batch and position."""

    __tablename__ = "landed_chunk"

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batch.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)


class IdempotencyKey(Base):
    """One client's key: the same key and body replays the answer, another body is refused.

    Written in the transaction that lands the batch; while that runs, an advisory lock stands for it.
    """

    __tablename__ = "idempotency_key"

    client: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_digest: Mapped[bytes] = mapped_column(LargeBinary)  # of feed, form, mode and body
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batch.id"))
    answer: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_at: Mapped[Now]


class Record(Base):
    """One record of one institution, known by (feed, key). Holds the key that its content is sealed with."""

    __tablename__ = "record"
    __table_args__ = (UniqueConstraint("feed", "key"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    feed: Mapped[str]
    key: Mapped[str]
    number: Mapped[str]  # as first received, trimmed, upper case
    stamp: Mapped[datetime]  # of the version held
    content_digest: Mapped[bytes] = mapped_column(LargeBinary)  # HMAC of the observation held
    annulled: Mapped[bool]
    data_key: Mapped[bytes] = mapped_column(LargeBinary)  # wrapped
    index_version: Mapped[int] = mapped_column(SmallInteger, server_default="1")  # Indexer.version
    first_received_at: Mapped[Now]
    last_received_at: Mapped[Now]


class RecordVersion(Base):
    """Every version that was ever held, and where its verbatim content is.

    ``revision`` is 0 for what an adapter first made of it; a replay with a corrected one adds the next.
    """

    __tablename__ = "record_version"
    __table_args__ = (Index("ix_record_version_batch_id_position", "batch_id", "position"),)

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True)
    stamp: Mapped[datetime] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(
        SmallInteger, primary_key=True, autoincrement=False, server_default="0"
    )
    adapter_version: Mapped[int] = mapped_column(SmallInteger)
    content_digest: Mapped[bytes] = mapped_column(LargeBinary)
    batch_id: Mapped[UUID]
    position: Mapped[int] = mapped_column(Integer)
    held_at: Mapped[Now]


class Delivery(Base):
    """One received record version and its outcome. The verbatim content lives on here, sealed."""

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint(
            "outcome IN ('" + "', '".join(COUNTS) + "')",
            name="outcome",
        ),
        Index("ix_delivery_record_id", "record_id"),
    )

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    record_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"))
    number: Mapped[str | None]
    stamp: Mapped[datetime | None]
    outcome: Mapped[str]
    rows: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    data_key: Mapped[bytes | None] = mapped_column(LargeBinary)  # own key where there is no record
    verbatim: Mapped[bytes | None] = mapped_column(LargeBinary)  # None for a repeat: held already
    received_at: Mapped[Now]


class DeliveryIssue(Base):
    """What is to say about a delivery; personal values are masked before they get here.

    Position -1 is the batch as a whole: why it failed.
    """

    __tablename__ = "delivery_issue"

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str]
    severity: Mapped[str]
    row: Mapped[int | None] = mapped_column(Integer)
    record: Mapped[str | None]
    field: Mapped[str | None]
    value: Mapped[str | None]


class Report(Base):
    """What a record says now of its case: codes and dates only, nothing that names a person."""

    __tablename__ = "report"
    __table_args__ = (
        Index("ix_report_facts_date", "facts_date"),
        Index("ix_report_report_date", "report_date"),
    )

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True, autoincrement=False)
    feed: Mapped[str]
    number: Mapped[str]
    citation_key: Mapped[str] = mapped_column(index=True)
    stamp: Mapped[datetime]
    annulled: Mapped[bool]
    makes_case: Mapped[bool]
    joins_case: Mapped[bool]
    category: Mapped[str | None]
    offence_family: Mapped[str | None]
    offence_code: Mapped[str | None]
    offence_label: Mapped[str | None]
    facts_date: Mapped[date | None]
    report_date: Mapped[date | None]
    reported_at: Mapped[datetime | None]
    referred_at: Mapped[datetime | None]
    referred_to: Mapped[str | None]
    office: Mapped[str | None]
    office_district: Mapped[str | None]
    department: Mapped[str | None] = mapped_column(String(2))
    province: Mapped[str | None] = mapped_column(String(4))
    district: Mapped[str | None] = mapped_column(String(6))
    purposes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    recruitment: Mapped[list[str]] = mapped_column(ARRAY(Text))
    exploitation_place: Mapped[str | None]
    stage: Mapped[str | None]
    victims_claimed: Mapped[int | None] = mapped_column(Integer)
    rulings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)  # schemas.observations.Ruling
    narrative: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed with the record's key


class Citation(Base):
    """A number that a record cites, in the form in which numbers compare."""

    __tablename__ = "citation"
    __table_args__ = (Index("ix_citation_feed_key", "feed", "key"),)

    record_id: Mapped[int] = mapped_column(
        ForeignKey("report.record_id", ondelete="CASCADE"), primary_key=True
    )
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True)
    feed: Mapped[str]
    raw: Mapped[str]
    key: Mapped[str | None]
    relation: Mapped[str]


class Mention(Base):
    """One person as one record names them, without the name. Its id outlives the record's versions, and
    follows the person where the record numbers its people anew; see ``app.ingestion.aligning``."""

    __tablename__ = "mention"
    __table_args__ = (
        Index(
            "uq_mention_place", "record_id", "role", "order", unique=True, postgresql_where=text("present")
        ),
        Index("ix_mention_record_id", "record_id"),
        Index("ix_mention_absent", "id", postgresql_where=text("NOT present")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"))
    role: Mapped[str]
    order: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str]
    present: Mapped[bool]  # named by the version held
    sex: Mapped[str | None]
    age_min: Mapped[int | None] = mapped_column(SmallInteger)  # at the facts, years
    age_max: Mapped[int | None] = mapped_column(SmallInteger)
    nationality: Mapped[str | None] = mapped_column(String(3))
    origin_ubigeo: Mapped[str | None] = mapped_column(String(6))
    relation: Mapped[str | None]
    rescued: Mapped[bool | None]
    detained: Mapped[bool | None]
    measures: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    services: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class MentionIdentity(Base):
    """Who a mention names, sealed with the record's key. That of one whom the record no longer names stays,
    without features, to know them by if they are named again."""

    __tablename__ = "mention_identity"

    mention_id: Mapped[int] = mapped_column(ForeignKey("mention.id"), primary_key=True, autoincrement=False)
    identity: Mapped[bytes] = mapped_column(LargeBinary)  # schemas.observations.Identity as JSON
    features: Mapped[bytes | None] = mapped_column(LargeBinary)  # what matching compares; None: not matched


class FeedState(Base):
    """Where the pull of a feed stands: everything changed before ``watermark`` is held."""

    __tablename__ = "feed_state"

    feed: Mapped[str] = mapped_column(primary_key=True)
    watermark: Mapped[datetime | None]
    pulled_at: Mapped[datetime | None]
    error_code: Mapped[str | None]
