"""Splitting and merging persons and cases by hand: held to what was read, previewed, binding, repeatable."""

from random import Random
from typing import Any

import httpx
import pytest

from app.reconciliation.review import membership
from app.wiring import Services
from support.keeping import Registry
from support.review_kit import REASON, Reviewer, doubtful_registry
from support.small_worlds import observations

KINDS = ("person", "case")
BIG = {
    "person": "SELECT person_id FROM person_member GROUP BY 1 ORDER BY count(*) DESC, 1",
    "case": "SELECT case_id FROM case_member GROUP BY 1 ORDER BY count(*) DESC, 1",
}


@pytest.fixture
def ana(services: Services, api: httpx.AsyncClient) -> Reviewer:
    return Reviewer(services, api, 1)


@pytest.fixture
def rosa(services: Services, api: httpx.AsyncClient) -> Reviewer:
    return Reviewer(services, api, 2)


async def entities(registry: Registry, kind: str) -> list[str]:
    return [str(found) for (found,) in await registry.rows(BIG[kind])]


async def whose(reviewer: Reviewer, kind: str, entity: str) -> list[Any]:
    return (await reviewer.members(kind, entity))[1]


def key(members: list[Any]) -> list[str]:
    return sorted(map(str, members))


def effect_of(decision: Any) -> Any:
    """Of what was done last."""
    return decision["words"][-1]["effect"] if decision["words"] else decision["effect"]


async def done(one: Reviewer, two: Reviewer, answer: Any) -> Any:
    """With a second word where it takes one."""
    if answer["state"] == "effective":
        return answer
    return await two.post(f"/v1/review/decisions/{answer['id']}/confirm", REASON)


@pytest.mark.parametrize("kind", KINDS)
async def test_the_parts_of_a_split_are_apart_and_stay_so(
    services: Services, ana: Reviewer, rosa: Reviewer, kind: str
) -> None:
    registry = await doubtful_registry(services)
    entity = (await entities(registry, kind))[0]
    version, members = await ana.members(kind, entity)
    assert len(members) > 2
    body = {"parts": [members[:1], members[1:2]], **REASON}
    path = f"/v1/{kind}s/{entity}/split"
    preview = await ana.post(path, body, version=version, preview=True)
    assert await ana.members(kind, entity) == (version, members)
    first = await ana.post(path, body, version=version)
    assert await ana.post(path, body, version=version) == first, "again is the same decision"
    split = await done(ana, rosa, first)  # what parts may join others: that takes two
    effect = effect_of(split)
    assert [c["members"] for c in effect["clusters"]] == [c["members"] for c in preview["effect"]["clusters"]]
    for _ in range(2):
        parts = [c for c in effect["clusters"] if c["kind"] == kind and entity in c["was"]]
        found = [key(m for m in await whose(ana, kind, part["id"]) if m in members) for part in parts]
        assert sorted(found) == sorted(map(key, (members[:1], members[1:2], members[2:])))
        await registry.linker.reconcile_full()

    undone = await ana.undo(split["id"])
    assert undone["state"] == "undone"
    whole = [c for c in effect_of(undone)["clusters"] if c["kind"] == kind]
    assert any(set(key(members)) <= set(key(c["members"])) for c in whole)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_merge_joins_all_members_and_leaves_a_redirect(
    services: Services, ana: Reviewer, rosa: Reviewer, kind: str
) -> None:
    registry = await doubtful_registry(services)
    left, right = (await entities(registry, kind))[-2:]
    version, members = await ana.members(kind, left)
    everybody = members + await whose(ana, kind, right)
    path, body = f"/v1/{kind}s/{left}/merge", {"other": right, **REASON}
    preview = await ana.post(path, body, version=version, preview=True)
    first = await ana.post(path, body, version=version)
    assert await ana.post(path, body, version=version) == first, "again is the same decision"
    merged = await done(ana, rosa, first)
    effect = effect_of(merged)
    assert effect["redirects"] == preview["effect"]["redirects"]
    joined = next(c for c in effect["clusters"] if {left, right} <= set(c["was"]))
    assert {str(m) for m in everybody} <= {str(m) for m in joined["members"]}
    gone = ({left, right} - {joined["id"]}).pop()
    assert await whose(ana, kind, joined["id"]) == sorted(joined["members"], key=key_of)
    assert (await ana.get(f"/v1/{kind}s/{gone}/members", 307))["code"] == "entity-moved"
    answer = await ana.api.post(
        f"/v1/{kind}s/{gone}/merge",
        headers={**ana.headers, "If-Match": "*"},
        json={**body, "other": joined["id"]},
    )
    assert (answer.status_code, answer.headers["location"]) == (307, f"/v1/{kind}s/{joined['id']}/merge")
    await registry.linker.reconcile_full()
    assert {str(m) for m in everybody} <= {str(m) for m in await whose(ana, kind, joined["id"])}


