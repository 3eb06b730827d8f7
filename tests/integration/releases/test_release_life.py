"""A release from its build to its withdrawal: who does what, who sees what, and what never changes."""

import hashlib
from base64 import b64decode
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy.exc
from sqlalchemy import text

from app.releases import errors
from app.releases.building import Built, built
from app.releases.disclosure.policy import PUBLIC_EDITION
from app.releases.periods import Period, told_by
from app.releases.service import Word
from app.releases.signing import verified
from app.releases.standard import TABLES, TOTAL
from app.statistics.service import StatisticsService
from schemas.query import Grain, Query
from schemas.releases import CellStatus, ChangeKind, Edition, ReleaseChanges, ReleaseTable
from support.release_kit import (
    APPROVER,
    BEFORE,
    BUILDER,
    HOUR,
    PERIOD,
    Releasing,
    disturbed,
    mark,
    undone,
)

AT = "/v1/releases"


async def test_the_steps_and_who_may_take_them(releases: Releasing) -> None:
    service = releases.services.releases
    made = await service.build(PERIOD, BUILDER)
    assert (made.release, made.tables) == (f"{PERIOD}.1", len(TABLES))
    for same in (f" {BUILDER.who.upper()} ", "ｅstadística-1", "estadi\u0301stica-1\u00a0"):
        with pytest.raises(errors.SecondPersonNeeded):
            await service.approve(made.release, Word(same, "yo mismo"))
    with pytest.raises(errors.StepRefused):
        await service.publish(made.release, APPROVER)
    await service.approve(made.release, APPROVER)
    with pytest.raises(errors.StepRefused):
        await service.approve(made.release, APPROVER)
    with pytest.raises(errors.EarlierThanCalendar):
        await service.publish(made.release, APPROVER, HOUR - timedelta(seconds=1))
    assert await service.publish(made.release, APPROVER) == HOUR
    await service.withdraw(made.release, APPROVER)
    assert [each.state for each in await service.all()] == ["withdrawn"]
    with pytest.raises(errors.ReleaseUnknown):
        await service.withdraw("2024-B2.9", APPROVER)
    async with releases.database.read() as session:
        acts = await session.execute(
            text("SELECT outcome FROM audit_entry WHERE kind = 'release' AND actor = 'console'")
        )
        assert sorted(act.outcome for act in acts) == ["approved", "built", "published", "withdrawn"]


@pytest.mark.parametrize("period", ["2024-B2", "1999-B1", "2024-Q1", "2024-B7", "2024-B01", ""])
async def test_a_period_that_cannot_be_released_is_told_which_can(releases: Releasing, period: str) -> None:
    with pytest.raises(errors.PeriodUnusable) as refused:
        await releases.services.releases.build(period, BUILDER)
    assert refused.value.facts["last"] == PERIOD
    assert await releases.services.releases.all() == []


async def test_nothing_is_built_while_records_wait_to_be_linked(releases: Releasing) -> None:
    async with releases.database.write() as session:
        await session.execute(text("INSERT INTO link_dirty (record_id) SELECT min(record_id) FROM report"))
    try:
        with pytest.raises(errors.Unlinked):
            await releases.services.releases.build(PERIOD, BUILDER)
    finally:
        await releases.services.linker.link_pending()
    assert await releases.services.releases.all() == []


async def test_the_exact_tables_say_what_questions_say(releases: Releasing) -> None:
    """Cell by cell, over every table and every period in it; and parts of one value add up to the total."""
    release = (await releases.services.releases.build(PERIOD, BUILDER)).release
    tables = await frozen(releases, release, Edition.RESTRICTED)
    assert set(tables) == {table.id for table in TABLES}
    seen = 0
    for table in TABLES:
        period = Period.parse(PERIOD)
        async with releases.database.read() as session:
            answer = await StatisticsService(session).query(
                Query(
                    measures=(table.indicator,),
                    dimensions=table.dimensions,
                    grain=Grain.BIMESTER,
                    since=period.first,
                    until=period.last,
                )
            )
        asked = {row.codes: row.values[0] for row in answer.rows}
        held = {cell.codes: cell.value for cell in tables[table.id].cells if TOTAL not in cell.codes}
        assert {codes: value for codes, value in held.items() if value} == asked
        seen += sum(asked.values())
    assert seen > 20


