"""The SQL of linking: every statement takes sets, so that one record and a thousand cost the same trips.

``LATERAL (... OFFSET 0)`` is an instruction to the planner: look up by index for each row. It cannot know how
few rows a recursion gives, and where it guesses many it reads whole tables or prepares to hash millions.
For the same reason what comes twice is told apart by who reads it, not by UNION.
"""

from typing import Final

# Just-in-time compilation, which the same wrong guess brings about, would cost more than the queries.
LOCK: Final = "SELECT set_config('jit', 'off', true), pg_advisory_xact_lock($1)"

# xmin tells the very version of the row: who marks the record again makes another one.
DIRTY: Final = """
SELECT record_id, xmin::text AS version FROM link_dirty
WHERE record_id > $2 ORDER BY record_id LIMIT $1
"""

# Records are counted only where $1 are dirty: fewer are never a reason to link everything anew.
SIZES: Final = """
SELECT dirty, CASE WHEN dirty >= $1 THEN (SELECT count(*) FROM report) END AS records
FROM (SELECT count(*) AS dirty FROM link_dirty) d
"""

SET_MODEL: Final = """
INSERT INTO link_state (id, model, blocking) VALUES (1, $1, $2)
ON CONFLICT (id) DO UPDATE SET model = excluded.model, rebuilt_at = now()
"""

# Skips rows that a writer holds: they stay dirty; to wait for a writer that waits for us would be a deadlock.
CLEAN_SEEN: Final = """
DELETE FROM link_dirty WHERE record_id IN (
    SELECT d.record_id FROM link_dirty d
    JOIN unnest($1::bigint[], $2::text[]) AS seen (record_id, version)
      ON d.record_id = seen.record_id AND d.xmin::text = seen.version
    FOR UPDATE OF d SKIP LOCKED)
"""

CLEAN: Final = "DELETE FROM link_dirty WHERE record_id = ANY($1::bigint[])"

# Both kinds of candidates in one trip: pairs of records by a record key; pairs of mentions by a mention key.
# A key meets its equal and its opposite; one below zero, which only answers, its opposite (``blocking``).
_MEETS: Final = "unnest(CASE WHEN x.key < 0 THEN ARRAY[-x.key] ELSE ARRAY[x.key, -x.key] END) AS met (key)"
CANDIDATES: Final = f"""
SELECT DISTINCT x.record_id AS a_record, NULL::bigint AS a, y.record_id AS b_record, NULL::bigint AS b
FROM unnest($1::bigint[]) AS changed (id)
CROSS JOIN LATERAL (SELECT key, record_id FROM record_key WHERE record_id = changed.id OFFSET 0) x
CROSS JOIN LATERAL {_MEETS}
CROSS JOIN LATERAL (SELECT record_id FROM record_key WHERE key = met.key OFFSET 0) y
WHERE y.record_id <> x.record_id
UNION ALL
SELECT DISTINCT m.record_id, m.id, n.record_id, n.id
FROM unnest($1::bigint[]) AS changed (id)
CROSS JOIN LATERAL (SELECT id, record_id FROM mention WHERE record_id = changed.id OFFSET 0) m
CROSS JOIN LATERAL (SELECT key FROM mention_key WHERE mention_id = m.id OFFSET 0) x
CROSS JOIN LATERAL {_MEETS}
CROSS JOIN LATERAL (SELECT mention_id FROM mention_key WHERE key = met.key OFFSET 0) y
CROSS JOIN LATERAL (SELECT id, record_id FROM mention WHERE id = y.mention_id OFFSET 0) n
WHERE n.record_id <> m.record_id
"""  # noqa: S608  constants

_RECORD: Final = """
SELECT r.id, r.feed, r.key, r.data_key, p.citation_key, p.makes_case, p.joins_case, p.facts_date,
       p.report_date, p.department, p.province, p.district, p.office_district, p.offence_family
"""

