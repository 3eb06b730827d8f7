"""Who a person is: a call of its own, with scope, case and reason, at a pace, witnessed before it is told."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text

from app.security.reach import EVERYTHING, RowScope
from app.security.roles import Role
from app.security.row_security import enter
from support.access_kit import ASKING, OWN_FEED, Guarded
from support.expected import PERSONS

Answer = dict[str, Any]


async def person_of(guarded: Guarded, feed: str, number: str, role: str, order: int) -> str:
    headers = guarded.headers(Role.ANALYST)
    record = await guarded.get(f"/v1/feeds/{feed}/record", headers, number=number)
    (found,) = [m["person_id"] for m in record["mentions"] if (m["role"], m["order"]) == (role, order)]
    return str(found)


@pytest.fixture
async def known(guarded: Guarded) -> str:
    """A person whom several institutions name, the prosecution among them."""
    several = [m for m in PERSONS.values() if len({each[0] for each in m}) > 2]
    own = next(each for mentions in several for each in mentions if each[0] == OWN_FEED)
    return await person_of(guarded, *own)


async def test_each_record_says_who_the_person_is(guarded: Guarded, known: str) -> None:
    headers = guarded.headers(Role.IDENTITY_OFFICER, "oficial-101")
    answer = await guarded.api.post(f"/v1/persons/{known}/identity", json=ASKING, headers=headers)
    assert answer.status_code == 200, answer.text
    found: Answer = answer.json()
    person = await guarded.get(f"/v1/persons/{known}", guarded.headers(Role.ANALYST))
    told = {
        (each["source"]["feed"], each["source"]["number"], each["role"], each["order"])
        for each in found["identities"]
    }
    assert told == {(m["feed"], m["number"], m["role"], m["order"]) for m in person["mentions"]}
    assert any(each["paternal"] or each["initials"] for each in found["identities"])
    assert answer.headers["cache-control"] == "no-store"


async def test_it_is_witnessed_with_officer_and_purpose(guarded: Guarded, known: str) -> None:
    headers = guarded.headers(Role.IDENTITY_OFFICER, "oficial-102")
    await guarded.api.post(f"/v1/persons/{known}/identity", json=ASKING, headers=headers)
    connection = await asyncpg.connect(guarded.superuser)
    rows = await connection.fetch(
        "SELECT kind, objects, outcome FROM audit_entry WHERE officer = 'oficial-102'"
    )
    await connection.close()
    assert [tuple(row) for row in rows] == [("identity_read", [f"person/{known}"], "told")]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"case": None}, 422, "request-invalid"),
        ({"reason": None}, 422, "request-invalid"),
        ({"reason": "corto"}, 422, "request-invalid"),
        ({"reason": "x" * 501}, 422, "request-invalid"),
        ({"reason": "1234567890"}, 400, "purpose-invalid"),
        ({"reason": "dos\nrenglones de texto"}, 400, "purpose-invalid"),
        ({"other": 1}, 422, "request-invalid"),
    ],
)
async def test_case_and_reason_stand_in_the_body(
    guarded: Guarded, known: str, change: Answer, status: int, code: str
) -> None:
    body = {name: value for name, value in {**ASKING, **change}.items() if value is not None}
    headers = guarded.headers(Role.IDENTITY_OFFICER, "oficial-103")
    answer = await guarded.api.post(f"/v1/persons/{known}/identity", json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_without_an_officer_nothing_is_opened(guarded: Guarded, known: str) -> None:
    headers = guarded.headers(Role.IDENTITY_OFFICER)
    del headers["Intertrata-Officer"]
    answer = await guarded.api.post(f"/v1/persons/{known}/identity", json=ASKING, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "purpose-missing")
    assert "Intertrata-Officer" in answer.json()["en"]


async def test_only_the_persons_own_identities_can_be_read_in_the_transaction(
    guarded: Guarded, known: str
) -> None:
    """By the database itself: whatever a mistaken query asks for."""
    async with guarded.services.database.read() as session:
        count = text("SELECT count(*) FROM mention_identity")
        await enter(session, EVERYTHING)
        assert await session.scalar(count) == 0
        await enter(session, EVERYTHING, known)  # type: ignore[arg-type]  # a UUID's text will do
        own = text("SELECT count(*) FROM person_member WHERE person_id = :id")
        assert 0 < (await session.scalar(count) or 0) == await session.scalar(own, {"id": known})


async def test_an_institution_with_the_scope_opens_its_own_records_word_only(
    guarded: Guarded, known: str
) -> None:
    limit = RowScope(feed=OWN_FEED)
    headers = await guarded.client(("registry:read", "identity:read"), limit, "oficial-104")
    answer = await guarded.api.post(f"/v1/persons/{known}/identity", json=ASKING, headers=headers)
    assert {each["source"]["feed"] for each in answer.json()["identities"]} == {OWN_FEED}
    foreign = next(m for m in PERSONS.values() if OWN_FEED not in {each[0] for each in m})
    person_id = await person_of(guarded, *next(iter(foreign)))
    bodies = []
    for absent in (person_id, str(uuid4())):
        answer = await guarded.api.post(f"/v1/persons/{absent}/identity", json=ASKING, headers=headers)
        assert answer.status_code == 404
        bodies.append({name: value for name, value in answer.json().items() if name != "instance"})
    assert bodies[0] == bodies[1]  # nobody learns that there is such a person


async def test_an_officers_pace_is_bounded_and_ends_with_the_hour(guarded: Guarded, known: str) -> None:
    limit = guarded.services.settings.identities_per_officer_hour
    path = f"/v1/persons/{uuid4()}/identity"  # trying counts, whatever is found

    async def ask(officer: str) -> Any:
        headers = guarded.headers(Role.IDENTITY_OFFICER, officer)
        return await guarded.api.post(path, json=ASKING, headers=headers)

    for _ in range(limit):
        assert (await ask("oficial-105")).status_code == 404
    refused = await ask("oficial-105")
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-identities")
    wait = int(refused.headers["retry-after"])
    assert 0 < wait <= 3601
    assert (await ask("oficial-106")).status_code == 404
    guarded.clock.advance(timedelta(seconds=wait))
    assert (await ask("oficial-105")).status_code == 404