async def test_the_public_edition_shows_the_same_or_nothing(releases: Releasing) -> None:
    release = (await releases.services.releases.build(PERIOD, BUILDER)).release
    exact = await frozen(releases, release, Edition.RESTRICTED)
    public = await frozen(releases, release, Edition.PUBLIC)
    assert set(public) == {table.id for table in TABLES if table.public}
    suppressed = 0
    for id_, table in public.items():
        truth = {cell.codes: cell.value for cell in exact[id_].cells}
        assert [cell.codes for cell in table.cells] == [cell.codes for cell in exact[id_].cells]
        for cell in table.cells:
            if cell.status is CellStatus.VALUE:
                assert cell.value == truth[cell.codes]
                threshold = PUBLIC_EDITION.sensitivity(table.indicator).suppressed_to
                assert cell.value == 0 or cell.value > threshold
            else:
                assert (cell.status, cell.value) == (CellStatus.SUPPRESSED, None)
                suppressed += 1
    assert suppressed > 10


async def test_before_its_hour_a_release_does_not_exist(releases: Releasing) -> None:
    """Every address answers as it did when nothing had been built, byte for byte; only the embargo's scope
    sees it."""
    paths = (AT, f"{AT}/latest", f"{AT}/{PERIOD}.1", f"{AT}/{PERIOD}.1/manifest", f"{AT}/{PERIOD}.1/changes")
    paths += (f"{AT}/{PERIOD}.1/tables/cases-department", f"{AT}/{PERIOD}", f"{AT}/{PERIOD}/manifest")
    reader = releases.reading("releases:restricted")
    before = [await told(releases, path, reader) for path in paths]
    await releases.published()
    assert [await told(releases, path, reader) for path in paths] == before
    early = releases.reading("releases:embargo")
    assert (await releases.api.get(f"{AT}/latest", headers=early)).status_code == 200
    releases.clock.advance(HOUR - BEFORE - timedelta(seconds=1))
    assert [await told(releases, path, releases.reading()) for path in paths[:2]] == before[:2]
    releases.clock.advance(timedelta(seconds=1))
    latest = await releases.api.get(f"{AT}/latest", headers=releases.reading())
    assert latest.json()["manifest"]["release"] == f"{PERIOD}.1"


async def test_inei_s_walk_and_what_it_verifies(releases: Releasing) -> None:
    release = await releases.published()
    api, inei = releases.api, releases.reading("releases:restricted", "releases:embargo")
    asked = {"edition": "restricted"}
    latest = await api.get(f"{AT}/latest", headers=inei, params=asked)
    again = {**inei, "If-None-Match": latest.headers["etag"]}
    same = await api.get(f"{AT}/latest", headers=again, params=asked)
    assert (same.status_code, same.content) == (304, b"")
    for path in (AT, f"{AT}/{release}", f"{AT}/{PERIOD}"):
        first = await api.get(path, headers=inei, params=asked)
        held = await api.get(path, headers={**inei, "If-None-Match": first.headers["etag"]}, params=asked)
        assert (first.status_code, held.status_code, held.content) == (200, 304, b"")
    assert first.json() == latest.json(), "a period alone is its latest version"
    manifest = await api.get(f"{AT}/{release}/manifest", headers=inei, params=asked)
    keys = {each["id"]: each for each in (await api.get(f"{AT}/keys", headers=inei)).json()}
    told_ = latest.json()
    key, signature = b64decode(keys[told_["key"]]["public_key"]), b64decode(told_["signature"])
    assert verified(manifest.content, signature, key)
    assert not verified(manifest.content + b" ", signature, key)
    assert manifest.json() == told_["manifest"]
    assert (manifest.json()["built_by"], manifest.json()["approved_by"]) == (BUILDER.who, APPROVER.who)
    for entry in told_["manifest"]["tables"]:
        path = f"{AT}/{release}/tables/{entry['id']}"
        table = await api.get(path, headers=inei, params=asked)
        assert hashlib.sha256(table.content).hexdigest() == entry["sha256"]
        assert len(table.content) == entry["bytes"]
        assert len(table.json()["cells"]) == entry["cells"]
        held = await api.get(path, headers={**inei, "If-None-Match": table.headers["etag"]}, params=asked)
        assert held.status_code == 304
    lines = (await api.get(path, headers=inei, params={**asked, "format": "csv"})).text.splitlines()
    assert len(lines) == entry["cells"] + 1
    public = await api.get(f"{AT}/{release}/manifest", headers=releases.reading("releases:embargo"))
    assert (public.json()["built_by"], public.json()["approved_by"]) == (None, None)


