"""What figures tell persons by stands in columns, computed by linking; a case says its place of exploitation.

What is held is given its values here, as linking gives them, pins in: nothing has to be linked anew.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

PLACES = """
WITH said AS (
  SELECT DISTINCT ON (m.case_id) m.case_id, r.exploitation_place AS value
  FROM case_member m JOIN report r USING (record_id) WHERE r.exploitation_place IS NOT NULL
  ORDER BY m.case_id, array_position(ARRAY['sistra', 'reta-pnp', 'poder-judicial', 'linea-1818'], r.feed),
    r.stamp DESC, r.exploitation_place COLLATE "C"
), word AS (
  SELECT DISTINCT ON (n.member) m.case_id, n.id, n.act, coalesce(n.value, r.exploitation_place) AS value
  FROM pin n JOIN case_member m ON m.record_id = n.member JOIN report r ON r.record_id = n.member
  WHERE n.kind = 'case' AND n.attribute = 'exploitation_place' ORDER BY n.member, n.id DESC
), pinned AS (
  SELECT DISTINCT ON (case_id) case_id, value FROM word WHERE act = 'pinned' AND value IS NOT NULL
  ORDER BY case_id, id DESC
)
UPDATE case_entity e SET exploitation_place = coalesce(pinned.value, said.value)
FROM said FULL JOIN pinned USING (case_id) WHERE case_id = e.id
"""

# Niñas and niños until 12, adolescentes until 18; a range across a border is in no group.
GROUP = """CASE WHEN {0} >= 60 THEN '60+' WHEN {0} >= 30 THEN '30-59' WHEN {0} >= 18 THEN '18-29'
    WHEN {0} >= 12 THEN '12-17' WHEN {0} >= 0 THEN '0-11' END"""
AGE_GROUP = f"CASE WHEN {GROUP.format('n.age_min')} = {GROUP.format('n.age_max')} THEN {GROUP.format('n.age_min')} END"


def chosen(attribute: str, keys: str, votes: str = "votes DESC, ") -> str:
    return f"""{attribute}_chosen AS (
  SELECT DISTINCT ON ({keys}) {keys}, {attribute} FROM (
    SELECT {keys}, {attribute}, count(*) AS votes, max(belief) AS belief
    FROM said WHERE {attribute} IS NOT NULL GROUP BY {keys}, {attribute}
  ) voices ORDER BY {keys}, {votes}belief DESC, {attribute}::text COLLATE "C"
)"""


def pinned(attribute: str) -> str:
    return f"(array_agg(value ORDER BY id DESC) FILTER (WHERE attribute = '{attribute}'))[1] AS {attribute}"


PERSONS = f"""
WITH said AS MATERIALIZED (
  SELECT m.person_id, c.case_id, n.sex, n.nationality, n.relation, {AGE_GROUP} AS age_group,
    CASE WHEN n.age_min < 18 AND n.age_max >= 18 OR n.age_min IS NULL THEN NULL ELSE n.age_max < 18 END AS minor,
    array_position(ARRAY['linea-1818', 'reta-pnp', 'poder-judicial', 'sistra'], r.feed) * 1000000000000000000
      + (extract(epoch FROM r.stamp) * 1000000)::bigint AS belief
  FROM person_member m JOIN mention n ON n.id = m.mention_id JOIN report r USING (record_id)
  LEFT JOIN case_member c USING (record_id)
  WHERE n.present AND n.role IN ('victim', 'suspect') AND n.kind = 'natural' AND NOT r.annulled
), {chosen("sex", "person_id")}, {chosen("nationality", "person_id")},
{chosen("age_group", "person_id, case_id")}, {chosen("minor", "person_id, case_id")},
{chosen("relation", "person_id, case_id", votes="")}, word AS (
  SELECT DISTINCT ON (i.member, i.attribute) m.person_id, c.case_id, i.id, i.attribute, i.act,
    coalesce(i.value, CASE i.attribute WHEN 'sex' THEN n.sex WHEN 'nationality' THEN n.nationality
      WHEN 'relation' THEN n.relation WHEN 'age_group' THEN {AGE_GROUP} END) AS value
  FROM person_member m JOIN pin i ON i.kind = 'person' AND i.member = m.mention_id
  JOIN mention n ON n.id = m.mention_id LEFT JOIN case_member c USING (record_id)
  ORDER BY i.member, i.attribute, i.id DESC
), pinned AS (
  SELECT person_id, {pinned("sex")}, {pinned("nationality")}
  FROM word WHERE act = 'pinned' AND value IS NOT NULL GROUP BY person_id
), pinned_here AS (
  SELECT person_id, case_id, {pinned("age_group")}, {pinned("relation")}
  FROM word WHERE act = 'pinned' AND value IS NOT NULL GROUP BY person_id, case_id
)
INSERT INTO person_case (person_id, case_id, sex, nationality, age_group, minor, relation)
SELECT person_id, case_id, coalesce(n.sex, s.sex), coalesce(n.nationality, t.nationality),
  coalesce(h.age_group, a.age_group), coalesce(h.age_group IN ('0-11', '12-17'), y.minor),
  coalesce(h.relation, l.relation)
FROM (SELECT DISTINCT person_id, case_id FROM said WHERE case_id IS NOT NULL) named
LEFT JOIN sex_chosen s USING (person_id) LEFT JOIN nationality_chosen t USING (person_id)
LEFT JOIN age_group_chosen a USING (person_id, case_id) LEFT JOIN minor_chosen y USING (person_id, case_id)
LEFT JOIN relation_chosen l USING (person_id, case_id)
LEFT JOIN pinned n USING (person_id) LEFT JOIN pinned_here h USING (person_id, case_id)
"""

# Values are of every institution's word: shown with the whole case, never to who sees a part of its records.
SEEN = """(SELECT current_setting('intertrata.reach', true)) = 'registry'
    OR ((SELECT nullif(current_setting('intertrata.department', true), '')) IS NOT NULL
        AND EXISTS (SELECT FROM case_entity c WHERE c.id = case_id))"""


def upgrade() -> None:
    op.add_column("case_entity", sa.Column("exploitation_place", sa.Text(), nullable=True))
    op.create_table(
        "person_case",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=True),
        sa.Column("nationality", sa.String(length=3), nullable=True),
        sa.Column("age_group", sa.Text(), nullable=True),
        sa.Column("minor", sa.Boolean(), nullable=True),
        sa.Column("relation", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("person_id", "case_id", name=op.f("pk_person_case")),
    )
    op.create_index("ix_person_case_case_id", "person_case", ["case_id"])
    op.execute(PLACES)
    op.execute(PERSONS)
    op.execute("ALTER TABLE person_case ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY reach ON person_case FOR SELECT TO intertrata_reader USING ({SEEN})")
    op.execute("GRANT SELECT ON person_case, change_cursor TO intertrata_reader")
    op.execute("ALTER TABLE change_cursor ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY reach ON change_cursor FOR SELECT TO intertrata_reader USING (true)")


def downgrade() -> None:
    op.execute("REVOKE SELECT ON change_cursor FROM intertrata_reader")
    op.execute("DROP POLICY reach ON change_cursor")
    op.execute("ALTER TABLE change_cursor DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY")
    op.drop_table("person_case")
    op.drop_column("case_entity", "exploitation_place")
