"""Nothing of the restricted edition, of an embargoed release or of a withdrawn one reaches who may not know.

An outsider's answers are compared, byte by byte and header by header, between a world that has the secret
and a world that does not, and fails if it is so much as asked for it: so that time tells nothing either.
"""

import httpx
import pytest

from app.releases.sdmx.codes import flow_id
from app.releases.standard import TABLES
from app.security import scopes
from schemas.releases import Edition
from support.published_releases import STORY, InMemoryReleases
from support.release_server import Served

SECRET = [table for table in TABLES if not table.public]
PATHS = [
    "/sdmx/3.0/structure/dataflow",
    "/sdmx/3.0/structure/codelist",
    "/sdmx/2.1/structure/all/all/all?references=all",
    "/sdmx/3.0/data/dataflow/INTERTRATA/DF_CASES_DEPARTMENT?includeHistory=true",
    "/sdmx/3.0/data/dataflow/INTERTRATA/DF_CASES_DEPARTMENT?updatedAfter=2026-01-01",
    "/sdmx/2.1/data/DF_VICTIMS_FAMILY",
    "/sdmx/3.0/availability/dataflow/INTERTRATA/DF_CASES_STAGE",
    "/v1/open",
    "/v1/open/tables/cases-department.csv",
    "/v1/open/tables/cases-department.parquet",
    *(f"/sdmx/3.0/data/dataflow/INTERTRATA/{flow_id(table, Edition.PUBLIC)}" for table in SECRET),
    *(f"/sdmx/3.0/data/dataflow/INTERTRATA/{flow_id(table, Edition.RESTRICTED)}" for table in SECRET),
]
OWN = {"date", "x-request-id", "content-length"}


class PublicAlone(InMemoryReleases):
    """A world in which there is no restricted edition at all: asking for it is an error of ours."""

    async def published(self, edition: Edition):  # type: ignore[no-untyped-def]
        assert edition is Edition.PUBLIC
        return await super().published(edition)

    async def table(self, release: str, edition: Edition, table: str):  # type: ignore[no-untyped-def]
        assert edition is Edition.PUBLIC
        return await super().table(release, edition, table)


def told(address: str, path: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
    answer = httpx.get(address + path, headers=headers, trust_env=False, timeout=30)
    kept = {key: value for key, value in answer.headers.items() if key not in OWN}
    return answer.status_code, kept, answer.content


@pytest.mark.parametrize("path", PATHS)
def test_a_restricted_edition_changes_no_answer_to_an_outsider(served: Served, path: str) -> None:
    with_it = told(served.address, path)
    served.behind[0] = PublicAlone(STORY)
    try:
        assert told(served.address, path) == with_it
    finally:
        served.behind[0] = served.releases


@pytest.mark.parametrize("table", SECRET, ids=lambda table: table.id)
def test_a_restricted_flow_is_no_more_there_than_one_that_never_was(served: Served, table: object) -> None:
    never = told(served.address, "/sdmx/3.0/data/dataflow/INTERTRATA/DF_NEVER_WAS")
    for edition in Edition:
        flow = flow_id(table, edition)  # type: ignore[arg-type]
        assert told(served.address, f"/sdmx/3.0/data/dataflow/INTERTRATA/{flow}") == never
        for path in ("/sdmx/3.0/structure/dataflow/INTERTRATA/{}", "/sdmx/2.1/dataflow/all/{}"):
            absent = told(served.address, path.format("DF_NEVER_WAS"))
            assert told(served.address, path.format(flow)) == absent
            assert absent[0] == 404


def test_lists_that_only_restricted_tables_use_are_not_told(served: Served) -> None:
    listed = httpx.get(f"{served.address}/sdmx/3.0/structure/codelist", trust_env=False).json()
    ids = {each["id"] for each in listed["data"]["codelists"]}
    assert "CL_AREA" in ids
    assert not ids & {"CL_RECRUITMENT", "CL_FEEDS"}


@pytest.mark.parametrize("path", ["structure/dataflow", "data/dataflow/INTERTRATA/DFR_VICTIMS_PURPOSE"])
def test_the_restricted_edition_asks_for_its_scope(served: Served, path: str) -> None:
    address = f"{served.address}/sdmx/restricted/3.0/{path}"
    assert httpx.get(address, trust_env=False).status_code == 401
    for others in ((scopes.STATISTICS_READ,), (scopes.STATISTICS_EXACT, scopes.RELEASES_MANAGE)):
        refused = httpx.get(address, headers=served.bearer(*others), trust_env=False)
        assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")
        never = f"{served.address}/sdmx/restricted/3.0/data/dataflow/INTERTRATA/DFR_NEVER_WAS"
        assert httpx.get(never, headers=served.bearer(*others), trust_env=False).status_code == 403
    answer = httpx.get(address, headers=served.bearer(scopes.RELEASES_RESTRICTED), trust_env=False)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "access-control-allow-origin" not in answer.headers


def test_its_holders_read_exact_figures(served: Served) -> None:
    address = f"{served.address}/sdmx/restricted/3.0/data/dataflow/INTERTRATA/DFR_VICTIMS_PURPOSE"
    headers = {"Accept": "text/csv", **served.bearer(scopes.RELEASES_RESTRICTED)}
    lines = httpx.get(address, headers=headers, trust_env=False).text.splitlines()[1:]
    assert lines
    assert all(",A,N," in line for line in lines)  # every one a value, none for publication
    public = httpx.get(
        f"{served.address}/sdmx/restricted/3.0/data/dataflow/*/DF_CASES_STAGE",
        headers=headers,
        trust_env=False,
    )
    assert public.status_code == 404  # each edition has its own flows