def key_of(member: Any) -> tuple[object, ...]:
    """The order in which members are told: by (feed, number, role, order) as they are written."""
    return (member["feed"], member["number"], str(member["role"]), str(member["order"]))


@pytest.mark.parametrize("act", ["split", "merge"])
async def test_who_acts_on_what_has_changed_since_is_told(
    services: Services, ana: Reviewer, act: str
) -> None:
    registry = await doubtful_registry(services)
    first, second = (await entities(registry, "case"))[:2]
    _, members = await ana.members("case", first)
    bodies = {"split": {"parts": [members[:1]], **REASON}, "merge": {"other": second, **REASON}}
    path = f"/v1/cases/{first}/{act}"
    assert (await ana.post(path, bodies[act], 428))["code"] == "version-missing"
    assert (await ana.post(path, bodies[act], preview=True))["state"] == "preview"
    assert (await ana.post(path, bodies[act], 409, version="0" * 24))["code"] == "membership-changed"
    other, _ = await ana.members("case", second)
    assert (await ana.post(path, bodies[act], 409, version=other))["code"] == "membership-changed"


async def test_members_come_with_their_version_as_an_etag(services: Services, ana: Reviewer) -> None:
    registry = await doubtful_registry(services)
    entity = (await entities(registry, "person"))[0]
    answer = await ana.api.get(f"/v1/persons/{entity}/members", headers=ana.headers)
    assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
    assert set(answer.json()["members"][0]) == {"feed", "number", "role", "order"}


async def test_parts_that_are_none_are_refused(services: Services, ana: Reviewer) -> None:
    registry = await doubtful_registry(services)
    entity, other = (await entities(registry, "person"))[:2]
    version, members = await ana.members("person", entity)
    stranger = (await whose(ana, "person", other))[0]
    for parts in ([members], [members[:1], members[:1]], [[stranger]], [[{**members[0], "order": 99}]]):
        body = {"parts": parts, **REASON}
        assert (await ana.post(f"/v1/persons/{entity}/split", body, 422, version))["code"] == "parts-invalid"
    for parts in ([], [[]], "x", [[{"feed": "otra", "number": "1"}]]):
        body = {"parts": parts, **REASON}
        assert (await ana.post(f"/v1/persons/{entity}/split", body, 422, version))[
            "code"
        ] == "request-invalid"


async def test_ids_that_stand_for_nothing(services: Services, ana: Reviewer) -> None:
    registry = await doubtful_registry(services)
    entity = (await entities(registry, "person"))[0]
    version, _ = await ana.members("person", entity)
    nobody = "00000000-0000-0000-0000-000000000000"
    body = {"other": nobody, **REASON}
    assert (await ana.get(f"/v1/persons/{nobody}/members", 404))["code"] == "entity-not-found"
    assert (await ana.post(f"/v1/persons/{entity}/merge", body, 404, version))["code"] == "entity-not-found"
    body = {"other": entity, **REASON}
    assert (await ana.post(f"/v1/persons/{entity}/merge", body, 422, version))["code"] == "merge-pointless"


async def test_what_is_too_large_is_taken_apart_step_by_step(
    services: Services, ana: Reviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = await doubtful_registry(services)
    monkeypatch.setattr(membership, "MEMBERS_MOST", 2)
    entity = (await entities(registry, "person"))[0]
    version, members = await ana.members("person", entity)
    refused = await ana.post(
        f"/v1/persons/{entity}/split", {"parts": [members[:1]], **REASON}, 422, version=version
    )
    assert refused["code"] == "members-too-many"


async def test_a_split_holds_when_a_member_vanishes_and_comes_back(services: Services, ana: Reviewer) -> None:
    """Why every pair is said: with a chain of few pairs the one that vanishes would take the word with it."""
    registry = await doubtful_registry(services)
    entity = (await entities(registry, "case"))[0]
    version, members = await ana.members("case", entity)
    assert len(members) > 3
    body = {"parts": [members[:2]], **REASON}
    await ana.post(f"/v1/cases/{entity}/split", body, version=version)
    held = {(seen.feed.value, seen.number): seen for seen in observations(Random(59), 40)}
    lost = held[members[0]["feed"], members[0]["number"]]
    await registry.put(lost.model_copy(update={"annulled": True}))
    where = dict(
        await registry.rows(
            "SELECT r.number, m.case_id FROM case_member m JOIN record r ON r.id = m.record_id"
        )
    )
    assert where.get(members[1]["number"]) not in {
        where[m["number"]] for m in members[2:] if m["number"] in where
    }
    await registry.put(lost)
    where = dict(
        await registry.rows(
            "SELECT r.number, m.case_id FROM case_member m JOIN record r ON r.id = m.record_id"
        )
    )
    assert where[members[0]["number"]] == where[members[1]["number"]]
    assert where[members[0]["number"]] not in {where[m["number"]] for m in members[2:]}
