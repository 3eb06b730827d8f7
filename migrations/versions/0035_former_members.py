"""Whom an id that ended stood for at its end, so that it is given back to them; pages of decisions by index

Of ids that ended before this migration nobody kept it: they answer that they are gone, without saying where to.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0035"
down_revision: str | None = "0032"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# As far as whoever asks reaches the members themselves.
SEEN = """(SELECT current_setting('intertrata.reach', true)) = 'registry' OR CASE kind
    WHEN 'case' THEN EXISTS (SELECT FROM case_member c WHERE c.record_id = member)
    WHEN 'person' THEN EXISTS (SELECT FROM person_member p WHERE p.mention_id = member)
    END"""


def upgrade() -> None:
    op.create_table(
        "former_member",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('person', 'case')", name=op.f("ck_former_member_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_member")),
        sa.UniqueConstraint("entity_id", "member", name=op.f("uq_former_member_entity_id_member")),
    )
    op.create_index("ix_former_member_kind_member", "former_member", ["kind", "member"])
    op.execute("ALTER TABLE former_member ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY reach ON former_member FOR SELECT TO intertrata_reader USING ({SEEN})")
    op.execute("GRANT SELECT ON former_member TO intertrata_reader")
    # What the pages of decisions are found by, where few are meant.
    second, absent = sa.text("cardinality(why_second) > 0"), sa.text("NOT present")
    op.create_index("ix_review_act_second", "review_act", ["number"], postgresql_where=second)
    op.create_index("ix_review_pair_b", "review_pair", ["b"])
    op.create_index("ix_review_word_word", "review_word", ["word"])
    op.create_index("ix_mention_absent", "mention", ["id"], postgresql_where=absent)


def downgrade() -> None:
    op.drop_index("ix_mention_absent", table_name="mention")
    op.drop_index("ix_review_word_word", table_name="review_word")
    op.drop_index("ix_review_pair_b", table_name="review_pair")
    op.drop_index("ix_review_act_second", table_name="review_act")
    op.drop_table("former_member")
