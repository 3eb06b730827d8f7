"""A decision on a doubtful pair: at once, binding, previewed, repeated, contradicted, undone; by two."""

from typing import Any

import httpx
import pytest

from app.core.raw import raw_connection
from app.wiring import Services
from support.keeping import Registry
from support.review_kit import REASON, Reviewer, doubtful_registry, of_kind

YOUNG = "UPDATE mention SET age_min = 14, age_max = 14 WHERE id = $1"
WORDS = "SELECT kind, a, b, outcome FROM judgement WHERE judge <> 'machine' ORDER BY id"
LINKS = (
    "SELECT record_id, case_id FROM case_member UNION ALL SELECT -mention_id, person_id FROM person_member"
)
WRITTEN = """
SELECT (SELECT count(*) FROM judgement), (SELECT count(*) FROM review_act),
  (SELECT count(*) FROM review_word),
  (SELECT count(*) FROM redirect), (SELECT last FROM change_cursor), (SELECT count(*) FROM review_claim)
"""


@pytest.fixture
def ana(services: Services, api: httpx.AsyncClient) -> Reviewer:
    return Reviewer(services, api, 1)


@pytest.fixture
def rosa(services: Services, api: httpx.AsyncClient) -> Reviewer:
    return Reviewer(services, api, 2)


async def links(registry: Registry) -> dict[int, object]:
    return dict(await registry.rows(LINKS))


async def together(registry: Registry, item: str) -> bool:
    kind, a, b = item.split("-")
    sign = 1 if kind == "case" else -1
    where = await links(registry)
    return where.get(sign * int(a)) == where.get(sign * int(b)) is not None


async def agreed(one: Reviewer, two: Reviewer, item: str, outcome: str) -> Any:
    """Decided, by a second reviewer too where it takes one."""
    done = await one.settle(item, outcome)
    return done if done["state"] == "effective" else await two.settle(item, outcome)


async def merged(one: Reviewer, two: Reviewer, case: str, other: str) -> Any:
    version, _ = await one.members("case", case)
    done = await one.post(f"/v1/cases/{case}/merge", {"other": other, **REASON}, version=version)
    if done["state"] == "proposed":
        done = await two.post(f"/v1/review/decisions/{done['id']}/confirm", REASON)
    return done


def nameless(effect: dict[str, Any]) -> dict[str, Any]:
    """An effect without the ids of what is new in it: those that no id was before."""
    old = {was for cluster in effect["clusters"] for was in cluster["was"]}
    known = old | {redirect["source"] for redirect in effect["redirects"]}
    return {
        **effect,
        "clusters": [{**c, "id": c["id"] if c["id"] in known else None} for c in effect["clusters"]],
        "redirects": [{**r, "to": r["to"] if r["to"] in known else None} for r in effect["redirects"]],
    }


async def figures(reviewer: Reviewer) -> dict[tuple[str, str], int]:
    overview = await reviewer.get("/v1/statistics/overview")
    return {
        (family["offence_family"], unit): family["reconciled"][unit]
        for family in overview["families"]
        for unit in ("cases", "victims", "victimisations", "suspects")
    }


def moved(before: dict[tuple[str, str], int], after: dict[tuple[str, str], int]) -> dict[Any, int]:
    return {key: after[key] - before[key] for key in before if after[key] != before[key]}


def told(effect: dict[str, Any], level: str) -> dict[Any, int]:
    found: dict[Any, int] = {}
    for figure in effect["figures"]:
        if figure["level"] == level:
            key = (figure["offence_family"], figure["unit"])
            found[key] = found.get(key, 0) + figure["change"]
    return found


