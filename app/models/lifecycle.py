"""Linking models as they were made, compared and promoted. All four tables are only added to."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Now


class ModelVersion(Base):
    """Weights, terms and policy under a version. ``content`` is the model file, one form for one meaning."""

    __tablename__ = "model_version"
    __table_args__ = (
        CheckConstraint("digest = encode(sha256(convert_to(content, 'UTF8')), 'hex')", name="digest"),
    )

    version: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[str]
    digest: Mapped[str] = mapped_column(String(64))
    provenance: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_at: Mapped[Now]
    made_by: Mapped[str]


class ModelComparison(Base):
    """What a model would change, and on what it was measured; ``digest`` is of the report.

    ``position``, ``pending`` and ``versions`` tell the state of the registry, as the statistics' memory does.
    """

    __tablename__ = "model_comparison"
    __table_args__ = (
        CheckConstraint("digest = encode(sha256(convert_to(report, 'UTF8')), 'hex')", name="digest"),
    )

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[str] = mapped_column(ForeignKey("model_version.version"))
    against: Mapped[str] = mapped_column(ForeignKey("model_version.version"))
    position: Mapped[int] = mapped_column(BigInteger)  # last of the change feed
    pending: Mapped[int] = mapped_column(BigInteger)  # records not linked then
    versions: Mapped[str | None]  # of the marks of these; None where only the latest was kept
    report: Mapped[str]  # JSON
    made_at: Mapped[Now]
    made_by: Mapped[str]


class ModelPromotion(Base):
    """The ledger of what links: the last row's ``version`` does. Without a row, the model that is shipped."""

    __tablename__ = "model_promotion"
    __table_args__ = (
        CheckConstraint("kind IN ('promote', 'rollback')", name="kind"),
        CheckConstraint("version <> previous", name="another"),
        CheckConstraint("kind = 'promote' OR undoes IS NOT NULL", name="undoes"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str]
    version: Mapped[str] = mapped_column(ForeignKey("model_version.version"))
    previous: Mapped[str] = mapped_column(ForeignKey("model_version.version"))
    undoes: Mapped[int | None] = mapped_column(  # of a rollback: each promotion is undone once at most
        ForeignKey("model_promotion.id"), unique=True
    )
    comparison: Mapped[str | None] = mapped_column(ForeignKey("model_comparison.digest"))
    reason: Mapped[str]
    made_at: Mapped[Now]
    made_by: Mapped[str]


class PromotionMember(Base):
    """Where a record or mention stood before a promotion moved it: what a rollback gives back its id by."""

    __tablename__ = "promotion_member"
    __table_args__ = (CheckConstraint("kind IN ('person', 'case')", name="kind"),)

    promotion_id: Mapped[int] = mapped_column(ForeignKey("model_promotion.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    member: Mapped[int] = mapped_column(BigInteger, primary_key=True)  # record (case) or mention (person)
    entity_id: Mapped[UUID]
