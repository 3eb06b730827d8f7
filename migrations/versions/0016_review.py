"""Review: leases, what reviewers decided, its pairs, the words said on it, sealed reasons"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPEND_ONLY = ("review_act", "review_pair", "review_word")
NOW = sa.text("now()")


def upgrade() -> None:
    _claims()
    _acts()
    _pairs()
    _words()
    _reasons()
    op.add_column("judgement", sa.Column("act_id", sa.Uuid(), nullable=True))
    for table in APPEND_ONLY:
        _refuse(table, "UPDATE OR DELETE", "ROW")
        _refuse(table, "TRUNCATE", "STATEMENT")


def _claims() -> None:
    op.create_table(
        "review_claim",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("a", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("b", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('person', 'case')", name=op.f("ck_review_claim_kind")),
        sa.CheckConstraint("a < b", name=op.f("ck_review_claim_ordered")),
        sa.PrimaryKeyConstraint("kind", "a", "b", name=op.f("pk_review_claim")),
    )


def _acts() -> None:
    op.create_table(
        "review_act",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("judge", sa.Text(), nullable=False),
        sa.Column("why_second", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("effect", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("kind IN ('person', 'case')", name=op.f("ck_review_act_kind")),
        sa.CheckConstraint("act IN ('pair', 'split', 'merge')", name=op.f("ck_review_act_act")),
        sa.CheckConstraint(
            "outcome IN ('same', 'different', 'unsure') AND act = 'pair' OR outcome IS NULL AND act <> 'pair'",
            name=op.f("ck_review_act_outcome"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_act")),
        sa.UniqueConstraint("number", name=op.f("uq_review_act_number")),
    )
    op.create_index("ix_review_act_digest", "review_act", ["digest"], unique=False)


def _pairs() -> None:
    op.create_table(
        "review_pair",
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("a", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("b", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.CheckConstraint("a < b", name=op.f("ck_review_pair_ordered")),
        sa.CheckConstraint("outcome IN ('same', 'different', 'unsure')", name=op.f("ck_review_pair_outcome")),
        sa.ForeignKeyConstraint(["act_id"], ["review_act.id"], name=op.f("fk_review_pair_act_id")),
        sa.PrimaryKeyConstraint("act_id", "a", "b", name=op.f("pk_review_pair")),
    )
    op.create_index("ix_review_pair_a_b", "review_pair", ["a", "b"], unique=False)


def _words() -> None:
    op.create_table(
        "review_word",
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("judge", sa.Text(), nullable=False),
        sa.Column("effect", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("word IN ('confirmed', 'disputed', 'undone')", name=op.f("ck_review_word_word")),
        sa.ForeignKeyConstraint(["act_id"], ["review_act.id"], name=op.f("fk_review_word_act_id")),
        sa.PrimaryKeyConstraint("act_id", "word", name=op.f("pk_review_word")),
    )
    op.create_index(
        "uq_review_word_settled",
        "review_word",
        ["act_id"],
        unique=True,
        postgresql_where=sa.text("word <> 'undone'"),
    )


def _reasons() -> None:
    op.create_table(
        "review_reason",
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "word IN ('made', 'confirmed', 'disputed', 'undone')", name=op.f("ck_review_reason_word")
        ),
        sa.ForeignKeyConstraint(["act_id"], ["review_act.id"], name=op.f("fk_review_reason_act_id")),
        sa.PrimaryKeyConstraint("act_id", "word", name=op.f("pk_review_reason")),
    )


def _refuse(table: str, event: str, level: str) -> None:
    name = f"refuse_{event.lower().replace(' or ', '_')}"
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {level} EXECUTE FUNCTION refuse_edit()"
    )
