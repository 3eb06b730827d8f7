"""The concordance and the printed figures beside the registry's, as a client asks them and as typed."""

import json

import httpx
import pytest

from app.main import create_app
from app.security.callers import requirements_of
from app.shell import openapi
from app.statistics.published.comparing import published
from app.wiring import Services
from support.web_fixtures import Bearer

AT = "/v1/statistics/concordance"
COMPARED_AT = "/v1/statistics/published/compared"


async def test_an_empty_registry_has_every_cell_and_no_quartile(
    api: httpx.AsyncClient, bearer: Bearer
) -> None:
    answer = await api.get(AT, headers=bearer("statistics:exact"))
    assert answer.status_code == 200
    told = answer.json()
    assert len({cell["feeds"] for cell in told["membership"]}) == 15
    assert {cell["cases"] + cell["victims"] for cell in told["membership"]} == {0}
    assert [(lag["start"], lag["end"], lag["days"], lag["heard_until"]) for lag in told["lags"]] == [
        ("call", "complaint", None, None),
        ("complaint", "prosecution", None, None),
        ("prosecution", "court", None, None),
        ("court", "sentence", None, None),
    ]
    assert [step["step"] for step in told["funnel"]] == [
        "police",
        "prosecution",
        "court",
        "ruling",
        "conviction",
    ]


@pytest.mark.parametrize("at", [AT, COMPARED_AT])
async def test_who_may_only_read_statistics_gets_no_exact_figure(
    api: httpx.AsyncClient, bearer: Bearer, at: str
) -> None:
    assert (await api.get(at, headers=bearer("statistics:read"))).status_code == 403
    assert (await api.get(at)).status_code == 401


def test_only_who_may_have_exact_figures_is_let_in_each_inside_their_reach(services: Services) -> None:
    for route in openapi.routes_of(create_app(services)):
        if route.path in {AT, COMPARED_AT}:
            (requirement,) = requirements_of(route.dependant)  # type: ignore[attr-defined]
            assert requirement.any_of == ("statistics:exact",)
            assert requirement.limited


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("family=theft", "request-invalid", "family"),
        ("from=2024-13-01", "request-invalid", "from"),
        ("from=2024-02-01&to=2024-01-31", "period-backwards", None),
    ],
)
async def test_a_wrong_question_is_told(
    api: httpx.AsyncClient, bearer: Bearer, query: str, code: str, field: str | None
) -> None:
    answer = await api.get(f"{AT}?{query}", headers=bearer("statistics:exact"))
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    if field:
        assert field in answer.text


async def test_the_samples_beside_each_other(sample_api: httpx.AsyncClient, sample_bearer: Bearer) -> None:
    """Cells add up to the reconciled, and those with a feed's bit to what it knows of."""
    told = (await sample_api.get(AT, headers=sample_bearer("statistics:exact"))).json()
    for unit in ("cases", "victims"):
        cells = {cell["feeds"]: cell[unit] for cell in told["membership"]}
        assert sum(cells.values()) == told["reconciled"][unit] > 1
        for place, source in enumerate(told["sources"]):
            assert source[unit] == sum(count for feeds, count in cells.items() if feeds[place] == "1")
    for lag in told["lags"]:
        parts = ("measured", "contradicting", "undated", "not_arrived")
        assert lag["cases"] == sum(lag[part] for part in parts)
    assert {each["id"] for each in told["definitions"]} >= {"lags", "censoring", "funnel", "membership"}
    assert all(each["words"]["es"] and each["words"]["en"] for each in told["definitions"])
    assert told["position"] > 0


async def test_another_family_and_a_period_are_told_apart(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer
) -> None:
    headers = sample_bearer("statistics:exact")
    whole = (await sample_api.get(AT, headers=headers)).json()
    smuggling = (await sample_api.get(f"{AT}?family=smuggling", headers=headers)).json()
    year = (await sample_api.get(f"{AT}?from=2024-01-01&to=2024-12-31", headers=headers)).json()
    assert smuggling["offence_family"] == "smuggling"
    assert 0 < smuggling["reconciled"]["cases"] < whole["reconciled"]["cases"]
    assert 0 < year["reconciled"]["cases"] < whole["reconciled"]["cases"]


async def test_printed_figures_beside_the_registrys(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer
) -> None:
    told = (await sample_api.get(COMPARED_AT, headers=sample_bearer("statistics:exact"))).json()
    assert [each["figure"] for each in told["comparisons"]] == [
        each.model_dump(mode="json") for each in published().figures
    ]
    for each in told["comparisons"]:
        assert (each["registry"] is None) == (each["missing"] is not None)
        if each["registry"] is not None:
            assert each["difference"] == each["registry"] - each["figure"]["value"]
        assert all(each["counted"].values())
    listed = [each for each in told["disagreements"] if each["kind"] == "registry"]
    assert len(listed) == len([each for each in told["comparisons"] if each["difference"]])
    assert all(each["told"]["es"] and each["told"]["en"] for each in listed)
    assert json.dumps([each.model_dump(mode="json") for each in published().disagreements]) == json.dumps(
        [each for each in told["disagreements"] if each["kind"] != "registry"]
    )
