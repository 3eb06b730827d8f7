"""The queue of doubtful pairs as it is kept: one row for two cases, or two persons, that may be one.

A row is a function of what stands (members, edges, what reports and cases say, what reviewers said), and
every transaction that changes one of these computes anew the rows it touches: what stands is what a rebuild
gives.
Counts are those of the statistics: distinct persons by role and family, victims by case, cases.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

# Less is earlier: most figures, then minors, then most members moved, then what is likelier than not.
RANK: Final = (
    "-((({figures})::bigint * 2 + ({minors})::int) * 2097152 + least({moved}, 1048575) * 2 + ({likely})::int)"
)

_SAID: Final = """
  SELECT e.*, aside.yes AS aside, (
      SELECT t.id FROM review_pair p JOIN review_act t ON t.id = p.act_id
      WHERE p.a = e.a AND p.b = e.b AND t.kind = '{kind}' AND t.act = 'pair' AND cardinality(t.why_second) > 0
        AND NOT EXISTS (SELECT 1 FROM review_word w WHERE w.act_id = t.id)
      ORDER BY t.number DESC LIMIT 1) AS proposal
  FROM {kind}_edge e CROSS JOIN LATERAL (SELECT coalesce((
      SELECT j.outcome = 'unsure' AND j.id > coalesce((
        SELECT max(k.id) FROM judgement k
        WHERE k.kind = '{kind}' AND k.a = e.a AND k.b = e.b AND k.judge = 'machine'), 0)
      FROM judgement j
      WHERE j.kind = '{kind}' AND j.a = e.a AND j.b = e.b AND j.judge <> 'machine'
      ORDER BY j.id DESC LIMIT 1), false) AS yes) aside
"""

# The most probable pair stands for all between the two; of equal ones the first by name.
_FIRST: Final = "(array_agg({0} ORDER BY probability DESC, a, b))[1] AS {0}"
_GROUPED: Final = f"""
  SELECT {", ".join(map(_FIRST.format, ("a", "b", "ours", "theirs")))}, count(*)::int AS pairs,
    bool_or(probability >= 0.5) AS likely,
    (array_agg(proposal ORDER BY proposal) FILTER (WHERE proposal IS NOT NULL))[1] AS proposal,
    bool_and(aside) AS aside
  FROM {{kind}}_said GROUP BY least(ours, theirs), greatest(ours, theirs)
"""  # noqa: S608  constants


def _set(arrays: str) -> str:
    return f"ARRAY(SELECT DISTINCT e FROM unnest({arrays}) AS e WHERE e IS NOT NULL ORDER BY e)"  # noqa: S608


_PERSONS: Final = f"""
person_said AS MATERIALIZED ({_SAID.format(kind="person")}),
person_pair AS MATERIALIZED ({_GROUPED.format(kind="person")}),
appearance AS MATERIALIZED (
  SELECT w.person_id, n.role, m.case_id, c.offence_family AS family, c.department,
    extract(year FROM r.report_date)::int AS year, r.feed, coalesce(n.age_max < 18, false) AS minor
  FROM (SELECT ours AS person_id FROM person_pair UNION SELECT theirs FROM person_pair) w {{appearing}}
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
    {_set("x.families || y.families")} AS families, {_set("x.departments || y.departments")} AS departments,
    {_set("x.years || y.years")} AS years, {_set("x.feeds || y.feeds")} AS feeds
  FROM person_pair d
  JOIN someone x ON x.person_id = d.ours
  JOIN someone y ON y.person_id = d.theirs
  LEFT JOIN shared s USING (a, b)
)"""  # noqa: S608  constants

# Where families differ, the victims of the case whose family gives way are counted under the other.
_CASES: Final = f"""
case_said AS MATERIALIZED ({_SAID.format(kind="case")}),
case_pair AS MATERIALIZED ({_GROUPED.format(kind="case")}),
told AS MATERIALIZED (
  SELECT w.case_id, coalesce(bool_or(n.age_max < 18), false) AS minor, array_agg(DISTINCT r.feed) AS feeds,
    array_agg(DISTINCT extract(year FROM r.report_date)::int) AS years
  FROM (SELECT ours AS case_id FROM case_pair UNION SELECT theirs FROM case_pair) w {{telling}}
  GROUP BY w.case_id
), case_item AS (
  SELECT 'case' AS kind, d.*, 1 AS cases,
    CASE WHEN x.offence_family = y.offence_family THEN 0 ELSE least(x.victims, y.victims) END::int AS victims,
    0 AS victimisations, 0 AS suspects, least(x.reports, y.reports)::int AS moved,
    i.minor OR j.minor AS minors,
    {_set("ARRAY[x.offence_family, y.offence_family]")} AS families,
    {_set("ARRAY[x.department, y.department]")} AS departments,
    {_set("i.years || j.years")} AS years, {_set("i.feeds || j.feeds")} AS feeds
  FROM case_pair d
  JOIN case_entity x ON x.id = d.ours
  JOIN case_entity y ON y.id = d.theirs
  JOIN told i ON i.case_id = d.ours
  JOIN told j ON j.case_id = d.theirs
)"""  # noqa: S608  constants

_COLUMNS: Final = (
    "kind, a, b, ours, theirs, pairs, likely, proposal, cases, victims, victimisations, suspects, moved,"
    " minors, families, departments, years, feeds"
)
_OWN_RANK: Final = RANK.format(
    figures="cases + victims + victimisations + suspects", minors="minors", moved="moved", likely="likely"
)
_INSERT: Final = f"""
WITH person_edge AS MATERIALIZED ({{person_edges}}), {_PERSONS},
case_edge AS MATERIALIZED ({{case_edges}}), {_CASES}
INSERT INTO review_item ({_COLUMNS}, state, rank)
SELECT {_COLUMNS},
  CASE WHEN proposal IS NOT NULL THEN 'proposed' WHEN aside THEN 'put_aside' ELSE 'open' END,
  {_OWN_RANK}