async def test_the_restricted_edition_needs_its_scope_whatever_there_is(releases: Releasing) -> None:
    for path in (AT, f"{AT}/latest", f"{AT}/{PERIOD}.1", f"{AT}/{PERIOD}.1/tables/cases-feeds"):
        answer = await releases.api.get(
            path, headers=releases.reading("releases:embargo"), params={"edition": "restricted"}
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "scope-missing")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE release SET position = 0",
        "DELETE FROM release_table",
        "UPDATE release_table SET content = 'x', sha256 = encode(sha256('x'), 'hex')",
        "TRUNCATE release_act",
        "INSERT INTO release_table SELECT release_id, edition, 'late', 0, sha256, content FROM release_table"
        " LIMIT 1",
        "INSERT INTO release_fact SELECT release_id, 'late', content FROM release_fact LIMIT 1",
        "INSERT INTO release_manifest SELECT id, 'public', encode(sha256('x'), 'hex'), 'x', 'x', 'x'"
        " FROM release",
        "INSERT INTO release_act (release_id, act, who, reason, not_before)"
        " SELECT id, 'published', 'x', 'x', now() FROM release",
        "INSERT INTO release_act (release_id, act, who, reason)"
        " SELECT id, 'approved', built_by, 'x' FROM release",
        "INSERT INTO release_act (release_id, act, who, reason)"
        " SELECT id, 'approved', E' \\u00a0' || upper(normalize(built_by, NFD)) || '  ', 'x' FROM release",
    ],
)
async def test_the_database_refuses_to_change_it(releases: Releasing, statement: str) -> None:
    await releases.services.releases.build(PERIOD, BUILDER)
    with pytest.raises(sqlalchemy.exc.IntegrityError):
        async with releases.database.write() as session:
            await session.execute(text(statement))


async def test_a_withdrawn_release_is_told_and_not_served(releases: Releasing) -> None:
    release = await releases.published()
    releases.clock.advance(HOUR - BEFORE)
    await releases.services.releases.withdraw(release, APPROVER)
    reader = releases.reading()
    assert (await releases.api.get(f"{AT}/latest", headers=reader)).status_code == 404
    table = await releases.api.get(f"{AT}/{release}/tables/cases-department", headers=reader)
    assert (table.status_code, table.json()["code"]) == (404, "release-not-found")
    listed = (await releases.api.get(AT, headers=reader)).json()["items"]
    assert [each["state"] for each in listed] == ["withdrawn"]


async def test_a_version_explains_every_cell_that_it_changes(releases: Releasing) -> None:
    """A case is annulled, one moves to another department, one comes late: before + came - left = after."""
    first = await releases.published()
    undo = await disturbed(releases)
    try:
        made = await releases.services.releases.build(PERIOD, BUILDER, public=False)
    finally:
        await undone(releases, undo)
    assert made.release == f"{PERIOD}.2"
    content = await releases.services.releases.changes(made.release, Edition.RESTRICTED)
    assert content is not None
    told_ = ReleaseChanges.model_validate_json(content)
    assert (told_.release, told_.replaces) == (made.release, first)
    kinds = set()
    for change in told_.changes:
        assert change.before is not None
        assert change.after == change.before + sum(it.came - it.left for it in change.reasons)
        kinds |= {it.kind for it in change.reasons}
    assert {ChangeKind.ANNULMENT, ChangeKind.RECLASSIFICATION} <= kinds
    old, new = [
        {(id_, cell.codes): cell.value for id_, table in tables.items() for cell in table.cells}
        for tables in (
            await frozen(releases, first, Edition.RESTRICTED),
            await frozen(releases, made.release, Edition.RESTRICTED),
        )
    ]
    differ = {place for place in old if old[place] != new[place]}
    assert differ == {(change.table, change.codes) for change in told_.changes}


async def test_a_public_version_tells_of_no_small_correction(releases: Releasing) -> None:
    """Two cases are annulled or moved: no figure that both versions show differs by one of them."""
    first = await releases.published()
    undo = await disturbed(releases)
    try:
        second = await releases.services.releases.build(PERIOD, BUILDER)
    finally:
        await undone(releases, undo)
    old, new = [await frozen(releases, each, Edition.PUBLIC) for each in (first, second.release)]
    exact = await frozen(releases, second.release, Edition.RESTRICTED)
    shown = 0
    for id_, table in new.items():
        threshold = PUBLIC_EDITION.sensitivity(table.indicator).suppressed_to
        then = {cell.codes: cell.value for cell in old[id_].cells}
        truth = {cell.codes: cell.value for cell in exact[id_].cells}
        for cell in table.cells:
            if cell.status is CellStatus.VALUE:
                shown += 1
                assert cell.value == truth[cell.codes]
                assert not 1 <= cell.value <= threshold
                before = then[cell.codes]
                assert before is None or not 1 <= abs(cell.value - before) <= threshold
    assert shown > 10
    assert sum(each.held for each in second.protection) > 0


async def test_another_publication_of_the_year_makes_a_build_stale(releases: Releasing) -> None:
    first, second = await releases.approved(), await releases.approved()
    await releases.services.releases.publish(first, APPROVER)
    with pytest.raises(errors.OutOfDate):
        await releases.services.releases.publish(second, APPROVER)


