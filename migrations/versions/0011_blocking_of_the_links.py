"""The links say by which blocking rules their candidates were found, so that other rules make them anew."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("link_state", sa.Column("blocking", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("link_state", "blocking")
