"""What lists filter by and figures count (SQL) is what a case and its persons are told to be (survivorship),
pins in."""

import importlib
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import text

from app.core.raw import raw_connection
from app.db.engine import Database
from app.reconciliation.ledger import Decision
from app.reconciliation.person_projection import REFRESH_MANY_PERSONS, REFRESH_PERSONS
from app.reconciliation.projection import REFRESH_MANY_CASES
from app.registry.service import RegistryService
from schemas.observations import Mention, Observation
from schemas.registry import AgeGroup, CaseDetail, Golden, PersonCase, PersonDetail
from schemas.vocabulary import ExploitationPlace, OffenceFamily, Relation, Sex, Stage
from support.keeping import Registry
from support.small_worlds import latest, observations

PIN = "INSERT INTO pin (kind, member, attribute, act, value, judge, reason) VALUES ($1,$2,$3,$4,$5,'x','')"
OF_CASE: dict[str, list[str | None]] = {
    "offence_family": [OffenceFamily.SMUGGLING, OffenceFamily.RELATED, None],
    "facts_date": ["2020-01-31", None],
    "place": ["25", "0809", "170103", None],
    "exploitation_place": [ExploitationPlace.BAR, None],
    "stage": [Stage.TRIAL, Stage.FILED, None],
}
OF_PERSON: dict[str, list[str | None]] = {
    "sex": [Sex.FEMALE, None],
    "nationality": ["COL", None],
    "age_group": [AgeGroup.CHILD, AgeGroup.ADULT, None],
    "relation": [Relation.EMPLOYER, None],
    "alias": [None],
}
AGES = ((14, 14), (15, 15), (10, 13), (16, 19), (33, 33), (61, 70), (40, None), (None, None))
_FACTS_DATE = importlib.import_module("migrations.versions.0029_case_facts_date")
_MIGRATION = importlib.import_module("migrations.versions.0019_person_case")


def varied(random: Random, seen: Observation) -> Observation:
    """With codes that disagree from record to record, and stamps that are often the same."""
    return seen.model_copy(
        update={
            "exploitation_place": random.choice((*list(ExploitationPlace)[:3], None)),
            "stage": random.choice((*list(Stage)[:4], None)),
            "stamp": seen.stamp + timedelta(days=random.randrange(2)),
            "mentions": tuple(_varied(random, mention) for mention in seen.mentions),
        }
    )


def _varied(random: Random, mention: Mention) -> Mention:
    return mention.model_copy(
        update={
            "relation": random.choice((*list(Relation)[:3], None)),  # of victims too: here only rules matter
        }
    )


def pins(random: Random, kind: str, members: Sequence[int]) -> list[tuple[Any, ...]]:
    """Values and members believed, pinned again, withdrawn."""
    values = OF_CASE if kind == "case" else OF_PERSON
    found = []
    for _ in range(len(members)):
        attribute = random.choice(sorted(values))
        act = random.choice(("pinned", "pinned", "withdrawn"))
        value = random.choice(values[attribute]) if act == "pinned" else None
        found.append((kind, random.choice(members), attribute, act, value))
    return found


async def rows(registry: Registry, query: str) -> dict[Any, tuple[Any, ...]]:
    """By their first column."""
    return {row[0]: row[1:] for row in await registry.rows(query)}


CASES = """
SELECT id, offence_family, first_date, facts_date, department, province, exploitation_place, stage
FROM case_entity
"""
PEOPLE = "SELECT (person_id, case_id), sex, nationality, age_group, minor, relation FROM person_case"


def told(case: CaseDetail) -> tuple[Any, ...]:
    golden = case.attributes
    reported = min((report.report_date for report in case.reports if report.report_date), default=None)
    return (
        golden.offence_family.value,
        golden.facts_date.value or reported,
        golden.facts_date.value,
        golden.department.value,
        golden.province.value,
        golden.exploitation_place.value,
        golden.stage.value,
    )


def told_of(person: PersonDetail, case: PersonCase) -> tuple[Any, ...]:
    return (
        person.sex.value,
        person.nationality.value,
        case.age_group.value,
        case.minor.value,
        case.relation.value,
    )


COUNTRIES = ("PER", "BOL", "VEN", None)
DISAGREE = "UPDATE mention SET sex = $2, age_min = $3, age_max = $4, nationality = $5 WHERE id = $1"


async def disagreeing(random: Random, registry: Registry) -> None:
    """One person said to be of several sexes and ages, more than matching would bear: it reads features."""
    async with registry.database.write() as session:
        connection = await raw_connection(session)
        mentions = [row["id"] for row in await connection.fetch("SELECT id FROM mention ORDER BY id")]
        said = [
            (each, random.choice((*Sex, None)), *random.choice(AGES), random.choice(COUNTRIES))
            for each in mentions
        ]
        await connection.executemany(DISAGREE, said)


FELLOWS = """
SELECT a.id, b.id FROM mention a JOIN case_member x ON x.record_id = a.record_id
JOIN case_member y USING (case_id) JOIN mention b ON b.record_id = y.record_id
JOIN person_member p ON p.mention_id = a.id JOIN person_member q ON q.mention_id = b.id
WHERE a.record_id < b.record_id ORDER BY 1, 2
"""


async def brought_together(random: Random, registry: Registry, mentions: Sequence[int]) -> None:
    """People who stand in several cases, and whom several records of one case name: by a reviewer's word."""
    fellows = [list(row) for row in await registry.rows(FELLOWS)]
    pairs = [random.sample(mentions, 2) for _ in range(4)] + random.sample(fellows, min(8, len(fellows)))
    async with registry.database.write() as session:
        said = [Decision("person", min(pair), max(pair), "same", "revisora-1", "x") for pair in pairs]
        await registry.linker.decide_all(session, said)


