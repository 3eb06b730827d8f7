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

# Of one act t. LATERAL over an aggregate, so that it is looked up for the rows of a page and for no others.
_STATE: Final = """
(SELECT CASE
    WHEN bool_or(word = 'undone') THEN 'undone'
    WHEN bool_or(word = 'disputed') THEN 'disputed'
    WHEN cardinality(t.why_second) = 0 OR bool_or(word = 'confirmed') THEN 'effective'
    ELSE 'proposed'
  END AS state FROM review_word WHERE act_id = t.id) s"""
# A word on somebody whom their record names no more rests: it binds again when they are named again.
_COUNTS: Final = """
(SELECT count(*) AS pairs, count(*) FILTER (WHERE t.kind = 'person' AND EXISTS (
    SELECT FROM mention m WHERE m.id IN (p.a, p.b) AND NOT m.present)) AS resting
  FROM review_pair p WHERE p.act_id = t.id) c"""
_ACT: Final = (
    f"SELECT t.*, s.state, c.* FROM review_act t CROSS JOIN LATERAL {_STATE} CROSS JOIN LATERAL {_COUNTS}"
)
ACT: Final = f"{_ACT} WHERE t.id = :id"
ACT_BY_DIGEST: Final = f"{_ACT} WHERE t.digest = :digest ORDER BY t.number DESC LIMIT 1"
ACT_ON_PAIR: Final = f"""
{_ACT} WHERE t.id = (
  SELECT t.id FROM review_pair p JOIN review_act t ON t.id = p.act_id
  WHERE p.a = :a AND p.b = :b AND t.kind = :kind AND t.act = 'pair' ORDER BY t.number DESC LIMIT 1)
"""

# The page first, then what is told of its rows. What few are in is found by what put them there.
_PAGE: Final = """
WITH page AS MATERIALIZED (
  SELECT t.id FROM review_act t CROSS JOIN LATERAL {state}
  WHERE t.number < :before AND s.state = ANY(:states) {among} ORDER BY t.number DESC LIMIT :limit
)
{act} WHERE t.id IN (SELECT id FROM page) ORDER BY t.number DESC
"""
_SAID: Final = "AND t.id IN (SELECT act_id FROM review_word WHERE word = '{}')"
_RESTING: Final = """AND t.kind = 'person' AND t.id IN (
    SELECT p.act_id FROM mention m JOIN review_pair p ON p.a = m.id WHERE NOT m.present
    UNION SELECT p.act_id FROM mention m JOIN review_pair p ON p.b = m.id WHERE NOT m.present)"""
_AMONG: Final = {
    "undone": _SAID.format("undone"),
    "disputed": _SAID.format("disputed"),
    "proposed": "AND cardinality(t.why_second) > 0",
}
STATES: Final = ("proposed", "effective", "disputed", "undone")


def acts(state: str | None, resting: bool) -> str:
    """A page of acts, the latest first: ``before`` (number), ``states``, ``limit``."""
    among = _RESTING if resting else _AMONG.get(state or "", "")
    return _PAGE.format(state=_STATE, act=_ACT, among=among)


PAIRS: Final = "SELECT a, b, outcome FROM review_pair WHERE act_id = :id ORDER BY a, b"
WORDS: Final = """
SELECT act_id, word, judge, effect, made_at FROM review_word WHERE act_id = ANY(:ids) ORDER BY made_at, word
"""
REASONS: Final = "SELECT act_id, word, data_key, reason FROM review_reason WHERE act_id = ANY(:ids)"

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
