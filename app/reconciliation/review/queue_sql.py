"""The SQL of the queue. Its rows are kept by linking (``app.reconciliation.review_items``): here they are
read, a page at a time, with what is shown beside them; and the leases under which they are worked."""

from typing import Final

from app.reconciliation.review_items import RANK

_FIGURES: Final = "(i.cases + i.victims + i.victimisations + i.suspects) AS figures"
_PLACE: Final = RANK.format(
    figures="CAST(:figures AS bigint)",
    minors="CAST(:minors AS int)",
    moved="CAST(:moved AS int)",
    likely="CAST(:likely AS int)",
)

QUEUE: Final = f"""
SELECT i.*, {_FIGURES} FROM review_item i
WHERE i.state = :state
  AND (CAST(:kind AS text) IS NULL OR i.kind = :kind)
  AND (CAST(:department AS text) IS NULL OR :department = ANY(i.departments))
  AND (CAST(:feed AS text) IS NULL OR :feed = ANY(i.feeds))
  {{after}}
ORDER BY i.rank, i.kind, i.a, i.b
LIMIT :limit
"""
AFTER: Final = f"""AND (i.rank, i.kind, i.a, i.b) >
       ({_PLACE}, CAST(:after_kind AS text), CAST(:a AS bigint), CAST(:b AS bigint))"""

_CLUSTERS: Final = """
SELECT coalesce(x.person_id, p.case_id) AS ours, coalesce(y.person_id, q.case_id) AS theirs
FROM (SELECT CAST(:kind AS text) AS kind, CAST(:a AS bigint) AS a, CAST(:b AS bigint) AS b) c
LEFT JOIN person_member x ON c.kind = 'person' AND x.mention_id = c.a
LEFT JOIN person_member y ON c.kind = 'person' AND y.mention_id = c.b
LEFT JOIN case_member p ON c.kind = 'case' AND p.record_id = c.a
LEFT JOIN case_member q ON c.kind = 'case' AND q.record_id = c.b
"""

# By the name of any doubtful pair between the two, whichever of them names it today.
ITEM: Final = f"""
SELECT i.*, {_FIGURES} FROM ({_CLUSTERS}) w
JOIN review_item i ON i.kind = :kind AND (i.ours, i.theirs) IN ((w.ours, w.theirs), (w.theirs, w.ours))
WHERE EXISTS (
  SELECT 1 FROM edge e
  WHERE e.kind = :kind AND e.a = CAST(:a AS bigint) AND e.b = CAST(:b AS bigint) AND e.outcome = 'unsure')
"""

# Every doubtful pair between two.
PAIRS: Final = {
    kind: f"""
SELECT e.a, e.b FROM {kind}_member m
JOIN edge e ON e.kind = '{kind}' AND e.a = m.{node} AND e.outcome = 'unsure'
JOIN {kind}_member n ON n.{node} = e.b
WHERE (m.{kind}_id, n.{kind}_id) IN ((:ours, :theirs), (:theirs, :ours))
ORDER BY 1, 2"""
    for kind, node in (("person", "mention_id"), ("case", "record_id"))
}

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

# Running leases, with the two that each is between. They are as many as there are reviewers at work.
_LEASES: Final = """
SELECT c.kind, c.a, c.b, c.holder, c.expires_at, coalesce(x.person_id, p.case_id) AS one,
  coalesce(y.person_id, q.case_id) AS other
FROM review_claim c
LEFT JOIN person_member x ON c.kind = 'person' AND x.mention_id = c.a
LEFT JOIN person_member y ON c.kind = 'person' AND y.mention_id = c.b
LEFT JOIN case_member p ON c.kind = 'case' AND p.record_id = c.a
LEFT JOIN case_member q ON c.kind = 'case' AND q.record_id = c.b
WHERE c.expires_at > :now
"""

# Beside each item: its lease, and the machine's latest judgement.
BESIDE: Final = f"""
WITH leases AS MATERIALIZED ({_LEASES})
SELECT w.kind, w.a, w.b, c.holder, c.expires_at,
  (SELECT max(j.id) FROM judgement j
   WHERE j.kind = w.kind AND j.a = w.a AND j.b = w.b AND j.judge = 'machine') AS judgement
FROM unnest(CAST(:kinds AS text[]), CAST(:a AS bigint[]), CAST(:b AS bigint[]), CAST(:ours AS uuid[]),
            CAST(:theirs AS uuid[])) AS w (kind, a, b, ours, theirs)
LEFT JOIN LATERAL (
  SELECT l.holder, l.expires_at FROM leases l
  WHERE l.kind = w.kind AND (l.one, l.other) IN ((w.ours, w.theirs), (w.theirs, w.ours))
  ORDER BY l.expires_at DESC LIMIT 1) c ON true
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

# Of that pair, or of another between the same two.
LEASES: Final = f"""
WITH w AS ({_CLUSTERS})
SELECT l.* FROM ({_LEASES}) l, w
WHERE l.kind = :kind AND ((l.a, l.b) = (CAST(:a AS bigint), CAST(:b AS bigint))
  OR (l.one <> l.other AND (l.one, l.other) IN ((w.ours, w.theirs), (w.theirs, w.ours))))
ORDER BY l.a, l.b
"""

RELEASE: Final = "DELETE FROM review_claim WHERE kind = :kind AND a = :a AND b = :b AND holder = :holder"
EXPIRED: Final = "DELETE FROM review_claim WHERE expires_at <= :now"
