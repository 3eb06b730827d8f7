"""``GET /v1/cases/{id}`` and ``GET /v1/persons/{id}``: golden attributes, people, the road, and old ids."""

from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from app.db.engine import Database
from app.reconciliation.ledger import Decision
from app.wiring import Services
from schemas.vocabulary import Feed
from support.expected import CASES, PERSONS
from support.registry_fixtures import ingest_samples
from support.sample_cases import Answer, cases_by_name, get, persons_by_name
from support.web_fixtures import Bearer


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def cases(sample_api: httpx.AsyncClient, sample_bearer: Bearer) -> dict[str, Answer]:
    return await cases_by_name(sample_api, sample_bearer("registry:read"))


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def persons(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer, cases: dict[str, Answer]
) -> dict[str, Answer]:
    return await persons_by_name(sample_api, sample_bearer("registry:read"), cases)


def numbers(stated: Answer) -> set[str]:
    return {source["number"] for source in stated["sources"]}


def test_every_case_of_the_story_is_there_with_its_reports(cases: dict[str, Answer]) -> None:
    assert cases.keys() == CASES.keys()


def test_every_person_of_the_story_is_there_with_their_mentions(persons: dict[str, Answer]) -> None:
    assert persons.keys() == PERSONS.keys()


def test_a_golden_value_names_every_record_that_states_it(cases: dict[str, Answer]) -> None:
    facts = cases["A"]["attributes"]["facts_date"]
    assert facts["value"] == "2023-03-10"
    assert {"2706014507-2023-88-0", "COM-MAZUKO-2023-41"} <= numbers(facts)
    district = cases["A"]["attributes"]["district"]
    assert district["value"] == "170102"
    assert district["rule"] == "authority of the facts, then recency"


def test_what_other_records_say_is_kept_as_a_conflict(cases: dict[str, Answer]) -> None:
    code = cases["A"]["attributes"]["offence_code"]
    assert (code["value"], code["conflicts"]) == ("129-B", [])
    place = cases["B"]["attributes"]["exploitation_place"]
    assert place["value"] == "bar"
    for case in cases.values():
        for attribute in ("facts_date", "department", "province", "district", "offence_code"):
            found = case["attributes"][attribute]
            assert found["value"] not in [conflict["value"] for conflict in found["conflicts"]]


def test_all_purposes_are_kept_with_who_states_them(cases: dict[str, Answer]) -> None:
    found = {item["value"]: numbers(item) for item in cases["D"]["attributes"]["purposes"]}
    assert {"labour_exploitation", "servitude"} <= found.keys()
    assert "2206014506-2024-40-0" in found["servitude"]


def test_stages_stand_side_by_side_by_institution(cases: dict[str, Answer]) -> None:
    assert set(cases["A"]["stages"]["poder-judicial"]) == {"in_execution", "on_appeal"}
    assert cases["A"]["stages"]["sistra"] == ["trial"]
    assert "linea-1818" not in cases["A"]["stages"]


def test_the_road_of_a_case_is_told_in_order(cases: dict[str, Answer]) -> None:
    road = [(event["date"], event["kind"], event["source"]["number"]) for event in cases["A"]["timeline"]]
    assert [day for day, _, _ in road] == sorted(day for day, _, _ in road)
    assert [(kind, number) for _, kind, number in road] == [
        ("call", "1818-2023-004417"),
        ("referral", "1818-2023-004417"),
        ("call", "1818-2023-004431"),
        ("referral", "1818-2023-004431"),
        ("complaint", "COM-MAZUKO-2023-41"),
        ("prosecution", "2706014507-2023-88-0"),
        ("protection_measure", "2706014507-2023-88-0"),
        ("protection_measure", "2706014507-2023-88-0"),
        ("complaint", "DIRCTPTIM-2023-01207"),
        ("service", "2706014507-2023-88-0"),
        ("call", "1818-2023-004602"),
        ("court", "00123-2023-0-2703-JR-PE-01"),
        ("court", "00123-2023-45-2703-SP-PE-01"),
        ("ruling", "00123-2023-0-2703-JR-PE-01"),
        ("ruling", "00123-2023-0-2703-JR-PE-01"),
        ("ruling", "00123-2023-0-2703-JR-PE-01"),
        ("ruling", "00123-2023-0-2703-JR-PE-01"),
    ]


