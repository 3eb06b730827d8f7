"""The queue of doubtful pairs: its order, its filters, its pages, and the leases under which it is worked."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import httpx
import pytest
from sqlalchemy import text

from app.core.clock import FixedClock
from app.db.engine import Database
from app.reconciliation.review import queue_sql
from app.reconciliation.review.errors import LeaseHeld
from app.reconciliation.review.queue_service import ReviewQueue
from app.reconciliation.review.rules import Place, Policy
from app.wiring import Services
from support.keeping import Registry
from support.registry_fixtures import composed
from support.review_kit import Reviewer, doubtful_registry, of_kind

NOW = datetime(2025, 6, 1, 15, 0, tzinfo=UTC)
SEVERAL = 59  # of a world in which two persons have more than one doubtful pair
YOUNG = "UPDATE mention SET age_min = 14, age_max = 14 WHERE id = $1"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def services(database: Database, database_url: str, tmp_path: Path, clock: FixedClock) -> Services:
    return composed(database_url, database, tmp_path, clock)


@pytest.fixture
def ana(services: Services, api: httpx.AsyncClient) -> Reviewer:
    return Reviewer(services, api, 1)


@pytest.fixture
def rosa(services: Services, api: httpx.AsyncClient) -> Reviewer:
    return Reviewer(services, api, 2)


async def unsure(registry: Registry) -> dict[frozenset[object], list[str]]:
    """The doubtful pairs of any two, the likeliest first."""
    rows = await registry.rows(
        "SELECT e.kind, e.a, e.b, coalesce(x.person_id, p.case_id), coalesce(y.person_id, q.case_id) "
        "FROM edge e "
        "LEFT JOIN person_member x ON e.kind = 'person' AND x.mention_id = e.a "
        "LEFT JOIN person_member y ON e.kind = 'person' AND y.mention_id = e.b "
        "LEFT JOIN case_member p ON e.kind = 'case' AND p.record_id = e.a "
        "LEFT JOIN case_member q ON e.kind = 'case' AND q.record_id = e.b "
        "WHERE outcome = 'unsure' AND (e.kind = 'person' OR NOT EXISTS ("
        "SELECT 1 FROM report r WHERE r.record_id IN (e.a, e.b) AND NOT r.makes_case)) "
        "ORDER BY e.probability DESC, e.a, e.b"
    )
    found: dict[frozenset[object], list[str]] = {}
    for kind, a, b, ours, theirs in rows:
        found.setdefault(frozenset((ours, theirs)), []).append(f"{kind}-{a}-{b}")
    return found


async def several(services: Services, ana: Reviewer) -> tuple[Registry, dict[str, Any], list[str]]:
    """A registry with an item of several doubtful pairs: the item, and all its pairs."""
    registry = await doubtful_registry(services, seed=SEVERAL)
    item = max(await ana.queue(), key=lambda each: each["pairs"])
    (names,) = (names for names in (await unsure(registry)).values() if item["id"] in names)
    assert item["pairs"] == len(names) > 1
    return registry, item, names


def places(items: list[Any]) -> Iterator[tuple[object, ...]]:
    for item in items:
        told = item["impact"]
        kind, a, b = item["id"].split("-")
        yield (-told["figures"], -told["minors"], -told["moved"], -item["likely"], kind, int(a), int(b))


@pytest.mark.parametrize("seed", [49, 59, 65])
async def test_any_two_that_may_be_one_are_in_the_queue_once_what_changes_most_first(
    services: Services, ana: Reviewer, seed: int
) -> None:
    registry = await doubtful_registry(services, seed)
    items = await ana.queue(limit=4)
    doubtful = await unsure(registry)
    assert {item["id"] for item in items} == {names[0] for names in doubtful.values()}
    assert {item["id"]: item["pairs"] for item in items} == {n[0]: len(n) for n in doubtful.values()}
    assert len(items) == len({item["id"] for item in items}) > 4
    assert list(places(items)) == sorted(places(items))
    assert [item["id"] for item in await ana.queue()] == [item["id"] for item in items]


async def test_among_equal_changes_a_minor_comes_first(services: Services, ana: Reviewer) -> None:
    registry = await doubtful_registry(services)
    last = list(of_kind(await ana.queue(), "person"))[-1]
    await registry.rows(YOUNG, int(last["id"].split("-")[1]))
    await registry.linker.reconcile_full()
    items = await ana.queue()
    equal = [i for i in items if i["impact"]["figures"] == last["impact"]["figures"]]
    assert [i["impact"]["minors"] for i in equal] == sorted(
        (i["impact"]["minors"] for i in equal), reverse=True
    )
    assert last["id"] in [i["id"] for i in equal if i["impact"]["minors"]]


async def test_a_filter_keeps_what_it_names(services: Services, ana: Reviewer) -> None:
    await doubtful_registry(services)
    items = await ana.queue()
    for kind in ("person", "case"):
        assert await ana.queue(kind=kind) == list(of_kind(items, kind))
    for department in ("08", "15", "17"):
        here = [item for item in items if department in item["impact"]["departments"]]
        assert await ana.queue(department=department) == here
    of_court = await ana.queue(feed="poder-judicial")
    ends = [i for i in items if "poder-judicial" in (i["a"]["member"]["feed"], i["b"]["member"]["feed"])]
    assert ends
    assert {item["id"] for item in ends} <= {item["id"] for item in of_court} <= {i["id"] for i in items}


async def test_an_item_is_read_by_its_id_which_a_run_over_everything_does_not_change(
    services: Services, ana: Reviewer
) -> None:
    registry = await doubtful_registry(services)
    before = await ana.queue()
    await registry.linker.reconcile_full()
    after = await ana.queue()
    assert [item["id"] for item in before] == [item["id"] for item in after]
    assert await ana.get(f"/v1/review/{after[0]['id']}") == after[0]


async def test_an_item_says_no_name_and_no_exact_probability(services: Services, ana: Reviewer) -> None:
    await doubtful_registry(services)
    told = str(await ana.queue()).upper()
    assert not any(name in told for name in ("QUISPE", "HUAMAN", "YULI", "29150731", "PROBABILITY"))


@pytest.mark.parametrize("cursor", ["x", "1-2", "1-0-1-1-person-5-6x", "9" * 80, "1-2-1-1-person-5-6"])
async def test_a_cursor_of_nobodys_is_refused(ana: Reviewer, cursor: str) -> None:
    answer = await ana.get("/v1/review/queue", 400, after=cursor)
    assert answer["code"] == "review-cursor-unreadable"


@pytest.mark.parametrize(
    "item", ["x", "person-1-1", "person-2-1", "person-0-1", "case-1-9", "person-1-" + "9" * 18]
)
async def test_an_item_that_is_none_is_not_found(ana: Reviewer, item: str) -> None:
    assert (await ana.get(f"/v1/review/{item}", 404))["code"] == "review-item-not-found"
    assert (await ana.post(f"/v1/review/{item}/claim", expect=404))["code"] == "review-item-not-found"
    assert (await ana.decide(item, "same", 404))["code"] == "review-item-not-found"


async def test_a_lease_is_one_reviewers_until_it_expires(
    services: Services, clock: FixedClock, ana: Reviewer, rosa: Reviewer
) -> None:
    await doubtful_registry(services)
    item = (await ana.queue())[0]["id"]
    await ana.claim(item)
    assert (await ana.get(f"/v1/review/{item}"))["lease"]["mine"] is True
    assert (await rosa.get(f"/v1/review/{item}"))["lease"]["mine"] is False
    refused = await rosa.post(f"/v1/review/{item}/claim", expect=409)
    assert refused["code"] == "lease-held"
    assert (await rosa.decide(item, "different", 409))["code"] == "lease-held"

    clock.advance(timedelta(minutes=29))
    renewed = await ana.post(f"/v1/review/{item}/claim")
    assert datetime.fromisoformat(renewed["until"]) == clock.now() + timedelta(minutes=30)
    clock.advance(timedelta(minutes=30))
    assert (await ana.decide(item, "different", 409))["code"] == "lease-missing", "it has expired"
    await rosa.claim(item)
    assert (await ana.decide(item, "different", 409))["code"] == "lease-held"


async def test_a_lease_that_was_let_go_is_anybodys(services: Services, ana: Reviewer, rosa: Reviewer) -> None:
    await doubtful_registry(services)
    item = (await ana.queue())[0]["id"]
    await ana.claim(item)
    path = f"/v1/review/{item}/claim"
    assert (await rosa.api.delete(path, headers=rosa.headers)).status_code == 409
    assert (await ana.api.delete(path, headers=ana.headers)).status_code == 204
    assert (await ana.api.delete(path, headers=ana.headers)).status_code == 204
    await rosa.claim(item)


async def test_a_pair_that_nobody_holds_cannot_be_decided(services: Services, ana: Reviewer) -> None:
    await doubtful_registry(services)
    item = (await ana.queue())[0]["id"]
    assert (await ana.decide(item, "different", 409))["code"] == "lease-missing"


async def test_of_many_who_claim_at_once_one_holds_it(services: Services, ana: Reviewer) -> None:
    """Each over a connection of its own, all in the middle of their transactions at once."""
    await doubtful_registry(services)
    items = [item["id"] for item in (await ana.queue())[:6]]
    queue = ReviewQueue(services.clock, Policy())
    held: dict[str, list[str]] = {item: [] for item in items}

    async def claim(reviewer: str, order: list[str]) -> None:
        for item in order:
            try:
                async with services.database.write() as session:
                    await queue.claim(session, item, reviewer)
                    await asyncio.sleep(0.01)
                held[item].append(reviewer)
            except LeaseHeld:
                pass

    await asyncio.gather(*(claim(f"cl-{n}", items[n:] + items[:n]) for n in range(5)))
    assert all(len(holders) == 1 for holders in held.values())


async def test_every_pair_between_the_two_names_the_item_and_its_lease(
    services: Services, ana: Reviewer, rosa: Reviewer
) -> None:
    _, item, names = await several(services, ana)
    assert [(await ana.get(f"/v1/review/{name}"))["id"] for name in names] == [item["id"]] * len(names)
    await ana.claim(names[-1])
    for name in names:
        assert (await rosa.post(f"/v1/review/{name}/claim", expect=409))["code"] == "lease-held"
        assert (await ana.get(f"/v1/review/{name}"))["lease"]["mine"] is True
    assert [i["lease"] is not None for i in await ana.queue()].count(True) == 1


async def test_one_word_settles_every_pair_between_the_two(services: Services, ana: Reviewer) -> None:
    registry, item, names = await several(services, ana)
    done = await ana.settle(names[-1], "different")
    assert done["pairs"] == len(names)
    left = await ana.queue()
    assert {each["id"] for each in left}.isdisjoint(names)
    assert not any(set(pairs) & set(names) for pairs in (await unsure(registry)).values())
    await ana.undo(done["id"])
    assert await ana.get(f"/v1/review/{names[0]}") == {**item, "judgement": ANY}


async def test_a_page_reads_a_page_and_not_the_queue(services: Services) -> None:
    """Whatever stands behind it: by index, from the place of the cursor on."""
    registry = await doubtful_registry(services)
    many = """
