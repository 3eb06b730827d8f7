"""Values that reviewers pin: a ledger, bound to members so that it outlives cases and persons"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


# As of the member: whoever sees the record or the mention sees what was pinned of it, not who did and why.
REACH = """(SELECT current_setting('intertrata.reach', true)) = 'registry'
    OR (kind = 'case' AND EXISTS (SELECT FROM report r WHERE r.record_id = member))
    OR (kind = 'person' AND EXISTS (SELECT FROM mention n WHERE n.id = member))"""
SEEN = "id, kind, member, attribute, act, value, made_at"


def upgrade() -> None:
    op.create_table(
        "pin",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=False),
        sa.Column("attribute", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("judge", sa.Text(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('person', 'case')", name=op.f("ck_pin_kind")),
        sa.CheckConstraint("act IN ('pinned', 'withdrawn')", name=op.f("ck_pin_act")),
        sa.CheckConstraint("act = 'pinned' OR value IS NULL", name=op.f("ck_pin_withdrawn_says_nothing")),
        sa.CheckConstraint(
            "attribute NOT IN ('names', 'document', 'birth_date', 'alias') OR value IS NULL",
            name=op.f("ck_pin_no_identity"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pin")),
    )
    op.create_index("ix_pin_kind_member_attribute", "pin", ["kind", "member", "attribute"])
    op.execute(
        "CREATE TRIGGER refuse_update_delete BEFORE UPDATE OR DELETE ON pin FOR EACH ROW "
        "EXECUTE FUNCTION refuse_edit()"
    )
    op.execute(
        "CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON pin FOR EACH STATEMENT "
        "EXECUTE FUNCTION refuse_edit()"
    )
    op.execute("ALTER TABLE pin ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY reach ON pin FOR SELECT TO intertrata_reader USING ({REACH})")
    op.execute(f"GRANT SELECT ({SEEN}) ON pin TO intertrata_reader")


def downgrade() -> None:
    op.drop_table("pin")