def test_rulings_and_care_name_the_person_they_are_about(
    cases: dict[str, Answer], persons: dict[str, Answer]
) -> None:
    events = cases["A"]["timeline"]
    ids = {name: persons[name]["id"] for name in ("P1", "P2", "P4", "P5")}
    sentences = {e["person"]: e["sentence_months"] for e in events if e["ruling"] == "convicted"}
    assert sentences == {ids["P4"]: 180, ids["P5"]: 144}
    assert {e["person"] for e in events if e["ruling"] == "upheld"} == {ids["P4"], ids["P5"]}
    care = {(e["detail"], e["person"]) for e in events if e["kind"] in ("protection_measure", "service")}
    assert care == {
        ("reception_room", ids["P1"]),
        ("residential_centre", ids["P2"]),
        ("psychological", ids["P1"]),
    }


def test_a_victim_of_one_case_may_be_a_suspect_of_another(
    cases: dict[str, Answer], persons: dict[str, Answer]
) -> None:
    found = {item["case_id"]: item["roles"] for item in persons["P6"]["cases"]}
    assert found == {cases["C"]["id"]: ["victim"], cases["D"]["id"]: ["suspect"]}


def test_a_persons_cases_are_told_in_the_order_of_their_facts(
    cases: dict[str, Answer], persons: dict[str, Answer]
) -> None:
    assert [item["case_id"] for item in persons["P1"]["cases"]] == [cases["A"]["id"], cases["B"]["id"]]
    assert [item["first_date"] for item in persons["P1"]["cases"]] == ["2023-03-10", "2024-02-05"]


def test_age_is_told_by_group_at_the_facts_of_each_case(persons: dict[str, Answer]) -> None:
    def groups(name: str) -> list[tuple[str | None, bool | None]]:
        return [(item["age_group"]["value"], item["minor"]["value"]) for item in persons[name]["cases"]]

    assert groups("P1") == [("12-17", True), ("12-17", True)]
    assert groups("P3") == [("18-29", False)]
    assert groups("P6") == [("12-17", True), ("18-29", False)]  # the birth date wins over EDAD 25
    assert groups("P21") == [(None, None)]


@pytest.mark.parametrize("kind", ["cases", "persons"])
async def test_an_id_that_never_was_is_not_found(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer, kind: str
) -> None:
    answer = await sample_api.get(f"/v1/{kind}/{uuid4()}", headers=sample_bearer("registry:read"))
    assert (answer.status_code, answer.json()["code"]) == (404, f"{kind[:-1]}-not-found")


@pytest.mark.parametrize("kind", ["cases", "persons"])
async def test_an_id_that_is_none_is_refused(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer, kind: str
) -> None:
    answer = await sample_api.get(f"/v1/{kind}/12345", headers=sample_bearer("registry:read"))
    assert answer.status_code == 422
    assert "12345" not in answer.text


# --- ids that were


async def record_id(database: Database, feed: str, number: str) -> int:
    async with database.read() as session:
        found = await session.execute(
            text("SELECT record_id FROM report WHERE feed = :feed AND number = :number"),
            {"feed": feed, "number": number},
        )
        return int(found.scalar_one())


async def decide(services: Services, kind: str, a: int, b: int, outcome: str) -> None:
    async with services.database.write() as session:
        await services.linker.decide(session, Decision(kind, a, b, outcome, judge="reviewer"))


async def case_of(api: httpx.AsyncClient, headers: dict[str, str], feed: str, number: str) -> str:
    found: str = (await get(api, f"/v1/feeds/{feed}/record", headers, number=number))["case_id"]
    return found


