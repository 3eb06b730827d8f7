"""How often it was asked that the cubes of the statistics be made anew: every process looks before it answers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "statistics_cube",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_statistics_cube_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statistics_cube")),
    )
    op.execute("INSERT INTO statistics_cube (id) VALUES (1)")


def downgrade() -> None:
    op.drop_table("statistics_cube")