@pytest.mark.parametrize("seed", [49, 59, 65])
async def test_a_preview_is_the_effect_and_writes_nothing(
    services: Services, ana: Reviewer, rosa: Reviewer, seed: int
) -> None:
    """Of every doubtful pair in turn: what the preview tells is what then happens, links and figures."""
    registry = await doubtful_registry(services, seed)
    for item in await ana.queue():
        if (await ana.api.get(f"/v1/review/{item['id']}", headers=ana.headers)).status_code == 404:
            continue  # an earlier decision settled it
        before = (await registry.rows(WRITTEN), await links(registry), await figures(ana))
        preview = await ana.decide(item["id"], "same", preview=True)
        assert (preview["state"], preview["id"]) == ("preview", None)
        assert (await registry.rows(WRITTEN), await links(registry), await figures(ana)) == before

        done = await ana.settle(item["id"], "same")
        if preview["needs_second"]:
            assert (done["state"], await links(registry)) == ("proposed", before[1])
            await rosa.settle(item["id"], "same")
            done = await ana.get(f"/v1/review/decisions/{done['id']}")
            done["effect"] = done["words"][0]["effect"]
        assert done["state"] == "effective"
        assert nameless(done["effect"]) == preview["effect"]
        assert told(done["effect"], "country") == moved(before[2], await figures(ana))
        assert await together(registry, item["id"])


async def test_a_preview_of_cases_and_persons_counts_what_stands(services: Services, ana: Reviewer) -> None:
    registry = await doubtful_registry(services)
    counts = "SELECT (SELECT count(*) FROM case_entity), (SELECT count(*) FROM person_entity)"
    for _ in range(3):
        item = (await ana.queue())[0]
        before = (await registry.rows(counts))[0]
        done = await ana.settle(item["id"], "same")
        after = (await registry.rows(counts))[0]
        if done["state"] == "effective":
            assert (done["effect"]["cases"], done["effect"]["persons"]) == (
                after[0] - before[0],
                after[1] - before[1],
            )


@pytest.mark.parametrize("outcome", ["same", "different"])
@pytest.mark.parametrize("kind", ["case", "person"])
async def test_a_word_binds_every_later_run_and_another_model(
    services: Services, ana: Reviewer, rosa: Reviewer, kind: str, outcome: str
) -> None:
    registry = await doubtful_registry(services)
    item = next(of_kind(await ana.queue(), kind))["id"]
    done = await agreed(ana, rosa, item, outcome)
    assert done["state"] == "effective"
    for _ in range(2):
        assert await together(registry, item) is (outcome == "same")
        assert item not in [each["id"] for each in await ana.queue()]
        async with registry.database.write() as session:
            await (await raw_connection(session)).execute("UPDATE link_state SET model = 'older'")
        await registry.linker.reconcile_full()


async def test_nothing_is_decided_while_another_models_links_stand(services: Services, ana: Reviewer) -> None:
    registry = await doubtful_registry(services)
    item = (await ana.queue())[0]["id"]
    await ana.claim(item)
    async with registry.database.write() as session:
        await (await raw_connection(session)).execute("UPDATE link_state SET model = 'older'")
    assert (await ana.decide(item, "same", 503))["code"] == "relinking-pending"
    assert await registry.rows(WORDS) == []


async def test_the_same_word_again_is_the_same_decision(services: Services, ana: Reviewer) -> None:
    registry = await doubtful_registry(services)
    for item, outcome in zip((await ana.queue())[:3], ("different", "unsure", "same"), strict=True):
        first = await ana.settle(item["id"], outcome)
        before = await registry.rows(WRITTEN)
        assert await ana.decide(item["id"], outcome) == first, "without a lease: nothing is done"
        assert await registry.rows(WRITTEN) == before


async def test_undone_is_as_though_never_decided(services: Services, ana: Reviewer, rosa: Reviewer) -> None:
    registry = await doubtful_registry(services)
    before = await links(registry)
    groups = sorted(sorted(n for n in before if before[n] == c) for c in set(before.values()))
    item = (await ana.queue())[0]["id"]
    done = await agreed(ana, rosa, item, "same")
    preview = await rosa.undo(done["id"], preview=True)
    undone = await rosa.undo(done["id"])
    assert undone["state"] == "undone"
    assert nameless(undone["words"][-1]["effect"]) == preview["effect"]
    after = await links(registry)
    assert sorted(sorted(n for n in after if after[n] == c) for c in set(after.values())) == groups
    assert item in [each["id"] for each in await ana.queue()]
    assert await rosa.undo(done["id"]) == undone, "again changes nothing"
    await registry.linker.reconcile_full()
    assert await links(registry) == after


