"""The overview, the concordance and printed figures inside a reach: a region by its cases, an institution
where it can mean anything. Two fences."""

from typing import Any

import pytest

from app.security.reach import EVERYTHING, Reach, RowScope
from app.security.roles import ROLES, Role
from app.security.row_security import enter
from app.statistics.concordance.service import ConcordanceService
from app.statistics.published.comparing import read
from app.statistics.published.service import PublishedService
from app.statistics.service import StatisticsService
from schemas.published import Published
from schemas.vocabulary import OffenceFamily
from support.access_kit import DEPARTMENT, OWN_FEED, Guarded

OVERVIEW, CONCORDANCE = "/v1/statistics/overview", "/v1/statistics/concordance"
COMPARED, QUERY = "/v1/statistics/published/compared", "/v1/statistics/query"
REGION = Reach(department=DEPARTMENT)
HEADINGS = "document,table,institution,system,period,unit,region,breakdown,category,value,part_of\n"


async def test_a_regions_overview_is_what_its_questions_say(guarded: Guarded) -> None:
    headers = guarded.headers(Role.REGIONAL_ANALYST)
    units = [
        "complaints",
        "prosecution_files",
        "court_files",
        "cases",
        "victims",
        "suspects",
        "accused",
        "convicted",
    ]
    asked = {"measures": units, "filters": {"offence_family": ["trafficking"]}}
    answer = await guarded.api.post(QUERY, json=asked, headers=headers)
    own = (await guarded.get(OVERVIEW, headers))["families"][0]["reconciled"]
    assert [own[unit] for unit in units] == answer.json()["totals"]
    whole = (await guarded.get(OVERVIEW, guarded.headers(Role.ANALYST)))["families"][0]["reconciled"]
    assert 0 < own["cases"] < whole["cases"]


async def test_a_regions_concordance_is_of_its_cases(guarded: Guarded) -> None:
    headers = guarded.headers(Role.REGIONAL_ANALYST)
    told = await guarded.get(CONCORDANCE, headers)
    asked = {
        "measures": ["cases", "victims"],
        "dimensions": ["feeds"],
        "filters": {"offence_family": ["trafficking"]},
    }
    answer = (await guarded.api.post(QUERY, json=asked, headers=headers)).json()
    assert [told["reconciled"]["cases"], told["reconciled"]["victims"]] == answer["totals"]
    assert {each["feeds"]: each["cases"] for each in told["membership"] if each["cases"]} == {
        row["codes"][0]: row["values"][0] for row in answer["rows"] if row["values"][0]
    }
    whole = await guarded.get(CONCORDANCE, guarded.headers(Role.ANALYST))
    assert 0 < told["reconciled"]["cases"] < whole["reconciled"]["cases"]


async def told_by(guarded: Guarded, session_reach: Reach, service_reach: Reach) -> list[Any]:
    async with guarded.services.database.read() as session:
        if session_reach is not EVERYTHING:
            await enter(session, session_reach)
        concordance = await ConcordanceService(session, service_reach).concordance(
            OffenceFamily.TRAFFICKING, None, None
        )
        found: list[Any] = [concordance.model_dump(exclude={"counted_at"})]
        if session_reach is EVERYTHING or service_reach is not EVERYTHING:
            found.append(await StatisticsService(session, reach=service_reach).overview(None, None))
        return found


async def test_each_of_the_two_fences_of_a_region_holds_with_the_other_one_down(guarded: Guarded) -> None:
    (by_database,) = await told_by(guarded, REGION, EVERYTHING)
    by_service = await told_by(guarded, EVERYTHING, REGION)
    both = await told_by(guarded, REGION, REGION)
    assert by_database == both[0]
    assert by_service == both
    assert both != await told_by(guarded, EVERYTHING, EVERYTHING)


@pytest.mark.parametrize("at", [OVERVIEW, CONCORDANCE])
async def test_an_institution_is_told_what_it_may_ask_instead(guarded: Guarded, at: str) -> None:
    answer = await guarded.api.get(at, headers=guarded.headers(Role.INSTITUTION_READER))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (403, "own-figures-only")
    assert f"source={OWN_FEED}" in problem["detail"]
    assert COMPARED in problem["detail"]


async def test_an_institution_reads_its_own_printed_figures_beside_its_own_records(guarded: Guarded) -> None:
    """What is told by sex or age needs what others say of the person, and is missing by its name."""
    own = await guarded.get(COMPARED, guarded.headers(Role.INSTITUTION_READER))
    national = await guarded.get(COMPARED, guarded.headers(Role.ANALYST))
    whole = {str(each["figure"]): each for each in national["comparisons"]}
    assert {each["figure"]["system"] for each in own["comparisons"]} == {OWN_FEED}
    assert len(own["comparisons"]) == sum(
        each["figure"]["system"] == OWN_FEED for each in national["comparisons"]
    )
    assert {each["missing"] for each in own["comparisons"]} > {None}
    for each in own["comparisons"]:
        if each["registry"] is None:
            assert each["missing"] in {"sex", "minor", "nationality", "department"}
        else:
            assert each["registry"] == whole[str(each["figure"])]["registry"]
    assert {each["system"] for each in own["disagreements"]} <= {OWN_FEED}


async def test_a_region_reads_the_printed_figures_of_its_own_department(guarded: Guarded) -> None:
    rows = (
        "Doc,t-1,PNP,reta-pnp,2023,complaints,,total,total,900,",
        "Doc,t-1,PNP,reta-pnp,2023,complaints,,region,17,5,total",
        "Doc,t-1,PNP,reta-pnp,2023,complaints,,region,Lima,7,total",
    )
    printed = Published(figures=read(HEADINGS + "\n".join(rows)), disagreements=())
    async with guarded.services.database.read() as session:
        whole = await PublishedService(session).compared(printed)
    async with guarded.services.database.read() as session:
        await enter(session, REGION)
        own = await PublishedService(session, REGION).compared(printed)
    (found,) = own.comparisons
    assert found.figure.category == DEPARTMENT
    assert found == whole.comparisons[1]
    assert found.registry
    answer = await guarded.get(COMPARED, guarded.headers(Role.REGIONAL_ANALYST))
    assert answer["comparisons"] == [], "nobody printed a figure of this department"
    capital = await guarded.client(ROLES[Role.REGIONAL_ANALYST].scopes, RowScope(department="15"))
    assert {each["figure"]["category"] for each in (await guarded.get(COMPARED, capital))["comparisons"]} <= {
        "Lima"
    }
