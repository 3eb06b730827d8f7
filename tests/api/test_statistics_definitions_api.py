"""Definitions and published figures, as served and as typed."""

import json

import httpx
import pytest

from app.cli import run
from app.statistics.indicators import INDICATORS
from app.statistics.published.comparing import published
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
    feeds = {each["id"]: each["feeds"] for each in told["indicators"]}
    assert feeds["accused"] == ["sistra", "poder-judicial"]
    assert feeds["cases"] == ["reta-pnp", "sistra", "poder-judicial", "linea-1818"]
    assert all(feeds.values())


async def test_other_scopes_do_not_read_them(api: httpx.AsyncClient, bearer: Bearer) -> None:
    assert (await api.get(INDICATORS_AT, headers=bearer("registry:read"))).status_code == 403


async def test_published_figures_are_served_with_their_disagreements(
    api: httpx.AsyncClient, bearer: Bearer
) -> None:
    told = (await api.get("/v1/statistics/published", headers=bearer("statistics:read"))).json()
    assert len(told["figures"]) == 51
    assert {each["kind"] for each in told["disagreements"]} == {"sum", "source"}
    assert all(each["told"]["es"] and each["told"]["en"] for each in told["disagreements"])


def test_the_command_tells_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["published", "disagreements", "--json"]) == 0
    held = [each.model_dump(mode="json") for each in published().disagreements]
    assert json.loads(capsys.readouterr().out) == held
    assert run(["published", "disagreements"]) == 0
    assert "Desacuerdos" in capsys.readouterr().out
