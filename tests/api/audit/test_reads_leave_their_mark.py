"""What is told over HTTP is witnessed before it is told, by ids; what cannot be witnessed is not told."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import Row, text

from app.wiring import Services
from schemas.vocabulary import Feed
from support.ingestion_kit import ingest, sample, sample_arrival
from support.web_fixtures import Bearer

READER = "registry:read"
ABSENT = UUID(int=7)


@pytest_asyncio.fixture
async def held(services: Services) -> Services:
    await ingest(services.ingestion, sample_arrival(Feed.RETA_PNP), sample(Feed.RETA_PNP))
    return services


async def entries(services: Services) -> Sequence[Row[tuple[object, ...]]]:
    async with services.database.read() as session:
        return (await session.execute(text("SELECT * FROM audit_entry ORDER BY at"))).all()


async def break_the_log(services: Services) -> None:
    async with services.database.write() as session:
        await session.execute(text("ALTER TABLE audit_pending RENAME TO audit_gone"))


async def test_cases_persons_and_records_that_are_told_are_witnessed_by_id(
    held: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    headers = bearer(READER)
    listed = (await api.get("/v1/cases", params={"limit": 3}, headers=headers)).json()["items"]
    cases = [each["id"] for each in listed]
    case = (await api.get(f"/v1/cases/{cases[0]}", headers=headers)).json()
    people = [each["id"] for each in case["people"]]
    await api.get(f"/v1/persons/{people[0]}", headers=headers)
    number = case["reports"][0]["number"]
    record = await api.get("/v1/feeds/reta-pnp/record", params={"number": number}, headers=headers)
    assert record.status_code == 200
    assert people
    told = [(each.kind, each.outcome, each.actor) for each in await entries(held)]
    actor = "cl-0000000000000000"
    kinds = ("case_read", "case_read", "person_read", "person_read")
    assert told == [(kind, "told", actor) for kind in kinds]
    touched = [set(each.objects) for each in await entries(held)]
    assert touched[0] == {f"case/{id_}" for id_ in cases}
    assert touched[1] == {f"case/{cases[0]}", *(f"person/{id_}" for id_ in people)}
    assert touched[2] == {f"person/{people[0]}"}
    assert touched[3] >= {f"record/reta-pnp:{number}", f"case/{cases[0]}"}


async def test_the_same_question_has_the_same_keyed_digest(
    held: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    for limit in (1, 1, 2):
        await api.get("/v1/cases", params={"limit": limit}, headers=bearer(READER))
    first, again, other = (each.request for each in await entries(held))
    assert first == again != other
    assert len(first) == 32


async def test_a_body_is_part_of_the_question(
    services: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    path = f"/v1/persons/{uuid4()}/identity"
    for reason in ("Ubicación inmediata", "Ubicación inmediata", "Diligencia fiscal urgente"):
        body = {"case": "EXP-00123-2026", "reason": reason}
        assert (await api.post(path, json=body, headers=bearer("identity:read"))).status_code == 404
    first, again, other = (each.request for each in await entries(services))
    assert first == again != other


async def test_a_client_that_no_entry_can_name_is_told_nothing(
    held: Services, api: httpx.AsyncClient, bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.audit.acts.TEXT_CHARACTERS", 3)
    answer = await api.get("/v1/cases", headers=bearer(READER))
    assert (answer.status_code, answer.json()["code"]) == (503, "audit-unavailable")


async def test_what_is_not_there_or_not_any_more_is_witnessed_as_such(
    services: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    absent = uuid4()
    assert (await api.get(f"/v1/persons/{absent}", headers=bearer(READER))).status_code == 404
    (entry,) = await entries(services)
    assert (entry.kind, entry.outcome) == ("person_read", "person-not-found")
    assert entry.objects == [f"person/{absent}"]


@pytest.mark.parametrize("path", ["/v1/cases", f"/v1/cases/{ABSENT}", f"/v1/persons/{ABSENT}"])
async def test_what_cannot_be_witnessed_is_not_told(
    held: Services, api: httpx.AsyncClient, bearer: Bearer, path: str
) -> None:
    await break_the_log(held)
    answer = await api.get(path, headers=bearer(READER))
    assert (answer.status_code, answer.json()["code"]) == (503, "audit-unavailable")
    assert "items" not in answer.text


async def test_a_mark_that_the_commit_refuses_is_no_mark(
    held: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    async with held.database.write() as session:
        await session.execute(
            text("""
            CREATE FUNCTION refuse_late() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'the disk is full' USING ERRCODE = 'disk_full'; END $$""")
        )
        await session.execute(
            text("""CREATE CONSTRAINT TRIGGER late AFTER INSERT ON audit_entry
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_late()""")
        )
    answer = await api.get("/v1/cases", headers=bearer(READER))
    assert (answer.status_code, answer.json()["code"]) == (503, "audit-unavailable")
    assert "items" not in answer.text


async def test_a_refusal_of_a_known_client_is_witnessed(
    services: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    case = uuid4()
    assert (await api.get(f"/v1/cases/{case}", headers=bearer("feeds:read"))).status_code == 403
    (entry,) = await entries(services)
    assert (entry.kind, entry.outcome, entry.actor) == ("refusal", "scope-missing", "cl-0000000000000000")
    assert entry.objects == ["route/get_case", f"case/{case}"]


async def test_a_refusal_of_nobody_we_know_is_not(services: Services, api: httpx.AsyncClient) -> None:
    assert (await api.get("/v1/cases", headers={"Authorization": "Bearer x.y.z"})).status_code == 401
    assert (await entries(services)) == []


async def test_a_disabled_clients_refusal_is_witnessed(services: Services, api: httpx.AsyncClient) -> None:
    client = await services.clients.create("Prueba", [READER])
    token = services.authorisation.issuer.issue(client.id, (READER,), services.clock.now())
    await services.clients.disable(client.id)
    answer = await api.get("/v1/cases", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    found = [each for each in await entries(services) if each.kind == "refusal"]
    assert [(each.actor, each.outcome) for each in found] == [(client.id, "token-invalid")]


async def test_a_refusal_stands_where_it_cannot_be_witnessed(
    services: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    await break_the_log(services)
    assert (await api.get("/v1/cases", headers=bearer("feeds:read"))).status_code == 403
