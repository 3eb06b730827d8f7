"""Releases: frozen tables and manifests, what was counted for them, and what was done with them"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0023"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NOW = sa.text("now()")
HASHED = "sha256 = encode(sha256(content), 'hex')"
EDITION = "edition IN ('restricted', 'public')"
TABLES = ("release", "release_table", "release_fact", "release_manifest", "release_act")

WITH_RELEASE = """
CREATE FUNCTION refuse_late_content() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM release WHERE id = NEW.release_id AND xmin = pg_current_xact_id()::xid;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'release % is frozen: nothing is added to it', NEW.release_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
WITH_APPROVAL = """
CREATE FUNCTION refuse_late_manifest() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM release_act WHERE release_id = NEW.release_id AND act = 'approved'
        AND xmin = pg_current_xact_id()::xid;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a manifest of release % is signed with its approval', NEW.release_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
IN_ORDER = """
CREATE FUNCTION refuse_act_out_of_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.act = 'approved' THEN
        PERFORM FROM release WHERE id = NEW.release_id AND lower(btrim(built_by)) <> lower(btrim(NEW.who));
    ELSE
        PERFORM FROM release_act WHERE release_id = NEW.release_id
            AND act = CASE NEW.act WHEN 'published' THEN 'approved' ELSE 'published' END;
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'release %: % is refused here, or to who did the step before', NEW.release_id, NEW.act
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    _release()
    _contents()
    _acts()
    for function in (WITH_RELEASE, WITH_APPROVAL, IN_ORDER):
        op.execute(function)
    for table in TABLES:
        _refuse(table, "UPDATE OR DELETE", "ROW", "refuse_edit")
        _refuse(table, "TRUNCATE", "STATEMENT", "refuse_edit")
    _refuse("release_table", "INSERT", "ROW", "refuse_late_content")
    _refuse("release_fact", "INSERT", "ROW", "refuse_late_content")
    _refuse("release_manifest", "INSERT", "ROW", "refuse_late_manifest")
    _refuse("release_act", "INSERT", "ROW", "refuse_act_out_of_order")


def _release() -> None:
    op.create_table(
        "release",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("replaces", sa.Text(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("cut_off", sa.DateTime(timezone=True), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("judgement", sa.BigInteger(), nullable=False),
        sa.Column("redirect", sa.BigInteger(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("indicators", sa.String(length=64), nullable=False),
        sa.Column("policy", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("built_by", sa.Text(), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("id = period || '.' || version AND version > 0", name=op.f("ck_release_id")),
        sa.CheckConstraint("replaces IS NULL OR version > 1", name=op.f("ck_release_replaces")),
        sa.ForeignKeyConstraint(["replaces"], ["release.id"], name=op.f("fk_release_replaces")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sa.UniqueConstraint("period", "version", name=op.f("uq_release_period_version")),
    )


def _contents() -> None:
    op.create_table(
        "release_table",
        sa.Column("release_id", sa.Text(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("table_id", sa.Text(), nullable=False),
        sa.Column("cells", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(HASHED, name=op.f("ck_release_table_sha256")),
        sa.CheckConstraint(EDITION, name=op.f("ck_release_table_edition")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_table_release_id")),
        sa.PrimaryKeyConstraint("release_id", "edition", "table_id", name=op.f("pk_release_table")),
    )
    op.create_table(
        "release_fact",
        sa.Column("release_id", sa.Text(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_fact_release_id")),
        sa.PrimaryKeyConstraint("release_id", "indicator", name=op.f("pk_release_fact")),
    )
    op.create_table(
        "release_manifest",
        sa.Column("release_id", sa.Text(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.CheckConstraint(HASHED, name=op.f("ck_release_manifest_sha256")),
        sa.CheckConstraint(EDITION, name=op.f("ck_release_manifest_edition")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_manifest_release_id")),
        sa.PrimaryKeyConstraint("release_id", "edition", name=op.f("pk_release_manifest")),
    )


def _acts() -> None:
    op.create_table(
        "release_act",
        sa.Column("release_id", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("act IN ('approved', 'published', 'withdrawn')", name=op.f("ck_release_act_act")),
        sa.CheckConstraint(
            "(act = 'published') = (not_before IS NOT NULL)", name=op.f("ck_release_act_not_before")
        ),
        sa.CheckConstraint("btrim(who) <> '' AND btrim(reason) <> ''", name=op.f("ck_release_act_said")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_act_release_id")),
        sa.PrimaryKeyConstraint("release_id", "act", name=op.f("pk_release_act")),
    )


def _refuse(table: str, event: str, level: str, function: str) -> None:
    name = function if event == "INSERT" else f"refuse_{event.lower().replace(' or ', '_')}"
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {level} EXECUTE FUNCTION {function}()"
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    for function in ("refuse_late_content", "refuse_late_manifest", "refuse_act_out_of_order"):
        op.execute(f"DROP FUNCTION {function}()")
