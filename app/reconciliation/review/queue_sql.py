"""The SQL of the queue. What a decision would change is worked out in sets, for all doubtful pairs at once,
since their order depends on it; what is shown of a pair, for one page.

Counts are those of the statistics: distinct persons by role and family, victims by case, cases.
"""

from typing import Final

# Columns: kind, a, b, likely, ours, theirs, figures, cases, victims, victimisations, suspects, moved, minors,
# families, departments, years, feeds.
_PERSONS: Final = """
person_pair AS MATERIALIZED (
  SELECT e.a, e.b, e.probability >= 0.5 AS likely, x.person_id AS ours, y.person_id AS theirs
  FROM edge e
  JOIN person_member x ON x.mention_id = e.a
  JOIN person_member y ON y.mention_id = e.b
  WHERE e.kind = 'person' AND e.outcome = 'unsure' AND {of_person}
), appearance AS MATERIALIZED (
  SELECT w.person_id, n.role, m.case_id, c.offence_family AS family, c.department,
    extract(year FROM r.report_date)::int AS year, r.feed,
    coalesce(n.age_max < 18, false) AS minor
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
), person_impact AS (
  SELECT 'person' AS kind, d.a, d.b, d.likely, d.ours, d.theirs, 0 AS cases,
    coalesce(s.victims, 0) AS victims, coalesce(s.victimisations, 0) AS victimisations,
    coalesce(s.suspects, 0) AS suspects, least(x.members, y.members) AS moved, x.minor OR y.minor AS minors,
    x.families || y.families AS families, x.departments || y.departments AS departments,
    x.years || y.years AS years, x.feeds || y.feeds AS feeds
  FROM person_pair d
  JOIN someone x ON x.person_id = d.ours
  JOIN someone y ON y.person_id = d.theirs
  LEFT JOIN shared s USING (a, b)
)"""

# Where families differ, the victims of the case whose family gives way are counted under the other.
_CASES: Final = """
case_pair AS MATERIALIZED (
  SELECT e.a, e.b, e.probability >= 0.5 AS likely, x.case_id AS ours, y.case_id AS theirs
  FROM edge e
  JOIN case_member x ON x.record_id = e.a
  JOIN case_member y ON y.record_id = e.b
  JOIN report p ON p.record_id = e.a AND p.makes_case
  JOIN report q ON q.record_id = e.b AND q.makes_case
  WHERE e.kind = 'case' AND e.outcome = 'unsure' AND {of_case}
), young AS MATERIALIZED (
  SELECT w.case_id, coalesce(bool_or(n.age_max < 18), false) AS minor, array_agg(DISTINCT r.feed) AS feeds,
    array_agg(DISTINCT extract(year FROM r.report_date)::int) AS years
  FROM (SELECT ours AS case_id FROM case_pair UNION SELECT theirs FROM case_pair) w
  JOIN case_member m USING (case_id)
  JOIN report r USING (record_id)
  LEFT JOIN mention n ON n.record_id = m.record_id AND n.present AND n.role = 'victim'
  GROUP BY w.case_id
), case_impact AS (
  SELECT 'case' AS kind, d.a, d.b, d.likely, d.ours, d.theirs, 1 AS cases,
    CASE WHEN x.offence_family = y.offence_family THEN 0 ELSE least(x.victims, y.victims) END AS victims,
    0 AS victimisations, 0 AS suspects, least(x.reports, y.reports) AS moved, i.minor OR j.minor AS minors,
    ARRAY[x.offence_family, y.offence_family] AS families, ARRAY[x.department, y.department] AS departments,
    i.years || j.years AS years, i.feeds || j.feeds AS feeds
  FROM case_pair d
  JOIN case_entity x ON x.id = d.ours
  JOIN case_entity y ON y.id = d.theirs
  JOIN young i ON i.case_id = d.ours
  JOIN young j ON j.case_id = d.theirs
)"""

_STATE: Final = """
CASE
  WHEN EXISTS (
    SELECT 1 FROM review_pair p JOIN review_act t ON t.id = p.act_id
    WHERE p.a = i.a AND p.b = i.b AND t.kind = i.kind AND t.act = 'pair' AND cardinality(t.why_second) > 0
      AND NOT EXISTS (SELECT 1 FROM review_word w WHERE w.act_id = t.id)) THEN 'proposed'
  WHEN said.outcome = 'unsure' AND said.id > coalesce((
    SELECT max(j.id) FROM judgement j
    WHERE j.kind = i.kind AND j.a = i.a AND j.b = i.b AND j.judge = 'machine'), 0) THEN 'put_aside'
  ELSE 'open'
END"""