FROM (SELECT * FROM person_item UNION ALL SELECT * FROM case_item) item
"""  # noqa: S608  constants

_NODE: Final = {"person": ("person_member", "mention_id"), "case": ("case_member", "record_id")}


def _all_edges(kind: str) -> str:
    table, node = _NODE[kind]
    return f"""
  SELECT e.a, e.b, e.probability, x.{kind}_id AS ours, y.{kind}_id AS theirs
  FROM edge e JOIN {table} x ON x.{node} = e.a JOIN {table} y ON y.{node} = e.b
  WHERE e.kind = '{kind}' AND e.outcome = 'unsure' AND x.{kind}_id <> y.{kind}_id"""  # noqa: S608  constants


def _some_edges(kind: str) -> str:
    """Of the clusters of parameter 1: looked up by index, one by one."""
    table, node = _NODE[kind]
    doubtful = f"SELECT a, b, probability FROM edge WHERE kind = '{kind}' AND outcome = 'unsure'"  # noqa: S608
    of_end = f"{doubtful} AND {{0}} = m.{node}"
    return f"""
  SELECT DISTINCT e.a, e.b, e.probability, x.{kind}_id AS ours, y.{kind}_id AS theirs
  FROM unnest($1::uuid[]) AS w (id)
  CROSS JOIN LATERAL (SELECT {node} FROM {table} WHERE {kind}_id = w.id OFFSET 0) m
  CROSS JOIN LATERAL ({of_end.format("a")} UNION ALL {of_end.format("b")} OFFSET 0) e
  CROSS JOIN LATERAL (SELECT {kind}_id FROM {table} WHERE {node} = e.a OFFSET 0) x
  CROSS JOIN LATERAL (SELECT {kind}_id FROM {table} WHERE {node} = e.b OFFSET 0) y
  WHERE x.{kind}_id <> y.{kind}_id"""  # noqa: S608  constants


# Records that make no case are in one only by the call they follow: nothing of theirs is doubtful.
_MAKERS: Final = """
  JOIN report p ON p.record_id = e.a AND p.makes_case
  JOIN report q ON q.record_id = e.b AND q.makes_case"""


def _makers(edges: str) -> str:
    return f"SELECT e.* FROM ({edges}) e {_MAKERS}"  # noqa: S608  constants


_ALL: Final[Mapping[str, str]] = {
    "person_edges": _all_edges("person"),
    "case_edges": _makers(_all_edges("case")),
    "appearing": """
  JOIN person_member p USING (person_id)
  JOIN mention n ON n.id = p.mention_id
  JOIN report r USING (record_id)
  JOIN case_member m USING (record_id)
  JOIN case_entity c ON c.id = m.case_id""",
    "telling": """
  JOIN case_member m USING (case_id)
  JOIN report r USING (record_id)
  LEFT JOIN mention n ON n.record_id = m.record_id AND n.present AND n.role = 'victim'""",
}
_SOME: Final[Mapping[str, str]] = {
    "person_edges": _some_edges("person"),
    "case_edges": _makers(_some_edges("case")),
    "appearing": """
  CROSS JOIN LATERAL (SELECT mention_id FROM person_member WHERE person_id = w.person_id OFFSET 0) p
  CROSS JOIN LATERAL (SELECT record_id, role, age_max FROM mention WHERE id = p.mention_id OFFSET 0) n
  CROSS JOIN LATERAL (SELECT feed, report_date FROM report WHERE record_id = n.record_id OFFSET 0) r
  CROSS JOIN LATERAL (SELECT case_id FROM case_member WHERE record_id = n.record_id OFFSET 0) m
  CROSS JOIN LATERAL (
    SELECT offence_family, department FROM case_entity WHERE id = m.case_id OFFSET 0) c""",
    "telling": """
  CROSS JOIN LATERAL (SELECT record_id FROM case_member WHERE case_id = w.case_id OFFSET 0) m
  CROSS JOIN LATERAL (SELECT feed, report_date FROM report WHERE record_id = m.record_id OFFSET 0) r
  LEFT JOIN LATERAL (
    SELECT age_max FROM mention WHERE record_id = m.record_id AND present AND role = 'victim' OFFSET 0) n
    ON true""",
}
ADD_ALL: Final = _INSERT.format(**_ALL)
_ADD_SOME: Final = _INSERT.format(**_SOME)

# Persons and cases of mentions ($1) and records ($2), and the persons named in cases ($3).
_AROUND: Final = """
SELECT person_id FROM unnest($1::bigint[]) AS w (id)
CROSS JOIN LATERAL (SELECT person_id FROM person_member WHERE mention_id = w.id OFFSET 0) p
UNION
SELECT case_id FROM unnest($2::bigint[]) AS w (id)
CROSS JOIN LATERAL (SELECT case_id FROM case_member WHERE record_id = w.id OFFSET 0) c
UNION
SELECT person_id FROM unnest($3::uuid[]) AS w (id)
CROSS JOIN LATERAL (SELECT record_id FROM case_member WHERE case_id = w.id OFFSET 0) c
CROSS JOIN LATERAL (SELECT id FROM mention WHERE record_id = c.record_id OFFSET 0) n
CROSS JOIN LATERAL (SELECT person_id FROM person_member WHERE mention_id = n.id OFFSET 0) p
"""
_FORGET: Final = "DELETE FROM review_item WHERE ours = ANY($1::uuid[]) OR theirs = ANY($1::uuid[])"


# Of a million members a hash takes more than a session has by default, and would go to files in pieces.
_FOR_SETS: Final = {"enable_nestloop": "off", "work_mem": "64MB"}


async def as_sets(connection: Any, statement: str, *values: Any) -> None:
    """Joined as sets, with room for them: the planner takes what this transaction wrote for few rows."""
    before = {name: await connection.fetchval("SELECT current_setting($1)", name) for name in _FOR_SETS}
    for name, value in _FOR_SETS.items():
        await connection.execute("SELECT set_config($1, $2, true)", name, value)
    await connection.execute(statement, *values)
    for name, value in before.items():
        await connection.execute("SELECT set_config($1, $2, true)", name, value)


class ReviewItems:
    """Over one raw connection, inside the transaction of whoever changes what the rows are made of, which
    holds the linking lock."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def refresh(
        self,
        cases: Collection[UUID],
        persons: Iterable[UUID] = (),
        mentions: Iterable[int] = (),
        records: Iterable[int] = (),
    ) -> None:
        """``cases`` and ``persons`` that are, were, or tell something else now; ``mentions`` and ``records``
        are ends of pairs of which something else is said."""
        named = list(cases)
        around = await self._connection.fetch(_AROUND, list(set(mentions)), list(set(records)), named)
        touched = list({*named, *persons, *(row[0] for row in around)})
        if touched:
            await self._connection.execute(_FORGET, touched)
            await self._connection.execute(_ADD_SOME, touched)

    async def rebuild(self) -> None:
        """All of them."""
        await self._connection.execute("DELETE FROM review_item")
        await as_sets(self._connection, ADD_ALL)
