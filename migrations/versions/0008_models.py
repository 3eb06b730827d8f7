"""Linking models: versions, comparisons, promotions; all of them only added to"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPEND_ONLY = ("model_version", "model_comparison", "model_promotion", "promotion_member")


def upgrade() -> None:
    versions()
    promotions()
    for table in APPEND_ONLY:
        refuse(table, "UPDATE OR DELETE", "ROW")
        refuse(table, "TRUNCATE", "STATEMENT")


def versions() -> None:
    op.create_table(
        "model_version",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("provenance", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "digest = encode(sha256(convert_to(content, 'UTF8')), 'hex')",
            name=op.f("ck_model_version_digest"),
        ),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_model_version")),
    )
    op.create_table(
        "model_comparison",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("against", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("pending", sa.BigInteger(), nullable=False),
        sa.Column("latest", sa.DateTime(timezone=True), nullable=True),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "digest = encode(sha256(convert_to(report, 'UTF8')), 'hex')",
            name=op.f("ck_model_comparison_digest"),
        ),
        sa.ForeignKeyConstraint(
            ["version"], ["model_version.version"], name=op.f("fk_model_comparison_version")
        ),
        sa.ForeignKeyConstraint(
            ["against"], ["model_version.version"], name=op.f("fk_model_comparison_against")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_model_comparison")),
    )


def promotions() -> None:
    op.create_table(
        "model_promotion",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("undoes", sa.BigInteger(), nullable=True),
        sa.Column("comparison", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('promote', 'rollback')", name=op.f("ck_model_promotion_kind")),
        sa.CheckConstraint("version <> previous", name=op.f("ck_model_promotion_another")),
        sa.CheckConstraint("kind = 'promote' OR undoes IS NOT NULL", name=op.f("ck_model_promotion_undoes")),
        sa.ForeignKeyConstraint(
            ["version"], ["model_version.version"], name=op.f("fk_model_promotion_version")
        ),
        sa.ForeignKeyConstraint(
            ["previous"], ["model_version.version"], name=op.f("fk_model_promotion_previous")
        ),
        sa.ForeignKeyConstraint(["undoes"], ["model_promotion.id"], name=op.f("fk_model_promotion_undoes")),
        sa.ForeignKeyConstraint(
            ["comparison"], ["model_comparison.digest"], name=op.f("fk_model_promotion_comparison")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_promotion")),
        sa.UniqueConstraint("undoes", name=op.f("uq_model_promotion_undoes")),
    )
    op.create_table(
        "promotion_member",
        sa.Column("promotion_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('person', 'case')", name=op.f("ck_promotion_member_kind")),
        sa.ForeignKeyConstraint(
            ["promotion_id"], ["model_promotion.id"], name=op.f("fk_promotion_member_promotion_id")
        ),
        sa.PrimaryKeyConstraint("promotion_id", "kind", "member", name=op.f("pk_promotion_member")),
    )


def refuse(table: str, event: str, level: str) -> None:
    name = f"refuse_{event.lower().replace(' or ', '_')}"
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {level} EXECUTE FUNCTION refuse_edit()"
    )