async def test_a_merged_case_redirects_to_the_one_that_holds_its_records(
    services: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    headers = bearer("registry:read")
    await ingest_samples(services.ingestion, [Feed.RETA_PNP])
    names = ("COM-HUARAL-2020-305", "COM-PISCO-2024-9", "COM-MANCORA-2022-19")
    ids = [await record_id(services.database, "reta-pnp", name) for name in names]
    before = [await case_of(api, headers, "reta-pnp", name) for name in names]
    await decide(services, "case", ids[0], ids[1], "same")
    await decide(services, "case", ids[0], ids[2], "same")
    kept = await case_of(api, headers, "reta-pnp", names[0])
    gone = set(before) - {kept}
    assert len(gone) == 2
    for old in gone:
        answer = await api.get(f"/v1/cases/{old}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (307, "entity-moved")
        followed = await api.get(f"/v1/cases/{old}", headers=headers, follow_redirects=True)
        assert followed.json()["id"] == kept
    assert set((await get(api, f"/v1/cases/{kept}", headers))["formerly"]) == gone


async def test_a_merged_person_redirects(services: Services, api: httpx.AsyncClient, bearer: Bearer) -> None:
    headers = bearer("registry:read")
    await ingest_samples(services.ingestion, [Feed.RETA_PNP])
    async with services.database.read() as session:
        rows = await session.execute(
            text("""SELECT n.id, p.person_id FROM mention n JOIN person_member p ON p.mention_id = n.id
            JOIN report r USING (record_id) WHERE r.number IN ('COM-HUARAL-2020-305', 'COM-OXAPAMPA-2024-6')
            AND n.role = 'suspect' ORDER BY n.id""")
        )
        (a, first), (b, second) = rows.all()
    await decide(services, "person", a, b, "same")
    statuses = {
        person: (await api.get(f"/v1/persons/{person}", headers=headers)).status_code
        for person in (first, second)
    }
    assert sorted(statuses.values()) == [200, 307]


async def test_an_id_left_without_records_is_gone(
    services: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    headers = bearer("registry:read", "feed:sistra:write")
    carpeta = {
        "numero": "1606014506-2023-9-0",
        "actualizado": "2024-02-03T08:00:00-05:00",
        "delitos": [{"codigo": "129-A"}],
        "agraviados": [{"orden": 1, "tipo": "NATURAL", "nombres": "RUFINA", "apellidoPaterno": "MAMANI"}],
    }
    made = (await api.put("/v1/feeds/sistra/record", json=carpeta, headers=headers)).json()
    person = (await get(api, f"/v1/cases/{made['case']}", headers))["people"][0]["id"]
    annulled = carpeta | {"actualizado": "2024-02-04T08:00:00-05:00", "anulada": True}
    answer = (await api.put("/v1/feeds/sistra/record", json=annulled, headers=headers)).json()
    assert answer["case"] is None
    for path in (f"/v1/cases/{made['case']}", f"/v1/persons/{person}"):
        gone = await api.get(path, headers=headers)
        assert (gone.status_code, gone.json()["code"]) == (410, "entity-gone")
        assert "link" not in gone.headers
    held = await get(api, "/v1/feeds/sistra/record", headers, number=carpeta["numero"])
    assert (held["annulled"], held["case_id"], held["mentions"]) == (True, None, [])


async def test_a_case_taken_apart_by_a_reviewer_still_stands_with_its_oldest_record(
    services: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    headers = bearer("registry:read")
    await ingest_samples(services.ingestion, [Feed.RETA_PNP, Feed.SISTRA])
    parts = (("reta-pnp", "COM-PICHARI-2024-58"), ("sistra", "1006014508-2024-15-0"))
    before = await case_of(api, headers, *parts[0])
    await decide(
        services, "case", *[await record_id(services.database, *part) for part in parts], "different"
    )
    assert await case_of(api, headers, *parts[0]) == before != await case_of(api, headers, *parts[1])


async def test_an_id_whose_records_went_several_ways_says_where(
    services: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    headers = bearer("registry:read")
    await ingest_samples(services.ingestion, [Feed.RETA_PNP])
    gone = uuid4()
    async with services.database.write() as session:
        kept = "INSERT INTO former_member (kind, entity_id, member) VALUES ('case', :id, :member)"
        found = await session.execute(
            text("SELECT min(record_id), case_id FROM case_member GROUP BY 2 ORDER BY 1 LIMIT 2")
        )
        members = found.all()
        for member, _ in members:
            await session.execute(text(kept), {"id": gone, "member": member})
    parts = {case for _, case in members}
    answer = await api.get(f"/v1/cases/{gone}", headers=headers)
    assert answer.status_code == 410
    assert all(str(part) in answer.json()["es"] for part in parts)
    assert all(f'</v1/cases/{part}>; rel="successor-version"' in answer.headers["link"] for part in parts)
