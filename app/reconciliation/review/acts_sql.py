"""The SQL of decisions: who stands where, what reviewers have said, what was decided."""

from typing import Final

MEMBERS: Final = {
    "person": "SELECT mention_id AS node FROM person_member WHERE person_id = :id ORDER BY 1",
    "case": "SELECT record_id AS node FROM case_member WHERE case_id = :id ORDER BY 1",
}

# Words that stand between the nodes given and whatever words connect with them: the latest of each pair.
WORDS_AROUND: Final = """
WITH RECURSIVE reach (id) AS (
  SELECT unnest(CAST(:nodes AS bigint[]))
  UNION
  SELECT n.id FROM reach r CROSS JOIN LATERAL (
    SELECT b AS id FROM judgement WHERE kind = :kind AND a = r.id AND judge <> 'machine'
    UNION ALL SELECT a FROM judgement WHERE kind = :kind AND b = r.id AND judge <> 'machine') n
)
SELECT DISTINCT ON (j.a, j.b) j.a, j.b, j.outcome
FROM reach r CROSS JOIN LATERAL (
  SELECT id, a, b, outcome FROM judgement
  WHERE kind = :kind AND a = r.id AND judge <> 'machine' OFFSET 0) j
ORDER BY j.a, j.b, j.id DESC
"""

# What stands of pairs once whatever was undone is left out. The rows that undoing wrote carry the id of the
# act undone, so that they are left out with it.
STANDING: Final = """
SELECT DISTINCT ON (j.a, j.b) j.a, j.b, j.outcome, j.act_id
FROM unnest(CAST(:a AS bigint[]), CAST(:b AS bigint[])) AS p (a, b)
JOIN judgement j ON j.kind = :kind AND j.a = p.a AND j.b = p.b AND j.judge <> 'machine'
WHERE j.act_id IS NULL
   OR NOT EXISTS (SELECT 1 FROM review_word w WHERE w.act_id = j.act_id AND w.word = 'undone')
ORDER BY j.a, j.b, j.id DESC
"""

ADD_ACT: Final = """
INSERT INTO review_act (id, kind, act, outcome, judge, why_second, digest, effect, made_at)
VALUES (:id, :kind, :act, :outcome, :judge, CAST(:why_second AS text[]), :digest,
  CAST(:effect AS jsonb), :now)
"""
ADD_PAIRS: Final = """
INSERT INTO review_pair (act_id, a, b, outcome)
SELECT :id, p.* FROM unnest(CAST(:a AS bigint[]), CAST(:b AS bigint[]), CAST(:outcomes AS text[])) AS p
"""
ADD_WORD: Final = """
INSERT INTO review_word (act_id, word, judge, effect, made_at)
VALUES (:id, :word, :judge, CAST(:effect AS jsonb), :now)
"""
ADD_REASON: Final = """
INSERT INTO review_reason (act_id, word, data_key, reason) VALUES (:id, :word, :data_key, :reason)
"""

_STATE: Final = """
CASE
  WHEN bool_or(w.word = 'undone') THEN 'undone'
  WHEN bool_or(w.word = 'disputed') THEN 'disputed'
  WHEN cardinality(t.why_second) = 0 OR bool_or(w.word = 'confirmed') THEN 'effective'
  ELSE 'proposed'
END"""
# A word on somebody whom their record names no more rests: it binds again when they are named again.
_RESTING: Final = """
(SELECT count(*) FROM review_pair p WHERE p.act_id = t.id AND t.kind = 'person'
  AND EXISTS (SELECT 1 FROM mention m WHERE m.id IN (p.a, p.b) AND NOT m.present))"""
_ACT: Final = f"""
SELECT t.*, {_STATE} AS state, (SELECT count(*) FROM review_pair p WHERE p.act_id = t.id) AS pairs,
  {_RESTING} AS resting
FROM review_act t LEFT JOIN review_word w ON w.act_id = t.id
"""
ACT: Final = f"{_ACT} WHERE t.id = :id GROUP BY t.id"
ACT_BY_DIGEST: Final = f"{_ACT} WHERE t.digest = :digest GROUP BY t.id ORDER BY t.number DESC LIMIT 1"
ACT_ON_PAIR: Final = f"""
{_ACT} WHERE t.id = (
  SELECT t.id FROM review_pair p JOIN review_act t ON t.id = p.act_id
  WHERE p.a = :a AND p.b = :b AND t.kind = :kind AND t.act = 'pair' ORDER BY t.number DESC LIMIT 1)
GROUP BY t.id
"""
ACTS: Final = f"""
SELECT * FROM ({_ACT} WHERE t.number < :before GROUP BY t.id) found
WHERE (CAST(:state AS text) IS NULL OR state = :state)
  AND (NOT CAST(:resting AS boolean) OR (resting > 0 AND state = 'effective'))
ORDER BY number DESC LIMIT :limit
"""
PAIRS: Final = "SELECT a, b, outcome FROM review_pair WHERE act_id = :id ORDER BY a, b"
WORDS: Final = """
SELECT w.word, w.judge, w.effect, w.made_at FROM review_word w WHERE w.act_id = :id ORDER BY w.made_at, w.word
"""
REASONS: Final = "SELECT word, data_key, reason FROM review_reason WHERE act_id = :id"

