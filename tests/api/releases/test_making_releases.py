"""The steps of a release by their routes: who may, in which order, once; a worker that dies loses nothing."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from app.core.queue import Worker
from app.releases import errors
from app.releases.building import asked as asked_of_tables
from app.releases.making.service import MOST_ATTEMPTS
from app.releases.standard import PUBLIC, TABLES
from app.statistics.asking import MEASURES
from app.statistics.service import StatisticsService
from app.wiring import jobs_of
from schemas.query import Query
from support.databases import Server
from support.release_kit import APPROVER, BEFORE, HOUR, PERIOD, Releasing, releasing, without_releases

AT = "/v1/releases"
ANA, BRUNO = "estadistica-1", "estadistica-2"
SAID = {"reason": "Prueba automática del servicio"}
TESTS = Path(__file__).parents[2]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def registry(server: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Releasing]:
    async with releasing(server, tmp_path_factory.mktemp("making")) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def making(registry: Releasing) -> AsyncIterator[Releasing]:
    async with without_releases(registry) as empty:
        yield empty


def by(making: Releasing, officer: str, *more: str) -> dict[str, str]:
    return {**making.bearer("releases:manage", *more), "Intertrata-Officer": officer}


async def post(
    making: Releasing, path: str, officer: str, body: dict[str, Any] | None = None, **headers: str
) -> httpx.Response:
    sent = {**by(making, officer), **{name.replace("_", "-"): value for name, value in headers.items()}}
    return await making.api.post(f"{AT}/{path}", json=body or SAID, headers=sent)


async def drained(making: Releasing) -> None:
    await Worker(making.services.database_url, jobs_of(making.services)).drain()


async def built(making: Releasing, officer: str = ANA, **body: Any) -> str:
    asked = await post(making, f"{PERIOD}/builds", officer, {**SAID, **body})
    assert asked.status_code == 202, asked.text
    await drained(making)
    told = (await making.api.get(asked.headers["location"], headers=by(making, officer))).json()
    assert told["state"] == "built", told
    return str(told["release"])


async def test_a_bimester_from_its_build_to_its_withdrawal(making: Releasing) -> None:
    asked = await post(making, f"{PERIOD}/builds", ANA)
    told = asked.json()
    assert (asked.status_code, told["state"], told["asked_by"]) == (202, "asked", ANA)
    assert asked.headers["location"] == f"{AT}/builds/{told['id']}"
    await drained(making)
    release = (await making.api.get(asked.headers["location"], headers=by(making, BRUNO))).json()["release"]
    assert release == f"{PERIOD}.1"
    approved = await post(making, f"{release}/approve", BRUNO)
    assert (approved.status_code, approved.json()["approved_by"]) == (200, BRUNO)
    published = await post(making, f"{release}/publish", BRUNO)
    assert (published.json()["state"], published.json()["not_before"]) == (
        "published",
        "2024-03-20T15:00:00Z",
    )
    latest = f"{AT}/latest"
    assert (await making.api.get(latest, headers=making.reading())).status_code == 404  # under embargo
    making.clock.advance(HOUR - BEFORE)
    assert (await making.api.get(latest, headers=making.reading())).status_code == 200
    withdrawn = await post(making, f"{release}/withdraw", ANA)
    assert withdrawn.json()["state"] == "withdrawn"
    assert (await making.api.get(latest, headers=making.reading())).status_code == 404
    steps = (await making.api.get(f"{AT}/steps", headers=by(making, ANA))).json()
    assert [(each["release"], each["state"]) for each in steps] == [(release, "withdrawn")]
    async with making.database.read() as session:
        acts = await session.execute(
            text(
                "SELECT outcome, officer, actor, objects FROM audit_entry WHERE kind = 'release'"
                " AND (:release = ANY(objects) OR :build = ANY(objects))"
            ),
            {"release": f"release/{release}", "build": f"build/{told['id']}"},
        )
        witnessed = {(act.outcome, act.officer, act.actor) for act in acts}
    client = "cl-0000000000000000"
    assert witnessed == {
        ("asked", ANA, client),
        ("built", ANA, client),
        ("approved", BRUNO, client),
        ("published", BRUNO, client),
        ("withdrawn", ANA, client),
    }


async def test_who_built_it_does_not_approve_it(making: Releasing) -> None:
    release = await built(making)
    refused = await post(making, f"{release}/approve", ANA.upper())
    assert (refused.status_code, refused.json()["code"]) == (403, "release-second-person")
    assert refused.json()["es"] != refused.json()["en"]
    assert (await post(making, f"{release}/approve", BRUNO)).status_code == 200


async def test_steps_have_an_order_and_the_calendar_its_hour(making: Releasing) -> None:
    release = await built(making)
    early = await post(making, f"{release}/publish", BRUNO)
    assert (early.status_code, early.json()["code"]) == (409, "release-step-refused")
    await post(making, f"{release}/approve", BRUNO)
    before = {**SAID, "at": (HOUR - timedelta(seconds=1)).isoformat()}
    refused = await post(making, f"{release}/publish", BRUNO, before)
    assert (refused.status_code, refused.json()["code"]) == (422, "release-before-calendar")
    without_offset = await post(making, f"{release}/publish", BRUNO, {**SAID, "at": "2024-03-21T10:00:00"})
    assert without_offset.status_code == 422
    later = {**SAID, "at": (HOUR + timedelta(days=1)).isoformat()}
    told = await post(making, f"{release}/publish", BRUNO, later)
    assert told.json()["not_before"] == "2024-03-21T15:00:00Z"
    assert (await post(making, f"{release}/publish", BRUNO, later)).json() == told.json()
    other = await post(making, f"{release}/publish", BRUNO, {**SAID, "at": HOUR.isoformat()})
    assert (other.status_code, other.json()["code"]) == (409, "release-step-refused")


async def test_a_step_that_is_asked_for_again_is_taken_once(making: Releasing) -> None:
    """By its own person; by another it is refused as out of order."""
    release = await built(making)
    for step in ("approve", "publish", "withdraw"):
        first = await post(making, f"{release}/{step}", BRUNO)
        again = await post(making, f"{release}/{step}", BRUNO)
        assert (first.status_code, again.status_code) == (200, 200)
        assert again.json() == first.json()
        other = await post(making, f"{release}/{step}", "estadistica-3")
        assert (other.status_code, other.json()["code"]) == (409, "release-step-refused")


async def test_a_build_that_is_asked_for_again_is_one(making: Releasing) -> None:
    path, key = f"{PERIOD}/builds", {"Idempotency_Key": "clave-1"}
    first = (await post(making, path, ANA, **key)).json()
    assert (await post(making, path, ANA, **key)).json() == first
    assert (await post(making, path, ANA)).json() == first  # it is still open
    other = await post(making, path, BRUNO)
    assert (other.status_code, other.json()["code"]) == (409, "release-build-under-way")
    reused = await post(making, path, ANA, {**SAID, "public": False}, **key)
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency-key-reused")
    assert (await post(making, path, ANA, Idempotency_Key="con espacio")).status_code == 400
    await drained(making)
    done = (await post(making, path, ANA, **key)).json()
    assert (done["id"], done["state"], done["release"]) == (first["id"], "built", f"{PERIOD}.1")
    second = (await post(making, path, ANA)).json()
    assert second["id"] != first["id"]  # nothing is open: the next version
    await drained(making)
    listed = (await making.api.get(f"{AT}/builds", headers=by(making, ANA))).json()
    assert {each["id"]: each["release"] for each in listed} == {
        first["id"]: f"{PERIOD}.1",
        second["id"]: f"{PERIOD}.2",
    }


async def test_many_who_ask_at_once_get_one_build(making: Releasing) -> None:
    answers = await asyncio.gather(*(post(making, f"{PERIOD}/builds", ANA) for _ in range(5)))
    assert {each.status_code for each in answers} == {202}
    assert len({each.json()["id"] for each in answers}) == 1


@pytest.mark.parametrize(
    ("period", "status", "code"),
    [
        ("2024-B2", 422, "release-period-unusable"),
        ("1999-B1", 422, "release-period-unusable"),
        ("2024-B7", 422, "request-invalid"),
    ],
)
async def test_a_period_that_cannot_be_built_is_refused_at_once(
    making: Releasing, period: str, status: int, code: str
) -> None:
    refused = await post(making, f"{period}/builds", ANA)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert (await making.api.get(f"{AT}/builds", headers=by(making, ANA))).json() == []


async def test_a_rule_that_refuses_later_is_told_where_the_build_stands(
    making: Releasing, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unprotectable(*_: object) -> None:
        raise errors.Unprotectable(cells="cases 2024-B1")

    monkeypatch.setattr("app.releases.service.built", unprotectable)
    asked = await post(making, f"{PERIOD}/builds", ANA)
    await drained(making)
    told = (await making.api.get(asked.headers["location"], headers=by(making, ANA))).json()
    assert (told["state"], told["code"], told["release"]) == ("refused", "release-unprotectable", None)
    assert all("cases 2024-B1" in told[language] for language in ("es", "en"))
    assert await making.services.releases.all() == []
    monkeypatch.undo()
    assert await built(making, public=False) == f"{PERIOD}.1"  # what was refused is closed


async def test_a_build_that_breaks_again_and_again_is_given_up(
    making: Releasing, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("app.releases.service.built", broken)
    asked = (await post(making, f"{PERIOD}/builds", ANA)).json()
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(RuntimeError):
            await making.services.making.run(_id(asked))
    await making.services.making.run(_id(asked))
    told = (await making.api.get(f"{AT}/builds/{asked['id']}", headers=by(making, ANA))).json()
    assert (told["state"], told["code"]) == ("failed", "internal-error")
    assert await making.services.releases.all() == []
    await making.services.making.run(_id(asked))  # another run of the job changes nothing


async def test_what_would_be_signed_is_seen_before_it_is(making: Releasing) -> None:
    release = await built(making)
    told = (await making.api.get(f"{AT}/{release}/preview", headers=by(making, BRUNO))).json()
    assert {each["id"] for each in told["tables"]} == {table.id for table in PUBLIC}
    assert all(each["cells"] == each["shown"] + each["withheld"] for each in told["tables"])
    assert sum(each["withheld"] for each in told["tables"]) > 0
    assert (told["changes"], told["standing"]["state"]) == ([], "built")
    exact = {"edition": "restricted"}
    refused = await making.api.get(f"{AT}/{release}/preview", headers=by(making, BRUNO), params=exact)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")
    holder = by(making, BRUNO, "releases:restricted")
    seen = (await making.api.get(f"{AT}/{release}/preview", headers=holder, params=exact)).json()
    assert [each["withheld"] for each in seen["tables"]] == [0] * len(TABLES)
    await post(making, f"{release}/approve", BRUNO)
    manifest = await _signed(making, release)
    assert {each["id"]: each["sha256"] for each in manifest["tables"]} == {
        each["id"]: each["sha256"] for each in seen["tables"]
    }


async def test_a_version_s_changes_are_seen_before_it_is_approved(making: Releasing) -> None:
    first = await built(making)
    await making.services.releases.approve(first, APPROVER)
    await making.services.releases.publish(first, APPROVER)
    second = await built(making)
    told = (await making.api.get(f"{AT}/{second}/preview", headers=by(making, BRUNO))).json()
    assert (told["standing"]["replaces"], told["changes"]) == (first, [])  # of the same facts


@pytest.mark.parametrize("path", ["2024-B1.9/approve", "2024-B1.9/publish", "2024-B1.9/withdraw"])
async def test_what_is_not_there_is_not_found(making: Releasing, path: str) -> None:
    refused = await post(making, path, ANA)
    assert (refused.status_code, refused.json()["code"]) == (404, "release-unknown")
    assert (await making.api.get(f"{AT}/builds/{uuid4()}", headers=by(making, ANA))).status_code == 404


async def test_without_the_scope_or_an_officer_or_a_reason_nothing_is_done(making: Releasing) -> None:
    path = f"{AT}/{PERIOD}/builds"
    reader = making.bearer("statistics:read", "releases:restricted", "releases:embargo")
    assert (await making.api.post(path, json=SAID, headers=reader)).status_code == 403
    nobody = making.bearer("releases:manage")
    del nobody["Intertrata-Officer"]
    refused = await making.api.post(path, json=SAID, headers=nobody)
    assert (refused.status_code, refused.json()["code"]) == (400, "purpose-missing")
    for body in ({}, {"reason": "corta"}, {"reason": "1234567890123"}, {**SAID, "colour": "red"}):
        refused = await making.api.post(path, json=body, headers=by(making, ANA))
        assert refused.status_code in {400, 422}, body
    assert (await making.api.get(f"{AT}/builds", headers=by(making, ANA))).json() == []


@pytest.mark.slow
async def test_a_worker_that_dies_leaves_nothing_and_another_ends_the_build(
    making: Releasing, tmp_path: Path
) -> None:
    """``kill -9`` once all of the release is written and nothing is committed."""
    asked = await post(making, f"{PERIOD}/builds", ANA)
    mark = tmp_path / "written"
    worker = await _worker(making, tmp_path, mark, 60)
    await _until(mark)
    worker.kill()
    await worker.wait()
    assert await making.services.releases.all() == []
    location = asked.headers["location"]
    told = (await making.api.get(location, headers=by(making, ANA))).json()
    assert (told["state"], told["attempts"]) == ("running", 1)
    worker = await _worker(making, tmp_path, tmp_path / "again", 0)
    deadline = time.monotonic() + 60
    while (told := (await making.api.get(location, headers=by(making, ANA))).json())["state"] != "built":
        assert time.monotonic() < deadline, told
        await asyncio.sleep(0.1)
    worker.terminate()
    await worker.wait()
    assert (told["release"], told["attempts"]) == (f"{PERIOD}.1", 2)
    assert [each.id for each in await making.services.releases.all()] == [f"{PERIOD}.1"]


async def _worker(making: Releasing, home: Path, mark: Path, seconds: float) -> asyncio.subprocess.Process:
    given = (making.services.database_url, str(home), str(mark), str(seconds))
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "support.release_worker", *given),
        env=os.environ | {"PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}"},
    )


async def _until(mark: Path) -> None:
    deadline = time.monotonic() + 60
    while not await asyncio.to_thread(mark.exists):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def _signed(making: Releasing, release: str) -> Any:
    async with making.database.read() as session:
        content = await session.scalar(
            text("SELECT content FROM release_manifest WHERE release_id = :id AND edition = 'restricted'"),
            {"id": release},
        )
    return httpx.Response(200, content=content).json()


def _id(asked: dict[str, Any]) -> UUID:
    return UUID(asked["id"])


UNDATED = """
UPDATE report SET report_date = NULL, rulings = (
  SELECT coalesce(jsonb_agg(x || '{"date": null}'), '[]') FROM jsonb_array_elements(rulings) x)
