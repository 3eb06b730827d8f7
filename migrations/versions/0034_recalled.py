"""A release withdrawn before its hour was recalled: it never came out"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0034"
down_revision: str | None = "0032"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _acts("'approved', 'published', 'withdrawn', 'recalled'")
    op.create_index(  # one of the two, and once
        "uq_release_act_end",
        "release_act",
        ["release_id"],
        unique=True,
        postgresql_where=sa.text("act IN ('withdrawn', 'recalled')"),
    )


def downgrade() -> None:
    """Fails where a release was recalled: by the former words it would have come out."""
    op.drop_index("uq_release_act_end", table_name="release_act")
    _acts("'approved', 'published', 'withdrawn'")


def _acts(words: str) -> None:
    op.drop_constraint(op.f("ck_release_act_act"), "release_act")
    op.create_check_constraint(op.f("ck_release_act_act"), "release_act", f"act IN ({words})")