RECORDS: Final = f"""
{_RECORD},
       ARRAY(SELECT row(c.feed, c.key, c.relation) FROM citation c
             WHERE c.record_id = r.id AND c.key IS NOT NULL) AS citations,
       ARRAY(SELECT row(m.id, m.role, m."order", i.features)
             FROM mention m JOIN mention_identity i ON i.mention_id = m.id
             WHERE m.record_id = r.id AND m.present AND p.makes_case AND i.features IS NOT NULL) AS mentions
FROM unnest($1::bigint[]) AS wanted (id)
CROSS JOIN LATERAL (SELECT * FROM record WHERE id = wanted.id OFFSET 0) r
CROSS JOIN LATERAL (SELECT * FROM report WHERE record_id = wanted.id OFFSET 0) p
"""  # noqa: S608  constants

ALL_RECORDS: Final = f"{_RECORD} FROM record r JOIN report p ON p.record_id = r.id"

ALL_CITATIONS: Final = """
SELECT c.record_id, c.feed, c.key, c.relation FROM citation c WHERE c.key IS NOT NULL ORDER BY c.record_id
"""

ALL_MENTIONS: Final = """
SELECT m.record_id, m.id, m.role, m."order", i.features
FROM mention m
JOIN report p ON p.record_id = m.record_id AND p.makes_case
JOIN mention_identity i ON i.mention_id = m.id
WHERE m.present AND i.features IS NOT NULL
ORDER BY m.record_id
"""

# Both arrays of one reading: what stands at one place in each is of one row.
ALL_KEYS: Final = """
SELECT array_send(array_agg(key)), array_send(array_agg({owner})) FROM {table} GROUP BY {owner} / $1::bigint
"""

ALL_EDGES: Final = "SELECT a, b, weight, outcome, probability FROM edge WHERE kind = $1"

ALL_MEMBERS: Final = {
    "case": "SELECT record_id, case_id FROM case_member",
    "person": "SELECT mention_id, person_id FROM person_member",
}

ALL_FORMER: Final = """
SELECT DISTINCT ON (member) member, entity_id FROM (
    SELECT id, member, entity_id, min(member) OVER (PARTITION BY entity_id) AS oldest
    FROM former_member WHERE kind = $1) f
WHERE member = oldest ORDER BY member, id DESC
"""

HELD: Final = "SELECT id, id AS record_id FROM record WHERE id = ANY($1::bigint[])"

HELD_MENTIONS: Final = "SELECT id, record_id FROM mention WHERE id = ANY($1::bigint[])"

# Clusters grow over edges at or above the upper threshold ($4) and over decisions. From what changed ($3)
# every edge is followed, for whoever has an edge with it may have had it as a rival.
_REACH: Final = """
WITH RECURSIVE origin (id) AS MATERIALIZED ({origin}),
reach (id) AS (
    (SELECT unnest($2::bigint[]) UNION SELECT id FROM origin)
    UNION
    SELECT n.id FROM reach r CROSS JOIN LATERAL (
        SELECT b AS id, weight FROM edge WHERE kind = $1 AND a = r.id
        UNION ALL SELECT a, weight FROM edge WHERE kind = $1 AND b = r.id
        UNION ALL SELECT b, 'infinity' FROM judgement WHERE kind = $1 AND a = r.id AND judge <> 'machine'
        UNION ALL SELECT a, 'infinity' FROM judgement WHERE kind = $1 AND b = r.id AND judge <> 'machine'
    ) n
    WHERE n.weight >= $4 OR r.id IN (SELECT id FROM origin)
), near AS (
    SELECT e.* FROM reach r CROSS JOIN LATERAL (
        SELECT a, b, weight, probability, outcome FROM edge WHERE kind = $1 AND a = r.id
        UNION ALL SELECT a, b, weight, probability, outcome FROM edge WHERE kind = $1 AND b = r.id) e
)"""

