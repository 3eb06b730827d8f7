"""Erasure of an identity: gone from the registry, from matching, from backups and from later deliveries."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import orjson
import pytest
from sqlalchemy import RowMapping, text

from app.core.clock import FixedClock
from app.core.settings import Settings
from app.db.engine import Database
from app.protection.errors import HoldUnknown, InstrumentMissing, UnderLegalHold
from app.protection.retention import POLICY, Keeping
from app.protection.service import Orderer
from app.registry.errors import PersonNotFound
from app.registry.service import RegistryService
from app.security.keyring import KeyRing
from app.security.sealing import SealError
from app.wiring import Services, build_services
from schemas.vocabulary import Feed
from support.ingestion_kit import NOW, ingest, sample, sample_arrival

ORDER = Orderer("operator", "RES-0001-2026")
CLOCK = FixedClock(NOW)


def at(database: Database, url: str, home: Path, instant: datetime, keys: KeyRing) -> Services:
    return build_services(Settings(home=home), url, database, keys, FixedClock(instant))


@pytest.fixture
async def registry(database: Database, database_url: str, tmp_path: Path) -> Services:
    services = at(database, database_url, tmp_path, NOW, KeyRing.generate())
    for feed in Feed:
        await ingest(services.ingestion, sample_arrival(feed), sample(feed))
    return services


async def values(services: Services, sql: str, **given: object) -> list[object]:
    async with services.database.read() as session:
        return list(await session.scalars(text(sql), given))


async def a_person(services: Services, least: int = 3) -> UUID:
    """Somebody named by several records."""
    found = await values(
        services,
        "SELECT person_id FROM person_member GROUP BY 1 HAVING count(*) >= :least ORDER BY count(*) DESC, 1",
        least=least,
    )
    return found[0]  # type: ignore[return-value]


async def identities(services: Services) -> dict[int, dict[str, object]]:
    """Every sealed identity, opened: mention id to what it says."""
    async with services.database.read() as session:
        found = await session.execute(
            text("""
                SELECT m.id, r.id AS record, r.data_key, m.role, m."order", i.identity FROM mention_identity i
                JOIN mention m ON m.id = i.mention_id JOIN record r ON r.id = m.record_id
            """)
        )
        rows = found.all()
    return {
        row.id: orjson.loads(
            services.sealer.unwrap(row.data_key).open(
                row.identity, f"identity|{row.record}|{row.role}|{row.order}".encode()
            )
        )
        for row in rows
    }


async def mentions_of(services: Services, person: UUID) -> list[int]:
    return await values(services, "SELECT mention_id FROM person_member WHERE person_id = :p", p=person)  # type: ignore[return-value]


async def test_who_was_erased_is_nobody_and_the_others_are_who_they_were(registry: Services) -> None:
    person = await a_person(registry)
    before, gone = await identities(registry), await mentions_of(registry, person)
    victims = await values(registry, "SELECT sum(victims) FROM case_entity")
    erased = await registry.protection.erase_person(person, ORDER)
    after = await identities(registry)
    assert erased.mentions == len(gone) >= 3
    assert all(before[mention] and after[mention] == {} for mention in gone)
    assert {it: said for it, said in after.items() if it not in gone} == {
        it: said for it, said in before.items() if it not in gone
    }
    assert await values(registry, "SELECT 1 FROM mention_key WHERE mention_id = ANY(:ids)", ids=gone) == []
    assert await values(registry, "SELECT sum(victims) FROM case_entity") >= victims  # still counted


async def test_records_that_named_the_erased_keep_neither_text_nor_verbatim_nor_the_old_key(
    registry: Services,
) -> None:
    person = await a_person(registry)
    records = await values(
        registry,
        "SELECT DISTINCT record_id FROM mention JOIN person_member ON mention_id = id WHERE person_id = :p",
        p=person,
    )
    old = await values(registry, "SELECT data_key FROM record WHERE id = ANY(:ids)", ids=records)
    backup = await values(
        registry,
        "SELECT verbatim FROM delivery WHERE record_id = ANY(:ids) AND verbatim IS NOT NULL",
        ids=records,
    )
    assert backup
    await registry.protection.erase_person(person, ORDER)
    for table, column in (("delivery", "verbatim"), ("report", "narrative")):
        sql = f"SELECT 1 FROM {table} WHERE record_id = ANY(:ids) AND {column} IS NOT NULL"
        assert await values(registry, sql, ids=records) == []
    new = await values(registry, "SELECT data_key FROM record WHERE id = ANY(:ids)", ids=records)
    assert not set(old) & set(new)
    for key in new:
        with pytest.raises(SealError):
            registry.sealer.unwrap(key).open(backup[0], b"anything")


async def test_a_later_delivery_does_not_bring_the_erased_back(
    registry: Services, database_url: str, tmp_path: Path
) -> None:
    named = """SELECT person_id FROM person_member
               JOIN mention m ON m.id = mention_id JOIN record r ON r.id = record_id
               WHERE r.feed = 'sistra' AND m.role = 'victim' GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"""
    person: UUID = (await values(registry, named))[0]  # type: ignore[assignment]
    gone, before = await mentions_of(registry, person), await identities(registry)
    await registry.protection.erase_person(person, ORDER)
    later = at(registry.database, database_url, tmp_path, NOW + timedelta(days=800), registry.keyring)
    body = re.sub(
        rb'"actualizado": ?"[^"]*"', b'"actualizado":"2026-05-01T10:00:00-05:00"', sample(Feed.SISTRA)
    )
    ended = await ingest(later.ingestion, sample_arrival(Feed.SISTRA), body)
    assert ended.accepted + ended.accepted_with_warnings > 5
    after = await identities(registry)
    assert all(after[mention] == {} for mention in gone)
    assert {it for it in before.keys() - set(gone) if after.get(it) == {} != before[it]} == set()
    kept = """SELECT count(*) FROM delivery d JOIN mention m ON m.record_id = d.record_id
              WHERE m.id = ANY(:ids) AND verbatim IS NOT NULL"""
    assert await values(registry, kept, ids=gone) == [0]


async def test_the_same_version_again_is_a_repeat_and_keeps_nothing(registry: Services) -> None:
    person = await a_person(registry)
    gone = await mentions_of(registry, person)
    await registry.protection.erase_person(person, ORDER)
    for feed in Feed:
        await ingest(registry.ingestion, sample_arrival(feed), sample(feed))
    after = await identities(registry)
    assert all(after[mention] == {} for mention in gone)


async def test_a_run_over_everything_changes_nothing_after_an_erasure(registry: Services) -> None:
    await registry.protection.erase_person(await a_person(registry), ORDER)
    members = await values(registry, "SELECT (mention_id, person_id)::text FROM person_member ORDER BY 1")
    await registry.linker.reconcile_full()
    assert members == await values(
        registry, "SELECT (mention_id, person_id)::text FROM person_member ORDER BY 1"
    )


async def test_an_erasure_is_witnessed_and_says_nothing_of_whom(registry: Services) -> None:
    person = await a_person(registry)
    await registry.protection.erase_person(person, ORDER)
    assert await values(registry, "SELECT instrument FROM erasure") == ["RES-0001-2026"]
    assert await values(
        registry,
        "SELECT officer FROM audit_entry WHERE kind = 'erasure' AND :it = ANY(objects)",
        it=f"person/{person}",
    ) == ["operator"]


async def test_a_hold_on_one_record_keeps_its_whole_case(registry: Services) -> None:
    person = await a_person(registry)
    records = await values(
        registry,
        "SELECT DISTINCT record_id FROM mention JOIN person_member ON mention_id = id WHERE person_id = :p",
        p=person,
    )
    holds = await registry.protection.hold([records[0]], ORDER)  # type: ignore[list-item]
    before = await identities(registry)
    with pytest.raises(UnderLegalHold):
        await registry.protection.erase_person(person, ORDER)
    assert await identities(registry) == before
    await registry.protection.lift(holds[0], ORDER)
    with pytest.raises(HoldUnknown):
        await registry.protection.lift(holds[0], ORDER)
    assert (await registry.protection.erase_person(person, ORDER)).mentions >= 3


async def test_who_is_not_there_is_not_erased(registry: Services) -> None:
    with pytest.raises(PersonNotFound):
        await registry.protection.erase_person(UUID(int=1), ORDER)
    with pytest.raises(InstrumentMissing):
        Orderer("operator", " ")


async def test_what_outlived_its_term_is_due_and_erased_but_for_holds(
    registry: Services, database_url: str, tmp_path: Path
) -> None:
    assert await registry.protection.due() == []
    years = POLICY.years[Keeping.CASE]
    later = at(
        registry.database,
        database_url,
        tmp_path,
        datetime.now(UTC) + timedelta(days=366 * years),
        registry.keyring,
    )
    due = await later.protection.due()
    assert len(due) == len(await values(later, "SELECT id FROM record"))
    held = await values(later, "SELECT record_id FROM case_member ORDER BY 1 LIMIT 1")
    await later.protection.hold(held, ORDER)  # type: ignore[arg-type]
    case = await values(
        later,
        "SELECT b.record_id FROM case_member a JOIN case_member b USING (case_id) WHERE a.record_id = :r",
        r=held[0],
    )
    assert await later.protection.erase_due("operator") == len(due) - len(case)
    assert sorted(await later.protection.due()) == []
    left = await values(
        later, "SELECT DISTINCT record_id FROM delivery WHERE verbatim IS NOT NULL AND record_id IS NOT NULL"
    )
    assert sorted(left) == sorted(case)  # type: ignore[type-var]


async def test_calls_and_annulled_records_are_due_earlier(
    registry: Services, database_url: str, tmp_path: Path
) -> None:
    soon = datetime.now(UTC) + timedelta(days=366 * POLICY.years[Keeping.ANNULLED])
    due = await at(registry.database, database_url, tmp_path, soon, registry.keyring).protection.due()
    annulled = await values(registry, "SELECT id FROM record WHERE annulled ORDER BY id")
    assert due == annulled != []


async def test_each_erased_mention_is_a_person_of_its_own(registry: Services) -> None:
    """Nothing is left to know them for the same by, and one of them keeps the id."""
    person = await a_person(registry)
    gone = await mentions_of(registry, person)
    await registry.protection.erase_person(person, ORDER)
    persons = await values(
        registry, "SELECT person_id FROM person_member WHERE mention_id = ANY(:ids)", ids=gone
    )
    assert len(persons) == len(set(persons)) == len(gone)
    async with registry.database.read() as session:
        assert len((await RegistryService(session).person(person)).mentions) == 1


def test_the_policy_is_dated_and_bounds_every_keeping() -> None:
    assert POLICY.years.keys() == set(Keeping)
    leap = datetime(2028, 2, 29, tzinfo=UTC)
    assert replace(POLICY, years=dict.fromkeys(Keeping, 1)).before(Keeping.CASE, leap).day == 28


async def test_a_person_is_given_all_that_is_held_of_her_and_who_saw_it(registry: Services) -> None:
    person = await a_person(registry)
    sealed = await identities(registry)
    told = await registry.protection.export_person(person, ORDER)
    again = await registry.protection.export_person(person, ORDER)
    names = {(each.paternal, each.given) for each in told.identity.identities}
    assert names == {
        (sealed[mention].get("paternal"), sealed[mention].get("given"))
        for mention in await mentions_of(registry, person)
    }
    assert told.held.id == told.identity.id == person
    assert [(each.kind, each.officer) for each in told.accesses] == [("export", "operator")]
    assert len(again.accesses) == 2


TOLD = """
SELECT m.person_id, m.mention_id, n.sex, n.nationality, n.relation, n.age_min, c.sex AS told_sex,
       c.nationality AS told_nationality, c.age_group
