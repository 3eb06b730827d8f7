"""Districts of offices, date bases and SDMX-CSV, as a client asks for them."""

from typing import Any

import httpx
import pytest
from pysdmx.io.csv.sdmx20.reader import read

from app.releases.sdmx.codes import code_id, component_id
from app.statistics.dimensions import BY_ID
from schemas.vocabulary import Feed
from support.web_fixtures import Bearer

AT = "/v1/statistics/query"
SDMX_CSV = "application/vnd.sdmx.data+csv; version=2.0"


async def told(api: httpx.AsyncClient, bearer: Bearer, body: dict[str, Any]) -> Any:
    answer = await api.post(AT, json=body, headers=bearer("statistics:exact"))
    assert answer.status_code == 200, answer.text
    return answer.json()


def by_code(answer: Any) -> dict[str, int]:
    return {row["codes"][0]: row["values"][0] for row in answer["rows"]}


@pytest.mark.parametrize(
    ("measure", "dimension", "code"),
    [
        ("cases", "fiscal_district", "madre-de-dios"),
        ("prosecution_files", "fiscal_district", "san-martin"),
        ("victims", "judicial_district", "27"),
        ("court_files", "judicial_district", "31"),
        ("convicted", "judicial_district", "27"),
    ],
)
async def test_figures_by_the_districts_of_offices(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer, measure: str, dimension: str, code: str
) -> None:
    """Each code is one of the list; a filter keeps just what its cell told; unknown is a category."""
    whole = await told(sample_api, sample_bearer, {"measures": [measure], "dimensions": [dimension]})
    found = by_code(whole)
    assert found[code] > 0
    assert found.keys() <= set(BY_ID[dimension].dimension.codes)
    assert whole["measures"][0]["multi_valued"] == [dimension]
    assert sum(found.values()) >= whole["totals"][0]
    kept = await told(sample_api, sample_bearer, {"measures": [measure], "filters": {dimension: [code]}})
    assert kept["totals"] == [found[code]]


async def test_who_never_reached_the_prosecution_has_no_fiscal_district(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer
) -> None:
    """Also where the case has a place: no district is made of it."""
    asked = {"measures": ["cases"], "dimensions": ["feeds", "fiscal_district"]}
    for row in (await told(sample_api, sample_bearer, asked))["rows"]:
        feeds, district = row["codes"]
        assert feeds[2] == "1" or district == "unknown"


async def test_definitions_say_which_district_a_case_has_and_what_codes_are_called(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer
) -> None:
    answer = await sample_api.get("/v1/statistics/indicators", headers=sample_bearer("statistics:exact"))
    held = {each["id"]: each for each in answer.json()["dimensions"]}
    for dimension in ("fiscal_district", "judicial_district"):
        assert {*held[dimension]["names"], "unknown"} == {*held[dimension]["codes"]}
        assert held[dimension]["definition"]["es"] != held[dimension]["definition"]["en"]
    assert held["judicial_district"]["names"]["25"] == "Del Santa"
    assert held["fiscal_district"]["names"]["ancash"] == "Áncash"
    assert [each["id"] for each in answer.json()["date_bases"]] == ["report", "facts", "update", "ruling"]


@pytest.mark.parametrize("basis", ["report", "facts", "update"])
async def test_a_question_names_its_date_and_the_answer_repeats_it(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer, basis: str
) -> None:
    asked = {"measures": ["cases", "convicted"], "dimensions": ["period"], "date_basis": basis}
    answer = await told(sample_api, sample_bearer, asked)
    assert [each["date_basis"] for each in answer["measures"]] == [basis, basis]
    assert sum(row["values"][0] for row in answer["rows"]) == answer["totals"][0]
    one = await sample_api.get(
        AT,
        params={"measure": "cases", "by": "period", "date_basis": basis},
        headers=sample_bearer("statistics:exact"),
    )
    assert [(row["codes"], row["values"][0]) for row in one.json()["rows"]] == [
        (row["codes"], row["values"][0]) for row in answer["rows"] if row["values"][0]
    ]


async def test_without_a_name_each_measure_has_the_date_of_its_definition(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer
) -> None:
    answer = await told(sample_api, sample_bearer, {"measures": ["cases", "convicted"]})
    assert [each["date_basis"] for each in answer["measures"]] == ["report", "ruling"]


