"""Questions as addresses: a period by its code, several measures, the whole of Lima; who may ask."""

import httpx
import pytest

from support.web_fixtures import Bearer

QUERY = "/v1/statistics/query"
EXACT = ("statistics:read", "statistics:exact")
ADDRESSES = (
    f"{QUERY}?measure=cases",
    "/v1/statistics/concordance?family=trafficking",
    "/v1/statistics/overview?",
)


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ("2024", "from=2024-01-01&to=2024-12-31"),
        ("2024-S1", "from=2024-01-01&to=2024-06-30"),
        ("2024-Q1", "from=2024-01-01&to=2024-03-31"),
        ("2024-B1", "from=2024-01-01&to=2024-02-29"),
        ("2024-M02", "from=2024-02-01&to=2024-02-29"),
    ],
)
@pytest.mark.parametrize("address", ADDRESSES)
async def test_a_period_is_its_days(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer, address: str, period: str, days: str
) -> None:
    headers = sample_bearer(*EXACT)
    by_code, by_days, all_ = [
        (await sample_api.get(f"{address}&{each}", headers=headers)).raise_for_status().json()
        for each in (f"period={period}", days, "")
    ]
    for each in (by_code, by_days, all_):
        for changing in ("query", "counted_at", "since", "until"):
            each.pop(changing, None)
    assert by_code == by_days != all_


@pytest.mark.parametrize(
    "given",
    [
        *("2024-B7", "2024-B", "enero", "2024&to=2024-03-01", "2024-B0", "2024-M00", "2024-Q0", "0001-B0"),
        *("2024-B01", "2024-M9", "0000", "٢٠٢٤", "2024-B١"),
    ],
)
async def test_what_is_no_period_is_refused(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer, given: str
) -> None:
    for path in ADDRESSES:
        answer = await sample_api.get(f"{path}&period={given}", headers=sample_bearer(*EXACT))
        assert (answer.status_code, answer.json()["code"]) == (422, "question-invalid")
        for language in ("El campo period", "The field period", "from, to" if "&" in given else "2026-M09"):
            assert language in answer.json()["detail"]


async def test_several_measures_and_dimensions(sample_api: httpx.AsyncClient, sample_bearer: Bearer) -> None:
    asked = {"measures": ["cases", "victims"], "dimensions": ["department", "period"], "grain": "year"}
    posted = await sample_api.post(QUERY, json=asked, headers=sample_bearer(*EXACT))
    for written in ("by=department,period", "by=department&by=period"):
        got = await sample_api.get(f"{QUERY}?measure=cases,victims&{written}", headers=sample_bearer(*EXACT))
        assert got.status_code == 200
        assert got.json()["rows"] == posted.json()["rows"] != []


async def test_lima_is_its_regions_together(sample_api: httpx.AsyncClient, sample_bearer: Bearer) -> None:
    headers = sample_bearer(*EXACT)
    parts = "15-metropolitana,15-provincias,15-sin-provincia"
    whole, each = [
        (await sample_api.get(f"{QUERY}?measure=cases&filter=department:{codes}", headers=headers)).json()
        for codes in ("15", parts)
    ]
    assert whole["totals"] == each["totals"] != [0]
    asked = {"measures": ["cases"], "filters": {"department": ["15", "15-metropolitana"]}}
    posted = await sample_api.post(QUERY, json=asked, headers=sample_bearer(*EXACT))
    assert posted.json()["totals"] == whole["totals"]


async def test_the_overview_is_exact(sample_api: httpx.AsyncClient, sample_bearer: Bearer) -> None:
    """By day it tells of single cases: who may read what was published alone is sent there."""
    answer = await sample_api.get("/v1/statistics/overview", headers=sample_bearer("statistics:read"))
    assert answer.status_code == 403
    assert "/v1/releases" in answer.json()["detail"]
