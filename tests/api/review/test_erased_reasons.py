"""Who is erased is erased from the reasons too that reviewers gave: with every act on her records."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from app.protection.service import Orderer
from app.wiring import Services
from support.keeping import Registry
from support.review_kit import Reviewer, doubtful_registry

ORDER = Orderer("operator", "RES-0001-2026")
RECORDS = """
SELECT DISTINCT record_id FROM mention WHERE id IN ($1, $2) AND $3 = 'person'
UNION SELECT unnest(ARRAY[$1, $2]) WHERE $3 = 'case'
"""
PERSON = (
    "SELECT p.person_id FROM person_member p JOIN mention m ON m.id = p.mention_id WHERE m.record_id = $1"
)
HERS = """
SELECT DISTINCT m.record_id FROM person_member p JOIN mention m ON m.id = p.mention_id WHERE p.person_id = $1
"""
LEFT = "SELECT act_id FROM review_reason"
SEALED = "SELECT act_id, data_key, reason FROM review_reason"


@pytest.fixture
def ana(services: Services, api: httpx.AsyncClient) -> Reviewer:
    return Reviewer(services, api, 1)


@pytest.fixture
def rosa(services: Services, api: httpx.AsyncClient) -> Reviewer:
    return Reviewer(services, api, 2)


async def records_of(registry: Registry, item: str) -> set[int]:
    kind, a, b = item.split("-")
    return {row[0] for row in await registry.rows(RECORDS, int(a), int(b), kind)}


async def decided(registry: Registry, ana: Reviewer) -> dict[str, set[int]]:
    """Every doubtful pair told apart, with a reason: the act's id, and the records it speaks of."""
    acts = {}
    for each in await ana.queue():
        done = await ana.settle(each["id"], "different")
        acts[done["id"]] = await records_of(registry, each["id"])
    return acts


async def test_reasons_of_acts_on_an_erased_persons_records_are_gone_for_good(
    services: Services, ana: Reviewer
) -> None:
    registry = await doubtful_registry(services)
    acts = await decided(registry, ana)
    before = {row[0] for row in await registry.rows(LEFT)}
    assert {str(act) for act in before} == acts.keys()
    person = await whom(registry, acts)
    hers = {row[0] for row in await registry.rows(HERS, person)}
    await services.protection.erase_person(person, ORDER)
    spoke = {act for act, records in acts.items() if records & hers}
    left = {str(row[0]) for row in await registry.rows(LEFT)}
    assert spoke
    assert left == acts.keys() - spoke != set()
    for act in acts:
        told: Any = await ana.get(f"/v1/review/decisions/{act}")
        assert (told["reason"] is None) == (act in spoke)
        assert told["outcome"] == "different"
        assert told["state"] == "effective"
    marks = await registry.rows("SELECT objects FROM audit_entry WHERE kind = 'erasure'")
    assert {each for row in marks for each in row[0] if each.startswith("review_decision/")} == {
        f"review_decision/{act}" for act in spoke
    }


async def whom(registry: Registry, acts: dict[str, set[int]]) -> UUID:
    """Somebody named in a record that some, not all, of the acts speak of."""
    for record in sorted(set.union(*acts.values())):
        found = await registry.rows(PERSON, record)
        for (person,) in sorted(found):
            hers = {row[0] for row in await registry.rows(HERS, person)}
            if 0 < sum(bool(records & hers) for records in acts.values()) < len(acts):
                return UUID(str(person))
    raise AssertionError("nobody")


async def test_the_second_reviewers_words_go_too(services: Services, ana: Reviewer, rosa: Reviewer) -> None:
    registry = await doubtful_registry(services)
    item = (await ana.queue())[0]["id"]
    first = await ana.settle(item, "different")
    await ana.undo(first["id"])
    assert len(await registry.rows(SEALED)) == 2
    record = sorted(await records_of(registry, item))[0]
    person = sorted(await registry.rows(PERSON, record))[0][0]
    await services.protection.erase_person(UUID(str(person)), ORDER)
    assert await registry.rows(SEALED) == []
    told = await rosa.get(f"/v1/review/decisions/{first['id']}")
    assert [(word["word"], word["reason"]) for word in told["words"]] == [("undone", None)]


async def test_what_is_erased_by_its_term_takes_the_reasons_with_it(
    services: Services, ana: Reviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = await doubtful_registry(services)
    acts = await decided(registry, ana)
    records = sorted(set.union(*acts.values()))

    async def due(self: object, limit: int = 200, after: int = 0) -> list[int]:
        return records if await registry.rows(LEFT) else []

    monkeypatch.setattr("app.protection.service.ProtectionService.due", due)
    assert await services.protection.erase_due("operator") == len(records)
    assert await registry.rows(LEFT) == []