INSERT INTO review_item SELECT 'case', n, n + 1, gen_random_uuid(), gen_random_uuid(), 1, true, 'open', NULL,
  -(n % 40) * 2097152, 0, n % 40, 0, 0, 1, false, '{tdp}', '{15}', '{2025}', '{sistra}'
FROM generate_series(1000000, 1020000) n"""
    await registry.rows(many)
    await registry.rows("ANALYZE review_item")
    async with services.database.read() as session:
        place = {**vars_of(Place.parse("12-0-0-0-case-1000500-1000501")), "state": "open", "limit": 50}
        wanted = {**place, "kind": None, "department": None, "feed": None}
        query = "EXPLAIN (ANALYZE, FORMAT JSON) " + queue_sql.QUEUE.format(after=queue_sql.AFTER)
        ((plan,),) = (await session.execute(text(query), wanted)).all()
    scan = plan[0]["Plan"]["Plans"][0]
    assert scan["Node Type"] == "Index Scan", plan
    assert scan["Actual Rows"] <= 50
    assert scan.get("Rows Removed by Filter", 0) == 0


def vars_of(place: Place | None) -> dict[str, object]:
    assert place is not None
    counts = {name: getattr(place, name) for name in ("figures", "minors", "moved", "likely")}
    return {**counts, "after_kind": place.item.kind, "a": place.item.a, "b": place.item.b}