_COMPONENT: Final = """
SELECT 'edge' AS what, a, b, weight, probability, outcome AS word, NULL::uuid AS cluster FROM near
UNION ALL
SELECT * FROM (
    SELECT DISTINCT ON (j.a, j.b) 'decision', j.a, j.b, NULL::float8, NULL::float8, j.outcome, NULL::uuid
    FROM reach r CROSS JOIN LATERAL (
        SELECT id, a, b, outcome FROM judgement
        WHERE kind = $1 AND a = r.id AND judge <> 'machine' OFFSET 0) j
    ORDER BY j.a, j.b, j.id DESC) latest
UNION ALL
SELECT 'former', r.id, NULL, NULL, NULL, NULL, ended.entity_id
FROM reach r CROSS JOIN LATERAL (
    SELECT entity_id FROM former_member f WHERE kind = $1 AND member = r.id AND NOT EXISTS (
        SELECT FROM former_member o WHERE o.entity_id = f.entity_id AND o.member < f.member)
    ORDER BY id DESC LIMIT 1) ended
UNION ALL
"""

# Nodes reached, with the clusters they are in; every edge of theirs; decisions between them; of each node the
# id that ended last among those of whose last members it is the oldest.
CASE_COMPONENT: Final = f"""
{_REACH.format(origin="SELECT unnest($3::bigint[])")}
{_COMPONENT}
SELECT 'node', r.id, r.id, NULL, NULL, NULL, m.case_id
FROM reach r
LEFT JOIN LATERAL (SELECT case_id FROM case_member WHERE record_id = r.id OFFSET 0) m ON true
"""  # noqa: S608  constants

# As above, $3 the records whose mentions, now or once, changed; b of a node is its record. Beside them the
# edges of everybody of their records ("far": who else of two records may be whom), and the records of all
# ends.
PERSON_COMPONENT: Final = f"""
{_REACH.format(origin="SELECT id FROM mention WHERE record_id = ANY($3::bigint[])")},
known (ids) AS MATERIALIZED (SELECT array_agg(id) FROM reach),
fellows (id) AS MATERIALIZED (
    SELECT f.id FROM (
        SELECT DISTINCT m.record_id FROM reach r
        CROSS JOIN LATERAL (SELECT record_id FROM mention WHERE id = r.id OFFSET 0) m) n
    CROSS JOIN LATERAL (SELECT id FROM mention WHERE record_id = n.record_id OFFSET 0) f
),
ends (id) AS (
    SELECT x.id FROM near CROSS JOIN LATERAL (VALUES (a), (b)) AS x (id)
    WHERE x.id <> ALL ((SELECT ids FROM known)::bigint[])
),
far AS (
    SELECT e.* FROM fellows CROSS JOIN LATERAL (
        SELECT a, b, weight FROM edge WHERE kind = $1 AND a = fellows.id
        UNION ALL SELECT a, b, weight FROM edge WHERE kind = $1 AND b = fellows.id) e
)
{_COMPONENT}
SELECT 'node', r.id, n.record_id, NULL, NULL, n.role, m.person_id
FROM reach r
CROSS JOIN LATERAL (SELECT record_id, role FROM mention WHERE id = r.id OFFSET 0) n
LEFT JOIN LATERAL (SELECT person_id FROM person_member WHERE mention_id = r.id OFFSET 0) m ON true
UNION ALL
SELECT 'far', a, b, weight, NULL, NULL, NULL FROM far
UNION ALL
SELECT 'end', x.id, n.record_id, NULL, NULL, n.role, NULL
FROM (SELECT id FROM ends UNION ALL SELECT a FROM far UNION ALL SELECT b FROM far) x
CROSS JOIN LATERAL (SELECT record_id, role FROM mention WHERE id = x.id OFFSET 0) n
"""  # noqa: S608  constants

DECISIONS: Final = """
SELECT DISTINCT ON (a, b) a, b, outcome FROM judgement
WHERE kind = $1 AND judge <> 'machine' ORDER BY a, b, id DESC
"""

CASES_OF: Final = "SELECT record_id, case_id FROM case_member WHERE record_id = ANY($1::bigint[])"