# Why was it decided so: of every pair of those records, and of every pair with anybody named in them.
FORGET_REASONS: Final = """
DELETE FROM review_reason WHERE act_id IN (
  SELECT t.id FROM review_act t JOIN review_pair p ON p.act_id = t.id
  WHERE t.kind = 'case' AND (p.a = ANY(:records) OR p.b = ANY(:records))
  UNION
  SELECT t.id FROM review_act t JOIN review_pair p ON p.act_id = t.id
  JOIN mention m ON m.id IN (p.a, p.b)
  WHERE t.kind = 'person' AND m.record_id = ANY(:records))
RETURNING act_id
"""

RECORDS_OF: Final = "SELECT id AS mention_id, record_id FROM mention WHERE id = ANY(:mentions)"
MINORS: Final = "SELECT id FROM mention WHERE id = ANY(:mentions) AND age_max < 18"

# Every mention of the cases that the records are in, and the given ones.
MENTIONS_AROUND: Final = """
SELECT n.id FROM case_member c JOIN case_member m USING (case_id) JOIN mention n ON n.record_id = m.record_id
WHERE c.record_id = ANY(:records)
"""

# The figures of the cases of some records and of the persons of some mentions, counted as the statistics
# count them (app.statistics.repository; a test holds the two together).
FIGURES: Final = """
WITH chosen_case AS MATERIALIZED (
  SELECT DISTINCT case_id FROM case_member WHERE record_id = ANY(CAST(:records AS bigint[]))
), chosen_person AS MATERIALIZED (
  SELECT DISTINCT person_id FROM person_member WHERE mention_id = ANY(CAST(:mentions AS bigint[]))
), told AS (
  SELECT c.id, c.offence_family AS family, c.department, c.victims,
    extract(year FROM min(r.report_date))::int AS year
  FROM chosen_case k JOIN case_entity c ON c.id = k.case_id
  JOIN case_member m ON m.case_id = c.id JOIN report r USING (record_id)
  WHERE r.makes_case GROUP BY c.id
), appearance AS MATERIALIZED (
  SELECT p.person_id, n.role, c.offence_family AS family, c.department, r.report_date AS day
  FROM chosen_person JOIN person_member p USING (person_id)
  JOIN mention n ON n.id = p.mention_id AND n.present AND n.role IN ('victim', 'suspect')
    AND n.kind = 'natural'
  JOIN report r USING (record_id) JOIN case_member m USING (record_id) JOIN case_entity c ON c.id = m.case_id
  WHERE r.makes_case
), placed AS (
  SELECT role, family, department, person_id, extract(year FROM min(day))::int AS year
  FROM appearance GROUP BY role, family, department, person_id
)
SELECT 'total' AS level, 'cases' AS unit, NULL AS family, NULL AS department, NULL::int AS year,
  count(*) AS counted FROM chosen_case
UNION ALL SELECT 'total', 'persons', NULL, NULL, NULL, count(*) FROM chosen_person
UNION ALL SELECT 'country', 'cases', family, NULL, NULL, count(*) FROM told GROUP BY family
UNION ALL SELECT 'country', 'victimisations', family, NULL, NULL, sum(victims) FROM told GROUP BY family
UNION ALL SELECT 'country', role || 's', family, NULL, NULL, count(DISTINCT person_id)
  FROM appearance GROUP BY role, family
UNION ALL SELECT 'department', 'cases', family, department, year, count(*) FROM told GROUP BY 3, 4, 5
UNION ALL SELECT 'department', 'victimisations', family, department, year, sum(victims)
  FROM told GROUP BY 3, 4, 5
UNION ALL SELECT 'department', role || 's', family, department, year, count(*)
  FROM placed GROUP BY role, family, department, year
"""
