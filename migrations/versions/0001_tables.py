"""Tables of ingestion, reconciliation and callers"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), server_default="keep", nullable=False),
        sa.Column("state", sa.Text(), server_default="landed", nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("gzip", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("translated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("contract_version", sa.SmallInteger(), nullable=False),
        sa.Column("adapter_version", sa.SmallInteger(), nullable=False),
        sa.Column("checkpoint", sa.Integer(), server_default="0", nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=True),
        sa.Column("received", sa.Integer(), server_default="0", nullable=False),
        sa.Column("accepted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("accepted_with_warnings", sa.Integer(), server_default="0", nullable=False),
        sa.Column("repeated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("superseded", sa.Integer(), server_default="0", nullable=False),
        sa.Column("conflicting", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rejected", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("mode IN ('keep', 'validate')", name=op.f("ck_batch_mode")),
        sa.CheckConstraint(
            "state IN ('landed', 'translating', 'linking', 'done', 'failed')", name=op.f("ck_batch_state")
        ),
        sa.CheckConstraint(
            "received = accepted + accepted_with_warnings + repeated + superseded + conflicting + rejected",
            name=op.f("ck_batch_arithmetic"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_index("ix_batch_feed_received_at", "batch", ["feed", "received_at"], unique=False)
    op.create_table(
        "case_entity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("offence_family", sa.Text(), nullable=False),
        sa.Column("offence_conflict", sa.Boolean(), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=True),
        sa.Column("department", sa.String(length=2), nullable=True),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("feeds", sa.SmallInteger(), nullable=False),
        sa.Column("reports", sa.SmallInteger(), nullable=False),
        sa.Column("victims", sa.SmallInteger(), nullable=False),
        sa.Column("suspects", sa.SmallInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_entity")),
        sa.UniqueConstraint("number", name=op.f("uq_case_entity_number")),
    )
    op.create_table(
        "case_member",
        sa.Column("record_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_case_member")),
    )
    op.create_index(op.f("ix_case_member_case_id"), "case_member", ["case_id"], unique=False)
    op.create_table(
        "change",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('person', 'case', 'record')", name=op.f("ck_change_kind")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_change")),
    )
    op.create_table(
        "change_cursor",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_change_cursor_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_cursor")),
    )
    op.create_table(
        "client",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
    )
    op.create_table(
        "edge",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("a", sa.BigInteger(), nullable=False),
        sa.Column("b", sa.BigInteger(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("probability", sa.Double(), nullable=True),
        sa.CheckConstraint("outcome IN ('same', 'unsure')", name=op.f("ck_edge_outcome")),
        sa.PrimaryKeyConstraint("kind", "a", "b", name=op.f("pk_edge")),
    )
    op.create_index("ix_edge_kind_b", "edge", ["kind", "b"], unique=False)
    op.create_table(
        "feed_state",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("watermark", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pulled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("feed", name=op.f("pk_feed_state")),
    )
    op.create_table(
        "judgement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("a", sa.BigInteger(), nullable=False),
        sa.Column("b", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=True),
        sa.Column("probability", sa.Double(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("judge", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('person', 'case')", name=op.f("ck_judgement_kind")),
        sa.CheckConstraint(
            "outcome IN ('same', 'unsure', 'different', 'withdrawn')", name=op.f("ck_judgement_outcome")
        ),
        sa.CheckConstraint("a < b", name=op.f("ck_judgement_ordered")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgement")),
    )
    op.create_index(
        "ix_judgement_decision_a",
        "judgement",
        ["kind", "a"],
        unique=False,
        postgresql_where=sa.text("judge <> 'machine'"),
    )
    op.create_index(
        "ix_judgement_decision_b",
        "judgement",
        ["kind", "b"],
        unique=False,
        postgresql_where=sa.text("judge <> 'machine'"),
    )
    op.create_index("ix_judgement_kind_a_b", "judgement", ["kind", "a", "b"], unique=False)
    op.create_table(
        "link_state",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("rebuilt_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_link_state_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_state")),
    )
    op.create_table(
        "person_entity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_entity")),
        sa.UniqueConstraint("number", name=op.f("uq_person_entity_number")),
    )
    op.create_table(
        "person_member",
        sa.Column("mention_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("mention_id", name=op.f("pk_person_member")),
    )
    op.create_index(op.f("ix_person_member_person_id"), "person_member", ["person_id"], unique=False)
    op.create_table(
        "record",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("stamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_digest", sa.LargeBinary(), nullable=False),
        sa.Column("annulled", sa.Boolean(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column(
            "first_received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "last_received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record")),
        sa.UniqueConstraint("feed", "key", name=op.f("uq_record_feed_key")),
    )
    op.create_table(
        "redirect",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("event IN ('merged', 'split', 'emptied')", name=op.f("ck_redirect_event")),
        sa.CheckConstraint("kind IN ('person', 'case')", name=op.f("ck_redirect_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redirect")),
    )
    op.create_index("ix_redirect_from_id", "redirect", ["from_id"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("stamp", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("rows", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=True),
        sa.Column("verbatim", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('accepted', 'accepted_with_warnings', 'repeated', 'superseded', 'conflicting', 'rejected')",
            name=op.f("ck_delivery_outcome"),
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_delivery_batch_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_delivery_record_id")),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_delivery")),
    )
    op.create_index("ix_delivery_record_id", "delivery", ["record_id"], unique=False)
    op.create_table(
        "delivery_issue",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("record", sa.Text(), nullable=True),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("value", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_delivery_issue_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "position", "ordinal", name=op.f("pk_delivery_issue")),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_idempotency_key_batch_id")),
        sa.PrimaryKeyConstraint("client", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_table(
        "landed_chunk",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batch.id"], name=op.f("fk_landed_chunk_batch_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_landed_chunk")),
    )
    op.create_table(
        "link_dirty",
        sa.Column("record_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_link_dirty_record_id")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_link_dirty")),
    )
    op.create_table(
        "mention",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=True),
        sa.Column("age_min", sa.SmallInteger(), nullable=True),
        sa.Column("age_max", sa.SmallInteger(), nullable=True),
        sa.Column("nationality", sa.String(length=3), nullable=True),
        sa.Column("origin_ubigeo", sa.String(length=6), nullable=True),
        sa.Column("relation", sa.Text(), nullable=True),
        sa.Column("rescued", sa.Boolean(), nullable=True),
        sa.Column("detained", sa.Boolean(), nullable=True),
        sa.Column("measures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("services", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_mention_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mention")),
        sa.UniqueConstraint("record_id", "role", "order", name=op.f("uq_mention_record_id_role_order")),
    )
    op.create_table(
        "record_key",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_record_key_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "record_id", name=op.f("pk_record_key")),
    )
    op.create_index(op.f("ix_record_key_record_id"), "record_key", ["record_id"], unique=False)
    op.create_table(
        "record_version",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("stamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.SmallInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("adapter_version", sa.SmallInteger(), nullable=False),
        sa.Column("content_digest", sa.LargeBinary(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_version_record_id")),
        sa.PrimaryKeyConstraint("record_id", "stamp", "revision", name=op.f("pk_record_version")),
    )
    op.create_index(
        "ix_record_version_batch_id_position", "record_version", ["batch_id", "position"], unique=False
    )
    op.create_table(
        "report",
        sa.Column("record_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("citation_key", sa.Text(), nullable=False),
        sa.Column("stamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("annulled", sa.Boolean(), nullable=False),
        sa.Column("makes_case", sa.Boolean(), nullable=False),
        sa.Column("joins_case", sa.Boolean(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("offence_family", sa.Text(), nullable=True),
        sa.Column("offence_code", sa.Text(), nullable=True),
        sa.Column("offence_label", sa.Text(), nullable=True),
        sa.Column("facts_date", sa.Date(), nullable=True),
        sa.Column("report_date", sa.Date(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("referred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("referred_to", sa.Text(), nullable=True),
        sa.Column("office", sa.Text(), nullable=True),
        sa.Column("office_district", sa.Text(), nullable=True),
        sa.Column("department", sa.String(length=2), nullable=True),
        sa.Column("province", sa.String(length=4), nullable=True),
        sa.Column("district", sa.String(length=6), nullable=True),
        sa.Column("purposes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("recruitment", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("exploitation_place", sa.Text(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("victims_claimed", sa.Integer(), nullable=True),
        sa.Column("rulings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("narrative", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_report_record_id")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_report")),
    )
    op.create_index(op.f("ix_report_citation_key"), "report", ["citation_key"], unique=False)
    op.create_index("ix_report_facts_date", "report", ["facts_date"], unique=False)
    op.create_index("ix_report_report_date", "report", ["report_date"], unique=False)
    op.create_table(
        "citation",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["report.record_id"], name=op.f("fk_citation_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", "ordinal", name=op.f("pk_citation")),
    )
    op.create_index("ix_citation_feed_key", "citation", ["feed", "key"], unique=False)
    op.create_table(
        "mention_identity",
        sa.Column("mention_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("identity", sa.LargeBinary(), nullable=False),
        sa.Column("features", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.id"], name=op.f("fk_mention_identity_mention_id")),
        sa.PrimaryKeyConstraint("mention_id", name=op.f("pk_mention_identity")),
    )
    op.create_table(
        "mention_key",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mention_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mention_id"], ["mention.id"], name=op.f("fk_mention_key_mention_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "mention_id", name=op.f("pk_mention_key")),
    )
    op.create_index(op.f("ix_mention_key_mention_id"), "mention_key", ["mention_id"], unique=False)
