"""``person_case``: what figures tell persons by, computed from their mentions by one statement.

Values survive as ``app.registry.survivorship`` has it: of sex, nationality and age what most mentions
state; then who is believed first, then the later stamp, then the value itself. Sex and nationality are of all
mentions of a person, the rest of those in one case. A reviewer's pin outweighs them; the latest that has a
value holds.
"""

from collections.abc import Mapping
from typing import Final

from schemas.registry import AgeGroup
from schemas.vocabulary import Feed

_BELIEVED: Final = (Feed.SISTRA, Feed.PODER_JUDICIAL, Feed.RETA_PNP, Feed.LINEA_1818)
_WORDS: Final = ", ".join(f"'{feed}'" for feed in reversed(_BELIEVED))
# Who says it and when in one number, so that a maximum finds the best: microseconds stay far below 10^18.
_BELIEF: Final = f"""array_position(ARRAY[{_WORDS}], p.feed) * 1000000000000000000
           + (extract(epoch FROM p.stamp) * 1000000)::bigint"""

_STARTS: Final = (
    (60, AgeGroup.OLDER_ADULT),
    (30, AgeGroup.ADULT),
    (18, AgeGroup.YOUNG_ADULT),
    (12, AgeGroup.ADOLESCENT),
    (0, AgeGroup.CHILD),
)


def _group(years: str) -> str:
    return "CASE " + " ".join(f"WHEN {years} >= {start} THEN '{group}'" for start, group in _STARTS) + " END"


_AGE_GROUP: Final = f"CASE WHEN {_group('m.age_min')} = {_group('m.age_max')} THEN {_group('m.age_min')} END"
_MINOR: Final = (
    "CASE WHEN m.age_min < 18 AND m.age_max >= 18 OR m.age_min IS NULL THEN NULL ELSE m.age_max < 18 END"
)
_MINORS: Final = ", ".join(f"'{group}'" for group in AgeGroup if group.minor)

# As in ``projection``: a few are reached by index, many as sets.
_FEW: Final = {
    "of_cases": """
    CROSS JOIN LATERAL (SELECT record_id FROM case_member WHERE case_id = touched.case_id OFFSET 0) c
    CROSS JOIN LATERAL (SELECT id FROM mention WHERE record_id = c.record_id OFFSET 0) m
    CROSS JOIN LATERAL (SELECT person_id FROM person_member WHERE mention_id = m.id OFFSET 0) pm""",
    "mentions": """
    CROSS JOIN LATERAL (SELECT mention_id FROM person_member WHERE person_id = wanted.person_id OFFSET 0) pm
    CROSS JOIN LATERAL (SELECT * FROM mention WHERE id = pm.mention_id OFFSET 0) m
    CROSS JOIN LATERAL (SELECT feed, stamp, annulled FROM report WHERE record_id = m.record_id OFFSET 0) p
    LEFT JOIN LATERAL (SELECT case_id FROM case_member WHERE record_id = m.record_id OFFSET 0) c ON true""",
    "pins": """
    CROSS JOIN LATERAL (SELECT mention_id FROM person_member WHERE person_id = wanted.person_id OFFSET 0) pm
    CROSS JOIN LATERAL (SELECT * FROM pin WHERE kind = 'person' AND member = pm.mention_id OFFSET 0) n
    CROSS JOIN LATERAL (SELECT * FROM mention WHERE id = pm.mention_id OFFSET 0) m
    LEFT JOIN LATERAL (SELECT case_id FROM case_member WHERE record_id = m.record_id OFFSET 0) c ON true""",
    "looked_at": "= ANY (ARRAY(SELECT person_id FROM wanted) || $3::uuid[])",
}
_MANY: Final = {
    "of_cases": """
    JOIN case_member c ON c.case_id = touched.case_id
    JOIN mention m ON m.record_id = c.record_id
    JOIN person_member pm ON pm.mention_id = m.id""",
    "mentions": """
    JOIN person_member pm ON pm.person_id = wanted.person_id
    JOIN mention m ON m.id = pm.mention_id
    JOIN report p ON p.record_id = m.record_id
    LEFT JOIN case_member c ON c.record_id = m.record_id""",
    "pins": """
    JOIN person_member pm ON pm.person_id = wanted.person_id
    JOIN pin n ON n.kind = 'person' AND n.member = pm.mention_id
    JOIN mention m ON m.id = pm.mention_id
    LEFT JOIN case_member c ON c.record_id = m.record_id""",
    "looked_at": "IN (SELECT person_id FROM wanted UNION ALL SELECT unnest($3::uuid[]))",
}

