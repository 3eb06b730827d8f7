"""Urgent access: three hours by the clock, one object, told to its institutions, reviewed by another."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.registry.break_glass import LASTS, REVIEWED_WITHIN
from app.security.roles import Role
from schemas.vocabulary import Feed
from support.access_kit import ASKING, OWN_FEED, Guarded

Headers = dict[str, str]
Answer = dict[str, Any]


@pytest.fixture
async def foreign(guarded: Guarded) -> Answer:
    """A case with people in which the institution of the tests has no record."""
    headers = guarded.headers(Role.ANALYST)
    for item in (await guarded.get("/v1/cases", headers, limit=500))["items"]:
        if OWN_FEED not in item["feeds"] and item["victims"]:
            return dict(await guarded.get(f"/v1/cases/{item['id']}", headers))
    raise AssertionError("the samples have such a case")


def reader(guarded: Guarded, officer: str) -> Headers:
    return guarded.headers(Role.INSTITUTION_READER, officer)


async def take(guarded: Guarded, headers: Headers, kind: str, object_id: str) -> httpx.Response:
    return await guarded.api.post(
        "/v1/break-glass", json={**ASKING, "kind": kind, "id": object_id}, headers=headers
    )


async def review(
    guarded: Guarded, glass_id: str, headers: Headers, verdict: str = "justified"
) -> httpx.Response:
    return await guarded.api.post(
        f"/v1/break-glass/{glass_id}/review", json={**ASKING, "verdict": verdict}, headers=headers
    )


async def test_it_opens_one_case_for_three_hours_and_no_other(guarded: Guarded, foreign: Answer) -> None:
    path, officer = f"/v1/cases/{foreign['id']}", "oficial-201"
    assert (await guarded.api.get(path, headers=reader(guarded, officer))).status_code == 404
    taken = await take(guarded, reader(guarded, officer), "case", foreign["id"])
    assert taken.status_code == 201, taken.text
    assert taken.json()["active"] is True
    assert await guarded.get(path, reader(guarded, officer)) == foreign
    person = foreign["people"][0]["id"]
    assert (await guarded.get(f"/v1/persons/{person}", reader(guarded, officer)))["id"] == person
    opened = await guarded.api.post(
        f"/v1/persons/{person}/identity", json=ASKING, headers=reader(guarded, officer)
    )
    assert opened.status_code == 200
    assert (await guarded.api.get(path, headers=reader(guarded, "oficial-202"))).status_code == 404
    listed = await guarded.api.get("/v1/cases", headers=reader(guarded, officer))
    assert listed.status_code == 403
    guarded.clock.advance(LASTS - timedelta(seconds=1))
    assert (await guarded.api.get(path, headers=reader(guarded, officer))).status_code == 200
    guarded.clock.advance(timedelta(seconds=1))
    assert (await guarded.api.get(path, headers=reader(guarded, officer))).status_code == 404
    ended = await guarded.api.post(
        f"/v1/persons/{person}/identity", json=ASKING, headers=reader(guarded, officer)
    )
    assert ended.status_code == 403


async def test_asking_again_gives_the_same_and_a_new_one_once_it_is_over(
    guarded: Guarded, foreign: Answer
) -> None:
    officer = "oficial-203"
    first = await take(guarded, reader(guarded, officer), "case", foreign["id"])
    again = await take(guarded, reader(guarded, officer), "case", foreign["id"])
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    guarded.clock.advance(LASTS)
    later = await take(guarded, reader(guarded, officer), "case", foreign["id"])
    assert later.status_code == 201
    assert later.json()["id"] != first.json()["id"]


async def test_it_can_be_ended_early_by_who_took_it_and_by_nobody_else(
    guarded: Guarded, foreign: Answer
) -> None:
    officer, path = "oficial-204", f"/v1/cases/{foreign['id']}"
    taken = (await take(guarded, reader(guarded, officer), "case", foreign["id"])).json()
    revoke = f"/v1/break-glass/{taken['id']}/revoke"
    assert (await guarded.api.post(revoke, headers=reader(guarded, "oficial-205"))).status_code == 404
    ended = await guarded.api.post(revoke, headers=reader(guarded, officer))
    assert (ended.status_code, ended.json()["active"]) == (200, False)
    assert (await guarded.api.get(path, headers=reader(guarded, officer))).status_code == 404


async def test_the_owning_institutions_are_told_who_what_and_why(guarded: Guarded, foreign: Answer) -> None:
    taken = (await take(guarded, reader(guarded, "oficial-206"), "case", foreign["id"])).json()
    owners = {report["feed"] for report in foreign["reports"]}
    for feed in Feed:
        headers = await guarded.client((f"feed:{feed}:read",), officer="oficial-900")
        found = await guarded.get("/v1/notices", headers, limit=500)
        told = [item["access"] for item in found if item["access"]["id"] == taken["id"]]
        assert len(told) == (feed in owners)
        for access in told:
            assert (access["officer"], access["reason"]) == ("oficial-206", ASKING["reason"])
        if found:
            assert await guarded.get("/v1/notices", headers, after=found[-1]["position"]) == []


async def test_another_person_reviews_it_once(guarded: Guarded, foreign: Answer) -> None:
    taken = (await take(guarded, reader(guarded, "oficial-207"), "case", foreign["id"])).json()
    same_officer = await review(guarded, taken["id"], guarded.headers(Role.AUDITOR, "oficial-207"))
    assert (same_officer.status_code, same_officer.json()["code"]) == (403, "break-glass-own-review")
    in_capitals = await review(guarded, taken["id"], guarded.headers(Role.AUDITOR, "OFICIAL-207"))
    assert (in_capitals.status_code, in_capitals.json()["code"]) == (403, "break-glass-own-review")
    client = guarded.clients[Role.INSTITUTION_READER]
    same_client = guarded.headers_of(client, ("break-glass:review",), "oficial-208")
    assert (await review(guarded, taken["id"], same_client)).status_code == 403
    auditor = guarded.headers(Role.AUDITOR, "auditora-1")
    pending = [each["id"] for each in await guarded.get("/v1/break-glass", auditor, limit=500)]
    assert taken["id"] in pending
    done = await review(guarded, taken["id"], auditor, "unjustified")
    assert (done.status_code, done.json()["verdict"], done.json()["active"]) == (200, "unjustified", False)
    twice = await review(guarded, taken["id"], auditor)
    assert (twice.status_code, twice.json()["code"]) == (409, "break-glass-reviewed")
    pending = [each["id"] for each in await guarded.get("/v1/break-glass", auditor, limit=500)]
    assert taken["id"] not in pending


async def test_an_officer_whose_access_was_not_reviewed_in_time_takes_no_other(
    guarded: Guarded, foreign: Answer
) -> None:
    officer = "oficial-209"
    taken = (await take(guarded, reader(guarded, officer), "case", foreign["id"])).json()
    guarded.clock.advance(REVIEWED_WITHIN)
    refused = await take(guarded, reader(guarded, officer), "case", foreign["id"])
    assert (refused.status_code, refused.json()["code"]) == (403, "break-glass-review-overdue")
    auditor = guarded.headers(Role.AUDITOR, "auditora-1")
    overdue = {
        each["id"]: each["overdue"] for each in await guarded.get("/v1/break-glass", auditor, limit=500)
    }
    assert overdue[taken["id"]] is True
    assert (await take(guarded, reader(guarded, "oficial-210"), "case", foreign["id"])).status_code == 201
    assert (await review(guarded, taken["id"], auditor)).status_code == 200
    assert (await take(guarded, reader(guarded, officer), "case", foreign["id"])).status_code == 201


@pytest.mark.parametrize("kind", ["person", "case"])
async def test_what_is_not_there_cannot_be_opened(guarded: Guarded, kind: str) -> None:
    answer = await take(guarded, reader(guarded, "oficial-211"), kind, str(uuid4()))
    assert (answer.status_code, answer.json()["code"]) == (404, f"{kind}-not-found")
