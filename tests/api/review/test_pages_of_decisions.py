"""A page of decisions costs a page, however many were ever made and whichever of them are asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import event, text

from app.reconciliation.review import acts_sql
from app.wiring import Services
from support.keeping import Registry
from support.review_kit import REASON, Reviewer, doubtful_registry

MANY = 3_000
# Of every hundred: one proposed, one disputed, one undone; the rest are effective. Three pairs each.
ACTS = f"""
WITH n AS (
  INSERT INTO review_act (id, kind, act, outcome, judge, why_second, digest, effect)
  SELECT gen_random_uuid(), 'person', 'pair', 'same', 'cl-x/y',
    CASE WHEN g % 100 IN (1, 2) THEN '{{minors}}'::text[] ELSE '{{}}' END, int4send(g),
    '{{"cases": 0, "persons": 0}}'
  FROM generate_series(1, {MANY}) g RETURNING id, number
), p AS (
  INSERT INTO review_pair (act_id, a, b, outcome)
  SELECT id, 1000000 + number, 2000000 + number * 3 + g, 'same' FROM n, generate_series(1, 3) g
)
INSERT INTO review_word (act_id, word, judge, effect)
SELECT id, CASE number % 100 WHEN 2 THEN 'disputed' ELSE 'undone' END, 'cl-x/z',
  '{{"cases": 0, "persons": 0}}'
FROM n WHERE number % 100 IN (2, 3)
"""
ANALYZE = "ANALYZE review_act, review_pair, review_word, mention"


@pytest.fixture
def ana(services: Services, api: httpx.AsyncClient) -> Reviewer:
    return Reviewer(services, api, 1)


@pytest.fixture
async def registry(services: Services) -> Registry:
    """Nobody reviewed anything yet, so that numbers of acts begin with 1."""
    found = await doubtful_registry(services)
    await found.rows(ACTS)
    await found.rows(ANALYZE)
    return found


@contextmanager
def counted(services: Services) -> Iterator[list[str]]:
    """The statements that go to the database."""
    engine, seen = services.database.engine.sync_engine, []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def test_a_page_takes_as_many_statements_as_one_decision(
    services: Services, registry: Registry, ana: Reviewer
) -> None:
    for item in (await ana.queue())[:3]:
        await ana.undo((await ana.settle(item["id"], "different"))["id"])
    found = []
    for limit in (1, 3, 50):
        with counted(services) as seen:
            page = await ana.get("/v1/review/decisions", limit=limit)
        assert len(page["items"]) == limit
        assert all(each["reason"] == REASON["reason"] for each in page["items"][:3])
        assert all(len(each["words"]) == 1 for each in page["items"][:3])
        found.append(sum("review_" in statement for statement in seen))
    assert len(set(found)) == 1, found


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from nodes(each)


async def rows_read(services: Services, state: str | None, resting: bool = False) -> dict[str, int]:
    """By table, how many rows a page of fifty reads."""
    values: dict[str, Any] = {"before": 2**63 - 1, "limit": 50}
    values["states"] = list(acts_sql.STATES) if state is None else [state]
    async with services.database.read() as session:
        # What a large table is read by; of small ones the planner rather reads all.
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        query = text("EXPLAIN (ANALYZE, FORMAT JSON) " + acts_sql.acts(state, resting))
        ((plan,),) = (await session.execute(query, values)).all()
    found: dict[str, int] = {}
    for node in nodes(plan[0]["Plan"]):
        if "Relation Name" in node:
            read = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
            name = node["Relation Name"]
            found[name] = found.get(name, 0) + round(read * node["Actual Loops"])
    return found


@pytest.mark.parametrize("state", [None, "effective"])
async def test_a_page_reads_its_own_decisions(
    services: Services, registry: Registry, state: str | None
) -> None:
    read = await rows_read(services, state)
    assert read["review_pair"] <= 3 * 50
    assert read["review_act"] <= 150, read
    assert read["review_word"] <= 150, read


@pytest.mark.parametrize("state", ["proposed", "disputed", "undone"])
async def test_a_page_of_few_reads_the_few(services: Services, registry: Registry, state: str) -> None:
    """Thirty of three thousand."""
    read = await rows_read(services, state)
    assert read["review_pair"] <= 3 * 50
    assert read["review_act"] <= MANY / 10, read


async def test_what_rests_is_found_by_who_is_named_no_more(
    services: Services, registry: Registry, ana: Reviewer
) -> None:
    assert (await ana.get("/v1/review/decisions", resting=True))["items"] == []
    await registry.rows(
        """INSERT INTO mention (id, record_id, role, "order", kind, present, measures, services)
        OVERRIDING SYSTEM VALUE
        SELECT 1000000 + g, (SELECT min(id) FROM record), 'victim', 900 + g, 'natural', false, '[]', '[]'
        FROM generate_series(9, 11) g"""
    )
    await registry.rows(ANALYZE)
    found = (await ana.get("/v1/review/decisions", resting=True))["items"]
    assert [(each["state"], each["resting"], each["pairs"]) for each in found] == [("effective", 3, 3)] * 3
    for state, count in (("effective", 3), ("proposed", 0), ("undone", 0)):
        page = await ana.get("/v1/review/decisions", resting=True, state=state)
        assert len(page["items"]) == count
    read = await rows_read(services, "effective", resting=True)
    assert read["review_act"] <= 30, read
    assert read["review_pair"] <= 60, read
    assert read["mention"] <= 60, read


@pytest.mark.parametrize(("state", "remainders"), [("proposed", {1}), ("disputed", {2}), ("undone", {3})])
async def test_pages_of_a_state_are_whole(
    registry: Registry, ana: Reviewer, state: str, remainders: set[int]
) -> None:
    found: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = await ana.get("/v1/review/decisions", state=state, limit=20, **after)
        found += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    numbers = {row[0]: row[1] for row in await registry.rows("SELECT id::text, number FROM review_act")}
    told = [numbers[each] for each in found]
    assert told == sorted(told, reverse=True)
    assert len(told) == MANY / 100
    assert {number % 100 for number in told} == remainders