async def test_a_build_is_the_same_for_the_same_facts(releases: Releasing) -> None:
    """Bytes are a function of what was counted: two builds of one snapshot have the same hashes."""
    hashes = []
    for _ in range(2):
        release = (await releases.services.releases.build(PERIOD, BUILDER)).release
        async with releases.database.read() as session:
            rows = await session.execute(
                text(
                    "SELECT edition, table_id, sha256 FROM release_table WHERE release_id = :id ORDER BY 1, 2"
                ),
                {"id": release},
            )
            facts = await session.execute(
                text("SELECT indicator, sha256(content) FROM release_fact WHERE release_id = :id"),
                {"id": release},
            )
            hashes.append([tuple(row) for row in (*rows, *sorted(facts))])
    assert hashes[0] == hashes[1]
    assert len(hashes[0]) > len(TABLES)


def test_which_periods_a_bimester_tells() -> None:
    told_ = {n: [each.code for each in told_by(Period(2026, Grain.BIMESTER, n))] for n in range(1, 7)}
    assert told_ == {
        1: ["2026-B1"],
        2: ["2026-B2", "2026-Q1"],
        3: ["2026-B3", "2026-Q2", "2026-S1"],
        4: ["2026-B4"],
        5: ["2026-B5", "2026-Q3"],
        6: ["2026-B6", "2026-Q4", "2026-S2", "2026"],
    }


async def frozen(registry: Releasing, release: str, edition: Edition) -> dict[str, ReleaseTable]:
    async with registry.database.read() as session:
        rows = await session.execute(
            text(
                "SELECT table_id, content FROM release_table"
                " WHERE release_id = :id AND edition = :edition AND table_id <> 'changes'"
            ),
            {"id": release, "edition": edition.value},
        )
        return {row.table_id: ReleaseTable.model_validate_json(row.content) for row in rows}


async def told(registry: Releasing, path: str, headers: dict[str, str]) -> tuple[object, ...]:
    """All of an answer but what is new in every one."""
    answer = await registry.api.get(path, headers=headers)
    kept = {name: value for name, value in answer.headers.items() if name not in {"x-request-id", "date"}}
    body = answer.json()
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if name not in {"instance", "request_id"}}
    return answer.status_code, kept, str(body)


async def test_what_comes_out_while_a_release_is_made_stops_it(
    releases: Releasing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its protection would not know of it; nothing of the half-made one is kept."""
    service = releases.services.releases
    first = await releases.approved()

    async def slow(*given: Any) -> Built:
        made = await built(*given)
        await service.publish(first, APPROVER)
        return made

    monkeypatch.setattr("app.releases.service.built", slow)
    with pytest.raises(errors.OutOfDate):
        await service.build(PERIOD, BUILDER)
    assert [each.id for each in await service.all()] == [first]


async def test_what_moved_to_another_year_is_no_annulment(releases: Releasing) -> None:
    """Its date was put right: it left this period for another, and no record of it was annulled."""
    await releases.published()
    moved = await of_another_year(releases, "- interval '1 year'")
    try:
        made = await releases.services.releases.build(PERIOD, BUILDER, public=False)
    finally:
        await of_another_year(releases, "+ interval '1 year'", moved)
    content = await releases.services.releases.changes(made.release, Edition.RESTRICTED)
    assert content is not None
    found = ReleaseChanges.model_validate_json(content).changes
    kinds = {reason.kind for change in found for reason in change.reasons}
    assert found
    assert kinds == {ChangeKind.RECLASSIFICATION}
    cases = next(each for each in found if each.table == "cases-department" and each.codes[-1] == TOTAL)
    assert [(it.came, it.left) for it in cases.reasons] == [(0, 1)]


async def of_another_year(registry: Releasing, shift: str, records: list[int] | None = None) -> list[int]:
    """Moves the reports of one case of the bimester, or these."""
    async with registry.database.write() as session:
        if records is None:
            found = await session.execute(
                text(
                    "SELECT array_agg(m.record_id) AS records FROM case_member m JOIN report r"
                    " USING (record_id) WHERE makes_case GROUP BY m.case_id"
                    " HAVING min(r.report_date) BETWEEN '2024-01-01' AND '2024-02-29'"
                    " AND max(r.report_date) <= '2024-02-29' ORDER BY m.case_id DESC LIMIT 1"
                )
            )
            records = found.scalar_one()
        await session.execute(
            text(f"UPDATE report SET report_date = report_date {shift} WHERE record_id = ANY(:ids)"),
            {"ids": records},
        )
        await mark(session, records)
    await registry.services.linker.link_pending()
    return records
