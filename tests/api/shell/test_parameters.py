"""A parameter that a route does not know is refused, with those it knows; nothing sent is repeated."""

import httpx
import pytest

from support.web_fixtures import Bearer

EXACT = ("statistics:read", "statistics:exact", "registry:read")


@pytest.mark.parametrize(
    "address",
    [
        "/v1/statistics/query?measure=cases&deparment=15",
        "/v1/statistics/concordance?fromm=2025-01-01",
        "/v1/cases?departmento=15",
        "/v1/statistics/indicators?anything=1",
    ],
)
async def test_a_mistyped_filter_is_no_answer_to_another_question(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer, address: str
) -> None:
    answer = await sample_api.get(address, headers=sample_bearer(*EXACT))
    assert (answer.status_code, answer.json()["code"]) == (422, "parameter-unknown")
    sent = address.partition("?")[2].rpartition("&")[2].partition("=")[0]
    assert sent not in answer.json()["detail"]


async def test_what_there_is_is_listed(sample_api: httpx.AsyncClient, sample_bearer: Bearer) -> None:
    answer = await sample_api.get("/v1/statistics/concordance?x=1", headers=sample_bearer(*EXACT))
    assert "date_basis, family, from, period, to" in answer.json()["detail"]


async def test_who_may_not_call_is_told_that_first(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer
) -> None:
    assert (await sample_api.get("/v1/cases?x=1")).status_code == 401
    assert (await sample_api.get("/v1/cases?x=1", headers=sample_bearer("changes:read"))).status_code == 403


async def test_open_routes_refuse_too(sample_api: httpx.AsyncClient) -> None:
    assert (await sample_api.get("/v1/open?x=1")).status_code == 422