FROM person_member m JOIN mention n ON n.id = m.mention_id JOIN case_member r USING (record_id)
LEFT JOIN person_case c ON c.person_id = m.person_id AND c.case_id = r.case_id
WHERE m.mention_id = ANY(:ids)
"""


async def test_figures_tell_nothing_of_the_erased_that_only_their_name_had_brought_together(
    registry: Services,
) -> None:
    """Sex, nationality and age that one mention owed to another go with what joined the two."""
    person = await a_person(registry)
    gone = await mentions_of(registry, person)
    silent = gone[0]
    async with registry.database.write() as session:
        await session.execute(
            text("UPDATE mention SET sex = NULL, nationality = NULL WHERE id = :id"), {"id": silent}
        )
        await registry.linker.retell(session, [], [person])

    async def told() -> list[RowMapping]:
        async with registry.database.read() as session:
            return list((await session.execute(text(TOLD), {"ids": gone})).mappings())

    before = {row["mention_id"]: row for row in await told()}
    assert before[silent]["told_sex"] is not None
    await registry.protection.erase_person(person, ORDER)
    after = {row["mention_id"]: row for row in await told()}
    assert after.keys() == before.keys()  # still counted
    alone = [
        row for row in after.values() if sum(r["person_id"] == row["person_id"] for r in after.values()) == 1
    ]
    assert alone
    for row in alone:
        assert (row["told_sex"], row["told_nationality"]) == (row["sex"], row["nationality"])
    stale = "SELECT 1 FROM person_case WHERE person_id NOT IN (SELECT person_id FROM person_member)"
    assert await values(registry, stale) == []
