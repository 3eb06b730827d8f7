"""A mention keeps its row for the person, not for the place: a place is one mention's at a time"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0032"
down_revision: str | None = "0030"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "uq_mention_place",
        "mention",
        ["record_id", "role", "order"],
        unique=True,
        postgresql_where=sa.text("present"),
    )
    op.create_index("ix_mention_record_id", "mention", ["record_id"])
    op.drop_constraint(op.f("uq_mention_record_id_role_order"), "mention", type_="unique")


def downgrade() -> None:
    """Refused by the database where somebody's place was taken by somebody else since."""
    op.create_unique_constraint(
        op.f("uq_mention_record_id_role_order"), "mention", ["record_id", "role", "order"]
    )
    op.drop_index("ix_mention_record_id", table_name="mention")
    op.drop_index("uq_mention_place", table_name="mention")
