"""``case_entity``: what lists filter by, computed from a case's reports and their persons by one statement.

Values survive as ``app.registry.survivorship`` has it: trafficking wins among offences; else who is believed
first, then the later stamp, then the value itself. A reviewer's pin outweighs them; the latest that has a
value today holds.
"""

from collections.abc import Mapping
from typing import Final

from schemas.vocabulary import Feed, OffenceFamily, Stage

# From the first step to the last. Where an institution ended a matter it stands after the step it ended.
STAGE_ORDER: Final = (
    Stage.REGISTERED,
    Stage.UNDER_INVESTIGATION,
    Stage.RESOLVED,
    Stage.REFERRED_TO_PROSECUTION,
    Stage.QUALIFICATION,
    Stage.PASSED_ON,
    Stage.PRELIMINARY_INVESTIGATION,
    Stage.FILED,
    Stage.PREPARATORY_INVESTIGATION,
    Stage.DISMISSED,
    Stage.INTERMEDIATE_STAGE,
    Stage.ACCUSATION,
    Stage.IN_PROCESS,
    Stage.TRIAL,
    Stage.SENTENCE,
    Stage.SENTENCED,
    Stage.ON_APPEAL,
    Stage.IN_EXECUTION,
)
FEED_BITS: Final = {Feed.LINEA_1818: 8, Feed.RETA_PNP: 4, Feed.SISTRA: 2, Feed.PODER_JUDICIAL: 1}
_FACTS: Final = (Feed.SISTRA, Feed.RETA_PNP, Feed.PODER_JUDICIAL, Feed.LINEA_1818)
_OFFENCE: Final = (Feed.PODER_JUDICIAL, Feed.SISTRA, Feed.RETA_PNP, Feed.LINEA_1818)


def _array(words: tuple[str, ...]) -> str:
    return "ARRAY[" + ", ".join(f"'{word}'" for word in words) + "]"


def _bits() -> str:
    return " ".join(f"WHEN '{feed}' THEN {bit}" for feed, bit in FEED_BITS.items())


def _first(column: str, order: str) -> str:
    """Of what is stated; what is still equal goes by the value."""
    ranked = f'{order}, {column}::text COLLATE "C"'
    return f"(array_agg({column} ORDER BY {ranked}) FILTER (WHERE {column} IS NOT NULL))[1]"


_FACTS_ORDER = f"array_position({_array(_FACTS)}, p.feed), p.stamp DESC"
_OFFENCE_ORDER = (
    f"p.offence_family <> '{OffenceFamily.TRAFFICKING}', array_position({_array(_OFFENCE)}, p.feed), "
    "p.stamp DESC"
)

# How the members of the wanted cases are reached. A few cases: by index, whatever the planner believes of
# tables that have just grown (LATERAL (... OFFSET 0): see ``queries``). Many: as sets.
_FEW: Final = {
    "people": """
    CROSS JOIN LATERAL (SELECT record_id FROM case_member WHERE case_id = wanted.case_id OFFSET 0) c
    CROSS JOIN LATERAL (SELECT id, role FROM mention WHERE record_id = c.record_id AND present OFFSET 0) m
    CROSS JOIN LATERAL (SELECT person_id FROM person_member WHERE mention_id = m.id OFFSET 0) pm""",
    "reports": """
    CROSS JOIN LATERAL (SELECT record_id FROM case_member WHERE case_id = wanted.case_id OFFSET 0) c
    CROSS JOIN LATERAL (SELECT * FROM report WHERE record_id = c.record_id OFFSET 0) p""",
    "pins": """
    CROSS JOIN LATERAL (SELECT record_id FROM case_member WHERE case_id = wanted.case_id OFFSET 0) c
    CROSS JOIN LATERAL (SELECT * FROM pin WHERE kind = 'case' AND member = c.record_id OFFSET 0) n""",
}
_MANY: Final = {
    "people": """
    JOIN case_member c ON c.case_id = wanted.case_id
    JOIN mention m ON m.record_id = c.record_id AND m.present
    JOIN person_member pm ON pm.mention_id = m.id""",
    "reports": """
    JOIN case_member c ON c.case_id = wanted.case_id
    JOIN report p ON p.record_id = c.record_id""",
    "pins": """
    JOIN case_member c ON c.case_id = wanted.case_id
    JOIN pin n ON n.kind = 'case' AND n.member = c.record_id""",
}

PINNED: Final = ("offence_family", "facts_date", "place", "exploitation_place", "stage")