WHERE record_id IN (SELECT record_id FROM case_member WHERE case_id IN (
  SELECT case_id FROM case_member JOIN report USING (record_id) WHERE makes_case AND rulings <> '[]'
  ORDER BY record_id LIMIT 12))
"""
KEPT_APART = "CREATE TABLE report_kept AS SELECT record_id, report_date, rulings FROM report"
PUT_BACK = """
UPDATE report SET report_date = k.report_date, rulings = k.rulings FROM report_kept k
WHERE k.record_id = report.record_id AND report.report_date IS DISTINCT FROM k.report_date
"""


async def without_dates(making: Releasing) -> dict[tuple[str, str | None], int]:
    """By indicator and family, as a question counts them."""
    found: dict[tuple[str, str | None], int] = {}
    for indicator in asked_of_tables():
        families = MEASURES[indicator].offence_families
        query = Query(measures=(indicator,), dimensions=("period", *(["offence_family"] if families else [])))
        async with making.database.read() as session:
            answer = await StatisticsService(session).query(query)
        of = {row.codes[1:]: row.values[0] for row in answer.rows if row.codes[0] == "undated"}
        found |= {(indicator, family): of.get((family,), 0) for family in families}
        found |= {} if families else {(indicator, None): of.get((), 0)}
    return found


def told_left_out(document: dict[str, Any]) -> dict[tuple[str, str | None], int]:
    return {(each["indicator"], each["offence_family"]): each["undated"] for each in document["left_out"]}


async def test_what_has_no_date_is_told_to_who_approves_and_in_the_restricted_manifest_alone(
    making: Releasing,
) -> None:
    """It is in no table, of whatever period."""
    dated = await built(making)
    async with making.database.write() as session:
        await session.execute(text(KEPT_APART))
        await session.execute(text(UNDATED))
    try:
        expected = await without_dates(making)
        release = await built(making)
    finally:
        async with making.database.write() as session:
            await session.execute(text(PUT_BACK))
            await session.execute(text("DROP TABLE report_kept"))
    assert {indicator for (indicator, _), undated in expected.items() if undated} >= {"cases", "convicted"}
    exact, holder = {"edition": "restricted"}, by(making, BRUNO, "releases:restricted")
    for each, undated in ((release, expected), (dated, await without_dates(making))):
        preview = await making.api.get(f"{AT}/{each}/preview", headers=holder, params=exact)
        assert told_left_out(preview.json()) == undated
        public = await making.api.get(f"{AT}/{each}/preview", headers=holder)
        assert public.json()["left_out"] is None
    assert (await post(making, f"{release}/approve", BRUNO)).status_code == 200
    assert (await post(making, f"{release}/publish", BRUNO)).status_code == 200
    making.clock.advance(HOUR - BEFORE)
    manifest = f"{AT}/{release}/manifest"
    reader = making.reading("releases:restricted")
    signed = (await making.api.get(manifest, headers=reader, params=exact)).json()
    assert told_left_out(signed) == expected
    assert [(each["indicator"], each["offence_family"]) for each in signed["left_out"]] == list(expected)
    assert (await making.api.get(manifest, headers=reader)).json()["left_out"] is None
    served = await making.api.get(f"{AT}/{release}/tables/left_out", headers=reader, params=exact)
    assert served.status_code in {404, 422}


async def test_a_release_that_was_built_before_it_was_counted_says_so(making: Releasing) -> None:
    release = await built(making)
    async with making.database.write() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(text("DELETE FROM release_fact WHERE indicator = 'left_out'"))
    exact, holder = {"edition": "restricted"}, by(making, BRUNO, "releases:restricted")
    preview = await making.api.get(f"{AT}/{release}/preview", headers=holder, params=exact)
    assert (preview.status_code, preview.json()["left_out"]) == (200, None)
    assert (await post(making, f"{release}/approve", BRUNO)).status_code == 200
