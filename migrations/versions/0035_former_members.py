"""Whom an id that ended stood for at its end, so that it is given back to them; pages of decisions by index

Of ids that ended before it nobody kept whom. One that was merged, into what was never split since, still leads
there: by all who are there today, and by 0 before them, so that it is given back to none of them. Any other
answers that it is gone.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0035"
down_revision: str | None = "0034"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# As far as whoever asks reaches the members themselves.
SEEN = """(SELECT current_setting('intertrata.reach', true)) = 'registry' OR CASE kind
    WHEN 'case' THEN EXISTS (SELECT FROM case_member c WHERE c.record_id = member)
    WHEN 'person' THEN EXISTS (SELECT FROM person_member p WHERE p.mention_id = member)
    END"""

BACKFILL = """
WITH RECURSIVE stands (id) AS MATERIALIZED (SELECT id FROM case_entity UNION ALL SELECT id FROM person_entity
), ended AS MATERIALIZED (
    SELECT DISTINCT ON (from_id) id, kind, event, from_id, to_id FROM redirect
    WHERE from_id NOT IN (SELECT id FROM stands) ORDER BY from_id, id DESC
), way (kind, source, here, since) AS (
    SELECT kind, from_id, to_id, id FROM ended WHERE event = 'merged'
    UNION ALL
    SELECT w.kind, w.source, e.to_id, e.id FROM way w
    JOIN ended e ON e.from_id = w.here AND e.event = 'merged' AND e.id > w.since
    WHERE NOT EXISTS (SELECT FROM redirect r WHERE r.from_id = w.here AND r.event = 'split' AND r.id > w.since)
), led AS MATERIALIZED (
    SELECT * FROM way w WHERE here IN (SELECT id FROM stands)
      AND NOT EXISTS (SELECT FROM redirect r WHERE r.from_id = w.here AND r.event = 'split' AND r.id > w.since)
)
INSERT INTO former_member (kind, entity_id, member)
SELECT kind, source, 0 FROM led
UNION ALL SELECT kind, source, record_id FROM led JOIN case_member ON case_id = here
UNION ALL SELECT kind, source, mention_id FROM led JOIN person_member ON person_id = here
"""


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
    op.execute(BACKFILL)
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
