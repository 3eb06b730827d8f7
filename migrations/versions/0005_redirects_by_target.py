"""Which ids were merged into one is asked with every case and person: found by an index"""

from collections.abc import Sequence

from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("ix_redirect_to_id", "redirect", ["to_id"], unique=False)
