"""Builds of releases that were asked for by a route, and where they stand"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OPEN = "state IN ('asked', 'running')"


def upgrade() -> None:
    op.create_table(
        "release_build",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("release_id", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("es", sa.Text(), nullable=True),
        sa.Column("en", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'running', 'built', 'refused', 'failed')", name=op.f("ck_release_build_state")
        ),
        sa.CheckConstraint(
            "(state = 'built') = (release_id IS NOT NULL)", name=op.f("ck_release_build_release")
        ),
        sa.CheckConstraint(f"({OPEN}) = (finished_at IS NULL)", name=op.f("ck_release_build_finished")),
        sa.CheckConstraint(
            "(state IN ('refused', 'failed')) = (code IS NOT NULL)", name=op.f("ck_release_build_code")
        ),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_build_release_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_build")),
        sa.UniqueConstraint("client", "key", name=op.f("uq_release_build_client_key")),
    )
    op.create_index(
        "ix_release_build_open", "release_build", ["period"], unique=True, postgresql_where=sa.text(OPEN)
    )


def downgrade() -> None:
    op.drop_index("ix_release_build_open", table_name="release_build", postgresql_where=sa.text(OPEN))
    op.drop_table("release_build")