async def test_undoing_gives_back_the_word_that_stood_before(
    services: Services, ana: Reviewer, rosa: Reviewer
) -> None:
    registry = await doubtful_registry(services)
    item = next(of_kind(await ana.queue(), "case"))["id"]
    first = await ana.settle(item, "different")
    second = await agreed(rosa, ana, item, "same")
    assert second["effect"]["supersedes"] == [first["id"]]
    assert await together(registry, item)
    await ana.undo(second["id"])
    assert not await together(registry, item)
    assert [row[3] for row in await registry.rows(WORDS)] == ["different", "same", "different"]
    await ana.undo(first["id"])
    assert [row[3] for row in await registry.rows(WORDS)][-1] == "withdrawn"


async def test_who_cannot_tell_puts_aside_until_the_evidence_changes(
    services: Services, ana: Reviewer
) -> None:
    registry = await doubtful_registry(services)
    item = (await ana.queue())[0]["id"]
    before = await links(registry)
    await ana.settle(item, "unsure")
    assert await links(registry) == before
    assert item not in [each["id"] for each in await ana.queue()]
    assert [each["id"] for each in await ana.queue(state="put_aside")] == [item]
    kind, a, b = item.split("-")
    heavier = "UPDATE edge SET weight = weight - 1, probability = 0 WHERE kind = $1 AND a = $2 AND b = $3"
    await registry.rows(heavier, kind, int(a), int(b))
    await registry.linker.reconcile_full()  # which judges it otherwise than it stood, and says so
    assert item in [each["id"] for each in await ana.queue()]


async def test_words_that_cannot_all_be_true_are_refused_and_named(
    services: Services, ana: Reviewer, rosa: Reviewer
) -> None:
    """A is B, B is C; then A is not C: refused, naming both, and all stays. Once one is undone it holds."""
    registry = await doubtful_registry(services)
    item = next(of_kind(await ana.queue(), "case"))
    await ana.settle(item["id"], "unsure")
    ends = (item["a"]["entity"], item["b"]["entity"])
    other = next(str(c) for (c,) in await registry.rows("SELECT id FROM case_entity") if str(c) not in ends)
    acts = [await merged(ana, rosa, ends[0], other)]
    mine = next(c["id"] for c in acts[0]["effect"]["clusters"] if {ends[0], other} <= set(c["was"]))
    acts.append(await merged(ana, rosa, mine, ends[1]))

    await ana.claim(item["id"])
    before = (await registry.rows(WRITTEN), await links(registry))
    refused = await ana.decide(item["id"], "different", 409)
    assert refused["code"] == "decisions-conflict"
    assert all(act["id"] in refused["es"] for act in acts)
    assert (await registry.rows(WRITTEN), await links(registry)) == before
    await rosa.undo(acts[1]["id"])
    assert (await ana.decide(item["id"], "different"))["state"] == "effective"


async def test_where_two_must_agree_the_first_word_waits(
    services: Services, ana: Reviewer, rosa: Reviewer
) -> None:
    registry = await doubtful_registry(services)
    item = next(of_kind(await ana.queue(), "person"))["id"]
    await registry.rows(YOUNG, int(item.split("-")[1]))
    before = await links(registry)
    first = await ana.settle(item, "same")
    assert (first["state"], first["needs_second"]) == ("proposed", True)
    assert "minors" in first["why_second"]
    assert await links(registry) == before
    assert await registry.rows(WORDS) == []
    assert [each["proposal"] for each in await rosa.queue(state="proposed")] == [first["id"]]

    confirm = f"/v1/review/decisions/{first['id']}/confirm"
    assert (await ana.post(confirm, REASON, 409))["code"] == "second-reviewer-needed"
    assert await ana.decide(item, "same") == first, "the same reviewer's word again is no second word"
    preview = await rosa.post(confirm, REASON, preview=True)
    assert await links(registry) == before
    await rosa.claim(item)
    done = await rosa.decide(item, "same")
    assert (done["id"], done["state"]) == (first["id"], "effective")
    assert nameless(done["words"][0]["effect"]) == preview["effect"]
    assert await together(registry, item)
    assert await rosa.decide(item, "same") == done
    assert await rosa.post(confirm, REASON) == done


