"""An id that ended is given back where those it stood for stand again; it never leads to anybody else."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from app.reconciliation.ledger import Decision
from app.wiring import Services
from schemas.observations import Observation
from support.keeping import Registry
from support.review_kit import REASON, Reviewer
from support.sample_story import R, V, person, record

WHERE = {
    "person": "SELECT person_id::text FROM person_member p JOIN mention m ON m.id = p.mention_id"
    " WHERE m.record_id = $1",
    "case": "SELECT case_id::text FROM case_member WHERE record_id = $1",
}
SAID = "SELECT event FROM change WHERE entity_id = $1 ORDER BY position"
KINDS = ("person", "case")


@pytest.fixture
def ana(services: Services, api: httpx.AsyncClient) -> Reviewer:
    return Reviewer(services, api, 1)


@pytest.fixture
def rosa(services: Services, api: httpx.AsyncClient) -> Reviewer:
    return Reviewer(services, api, 2)


@pytest.fixture
def registry(services: Services) -> Registry:
    return Registry(services.database, services.keyring)


def odalis(number: str = "COM-A-2021-1", **more: object) -> Observation:
    named = person(V, 1, "CCORI/HUAMAN/ODALIS", doc="DNI 29150731", sex="F", age=25)
    return record(R, number, [named], facts="2021-03-10", reported="2021-03-10", place="170102", **more)


def elena(number: str = "COM-B-2023-2", **more: object) -> Observation:
    named = person(V, 1, "RIOS/PANDURO/ELENA", doc="DNI 41150799", sex="F", age=30)
    return record(R, number, [named], facts="2023-09-09", reported="2023-09-09", place="250101", **more)


async def where(registry: Registry, kind: str, *records: int) -> list[str]:
    """The id of each record's case, or of the person it names; "" where there is none."""
    found = [await registry.rows(WHERE[kind], each) for each in records]
    return [rows[0][0] if rows else "" for rows in found]


async def merge(ana: Reviewer, rosa: Reviewer, kind: str, kept: str, other: str) -> str:
    """The id of the decision, in effect."""
    version, _ = await ana.members(kind, kept)
    made = await ana.post(f"/v1/{kind}s/{kept}/merge", {"other": other, **REASON}, version=version)
    if made["state"] == "proposed":
        await rosa.post(f"/v1/review/decisions/{made['id']}/confirm", REASON)
    return str(made["id"])


async def split_off(ana: Reviewer, kind: str, entity: str, *numbers: str) -> Any:
    version, members = await ana.members(kind, entity)
    part = [member for member in members if member["number"] in numbers]
    return await ana.post(f"/v1/{kind}s/{entity}/split", {"parts": [part], **REASON}, version=version)


async def asked(ana: Reviewer, kind: str, entity: str) -> httpx.Response:
    return await ana.api.get(f"/v1/{kind}s/{entity}", headers=ana.headers)


@pytest.mark.parametrize("kind", KINDS)
async def test_undoing_a_merge_gives_both_their_ids_back(
    registry: Registry, ana: Reviewer, rosa: Reviewer, kind: str
) -> None:
    records = await registry.put(odalis(), elena())
    first, second = stood = await where(registry, kind, *records)
    decision = await merge(ana, rosa, kind, first, second)
    assert await where(registry, kind, *records) == [first, first]
    moved = await asked(ana, kind, second)
    assert (moved.status_code, moved.headers["location"]) == (307, f"/v1/{kind}s/{first}")
    assert (await asked(ana, kind, first)).json()["formerly"] == [second]

    preview = await ana.undo(decision, preview=True)
    undone = await ana.undo(decision)
    assert await where(registry, kind, *records) == stood
    told = undone["words"][-1]["effect"]
    assert told == preview["effect"], "a preview names the id that will be given back"
    assert {each["id"] for each in told["clusters"] if each["kind"] == kind} == set(stood)
    for entity in stood:
        found = await asked(ana, kind, entity)
        assert (found.status_code, found.json()["formerly"]) == (200, [])
    events = [event for (event,) in await registry.rows(SAID, second)]
    assert [event for event in events if event != "updated"] == ["created", "merged", "created"]
    assert await registry.rows("SELECT count(*) FROM former_member WHERE kind = $1", kind) == [(0,)]


@pytest.mark.parametrize("kind", KINDS)
async def test_what_was_split_off_twice_has_one_id(registry: Registry, ana: Reviewer, kind: str) -> None:
    records = await registry.put(odalis(), odalis("COM-B-2021-2"))
    (whole, same) = await where(registry, kind, *records)
    assert whole == same
    made = await split_off(ana, kind, whole, "COM-B-2021-2")
    apart = await where(registry, kind, *records)
    await ana.undo(made["id"])
    assert await where(registry, kind, *records) == [whole, whole]
    await split_off(ana, kind, whole, "COM-B-2021-2")
    assert await where(registry, kind, *records) == apart


@pytest.mark.parametrize("kind", KINDS)
async def test_a_record_annulled_and_delivered_again_is_whose_it_was(registry: Registry, kind: str) -> None:
    only, other = records = await registry.put(odalis(), elena())
    stood = await where(registry, kind, *records)
    await registry.put(odalis(annulled=True))
    assert await where(registry, kind, only, other) == ["", stood[1]]
    await registry.put(odalis())
    assert await where(registry, kind, *records) == stood


