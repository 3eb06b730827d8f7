"""The definitions of figures, as served."""

import httpx

from app.statistics.indicators import INDICATORS
from support.web_fixtures import Bearer

INDICATORS_AT = "/v1/statistics/indicators"


async def test_definitions_are_served_whole_to_who_may_read_statistics(
    api: httpx.AsyncClient, bearer: Bearer
) -> None:
    answer = await api.get(INDICATORS_AT, headers=bearer("statistics:read"))
    assert answer.status_code == 200
    told = answer.json()
    assert [each["id"] for each in told["indicators"]] == [each.id for each in INDICATORS]
    held = {each["id"] for each in told["dimensions"]}
    assert all(use["id"] in held for each in told["indicators"] for use in each["dimensions"])
    assert all(each["name"]["es"] and each["name"]["en"] for each in told["indicators"])


async def test_other_scopes_do_not_read_them(api: httpx.AsyncClient, bearer: Bearer) -> None:
    assert (await api.get(INDICATORS_AT, headers=bearer("registry:read"))).status_code == 403