# What the member of a pin says, where the pin names no value of its own.
_SAID: Final = """CASE n.attribute
    WHEN 'offence_family' THEN p.offence_family WHEN 'facts_date' THEN p.facts_date::text
    WHEN 'place' THEN coalesce(p.district, p.province, p.department)
    WHEN 'exploitation_place' THEN p.exploitation_place WHEN 'stage' THEN p.stage END"""


# The first that lies in the department that survived.
_PROVINCE: Final = """(SELECT code FROM unnest(r.provinces) WITH ORDINALITY AS stated (code, rank)
    WHERE left(code, 2) = coalesce(left(n.place, 2), r.department) ORDER BY rank LIMIT 1)"""


def _pinned(attribute: str) -> str:
    return f"(array_agg(value ORDER BY id DESC) FILTER (WHERE attribute = '{attribute}'))[1] AS {attribute}"


_REPLACED: Final = """ON CONFLICT (id) DO UPDATE SET
    offence_family = excluded.offence_family, offence_conflict = excluded.offence_conflict,
    first_date = excluded.first_date, facts_date = excluded.facts_date,
    department = excluded.department, province = excluded.province,
    exploitation_place = excluded.exploitation_place, stage = excluded.stage, feeds = excluded.feeds,
    reports = excluded.reports, victims = excluded.victims, suspects = excluded.suspects, changed_at = now()
"""


def _refresh(members: Mapping[str, str]) -> str:
    """Parameter 1: ids of cases, each with at least one member."""
    return f"""
WITH people AS (
    SELECT wanted.case_id,
           count(DISTINCT pm.person_id) FILTER (WHERE m.role = 'victim') AS victims,
           count(DISTINCT pm.person_id) FILTER (WHERE m.role = 'suspect') AS suspects
    FROM unnest($1::uuid[]) AS wanted (case_id) {members["people"]}
    GROUP BY wanted.case_id
), reports AS (
    SELECT wanted.case_id,
           {_first("p.offence_family", _OFFENCE_ORDER)} AS offence_family,
           count(DISTINCT p.offence_family) > 1 AS offence_conflict,
           {_first("p.facts_date", _FACTS_ORDER)} AS facts_date, min(p.report_date) AS report_date,
           {_first("p.department", _FACTS_ORDER)} AS department,
           array_agg(p.province ORDER BY {_FACTS_ORDER}, p.province COLLATE "C")
             FILTER (WHERE p.province IS NOT NULL) AS provinces,
           {_first("p.exploitation_place", _FACTS_ORDER)} AS exploitation_place,
           ({_array(STAGE_ORDER)})[max(array_position({_array(STAGE_ORDER)}, p.stage))] AS stage,
           bit_or(CASE p.feed {_bits()} END)::smallint AS feeds,
           least(count(*), 32767)::smallint AS reports
    FROM unnest($1::uuid[]) AS wanted (case_id) {members["reports"]}
    GROUP BY wanted.case_id
), word AS (
    SELECT DISTINCT ON (n.member, n.attribute) wanted.case_id, n.id, n.attribute, n.act,
           coalesce(n.value, {_SAID}) AS value
    FROM unnest($1::uuid[]) AS wanted (case_id) {members["pins"]}
    JOIN report p ON p.record_id = n.member
    ORDER BY n.member, n.attribute, n.id DESC
), pinned AS (
    SELECT case_id, {", ".join(map(_pinned, PINNED))}
    FROM word WHERE act = 'pinned' AND value IS NOT NULL GROUP BY case_id
)
INSERT INTO case_entity AS e (id, offence_family, offence_conflict, first_date, facts_date, department,
                              province, exploitation_place, stage, feeds, reports, victims, suspects)
SELECT case_id, coalesce(n.offence_family, r.offence_family),
       r.offence_conflict OR coalesce(n.offence_family <> r.offence_family, false),
       coalesce(n.facts_date::date, r.facts_date, r.report_date), coalesce(n.facts_date::date, r.facts_date),
       coalesce(left(n.place, 2), r.department),
       coalesce(CASE WHEN length(n.place) >= 4 THEN left(n.place, 4) END, {_PROVINCE}),
       coalesce(n.exploitation_place, r.exploitation_place), coalesce(n.stage, r.stage), r.feeds, r.reports,
       coalesce(p.victims, 0), coalesce(p.suspects, 0)
FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (case_id, place)
JOIN reports r USING (case_id)
LEFT JOIN people p USING (case_id)
LEFT JOIN pinned n USING (case_id)
ORDER BY wanted.place
{_REPLACED}"""  # noqa: S608  constants of the code only


REFRESH_CASES: Final = _refresh(_FEW)
REFRESH_MANY_CASES: Final = _refresh(_MANY)
