"""Exact figures inside the caller's reach: a region's cases, an institution's own records. Two fences."""

from typing import Any

import pytest

from app.security.reach import EVERYTHING, Reach, RowScope
from app.security.roles import ROLES, Role
from app.security.row_security import enter
from app.statistics.service import StatisticsService
from schemas.query import Answer, Query
from schemas.vocabulary import Feed
from support.access_kit import DEPARTMENT, OWN_FEED, Guarded

AT = "/v1/statistics/query"
OTHER_DEPARTMENT = "08"  # Cusco
PEOPLE = {
    "measures": ["victims", "victimisations", "suspects"],
    "dimensions": ["offence_family", "sex", "minor"],
}
CASES = {"measures": ["cases", "complaints"], "dimensions": ["offence_family", "stage", "department"]}
GIVEN = {"measures": ["services"], "dimensions": ["feed", "service_type"]}


async def asked(guarded: Guarded, headers: dict[str, str], body: dict[str, Any]) -> Any:
    answer = await guarded.api.post(AT, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def regional(guarded: Guarded, department: str) -> dict[str, str]:
    scopes = ROLES[Role.REGIONAL_ANALYST].scopes
    return await guarded.client(scopes, RowScope(department=department))


def figures(answer: Any) -> tuple[Any, Any]:
    return answer["rows"], answer["totals"]


@pytest.mark.parametrize("department", [DEPARTMENT, OTHER_DEPARTMENT])
@pytest.mark.parametrize("body", [PEOPLE, CASES, GIVEN])
async def test_a_region_is_told_its_own_department_and_nothing_else(
    guarded: Guarded, department: str, body: dict[str, Any]
) -> None:
    own = await asked(guarded, await regional(guarded, department), body)
    filtered = body | {"filters": {"department": [department]}}
    national = await asked(guarded, guarded.headers(Role.STATISTICIAN), filtered)
    whole = await asked(guarded, guarded.headers(Role.ANALYST), body)
    assert figures(own) == figures(national)
    assert figures(own) != figures(whole)
    assert sum(own["totals"]) > 0 or body is GIVEN


async def test_two_regions_are_told_different_things(guarded: Guarded) -> None:
    first, second = [
        figures(await asked(guarded, await regional(guarded, each), CASES))
        for each in (DEPARTMENT, OTHER_DEPARTMENT)
    ]
    assert first != second
    assert {row["codes"][2] for row in first[0]} == {DEPARTMENT}
    assert {row["codes"][2] for row in second[0]} == {OTHER_DEPARTMENT}


async def test_a_region_that_asks_for_another_is_told_which_it_may_ask_for(guarded: Guarded) -> None:
    body = CASES | {"filters": {"department": [OTHER_DEPARTMENT]}}
    answer = await guarded.api.post(AT, json=body, headers=guarded.headers(Role.REGIONAL_ANALYST))
    assert (answer.status_code, answer.json()["code"]) == (422, "question-invalid")
    assert DEPARTMENT in answer.json()["detail"]
    capital = await regional(guarded, "15")
    answer = await guarded.api.post(AT, json=body, headers=capital)
    assert "15-metropolitana" in answer.json()["detail"]


async def answered(guarded: Guarded, asked: Query, session_reach: Reach, service_reach: Reach) -> Answer:
    async with guarded.services.database.read() as session:
        if session_reach is not EVERYTHING:
            await enter(session, session_reach)
        return await StatisticsService(session, reach=service_reach).query(asked)


@pytest.mark.parametrize(
    "body", [PEOPLE, CASES, GIVEN, {"measures": ["calls"], "dimensions": ["call_category"]}]
)
async def test_each_of_the_two_fences_of_a_region_holds_with_the_other_one_down(
    guarded: Guarded, body: dict[str, Any]
) -> None:
    query, region = Query.model_validate(body), Reach(department=DEPARTMENT)
    by_database = await answered(guarded, query, region, EVERYTHING)
    by_service = await answered(guarded, query, EVERYTHING, region)
    both = await answered(guarded, query, region, region)
    assert by_database.rows == by_service.rows == both.rows
    assert by_database.totals == by_service.totals == both.totals
    assert both.totals != (await answered(guarded, query, EVERYTHING, EVERYTHING)).totals


OWN_WORDS = {"measures": ["victims", "suspects", "feed_records"], "dimensions": ["offence_family", "period"]}


async def test_an_institution_is_told_what_its_own_records_say(guarded: Guarded) -> None:
    own = await asked(guarded, guarded.headers(Role.INSTITUTION_READER), OWN_WORDS)
    national = await asked(guarded, guarded.headers(Role.STATISTICIAN), OWN_WORDS | {"source": OWN_FEED})
    assert own["query"]["source"] == OWN_FEED
    assert figures(own) == figures(national)
    assert all(own["totals"])
    of_database = await answered(
        guarded, Query.model_validate(OWN_WORDS), Reach(feeds=frozenset({OWN_FEED})), EVERYTHING
    )
    assert of_database.totals == tuple(own["totals"])


@pytest.mark.parametrize(
    "body",
    [
        {"measures": ["cases", "prosecution_files"], "dimensions": ["fiscal_district"]},
        {"measures": ["cases", "victims"], "dimensions": ["period"], "date_basis": "facts"},
    ],
)
async def test_an_institution_asks_by_its_own_districts_and_its_own_dates(
    guarded: Guarded, body: dict[str, Any]
) -> None:
    """The same by either fence: no other's record has a word in it."""
    own = await asked(guarded, guarded.headers(Role.INSTITUTION_READER), body)
    national = await asked(guarded, guarded.headers(Role.STATISTICIAN), body | {"source": OWN_FEED})
    assert figures(own) == figures(national)
    assert len(own["rows"]) > 1
    query, reach = Query.model_validate(body), Reach(feeds=frozenset({OWN_FEED}))
    by_database = await answered(guarded, query, reach, reach)
    by_service = await answered(guarded, query, EVERYTHING, reach)
    assert by_database.rows == by_service.rows
    assert by_database.totals == tuple(own["totals"])


@pytest.mark.parametrize(
    ("more", "field", "allowed"),
    [
        ({"dimensions": ["judicial_district"]}, "dimensions", "fiscal_district"),
        ({"source": Feed.RETA_PNP}, "source", OWN_FEED),
        ({"measures": ["convicted"]}, "measures", "prosecution_files"),
        ({"measures": ["calls"]}, "measures", "accused"),
        ({"dimensions": ["sex"]}, "dimensions", "offence_family"),
        ({"dimensions": ["stage"]}, "dimensions", "purpose"),
        ({"filters": {"department": [DEPARTMENT]}}, "filters", "recruitment"),
    ],
)
async def test_an_institution_is_told_nothing_that_comes_of_others_records(
    guarded: Guarded, more: dict[str, Any], field: str, allowed: str
) -> None:
    body = {"measures": ["victims"]} | more
    answer = await guarded.api.post(AT, json=body, headers=guarded.headers(Role.INSTITUTION_READER))
    assert (answer.status_code, answer.json()["code"]) == (422, "question-invalid")
    assert field in answer.json()["detail"]
    assert allowed in answer.json()["detail"]


async def test_who_may_not_have_exact_figures_is_told_where_published_ones_are(guarded: Guarded) -> None:
    answer = await guarded.api.post(AT, json=CASES, headers=guarded.headers(Role.INEI))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (403, "scope-missing")
    assert "/v1/releases" in problem["detail"]
    assert "statistics:exact" in problem["detail"]