async def world(registry: Registry, seed: int) -> None:
    """Linked, pinned, and told anew: one half by index, the other as a set."""
    random = Random(seed)
    seen = [varied(random, each) for each in latest(observations(random, 90))]
    records = await registry.keep_all(*seen)
    await disagreeing(random, registry)
    await registry.linker.link_pending()
    mentions = [row[0] for row in await registry.rows("SELECT mention_id FROM person_member ORDER BY 1")]
    await brought_together(random, registry, mentions)
    async with registry.database.write() as session:
        connection = await raw_connection(session)
        await connection.executemany(PIN, pins(random, "case", records) + pins(random, "person", mentions))
        cases = [row["id"] for row in await connection.fetch("SELECT id FROM case_entity ORDER BY id")]
        people = [row["id"] for row in await connection.fetch("SELECT id FROM person_entity ORDER BY id")]
        assert len(cases) > 3
        assert len(people) > 3
        await registry.linker.retell(session, cases[::2], people[::2])
        await connection.execute(REFRESH_MANY_CASES, cases[1::2])
        await connection.execute(REFRESH_MANY_PERSONS, [], people[1::2], [])


async def projected_as_told(registry: Registry) -> tuple[list[CaseDetail], list[PersonDetail]]:
    """Every case and person, once what is projected was held equal to what is told of them."""
    projected, of_people = await rows(registry, CASES), await rows(registry, PEOPLE)
    people = sorted(row[0] for row in await registry.rows("SELECT id FROM person_entity"))
    async with registry.database.read() as session:
        service = RegistryService(session)
        cases = [await service.case(case_id) for case_id in projected]
        persons = [await service.person(person_id) for person_id in people]
    assert projected == {case.id: told(case) for case in cases}
    assert of_people == {
        (person.id, case.case_id): told_of(person, case) for person in persons for case in person.cases
    }
    return cases, persons


async def test_the_migration_gives_a_case_held_the_date_that_linking_would(database: Database) -> None:
    registry = Registry(database)
    await world(registry, 5)
    dates = "SELECT id, facts_date FROM case_entity"
    linked = await rows(registry, dates)
    async with database.write() as session:
        connection = await raw_connection(session)
        await connection.execute("UPDATE case_entity SET facts_date = NULL")
        await connection.execute(_FACTS_DATE.BACKFILL)
    assert await rows(registry, dates) == linked
    assert {day is None for (day,) in linked.values()} == {True, False}


@pytest.mark.parametrize("seeds", [range(3, 9)], ids=["3 to 8"])
async def test_what_is_projected_is_what_is_told(database: Database, seeds: Sequence[int]) -> None:
    """World upon world, over the same numbers; between them they try everything that a rule can be asked."""
    registry, cases, persons = Registry(database), list[CaseDetail](), list[PersonDetail]()
    for seed in seeds:
        await world(registry, seed)
        found = await projected_as_told(registry)
        cases += found[0]
        persons += found[1]
    attributes = [case.attributes for case in cases]
    assert any(each.department.pin for each in attributes)
    assert any(each.exploitation_place.pin for each in attributes)
    assert any(each.exploitation_place.conflicts and not each.exploitation_place.pin for each in attributes)
    assert any(len(person.cases) > 1 for person in persons)
    here = [case for person in persons for case in person.cases]
    goldens: dict[str, list[Golden[Any]]] = {
        **{name: [getattr(person, name) for person in persons] for name in ("sex", "nationality")},
        **{name: [getattr(case, name) for case in here] for name in ("age_group", "minor", "relation")},
    }
    for name, golden in goldens.items():
        assert any(each.pin for each in golden), name
        assert any(each.conflicts and not each.pin for each in golden), name
    assert any(case.minor.value is not None and case.age_group.value is None for case in here)


@pytest.mark.parametrize("seed", [5, 6])
async def test_what_changes_is_projected_by_linking_itself_and_leaves_nothing_behind(
    database: Database, seed: int
) -> None:
    """Versions that say something else, annul and come back; then everything is computed from nothing."""
    random, registry = Random(seed), Registry(database)
    for seen in observations(random, 40):
        await registry.put(varied(random, seen))
    step_by_step = await rows(registry, PEOPLE), await rows(registry, CASES)
    assert step_by_step[0]
    async with database.write() as session:
        connection = await raw_connection(session)
        await connection.execute("DELETE FROM person_case")
        everybody = [row["id"] for row in await connection.fetch("SELECT id FROM person_entity")]
        await connection.execute(REFRESH_PERSONS, [], everybody, [])
    assert await rows(registry, PEOPLE) == step_by_step[0]
    await registry.linker.reconcile_full()
    assert (await rows(registry, PEOPLE), await rows(registry, CASES)) == step_by_step


@pytest.mark.parametrize("seed", [3, 4])
async def test_the_migration_gives_what_is_held_the_values_that_linking_gives(
    database: Database, seed: int
) -> None:
    registry = Registry(database)
    await world(registry, seed)
    linked = await rows(registry, PEOPLE), await rows(registry, CASES)
    async with database.write() as session:
        await session.execute(text("DELETE FROM person_case"))
        await session.execute(text("UPDATE case_entity SET exploitation_place = NULL"))
        await session.execute(text(_MIGRATION.PLACES))
        await session.execute(text(_MIGRATION.PERSONS))
    assert (await rows(registry, PEOPLE), await rows(registry, CASES)) == linked