async def test_who_was_merged_keeps_the_id_while_the_oldest_record_is_away_and_after(
    registry: Registry, ana: Reviewer, rosa: Reviewer
) -> None:
    records = await registry.put(odalis(), elena())
    stood = await where(registry, "person", *records)
    decision = await merge(ana, rosa, "person", *stood)
    await registry.put(odalis(annulled=True))
    assert await where(registry, "person", *records) == ["", stood[0]]
    await registry.put(odalis())
    assert await where(registry, "person", *records) == [stood[0], stood[0]]
    await ana.undo(decision)
    assert await where(registry, "person", *records) == stood


@pytest.mark.parametrize("kind", KINDS)
async def test_a_run_over_everything_gives_ids_back_too(registry: Registry, kind: str) -> None:
    """The word is written and everything linked anew, as after a promotion."""
    first, second = records = await registry.put(odalis(), elena())
    stood = await where(registry, kind, *records)
    ends = records
    if kind == "person":
        ends = [row[0] for row in await registry.rows("SELECT id FROM mention ORDER BY record_id")]
    for outcome, expected in (("same", [stood[0]] * 2), ("withdrawn", stood), ("same", [stood[0]] * 2)):
        async with registry.database.write() as session:
            word = "INSERT INTO judgement (kind, a, b, outcome, judge) VALUES ($1, $2, $3, $4, 'x')"
            connection = await raw(session)
            await connection.execute(word, kind, *ends, outcome)
        await registry.linker.reconcile_full()
        assert await where(registry, kind, first, second) == expected
    async with registry.database.write() as session:
        await registry.linker.decide(session, Decision(kind, *ends, "withdrawn", "x"))
    assert await where(registry, kind, first, second) == stood, (
        "what one path remembered the other gives back"
    )


async def raw(session: Any) -> Any:
    from app.core.raw import raw_connection

    return await raw_connection(session)


async def test_an_id_leads_only_to_who_has_whom_it_stood_for(
    registry: Registry, ana: Reviewer, rosa: Reviewer
) -> None:
    """Elena was merged into Odalis; then the second of her records was split off, and the first annulled."""
    records = await registry.put(odalis(), elena(), elena("COM-D-2023-4"))
    kept, gone, _ = await where(registry, "person", *records)
    await merge(ana, rosa, "person", kept, gone)
    await split_off(ana, "person", kept, "COM-D-2023-4")
    *_, part = now = await where(registry, "person", *records)
    assert now[:2] == [kept, kept]
    assert part not in {kept, gone}
    for path in (f"/v1/persons/{gone}", f"/v1/persons/{gone}/members"):
        said = await ana.api.get(path, headers=ana.headers)
        assert (said.status_code, said.json()["code"]) == (410, "entity-gone")
        links = {f'</v1/persons/{each}>; rel="successor-version"' for each in (kept, part)}
        assert set(said.headers["link"].split(", ")) == links
    assert [(await asked(ana, "person", each)).json()["formerly"] for each in (kept, part)] == [[], []]

    await registry.put(elena(annulled=True))
    moved = await asked(ana, "person", gone)
    assert (moved.status_code, moved.headers["location"]) == (307, f"/v1/persons/{part}")
    assert (await asked(ana, "person", part)).json()["formerly"] == [gone]
    assert (await asked(ana, "person", kept)).json()["formerly"] == []


async def test_an_emptied_id_names_nobody_least_of_all_who_was_split_off(
    registry: Registry, ana: Reviewer
) -> None:
    records = await registry.put(odalis(), odalis("COM-B-2021-2"))
    (whole, _) = await where(registry, "person", *records)
    await split_off(ana, "person", whole, "COM-B-2021-2")
    await registry.put(odalis(annulled=True))
    for path in (f"/v1/persons/{whole}", f"/v1/persons/{whole}/members"):
        said = await ana.api.get(path, headers=ana.headers)
        assert (said.status_code, said.json()["code"]) == (410, "entity-gone")
        assert "link" not in said.headers


async def test_an_id_that_never_was_is_not_found(ana: Reviewer) -> None:
    for kind in KINDS:
        assert (await asked(ana, kind, str(UUID(int=7)))).status_code == 404


@pytest.mark.parametrize("by", ["person", "record"])
async def test_erasing_forgets_which_ids_were_theirs(
    services: Services, registry: Registry, ana: Reviewer, rosa: Reviewer, by: str
) -> None:
    records = await registry.put(odalis(), elena())
    for kind in KINDS:
        await merge(ana, rosa, kind, *await where(registry, kind, *records))
    count = "SELECT count(*) FROM former_member WHERE kind = $1"
    assert [await registry.rows(count, kind) for kind in KINDS] == [[(1,)], [(1,)]]
    mentions = [
        row[0] for row in await registry.rows("SELECT id FROM mention WHERE record_id = $1", records[1])
    ]
    async with services.database.write() as session:
        await services.ingestion.erase_identities(session, mentions, records[1:] if by == "record" else ())
    assert await registry.rows(count, "person") == [(0,)]
    assert await registry.rows(count, "case") == [(0 if by == "record" else 1,)]
