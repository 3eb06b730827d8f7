"""A record says by which version of the index its features and blind keys were made; a batch, how often it was
begun without getting further"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "record", sa.Column("index_version", sa.SmallInteger(), server_default=sa.text("1"), nullable=False)
    )
    op.add_column(
        "batch", sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False)
    )
