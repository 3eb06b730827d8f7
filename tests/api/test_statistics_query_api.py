"""Questions to the statistics, as a client asks them."""

from io import BytesIO
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from support.web_fixtures import Bearer

QUERY_AT = "/v1/statistics/query"


async def test_an_empty_registry_counts_nothing_and_says_what_it_knows(
    api: httpx.AsyncClient, bearer: Bearer
) -> None:
    asked = {"measures": ["cases", "victims"], "dimensions": ["stage", "period"], "grain": "bimester"}
    answer = await api.post(QUERY_AT, json=asked, headers=bearer("statistics:exact"))
    assert answer.status_code == 200
    told = answer.json()
    assert (told["rows"], told["totals"], told["position"]) == ([], [0, 0], 0)
    assert [(each["unit"], each["multi_valued"]) for each in told["measures"]] == [
        ("cases", []),
        ("victims", ["stage", "period"]),
    ]


async def test_who_may_only_read_statistics_gets_no_exact_figure(
    api: httpx.AsyncClient, bearer: Bearer
) -> None:
    answer = await api.post(QUERY_AT, json={"measures": ["cases"]}, headers=bearer("statistics:read"))
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("wrong", "field", "allowed"),
    [
        ({"measures": ["sorrows"]}, "measures", "victimisations"),
        ({"measures": ["cases", "cases"]}, "measures", "victimisations"),
        ({"dimensions": ["colour"]}, "dimensions", "offence_family"),
        ({"measures": ["complaints"], "dimensions": ["feeds"]}, "dimensions", "stage"),
        ({"dimensions": ["feeds"], "source": "sistra"}, "dimensions", "stage"),
        ({"filters": {"colour": ["red"]}}, "filters", "stage"),
        ({"filters": {"offence_family": ["red"]}}, "filters.offence_family", "trafficking"),
        ({"filters": {"offence_family": []}}, "filters.offence_family", "trafficking"),
        ({"since": "2024-02-01", "until": "2024-01-31"}, "until", "2024-02-01"),
    ],
)
async def test_a_wrong_question_is_told_its_field_and_what_it_may_be(
    api: httpx.AsyncClient, bearer: Bearer, wrong: dict[str, Any], field: str, allowed: str
) -> None:
    answer = await api.post(
        QUERY_AT, json={"measures": ["cases"]} | wrong, headers=bearer("statistics:exact")
    )
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "question-invalid"
    assert field in problem["detail"]
    assert allowed in problem["detail"]
    assert "sorrows" not in answer.text


async def test_a_simple_question_is_answered_as_a_table(api: httpx.AsyncClient, bearer: Bearer) -> None:
    headers = bearer("statistics:exact")
    told = await api.get(f"{QUERY_AT}?measure=cases&by=stage&by=period&format=csv", headers=headers)
    assert told.headers["content-type"].startswith("text/csv")
    assert told.text == "stage,period,cases\r\n"
    asked = {"measures": ["cases", "victims"]}
    total = await api.post(f"{QUERY_AT}?format=csv", json=asked, headers=headers)
    assert total.text == "cases,victims\r\n0,0\r\n"
    wrong = await api.get(f"{QUERY_AT}?measure=sorrows", headers=headers)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "question-invalid")


@pytest.mark.parametrize("day", [0, "0", "2024-01-01T00:00:00", "1/1/2024", True])
async def test_a_day_is_written_out(api: httpx.AsyncClient, bearer: Bearer, day: object) -> None:
    asked = {"measures": ["cases"], "since": day}
    answer = await api.post(QUERY_AT, json=asked, headers=bearer("statistics:exact"))
    assert answer.status_code == 422


async def test_the_samples_by_department_and_purpose(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer
) -> None:
    """The parts of a place add up to the total; those of a purpose to more, and the answer says so."""
    headers = sample_bearer("statistics:exact", "statistics:read")
    family = {"offence_family": ["trafficking"]}
    asked = {"measures": ["cases"], "filters": family}
    by_place, by_purpose = [
        (await sample_api.post(QUERY_AT, json=asked | {"dimensions": [each]}, headers=headers)).json()
        for each in ("department", "purpose")
    ]
    overview = (await sample_api.get("/v1/statistics/overview", headers=headers)).json()
    cases = overview["families"][0]["reconciled"]["cases"]
    assert overview["families"][0]["offence_family"] == "trafficking"
    assert by_place["totals"] == by_purpose["totals"] == [cases]
    assert sum(row["values"][0] for row in by_place["rows"]) == cases > 1
    assert sum(row["values"][0] for row in by_purpose["rows"]) > cases
    assert by_place["measures"][0]["multi_valued"] == []
    assert by_purpose["measures"][0]["multi_valued"] == ["purpose"]


async def test_every_form_of_a_table_tells_the_same(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer
) -> None:
    headers = sample_bearer("statistics:exact")
    asked = {"measures": ["cases", "victims"], "dimensions": ["department", "period"]}
    told = (await sample_api.post(QUERY_AT, json=asked, headers=headers)).json()
    expected = [[*row["codes"], *row["values"]] for row in told["rows"]]
    header = ["department", "period", "cases", "victims"]
    assert len(expected) > 2
    got = {
        form: await sample_api.post(f"{QUERY_AT}?format={form}", json=asked, headers=headers)
        for form in ("csv", "xlsx", "parquet")
    }
    lines = got["csv"].text.splitlines()
    assert lines == [",".join(map(str, line)) for line in [header, *expected]]
    sheet = CalamineWorkbook.from_filelike(BytesIO(got["xlsx"].content)).get_sheet_by_index(0)
    assert sheet.to_python() == [header, *expected]
    table = pq.read_table(BytesIO(got["parquet"].content))
    assert table.column_names == header
    assert [list(row.values()) for row in table.to_pylist()] == expected