async def test_a_second_reviewer_who_says_otherwise_disputes(
    services: Services, ana: Reviewer, rosa: Reviewer
) -> None:
    registry = await doubtful_registry(services)
    item = next(of_kind(await ana.queue(), "person"))["id"]
    await registry.rows(YOUNG, int(item.split("-")[1]))
    first = await ana.settle(item, "same")
    second = await rosa.settle(item, "different")
    assert second["state"] == "effective", "to tell apart needs one"
    assert (await ana.get(f"/v1/review/decisions/{first['id']}"))["state"] == "disputed"
    assert not await together(registry, item)
    refused = await rosa.post(f"/v1/review/decisions/{first['id']}/confirm", REASON, 409)
    assert refused["code"] == "decision-settled"
    assert (await ana.undo(first["id"], 409))["code"] == "decision-settled"


async def test_a_proposal_can_be_taken_back(services: Services, ana: Reviewer, rosa: Reviewer) -> None:
    registry = await doubtful_registry(services)
    item = next(of_kind(await ana.queue(), "person"))["id"]
    await registry.rows(YOUNG, int(item.split("-")[1]))
    first = await ana.settle(item, "same")
    assert (await ana.undo(first["id"]))["state"] == "undone"
    assert item in [each["id"] for each in await rosa.queue()]
    assert await registry.rows(WORDS) == []


async def test_a_reason_is_kept_sealed_and_given_to_reviewers(services: Services, ana: Reviewer) -> None:
    registry = await doubtful_registry(services)
    item = (await ana.queue())[0]["id"]
    await ana.claim(item)
    reason = "La madre de Odalis lo aclaró"
    path = f"/v1/review/{item}/decision"
    done = await ana.post(path, {"outcome": "different", "reason": f"  {reason} "})
    assert done["reason"] == reason
    assert (await ana.get("/v1/review/decisions"))["items"] == [done]
    dump = str(await registry.rows("SELECT t::text FROM review_act t")) + str(
        await registry.rows("SELECT data_key, reason FROM review_reason")
    )
    assert "Odalis" not in dump
    assert await registry.rows("SELECT count(*) FROM judgement WHERE reason IS NOT NULL") == [(0,)]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"outcome": "same"},
        {"outcome": "same", "reason": "  a  "},
        {"outcome": "same", "reason": "x" * 2001},
        {"outcome": "same", "reason": "nul \x00 adentro"},
        {"outcome": "withdrawn", "reason": "no se dice así"},
        {"outcome": "same", "reason": "bien", "judge": "cl-9"},
    ],
)
async def test_a_decision_that_is_none_is_refused(services: Services, ana: Reviewer, body: Any) -> None:
    await doubtful_registry(services)
    item = (await ana.queue())[0]["id"]
    await ana.claim(item)
    assert (await ana.post(f"/v1/review/{item}/decision", body, 422))["code"] == "request-invalid"


async def test_a_decision_that_is_not_there_is_not_found(ana: Reviewer) -> None:
    missing = "/v1/review/decisions/00000000-0000-0000-0000-000000000000"
    assert (await ana.get(missing, 404))["code"] == "review-decision-not-found"
    for act in ("undo", "confirm", "dispute"):
        assert (await ana.post(f"{missing}/{act}", REASON, 404))["code"] == "review-decision-not-found"


async def test_decisions_are_listed_page_by_page_the_latest_first(services: Services, ana: Reviewer) -> None:
    await doubtful_registry(services)
    made = [(await ana.settle(item["id"], "different"))["id"] for item in (await ana.queue())[:3]]
    first = await ana.get("/v1/review/decisions", limit=2)
    rest = await ana.get("/v1/review/decisions", limit=2, after=first["next"])
    assert [each["id"] for each in first["items"] + rest["items"]] == made[::-1]
    assert rest["next"] is None
    assert (await ana.get("/v1/review/decisions", state="undone"))["items"] == []
    assert (await ana.get("/v1/review/decisions", 400, after="x"))["code"] == "review-cursor-unreadable"