_ITEMS: Final = f"""
WITH {_PERSONS}, {_CASES}, impact AS (SELECT * FROM person_impact UNION ALL SELECT * FROM case_impact),
item AS (
  SELECT i.*, (i.cases + i.victims + i.victimisations + i.suspects)::int AS figures, {_STATE} AS state
  FROM impact i LEFT JOIN LATERAL (
    SELECT j.id, j.outcome FROM judgement j
    WHERE j.kind = i.kind AND j.a = i.a AND j.b = i.b AND j.judge <> 'machine' ORDER BY j.id DESC LIMIT 1
  ) said ON true
)
"""

# In order; a row compared with the cursor's place needs every key in one direction, so counts are negated.
_KEY: Final = "-figures, -minors::int, -moved, -likely::int, kind, a, b"

QUEUE: Final = (
    _ITEMS.format(of_person="true", of_case="true")
    + f"""
SELECT * FROM item
WHERE state = :state
  AND (CAST(:kind AS text) IS NULL OR kind = :kind)
  AND (CAST(:department AS text) IS NULL OR :department = ANY(departments))
  AND (CAST(:feed AS text) IS NULL OR :feed = ANY(feeds))
  AND (CAST(:figures AS int) IS NULL OR ({_KEY}) >
       (-CAST(:figures AS int), -CAST(:minors AS int), -CAST(:moved AS int), -CAST(:likely AS int),
        CAST(:after_kind AS text), CAST(:a AS bigint), CAST(:b AS bigint)))
ORDER BY {_KEY}
LIMIT :limit
"""
)

ITEM: Final = (
    _ITEMS.format(
        of_person="(:kind, e.a, e.b) = ('person', :a, :b)", of_case="(:kind, e.a, e.b) = ('case', :a, :b)"
    )
    + "SELECT * FROM item"
)

# What is shown of the two ends: (node, feed, number, role, order).
SIDES: Final = {
    "person": """
SELECT n.id AS node, r.feed, r.number, n.role, n."order" FROM mention n JOIN record r ON r.id = n.record_id
WHERE n.id = ANY(:nodes)""",
    "case": """
SELECT r.id AS node, r.feed, r.number, NULL::text AS role, NULL::int AS "order" FROM record r
WHERE r.id = ANY(:nodes)""",
}

SIZES: Final = {
    "person": """
SELECT person_id AS id, count(*) AS n FROM person_member WHERE person_id = ANY(:ids) GROUP BY 1""",
    "case": """
SELECT case_id AS id, count(*) AS n FROM case_member WHERE case_id = ANY(:ids) GROUP BY 1""",
}

# Beside each item: its lease, the proposal that waits, and the machine's latest judgement.
BESIDE: Final = """
SELECT w.kind, w.a, w.b, c.holder, c.expires_at,
  (SELECT t.id FROM review_pair p JOIN review_act t ON t.id = p.act_id
   WHERE p.a = w.a AND p.b = w.b AND t.kind = w.kind AND t.act = 'pair' AND cardinality(t.why_second) > 0
     AND NOT EXISTS (SELECT 1 FROM review_word x WHERE x.act_id = t.id) LIMIT 1) AS proposal,
  (SELECT max(j.id) FROM judgement j
   WHERE j.kind = w.kind AND j.a = w.a AND j.b = w.b AND j.judge = 'machine') AS judgement
FROM unnest(CAST(:kinds AS text[]), CAST(:a AS bigint[]), CAST(:b AS bigint[])) AS w (kind, a, b)
LEFT JOIN review_claim c ON c.kind = w.kind AND c.a = w.a AND c.b = w.b AND c.expires_at > :now
"""

# One row for a pair: whoever comes second finds the first one's, waits for it where it is being written, and
# takes it over only where it is their own or has expired.
CLAIM: Final = """
INSERT INTO review_claim AS held (kind, a, b, holder, claimed_at, expires_at)
VALUES (:kind, :a, :b, :holder, :now, :until)
ON CONFLICT (kind, a, b) DO UPDATE
SET holder = excluded.holder, expires_at = excluded.expires_at,
    claimed_at = CASE WHEN held.holder = excluded.holder THEN held.claimed_at ELSE excluded.claimed_at END
WHERE held.holder = excluded.holder OR held.expires_at <= excluded.claimed_at
RETURNING expires_at
"""

LEASE: Final = """
SELECT holder, expires_at FROM review_claim
WHERE kind = :kind AND a = :a AND b = :b AND expires_at > :now
"""

RELEASE: Final = "DELETE FROM review_claim WHERE kind = :kind AND a = :a AND b = :b AND holder = :holder"
EXPIRED: Final = "DELETE FROM review_claim WHERE expires_at <= :now"
