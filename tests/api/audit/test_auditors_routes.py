"""What an auditor can ask: entries, who was told of a person, checkpoints and proofs that hold."""

from base64 import b64decode
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from app.audit.acts import Act, ActKind, Purpose, thing
from app.audit.merkle import Head, proves_consistency, proves_inclusion
from app.audit.note import opened
from app.wiring import Services
from support.web_fixtures import Bearer

AUDITOR = "audit:read"
PURPOSE = Purpose("EXP-00123-2026", "Ubicación de una víctima inventada")


async def witness(services: Services, *acts: Act) -> None:
    async with services.database.write() as session:
        for each in acts:
            await services.audit.witness(session, each)


def told(person: UUID, officer: str = "PNP-1", purpose: Purpose | None = None) -> Act:
    return Act(ActKind.PERSON_READ, "cl-1", officer, purpose, (thing("person", person),))


async def items(
    api: httpx.AsyncClient, bearer: Bearer, path: str, **asked: object
) -> list[dict[str, object]]:
    answer = await api.get(path, params=asked, headers=bearer(AUDITOR))  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()["items"]
    return found


async def redirect(services: Services, event: str, old: UUID, new: UUID) -> None:
    async with services.database.write() as session:
        statement = text("INSERT INTO redirect (kind, event, from_id, to_id) VALUES ('person', :e, :o, :n)")
        await session.execute(statement, {"e": event, "o": old, "n": new})


async def test_entries_are_found_by_actor_officer_object_kind_and_time(
    services: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    person = uuid4()
    await witness(services, told(person, purpose=PURPOSE), told(uuid4(), "PNP-2"))
    path = "/v1/audit/entries"
    (first,) = await items(api, bearer, path, object=f"person/{person}")
    assert first["purpose"] == {"case_number": PURPOSE.case_number, "reason": PURPOSE.reason}
    assert (first["position"], first["officer"], first["kind"]) == (0, "PNP-1", "person_read")
    assert [each["officer"] for each in await items(api, bearer, path, officer="PNP-2")] == ["PNP-2"]
    assert len(await items(api, bearer, path, actor="cl-1")) == 2
    assert await items(api, bearer, path, kind="decision") == []
    assert await items(api, bearer, path, to=first["at"]) == []
    assert len(await items(api, bearer, path, **{"from": first["at"], "kind": "person_read"})) == 2


async def test_reading_the_log_is_witnessed_in_the_log(
    services: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    assert await items(api, bearer, "/v1/audit/entries") == []
    (entry,) = await items(api, bearer, "/v1/audit/entries", kind="audit_read")
    assert entry["actor"] == "cl-0000000000000000"


async def test_pages_follow_one_another_without_gap_or_repeat(
    services: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    await witness(services, *(told(uuid4()) for _ in range(5)))
    seen: list[int] = []
    asked: dict[str, object] = {"limit": 2, "actor": "cl-1"}
    while True:
        answer = (await api.get("/v1/audit/entries", params=asked, headers=bearer(AUDITOR))).json()  # type: ignore[arg-type]
        seen += [each["position"] for each in answer["items"]]
        if answer["next"] is None:
            break
        asked["after"] = answer["next"]
    assert len(seen) == 5
    assert seen == sorted(set(seen))


async def test_whoever_was_told_of_a_person_is_found_under_every_id_she_had(
    services: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    grandmother, mother, now, part, stranger = (uuid4() for _ in range(5))
    await witness(services, *(told(each) for each in (grandmother, mother, now, part, stranger)))
    await redirect(services, "merged", grandmother, mother)
    await redirect(services, "merged", mother, now)
    await redirect(services, "split", now, part)
    for asked, wanted in ((now, {grandmother, mother, now}), (grandmother, {grandmother, mother, now})):
        found = await items(api, bearer, f"/v1/audit/persons/{asked}/accesses")
        objects = {each["objects"][0] for each in found if each["kind"] == "person_read"}  # type: ignore[index]
        assert objects == {f"person/{id_}" for id_ in wanted}
    found = await items(api, bearer, f"/v1/audit/persons/{part}/accesses")
    assert f"person/{now}" in {each["objects"][0] for each in found}  # type: ignore[index]
    assert f"person/{stranger}" not in str(found)


async def test_proofs_hold_against_the_signed_checkpoints(
    services: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    await witness(services, *(told(uuid4()) for _ in range(5)))
    old = opened(await services.merkle.checkpoint(), await services.merkle.public_key())
    await witness(services, *(told(uuid4()) for _ in range(6)))
    await services.merkle.checkpoint()
    answer = await api.get("/v1/audit/checkpoint", headers=bearer(AUDITOR))
    assert answer.headers["content-type"].startswith("text/plain")
    new = opened(answer.text, await services.merkle.public_key())
    assert (old.size, new.size) == (5, 11)
    asked = {"position": 3, "size": 11}
    inclusion = (await api.get("/v1/audit/proof", params=asked, headers=bearer(AUDITOR))).json()
    hashes = [b64decode(each) for each in inclusion["hashes"]]
    assert proves_inclusion(b64decode(inclusion["leaf"]), 3, 11, hashes, new.root)
    asked = {"from": 5, "to": 11}
    consistency = (await api.get("/v1/audit/proof", params=asked, headers=bearer(AUDITOR))).json()
    hashes = [b64decode(each) for each in consistency["hashes"]]
    assert proves_consistency(Head(5, old.root), Head(11, new.root), hashes)


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({}, 422, "proof-unclear"),
        ({"position": 0, "from": 0}, 422, "proof-unclear"),
        ({"size": 1}, 422, "proof-unclear"),
        ({"position": 1}, 422, "outside-the-log"),
        ({"position": 0, "size": 2}, 422, "outside-the-log"),
        ({"from": 2}, 422, "outside-the-log"),
        ({"from": 1, "to": 0}, 422, "outside-the-log"),
        ({"position": -1}, 422, "request-invalid"),
    ],
)
async def test_a_proof_of_nothing_is_refused(
    services: Services, api: httpx.AsyncClient, bearer: Bearer, asked: dict[str, int], status: int, code: str
) -> None:
    await witness(services, told(uuid4()))
    await services.merkle.sequence()
    answer = await api.get("/v1/audit/proof", params=asked, headers=bearer(AUDITOR))
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_the_log_is_for_auditors_and_without_a_checkpoint_there_is_none(
    api: httpx.AsyncClient, bearer: Bearer
) -> None:
    for path in ("entries", f"persons/{uuid4()}/accesses", "checkpoint", "proof"):
        answer = await api.get(f"/v1/audit/{path}", headers=bearer("registry:read", "operator", "review"))
        assert answer.status_code == 403
    answer = await api.get("/v1/audit/checkpoint", headers=bearer(AUDITOR))
    assert (answer.status_code, answer.json()["code"]) == (404, "no-checkpoint")
