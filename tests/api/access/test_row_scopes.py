"""An institution sees its own records whole and of the others numbers and stages; a regional analyst one
department. Held by the service and, apart from it, by the database."""

from typing import Any

import pytest
from sqlalchemy import text

from app.registry.errors import CaseNotFound
from app.registry.service import RegistryService
from app.security.reach import EVERYTHING, Reach
from app.security.roles import Role
from app.security.row_security import enter, leave
from schemas.vocabulary import Feed
from support.access_kit import DEPARTMENT, OWN_FEED, Guarded

TABLES = (
    "case_entity",
    "case_member",
    "person_entity",
    "person_member",
    "person_case",
    "report",
    "record",
    "citation",
    "mention",
    "redirect",
    "former_member",
    "change",
    "batch",
    "delivery_issue",
    "judgement",
    "edge",
)
OWN = Reach(feeds=frozenset({OWN_FEED}))
REGION = Reach(department=DEPARTMENT)


async def counts(guarded: Guarded, reach: Reach | None) -> dict[str, int]:
    async with guarded.services.database.read() as session:
        if reach is not None:
            await enter(session, reach)
        return {table: await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in TABLES}


async def whole(guarded: Guarded) -> list[dict[str, Any]]:
    """Every case as a national analyst sees it."""
    headers = guarded.headers(Role.ANALYST)
    listed = (await guarded.get("/v1/cases", headers, limit=500))["items"]
    return [await guarded.get(f"/v1/cases/{item['id']}", headers) for item in listed]


async def test_the_role_of_callers_sees_everything_only_where_it_was_told_so(guarded: Guarded) -> None:
    assert await counts(guarded, EVERYTHING) == await counts(guarded, None)


async def test_without_a_reach_there_are_no_rows(guarded: Guarded) -> None:
    async with guarded.services.database.read() as session:
        await session.execute(text("SELECT set_config('row_security', 'on', true)"))
        await session.execute(text("SET LOCAL ROLE intertrata_reader"))
        for table in TABLES:
            assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table


async def test_a_reach_ends_with_its_transaction(guarded: Guarded) -> None:
    before = await counts(guarded, None)
    assert await counts(guarded, OWN) != before
    assert await counts(guarded, None) == before


async def test_no_feeds_and_no_department_are_no_rows(guarded: Guarded) -> None:
    assert set((await counts(guarded, Reach())).values()) == {0}


@pytest.mark.parametrize("feed", Feed)
async def test_the_database_shows_an_institution_its_own_records_only(guarded: Guarded, feed: Feed) -> None:
    async with guarded.services.database.read() as session:
        await enter(session, Reach(feeds=frozenset({feed})))
        for table in ("report", "record", "batch"):
            found = set(await session.scalars(text(f"SELECT DISTINCT feed FROM {table}")))
            assert found == {feed.value}, table
        mentions = "SELECT DISTINCT r.feed FROM mention n LEFT JOIN report r USING (record_id)"
        assert set(await session.scalars(text(mentions))) == {feed.value}
        assert await session.scalar(text("SELECT count(*) FROM judgement")) == 0
        await leave(session)
        assert await session.scalar(text("SELECT count(DISTINCT feed) FROM report")) == len(Feed)


async def test_the_database_shows_a_region_its_own_cases_only(guarded: Guarded) -> None:
    async with guarded.services.database.read() as session:
        await enter(session, REGION)
        found = set(await session.scalars(text("SELECT DISTINCT department FROM case_entity")))
        assert found == {DEPARTMENT}
        cases = set(await session.scalars(text("SELECT id FROM case_entity")))
        members = set(await session.scalars(text("SELECT DISTINCT case_id FROM case_member")))
        assert members == cases
    expected = {
        case["id"] for case in await whole(guarded) if case["attributes"]["department"]["value"] == DEPARTMENT
    }
    assert {str(case) for case in cases} == expected
    assert expected


async def test_the_service_narrows_by_itself_even_where_the_database_shows_all(guarded: Guarded) -> None:
    """Each of the two fences holds with the other one down."""
    cases = await whole(guarded)
    foreign = next(case for case in cases if case["attributes"]["department"]["value"] != DEPARTMENT)
    shared = next(
        case
        for case in cases
        if len({r["feed"] for r in case["reports"]}) > 1
        and any(r["feed"] == OWN_FEED for r in case["reports"])
    )
    async with guarded.services.database.read() as session:  # the application's own role: sees everything
        with pytest.raises(CaseNotFound):
            await RegistryService(session, REGION).case(foreign["id"])
        found = await RegistryService(session, OWN).case(shared["id"])
    assert {report.feed for report in found.reports} == {OWN_FEED}
    assert {mention.feed for person in found.people for mention in person.mentions} <= {OWN_FEED}


