"""The SELECTs of the run over everything; ``batch_pairs`` says what their tables hold."""

from typing import Final

# Keys below zero only answer (``blocking``): two of them do not meet.
KEYED: Final = """
SELECT DISTINCT least(x.m, y.m) AS a, greatest(x.m, y.m) AS b
FROM mention_key x JOIN mention_key y ON abs(x.key) = abs(y.key) AND x.m < y.m
JOIN mention p ON p.m = x.m JOIN mention q ON q.m = y.m
WHERE p.r <> q.r AND (x.key > 0 OR y.key > 0)
"""

RECORD_PAIRS: Final = """
SELECT DISTINCT least(a, b) AS a, greatest(a, b) AS b FROM (
    SELECT x.r AS a, y.r AS b
    FROM record_key x JOIN record_key y ON abs(x.key) = abs(y.key) AND x.r < y.r
    WHERE x.key > 0 OR y.key > 0
    UNION ALL
    SELECT p.r, q.r FROM keyed JOIN mention p ON p.m = keyed.a JOIN mention q ON q.m = keyed.b) found
"""

PROSPECTS: Final = "SELECT a, b, turned, l.code FROM levelled l JOIN hopeful h ON h.code = l.code"

CROSS: Final = """
SELECT g.p, x.role, x.place AS here, y.place AS there, least(x.m, y.m) AS a, greatest(x.m, y.m) AS b
FROM prospect g
JOIN mention x ON x.r = g.a AND x.tells
JOIN mention y ON y.r = g.b AND y.tells AND y.role = x.role
"""

# Mentions of two records stand in one pair of records: what is not keyed has not been scored before.
PAIRS: Final = "SELECT a, b FROM crossed ANTI JOIN keyed USING (a, b)"

WEIGHED: Final = """
SELECT c.p, c.role, c.here, c.there, s.weight FROM crossed c JOIN scored s USING (a, b)
"""

# An alignment of one pair is that pair; where none can be aligned, the highest tells how far they disagree.
SIMPLE: Final = """
SELECT p, max(weight) AS most FROM weighed WHERE role = '{role}' GROUP BY p
HAVING count(*) FILTER (WHERE weight >= {least!r}) < 2
"""

SEVERAL: Final = """
SELECT p, weight, here, there FROM weighed WHERE role = '{role}' AND weight >= {least!r}
QUALIFY count(*) OVER (PARTITION BY p) > 1
"""

# Two mentions of one record are two persons unless they bear the same document.
FELLOWS: Final = """
SELECT x.m AS a, y.m AS b
FROM grouped x JOIN grouped y ON x.c = y.c AND x.m < y.m
JOIN mention p ON p.m = x.m JOIN mention q ON q.m = y.m
WHERE p.r <> q.r OR p.paper = q.paper
"""

UNSCORED: Final = "SELECT a, b FROM fellow ANTI JOIN scored USING (a, b)"

# Who bears one document is doubtful at least, whatever the weight; whoever cannot be linked is a hint by an
# alias and nothing without. ``setting``: as ``Setting.of`` reads it.
_PAIR: Final = """
s.a, s.b, s.weight, p.role = 'victim' AND q.role = 'victim' AS victims,
coalesce(p.paper = q.paper, false) AS paper, p.linkable AND q.linkable AS linkable"""

LIKELY: Final = f"""
SELECT {_PAIR}, true AS together,
       CASE WHEN p.role <> q.role THEN 1 ELSE 2
            + CASE WHEN p.secret = q.secret THEN 1 WHEN p.secret <> q.secret THEN 2 ELSE 0 END
            + CASE WHEN p.nameable AND q.nameable THEN 0 ELSE 3 END
            + 6 * greatest(p.of_role, q.of_role) END AS setting
FROM fellow JOIN scored s USING (a, b) JOIN mention p ON p.m = s.a JOIN mention q ON q.m = s.b
WHERE CASE WHEN NOT (p.linkable AND q.linkable) THEN p.alias = q.alias
           WHEN p.paper = q.paper THEN true
           WHEN p.role <> q.role THEN s.weight >= {{other_role!r}}
           WHEN p.secret IS NOT NULL AND q.secret IS NOT NULL THEN s.weight >= {{local!r}}
           ELSE s.weight >= {{together!r}} END
UNION ALL
SELECT {_PAIR}, false, 0
FROM keyed JOIN scored s USING (a, b)
JOIN mention p ON p.m = s.a AND p.linkable JOIN mention q ON q.m = s.b AND q.linkable
JOIN grouped x ON x.m = s.a JOIN grouped y ON y.m = s.b
WHERE x.c <> y.c AND s.weight >= {{apart!r}}
UNION ALL
SELECT {_PAIR}, false, 0
FROM mention p JOIN mention q ON p.paper = q.paper AND p.m < q.m JOIN scored s ON s.a = p.m AND s.b = q.m
JOIN grouped x ON x.m = s.a JOIN grouped y ON y.m = s.b
WHERE x.c <> y.c AND s.weight < {{apart!r}}
"""  # noqa: S608  constants
