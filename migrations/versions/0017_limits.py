"""Limits: the pace of requests, unusual readings of identities"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "request_pace",
        sa.Column("who", sa.LargeBinary(), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("who", name=op.f("pk_request_pace")),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "unusual_reading",
        sa.Column("position", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("officer", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason IN ('limit', 'own_past')", name=op.f("ck_unusual_reading_reason")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_unusual_reading")),
        sa.UniqueConstraint("client", "officer", "day", "reason", name="uq_unusual_reading_day"),
    )
    op.execute("ALTER TABLE unusual_reading ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    for event, level in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        name = f"refuse_{event.lower().replace(' or ', '_')}"
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON unusual_reading"
            f" FOR EACH {level} EXECUTE FUNCTION refuse_edit()"
        )