async def test_an_institution_reads_a_case_by_its_own_records_and_the_others_by_number_and_stage(
    guarded: Guarded,
) -> None:
    headers = guarded.headers(Role.INSTITUTION_READER)
    seen = 0
    for case in await whole(guarded):
        own = [report for report in case["reports"] if report["feed"] == OWN_FEED]
        if not own:
            answer = await guarded.api.get(f"/v1/cases/{case['id']}", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (404, "case-not-found")
            continue
        seen += 1
        found = await guarded.get(f"/v1/cases/{case['id']}", headers)
        assert found["reports"] == own
        others = [report for report in case["reports"] if report["feed"] != OWN_FEED]
        stated = {(each["feed"], each["number"], each["stage"]) for each in found["counterparts"]}
        assert stated == {(each["feed"], each["number"], each["stage"]) for each in others}
        assert {m["feed"] for person in found["people"] for m in person["mentions"]} <= {OWN_FEED}
        sources = [event["source"]["feed"] for event in found["timeline"]]
        assert set(sources) <= {OWN_FEED}
    assert seen >= 5


async def test_a_record_tells_an_institution_the_same_counterparts_as_everybody(guarded: Guarded) -> None:
    own, national = guarded.headers(Role.INSTITUTION_READER), guarded.headers(Role.ANALYST)
    for case in await whole(guarded):
        for report in case["reports"]:
            path, params = f"/v1/feeds/{report['feed']}/record", {"number": report["number"]}
            if report["feed"] == OWN_FEED:
                mine = await guarded.get(path, own, **params)
                assert mine == await guarded.get(path, national, **params)
            else:
                answer = await guarded.api.get(path, params=params, headers=own)
                assert (answer.status_code, answer.json()["code"]) == (404, "record-not-found")


async def test_an_institution_lists_no_cases(guarded: Guarded) -> None:
    answer = await guarded.api.get("/v1/cases", headers=guarded.headers(Role.INSTITUTION_READER))
    assert (answer.status_code, answer.json()["code"]) == (403, "beyond-reach")


async def test_a_region_lists_its_cases_whatever_it_asks_for(guarded: Guarded) -> None:
    headers = guarded.headers(Role.REGIONAL_ANALYST)
    own = (await guarded.get("/v1/cases", headers, limit=500))["items"]
    assert {item["department"] for item in own} == {DEPARTMENT}
    asked = (await guarded.get("/v1/cases", headers, department=DEPARTMENT, limit=500))["items"]
    assert asked == own
    assert (await guarded.get("/v1/cases", headers, department="15"))["items"] == []
    national = (await guarded.get("/v1/cases", guarded.headers(Role.ANALYST), limit=500))["items"]
    assert own == [item for item in national if item["department"] == DEPARTMENT]


async def test_a_person_of_another_department_does_not_exist_for_a_region(guarded: Guarded) -> None:
    headers = guarded.headers(Role.REGIONAL_ANALYST)
    here: set[str] = set()
    elsewhere: set[str] = set()
    for case in await whole(guarded):
        inside = case["attributes"]["department"]["value"] == DEPARTMENT
        (here if inside else elsewhere).update(person["id"] for person in case["people"])
    assert here
    for person_id in elsewhere - here:
        answer = await guarded.api.get(f"/v1/persons/{person_id}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "person-not-found")
    for person_id in here:
        assert (await guarded.get(f"/v1/persons/{person_id}", headers))["id"] == person_id


async def test_an_institution_follows_the_changes_of_what_it_sees(guarded: Guarded) -> None:
    national = await guarded.get("/v1/changes", guarded.headers(Role.ANALYST), limit=500)
    own = await guarded.get("/v1/changes", guarded.headers(Role.INSTITUTION_READER), limit=500)
    records = [item for item in own["items"] if item["kind"] == "record"]
    assert records == [
        item
        for item in national["items"]
        if item["kind"] == "record" and item["entity_id"].startswith(f"{OWN_FEED}|")
    ]
    assert records
    assert {item["position"] for item in own["items"]} < {item["position"] for item in national["items"]}


async def test_a_limited_client_is_refused_where_a_route_was_not_thought_through_for_it(
    guarded: Guarded,
) -> None:
    """No limited client is given such scopes; a token that says so is refused all the same."""
    client = guarded.clients[Role.REGIONAL_ANALYST]
    headers = guarded.headers_of(client, ("registry:read", "review", "statistics:exact"), "oficial-000")
    for path in ("/v1/review/queue", "/v1/judgements/1"):
        answer = await guarded.api.get(path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "beyond-reach")


async def test_the_role_of_callers_can_change_nothing_and_read_no_secret(guarded: Guarded) -> None:
    for statement in (
        "UPDATE report SET stage = NULL",
        "DELETE FROM case_member",
        "INSERT INTO change (position, kind, event, entity_id) VALUES (0, 'case', 'x', 'y')",
        "SELECT secret_hash FROM client",
        "SELECT key FROM mention_key",
        "SELECT features FROM mention_identity",
        "SELECT verbatim FROM delivery",
        "SELECT * FROM audit_entry",
        "SELECT * FROM break_glass",
    ):
        async with guarded.services.database.engine.connect() as connection:
            await connection.execute(text("SET LOCAL row_security = on"))
            await connection.execute(text("SET LOCAL ROLE intertrata_reader"))
            with pytest.raises(Exception, match="permission denied"):
                await connection.execute(text(statement))
