"""The queue of doubtful pairs is kept: one row for two cases, or two persons, that may be one"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# As linking computed the rows when this was written: what is doubtful today stands in the queue from the start.
BACKFILL = """
WITH person_edge AS MATERIALIZED (
  SELECT e.a, e.b, e.probability, x.person_id AS ours, y.person_id AS theirs
  FROM edge e JOIN person_member x ON x.mention_id = e.a JOIN person_member y ON y.mention_id = e.b
  WHERE e.kind = 'person' AND e.outcome = 'unsure' AND x.person_id <> y.person_id),
person_said AS MATERIALIZED (
  SELECT e.*, aside.yes AS aside, (
      SELECT t.id FROM review_pair p JOIN review_act t ON t.id = p.act_id
      WHERE p.a = e.a AND p.b = e.b AND t.kind = 'person' AND t.act = 'pair' AND cardinality(t.why_second) > 0
        AND NOT EXISTS (SELECT 1 FROM review_word w WHERE w.act_id = t.id)
      ORDER BY t.number DESC LIMIT 1) AS proposal
  FROM person_edge e CROSS JOIN LATERAL (SELECT coalesce((
      SELECT j.outcome = 'unsure' AND j.id > coalesce((
        SELECT max(k.id) FROM judgement k
        WHERE k.kind = 'person' AND k.a = e.a AND k.b = e.b AND k.judge = 'machine'), 0)
      FROM judgement j
      WHERE j.kind = 'person' AND j.a = e.a AND j.b = e.b AND j.judge <> 'machine'
      ORDER BY j.id DESC LIMIT 1), false) AS yes) aside
),
person_pair AS MATERIALIZED (
  SELECT (array_agg(a ORDER BY probability DESC, a, b))[1] AS a, (array_agg(b ORDER BY probability DESC, a, b))[1] AS b, (array_agg(ours ORDER BY probability DESC, a, b))[1] AS ours, (array_agg(theirs ORDER BY probability DESC, a, b))[1] AS theirs, count(*)::int AS pairs,
    bool_or(probability >= 0.5) AS likely,
    (array_agg(proposal ORDER BY proposal) FILTER (WHERE proposal IS NOT NULL))[1] AS proposal,
    bool_and(aside) AS aside
  FROM person_said GROUP BY least(ours, theirs), greatest(ours, theirs)
),
appearance AS MATERIALIZED (
  SELECT w.person_id, n.role, m.case_id, c.offence_family AS family, c.department,
    extract(year FROM r.report_date)::int AS year, r.feed, coalesce(n.age_max < 18, false) AS minor
  FROM (SELECT ours AS person_id FROM person_pair UNION SELECT theirs FROM person_pair) w
  JOIN person_member p USING (person_id)
  JOIN mention n ON n.id = p.mention_id
  JOIN report r USING (record_id)
  JOIN case_member m USING (record_id)
  JOIN case_entity c ON c.id = m.case_id
), someone AS MATERIALIZED (
  SELECT person_id, count(*) AS members, bool_or(minor) AS minor, array_agg(DISTINCT family) AS families,
    array_agg(DISTINCT department) AS departments, array_agg(DISTINCT year) AS years,
    array_agg(DISTINCT feed) AS feeds
  FROM appearance GROUP BY person_id
), shared AS MATERIALIZED (
  SELECT d.a, d.b,
    count(DISTINCT x.family) FILTER (WHERE x.role = 'victim') AS victims,
    count(DISTINCT x.case_id) FILTER (WHERE x.role = 'victim' AND x.case_id = y.case_id) AS victimisations,
    count(DISTINCT x.family) FILTER (WHERE x.role = 'suspect') AS suspects
  FROM person_pair d
  JOIN appearance x ON x.person_id = d.ours
  JOIN appearance y ON y.person_id = d.theirs AND y.family = x.family AND y.role = x.role
  GROUP BY d.a, d.b
), person_item AS (
  SELECT 'person' AS kind, d.*, 0 AS cases, coalesce(s.victims, 0)::int AS victims,
    coalesce(s.victimisations, 0)::int AS victimisations, coalesce(s.suspects, 0)::int AS suspects,
    least(x.members, y.members)::int AS moved, x.minor OR y.minor AS minors,
    ARRAY(SELECT DISTINCT e FROM unnest(x.families || y.families) AS e WHERE e IS NOT NULL ORDER BY e) AS families, ARRAY(SELECT DISTINCT e FROM unnest(x.departments || y.departments) AS e WHERE e IS NOT NULL ORDER BY e) AS departments,
    ARRAY(SELECT DISTINCT e FROM unnest(x.years || y.years) AS e WHERE e IS NOT NULL ORDER BY e) AS years, ARRAY(SELECT DISTINCT e FROM unnest(x.feeds || y.feeds) AS e WHERE e IS NOT NULL ORDER BY e) AS feeds
  FROM person_pair d
  JOIN someone x ON x.person_id = d.ours
  JOIN someone y ON y.person_id = d.theirs
  LEFT JOIN shared s USING (a, b)
),
case_edge AS MATERIALIZED (SELECT e.* FROM (
  SELECT e.a, e.b, e.probability, x.case_id AS ours, y.case_id AS theirs
  FROM edge e JOIN case_member x ON x.record_id = e.a JOIN case_member y ON y.record_id = e.b
  WHERE e.kind = 'case' AND e.outcome = 'unsure' AND x.case_id <> y.case_id) e
  JOIN report p ON p.record_id = e.a AND p.makes_case
  JOIN report q ON q.record_id = e.b AND q.makes_case),
