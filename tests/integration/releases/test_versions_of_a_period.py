"""Versions of one period, real ones, as everybody reads them: replaced, withdrawn, recalled, restricted."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.releases import errors
from app.releases.disclosure.policy import Sensitivity
from schemas.releases import CellStatus
from support.release_kit import (
    APPROVER,
    BEFORE,
    BUILDER,
    HOUR,
    PERIOD,
    Releasing,
    disturbed,
    undone,
)

AT = "/v1/releases"
OPEN = "/v1/open/tables/cases-department.csv"
SDMX = "/sdmx/3.0/data/dataflow/INTERTRATA/DF_CASES_DEPARTMENT"
ONE_SERIES = f"{SDMX}/1.0.0/M2.trafficking._T"
CSV = {"Accept": "text/csv"}
DAY = timedelta(days=1)


async def corrected(releases: Releasing, *, public: bool = True) -> str:
    """The next version, approved: a case is annulled in it, another one moved."""
    undo = await disturbed(releases)
    try:
        made = await releases.services.releases.build(PERIOD, BUILDER, public=public)
    finally:
        await undone(releases, undo)
    await releases.services.releases.approve(made.release, APPROVER)
    return made.release


async def published(releases: Releasing, **more: bool) -> str:
    release = await corrected(releases, **more)
    await releases.services.releases.publish(release, APPROVER)
    return release


async def told(releases: Releasing, path: str, *scopes: str, **asked: str) -> httpx.Response:
    return await releases.api.get(path, headers=releases.reading(*scopes), params=asked)


async def standing(releases: Releasing) -> tuple[Any, set[str], set[str]]:
    """Which release the public reads: by the latest of ``/v1/releases``, in open data, by SDMX."""
    latest = (await told(releases, f"{AT}/latest")).json()
    lines = (await releases.api.get(OPEN)).text.splitlines()
    sdmx = (await releases.api.get(SDMX, headers=CSV)).text.splitlines()
    return (
        latest.get("manifest", latest).get("release"),
        {line.split(",")[0] for line in lines[1:]},
        {line.split(",")[-1] for line in sdmx[1:] if line},
    )


async def test_a_correction_replaces_for_good_also_where_it_is_withdrawn(releases: Releasing) -> None:
    first = await releases.published()
    releases.clock.advance(HOUR - BEFORE + 3 * DAY)
    second = await published(releases)
    assert await standing(releases) == (second, {second}, {second})
    changes = (await told(releases, f"{AT}/{second}/changes")).json()
    assert changes["replaces"] == first
    there = await releases.api.get(OPEN)
    was = (releases.clock.now() - DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
    releases.clock.advance(2 * DAY)
    await releases.services.releases.withdraw(second, APPROVER)
    assert await standing(releases) == (None, set(), set())
    since = {"If-Modified-Since": there.headers["last-modified"]}
    assert (await releases.api.get(OPEN, headers=since)).status_code == 200, "withdrawing is a change"
    assert (await told(releases, f"{AT}/{PERIOD}")).json()["state"] == "withdrawn"
    assert (await told(releases, f"{AT}/{first}")).json()["replaced_by"] == second
    gone = await releases.api.get(SDMX, headers=CSV, params={"updatedAfter": was})
    assert gone.status_code == 200
    assert {line.split(",")[2] for line in gone.text.splitlines()[1:]} == {"D"}


async def test_the_changes_of_a_withdrawn_version_do_not_tell_its_figures(releases: Releasing) -> None:
    first = await releases.published()
    releases.clock.advance(HOUR - BEFORE)
    second = await published(releases)
    assert (await told(releases, f"{AT}/{second}/changes")).json()["changes"]
    await releases.services.releases.withdraw(first, APPROVER)
    assert (await told(releases, f"{AT}/{second}/changes")).status_code == 404
    exact = await told(releases, f"{AT}/{second}/changes", "releases:restricted", edition="restricted")
    assert exact.json()["replaces"] == first, "who reads the exact edition is told what it was"


async def test_of_three_versions_each_stood_until_the_next(releases: Releasing) -> None:
    await releases.published()
    releases.clock.advance(HOUR - BEFORE)
    for _ in range(2):
        releases.clock.advance(10 * DAY)
        await releases.published()
    between = (HOUR + 15 * DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
    then = await releases.api.get(ONE_SERIES, headers=CSV, params={"asOf": between})
    assert [line.split(",")[-1] for line in then.text.splitlines()[1:]] == [f"{PERIOD}.2"]
    history = (await releases.api.get(ONE_SERIES, params={"includeHistory": "true"})).json()["data"]
    spans = [(each["validFrom"], each.get("validTo")) for each in history["dataSets"]]
    assert len(spans) == 3
    assert [end for _, end in spans] == [start for start, _ in spans[1:]] + [None]


async def test_a_version_without_public_edition_changes_nothing_in_public(releases: Releasing) -> None:
    first = await releases.published()
    releases.clock.advance(HOUR - BEFORE)
    before = await standing(releases), (await told(releases, f"{AT}/{first}")).json()
    second = await published(releases, public=False)
    after = await standing(releases), (await told(releases, f"{AT}/{first}")).json()
    assert after == before
    assert (await told(releases, f"{AT}/{PERIOD}")).json()["manifest"]["release"] == first
    exact = await told(releases, f"{AT}/{PERIOD}", "releases:restricted", edition="restricted")
    assert exact.json()["manifest"]["release"] == second
    third = await releases.published()
    manifest = (await told(releases, f"{AT}/{third}")).json()["manifest"]
    assert manifest["replaces"] == first
    assert (await told(releases, f"{AT}/{third}/changes")).json()["replaces"] == first
    restricted = await told(releases, f"{AT}/{third}", "releases:restricted", edition="restricted")
    assert restricted.json()["manifest"]["replaces"] == second


async def test_what_was_recalled_before_its_hour_never_was(releases: Releasing) -> None:
    """Neither for who reads, nor for who protects: the next version is built as if it had not been."""
    service = releases.services.releases
    strong = service.policies
    weak = {name: Sensitivity(1, 1) for name in strong[0].sensitivities}
    service.policies = (replace(strong[0], sensitivities=weak),)
    try:
        first = await releases.published()
    finally:
        service.policies = strong
    await service.withdraw(first, APPROVER)
    second = await releases.published()
    releases.clock.advance(HOUR - BEFORE)
    items = (await told(releases, AT)).json()["items"]
    assert [(it["manifest"]["release"], it["manifest"]["replaces"]) for it in items] == [(second, None)]
    for path in (f"{AT}/{first}", f"{AT}/{first}/manifest", f"{AT}/{second}/changes"):
        assert (await told(releases, path)).status_code == 404
    early = (await told(releases, AT, "releases:embargo")).json()["items"]
    assert [it["state"] for it in early] == ["withdrawn", "published"]
    third = await corrected(releases)
    await service.publish(third, APPROVER, releases.clock.now() + DAY)
    await service.withdraw(third, APPROVER)
    inei = await told(releases, f"{AT}/{PERIOD}", "releases:embargo")
    assert inei.json()["manifest"]["release"] == second, "what stands, not what was recalled"
    assert inei.json()["replaced_by"] is None
    assert await small_counts(releases, second) == set(), "what nobody saw is no reason to show a count"


async def small_counts(releases: Releasing, release: str) -> set[tuple[str, tuple[str, ...]]]:
    """Cells of the public edition that show one."""
    policy, found = releases.services.releases.policies[0], set()
    for entry in (await told(releases, f"{AT}/{release}")).json()["manifest"]["tables"]:
        table = (await told(releases, f"{AT}/{release}/tables/{entry['id']}")).json()
        threshold = policy.sensitivity(table["indicator"]).suppressed_to
        found |= {
            (entry["id"], tuple(cell["codes"]))
            for cell in table["cells"]
            if cell["status"] == CellStatus.VALUE and 1 <= cell["value"] <= threshold
        }
    return found


async def test_a_version_comes_out_no_earlier_than_what_it_takes_as_known(releases: Releasing) -> None:
    service = releases.services.releases
    first = await releases.approved()
    await service.publish(first, APPROVER, HOUR + 10 * DAY)
    second = await corrected(releases)
    with pytest.raises(errors.EarlierThanCalendar):
        await service.publish(second, APPROVER, HOUR + 9 * DAY)
    assert await service.publish(second, APPROVER) == HOUR + 10 * DAY
    with pytest.raises(errors.ReliedOn):
        await service.withdraw(first, APPROVER)
    await service.withdraw(second, APPROVER)
    await service.withdraw(first, APPROVER)
    assert {each.recalled for each in await service.all()} == {True}


async def test_what_was_built_on_a_recalled_version_does_not_come_out(releases: Releasing) -> None:
    service = releases.services.releases
    first = await releases.published()
    second = await corrected(releases)
    await service.withdraw(first, APPROVER)
    with pytest.raises(errors.OutOfDate):
        await service.publish(second, APPROVER)
    assert (await releases.approved()) == f"{PERIOD}.3"