async def test_what_has_no_known_date_of_the_facts_is_a_period_of_its_own_and_in_no_bounds(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer
) -> None:
    """The courts' files state no date of the facts: asked of them alone, all is undated."""
    asked = {"measures": ["court_files"], "date_basis": "facts", "source": Feed.PODER_JUDICIAL}
    whole = await told(sample_api, sample_bearer, asked | {"dimensions": ["period"]})
    assert by_code(whole) == {"undated": whole["totals"][0]}
    assert whole["totals"][0] > 0
    bounded = await told(sample_api, sample_bearer, asked | {"since": "1990-01-01"})
    assert bounded["totals"] == [0]


async def test_only_a_conviction_has_a_ruling(sample_api: httpx.AsyncClient, sample_bearer: Bearer) -> None:
    asked = {"measures": ["convicted", "cases"], "date_basis": "ruling"}
    answer = await sample_api.post(AT, json=asked, headers=sample_bearer("statistics:exact"))
    assert (answer.status_code, answer.json()["code"]) == (422, "question-invalid")
    assert "date_basis" in answer.json()["detail"]
    assert "facts, report, update" in answer.json()["detail"]


ASKED = {
    "measures": ["victims", "cases"],
    "dimensions": ["offence_family", "period", "department"],
    "grain": "bimester",
    "date_basis": "facts",
}


async def test_an_answer_as_sdmx_csv_is_what_its_json_says(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer
) -> None:
    """Read by pysdmx, which knows nothing of us; ids are those of the releases."""
    headers = sample_bearer("statistics:exact")
    answer = await sample_api.post(AT, json=ASKED, headers=headers | {"Accept": SDMX_CSV})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.sdmx.data+csv; version=2.0.0"
    assert answer.text.splitlines()[0] == (
        "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,INDICATOR,OFFENCE_FAMILY,REF_AREA,TIME_PERIOD,OBS_VALUE,"
        "OBS_STATUS,CONF_STATUS,UNIT_MEASURE,DATE_BASIS"
    )
    (dataset,) = read(answer.text)
    assert dataset.short_urn == "Dataflow=INTERTRATA:DF_QUESTION(1.0.0)"
    found = {
        (row["INDICATOR"], row["OFFENCE_FAMILY"], row["TIME_PERIOD"], row["REF_AREA"]): int(row["OBS_VALUE"])
        for row in dataset.data.to_dict("records")
    }
    expected = {}
    for row in (await told(sample_api, sample_bearer, ASKED))["rows"]:
        family, period, department = row["codes"]
        time = "_U" if period == "undated" else f"{period[:4]}-{2 * int(period[-1]) - 1:02}-01/P2M"
        for measure, value in zip(ASKED["measures"], row["values"], strict=True):
            expected[measure, family, time, code_id("department", department)] = value
    assert found == expected
    assert len(found) > 10
    assert {row["CONF_STATUS"] for row in dataset.data.to_dict("records")} == {"N"}
    assert component_id("department") == "REF_AREA"


async def test_a_total_and_a_month_as_sdmx_csv(sample_api: httpx.AsyncClient, sample_bearer: Bearer) -> None:
    headers = sample_bearer("statistics:exact")
    asked: dict[str, Any] = {"measures": ["complaints"]}
    answer = await sample_api.post(f"{AT}?format=sdmx-csv", json=asked, headers=headers)
    whole = await told(sample_api, sample_bearer, asked)
    assert answer.text.splitlines()[1:] == [
        f"dataflow,INTERTRATA:DF_QUESTION(1.0.0),I,complaints,{whole['totals'][0]},A,N,COMPLAINTS,REPORT"
    ]
    asked |= {"dimensions": ["period"], "grain": "month"}
    answer = await sample_api.post(f"{AT}?format=sdmx-csv", json=asked, headers=headers)
    months = {
        row["codes"][0].replace("-M", "-") for row in (await told(sample_api, sample_bearer, asked))["rows"]
    }
    assert {line.split(",")[5] for line in answer.text.splitlines()[1:]} == months
    assert {line.split(",")[3] for line in answer.text.splitlines()[1:]} == {"M"}