_OF_PERSON: Final = ("sex", "nationality")
_OF_ONE_CASE: Final = ("age_group", "minor", "relation")
_COLUMNS: Final = (*_OF_PERSON, *_OF_ONE_CASE)
_ONE_VOICE: Final = frozenset({"relation"})  # whoever is believed first, however many say otherwise


def _chosen(attribute: str) -> str:
    keys = "person_id" if attribute in _OF_PERSON else "person_id, case_id"
    votes = "" if attribute in _ONE_VOICE else "votes DESC, "
    chosen = f"""{attribute}_chosen AS (
    SELECT DISTINCT ON ({keys}) {keys}, {attribute} FROM (
        SELECT {keys}, {attribute}, count(*) AS votes, max(belief) AS belief
        FROM said WHERE {attribute} IS NOT NULL GROUP BY {keys}, {attribute}
    ) voices
    ORDER BY {keys}, {votes}belief DESC, {attribute}::text COLLATE "C"
)"""  # noqa: S608  constants
    return chosen


def _joined(attribute: str) -> str:
    keys = "person_id" if attribute in _OF_PERSON else "person_id, case_id"
    return f"LEFT JOIN {attribute}_chosen USING ({keys})"


def _pinned(attribute: str) -> str:
    return f"(array_agg(value ORDER BY id DESC) FILTER (WHERE attribute = '{attribute}'))[1] AS {attribute}"


def _refresh(reached: Mapping[str, str]) -> str:
    """Parameters: cases whose persons are computed anew, persons that are, persons that are no more."""
    changed = ", ".join(f"{column} = excluded.{column}" for column in _COLUMNS)
    return f"""
WITH wanted (person_id) AS MATERIALIZED (
    SELECT unnest($2::uuid[])
    UNION
    SELECT pm.person_id FROM unnest($1::uuid[]) AS touched (case_id) {reached["of_cases"]}
), said AS MATERIALIZED (
    SELECT wanted.person_id, c.case_id, m.sex, m.nationality, m.relation, {_AGE_GROUP} AS age_group,
           {_MINOR} AS minor, {_BELIEF} AS belief
    FROM wanted {reached["mentions"]}
    WHERE m.present AND m.role IN ('victim', 'suspect') AND m.kind = 'natural' AND NOT p.annulled
), {", ".join(map(_chosen, _COLUMNS))}, word AS (
    SELECT DISTINCT ON (n.member, n.attribute) wanted.person_id, c.case_id, n.id, n.attribute, n.act,
           coalesce(n.value, CASE n.attribute WHEN 'sex' THEN m.sex WHEN 'nationality' THEN m.nationality
               WHEN 'relation' THEN m.relation WHEN 'age_group' THEN {_AGE_GROUP} END) AS value
    FROM wanted {reached["pins"]}
    ORDER BY n.member, n.attribute, n.id DESC
), pinned AS (
    SELECT person_id, {", ".join(map(_pinned, _OF_PERSON))}
    FROM word WHERE act = 'pinned' AND value IS NOT NULL GROUP BY person_id
), pinned_here AS (
    SELECT person_id, case_id, {_pinned("age_group")}, {_pinned("relation")}
    FROM word WHERE act = 'pinned' AND value IS NOT NULL GROUP BY person_id, case_id
), fresh AS MATERIALIZED (
    SELECT person_id, case_id, coalesce(n.sex, sex_chosen.sex) AS sex,
           coalesce(n.nationality, nationality_chosen.nationality) AS nationality,
           coalesce(h.age_group, age_group_chosen.age_group) AS age_group,
           coalesce(h.age_group IN ({_MINORS}), minor_chosen.minor) AS minor,
           coalesce(h.relation, relation_chosen.relation) AS relation
    FROM (SELECT DISTINCT person_id, case_id FROM said WHERE case_id IS NOT NULL) named
    {" ".join(map(_joined, _COLUMNS))}
    LEFT JOIN pinned n USING (person_id) LEFT JOIN pinned_here h USING (person_id, case_id)
), gone AS (
    DELETE FROM person_case x WHERE x.person_id {reached["looked_at"]}
      AND NOT EXISTS (SELECT FROM fresh f WHERE f.person_id = x.person_id AND f.case_id = x.case_id)
)
INSERT INTO person_case AS e (person_id, case_id, {", ".join(_COLUMNS)})
SELECT person_id, case_id, {", ".join(_COLUMNS)} FROM fresh
ON CONFLICT (person_id, case_id) DO UPDATE SET {changed}
WHERE ({", ".join(f"e.{column}" for column in _COLUMNS)})
    IS DISTINCT FROM ({", ".join(f"excluded.{column}" for column in _COLUMNS)})
"""  # noqa: S608  constants of the code only


REFRESH_PERSONS: Final = _refresh(_FEW)
REFRESH_MANY_PERSONS: Final = _refresh(_MANY)