case_said AS MATERIALIZED (
  SELECT e.*, aside.yes AS aside, (
      SELECT t.id FROM review_pair p JOIN review_act t ON t.id = p.act_id
      WHERE p.a = e.a AND p.b = e.b AND t.kind = 'case' AND t.act = 'pair' AND cardinality(t.why_second) > 0
        AND NOT EXISTS (SELECT 1 FROM review_word w WHERE w.act_id = t.id)
      ORDER BY t.number DESC LIMIT 1) AS proposal
  FROM case_edge e CROSS JOIN LATERAL (SELECT coalesce((
      SELECT j.outcome = 'unsure' AND j.id > coalesce((
        SELECT max(k.id) FROM judgement k
        WHERE k.kind = 'case' AND k.a = e.a AND k.b = e.b AND k.judge = 'machine'), 0)
      FROM judgement j
      WHERE j.kind = 'case' AND j.a = e.a AND j.b = e.b AND j.judge <> 'machine'
      ORDER BY j.id DESC LIMIT 1), false) AS yes) aside
),
case_pair AS MATERIALIZED (
  SELECT (array_agg(a ORDER BY probability DESC, a, b))[1] AS a, (array_agg(b ORDER BY probability DESC, a, b))[1] AS b, (array_agg(ours ORDER BY probability DESC, a, b))[1] AS ours, (array_agg(theirs ORDER BY probability DESC, a, b))[1] AS theirs, count(*)::int AS pairs,
    bool_or(probability >= 0.5) AS likely,
    (array_agg(proposal ORDER BY proposal) FILTER (WHERE proposal IS NOT NULL))[1] AS proposal,
    bool_and(aside) AS aside
  FROM case_said GROUP BY least(ours, theirs), greatest(ours, theirs)
),
told AS MATERIALIZED (
  SELECT w.case_id, coalesce(bool_or(n.age_max < 18), false) AS minor, array_agg(DISTINCT r.feed) AS feeds,
    array_agg(DISTINCT extract(year FROM r.report_date)::int) AS years
  FROM (SELECT ours AS case_id FROM case_pair UNION SELECT theirs FROM case_pair) w
  JOIN case_member m USING (case_id)
  JOIN report r USING (record_id)
  LEFT JOIN mention n ON n.record_id = m.record_id AND n.present AND n.role = 'victim'
  GROUP BY w.case_id
), case_item AS (
  SELECT 'case' AS kind, d.*, 1 AS cases,
    CASE WHEN x.offence_family = y.offence_family THEN 0 ELSE least(x.victims, y.victims) END::int AS victims,
    0 AS victimisations, 0 AS suspects, least(x.reports, y.reports)::int AS moved,
    i.minor OR j.minor AS minors,
    ARRAY(SELECT DISTINCT e FROM unnest(ARRAY[x.offence_family, y.offence_family]) AS e WHERE e IS NOT NULL ORDER BY e) AS families,
    ARRAY(SELECT DISTINCT e FROM unnest(ARRAY[x.department, y.department]) AS e WHERE e IS NOT NULL ORDER BY e) AS departments,
    ARRAY(SELECT DISTINCT e FROM unnest(i.years || j.years) AS e WHERE e IS NOT NULL ORDER BY e) AS years, ARRAY(SELECT DISTINCT e FROM unnest(i.feeds || j.feeds) AS e WHERE e IS NOT NULL ORDER BY e) AS feeds
  FROM case_pair d
  JOIN case_entity x ON x.id = d.ours
  JOIN case_entity y ON y.id = d.theirs
  JOIN told i ON i.case_id = d.ours
  JOIN told j ON j.case_id = d.theirs
)
INSERT INTO review_item (kind, a, b, ours, theirs, pairs, likely, proposal, cases, victims, victimisations, suspects, moved, minors, families, departments, years, feeds, state, rank)
SELECT kind, a, b, ours, theirs, pairs, likely, proposal, cases, victims, victimisations, suspects, moved, minors, families, departments, years, feeds,
  CASE WHEN proposal IS NOT NULL THEN 'proposed' WHEN aside THEN 'put_aside' ELSE 'open' END,
  -(((cases + victims + victimisations + suspects)::bigint * 2 + (minors)::int) * 2097152 + least(moved, 1048575) * 2 + (likely)::int)
FROM (SELECT * FROM person_item UNION ALL SELECT * FROM case_item) item
"""


# Links made before names alone went to a reviewer: the next linking makes everything anew.
RELINK = "UPDATE link_state SET blocking = NULL"
COUNTS = ("cases", "victims", "victimisations", "suspects", "moved")


def upgrade() -> None:
    op.create_table(
        "review_item",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("a", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("b", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ours", sa.Uuid(), nullable=False),
        sa.Column("theirs", sa.Uuid(), nullable=False),
        sa.Column("pairs", sa.Integer(), nullable=False),
        sa.Column("likely", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposal", sa.Uuid(), nullable=True),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.Column("minors", sa.Boolean(), nullable=False),
        sa.Column("families", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("departments", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("years", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("feeds", sa.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint("kind IN ('person', 'case')", name=op.f("ck_review_item_kind")),
        sa.CheckConstraint("a < b", name=op.f("ck_review_item_ordered")),
        sa.CheckConstraint("state IN ('open', 'proposed', 'put_aside')", name=op.f("ck_review_item_state")),
        sa.PrimaryKeyConstraint("kind", "a", "b", name=op.f("pk_review_item")),
    )
    order = ["state", "rank", "kind", "a", "b"]
    op.create_index("ix_review_item_state_rank_kind_a_b", "review_item", order, unique=False)
    op.create_index("ix_review_item_ours", "review_item", ["ours"], unique=False)
    op.create_index("ix_review_item_theirs", "review_item", ["theirs"], unique=False)
    op.execute(sa.text(BACKFILL.replace(":", "\\:")))
    op.execute(RELINK)


def downgrade() -> None:
    op.drop_table("review_item")
