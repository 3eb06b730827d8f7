"""Questions to the statistics, as a client asks them."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from app.core.clock import FixedClock
from app.core.settings import Settings
from app.db.engine import Database
from app.security.keyring import KeyRing
from app.statistics.counting import Counting
from app.statistics.indicators import INDICATORS
from app.wiring import Services, build_services
from schemas.indicators import Indicator
from schemas.query import Query
from schemas.vocabulary import Feed
from support.ingestion_kit import NOW
from support.keeping import Registry
from support.sample_story import record
from support.web_fixtures import Bearer

QUERY_AT = "/v1/statistics/query"


@pytest.fixture
def services(database: Database, database_url: str, tmp_path: Path) -> Services:
    """As everywhere, on 1 June 2025."""
    settings = Settings(home=tmp_path)
    return build_services(settings, database_url, database, KeyRing.generate(), FixedClock(NOW))


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
    book = CalamineWorkbook.from_filelike(BytesIO(got["xlsx"].content))
    assert book.get_sheet_by_index(0).to_python() == [header, *expected]
    table = pq.read_table(BytesIO(got["parquet"].content))
    assert table.column_names == header
    assert [list(row.values()) for row in table.to_pylist()] == expected


async def test_a_file_says_itself_what_must_not_be_added_up(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer
) -> None:
    asked = {"measures": ["victims", "cases"], "dimensions": ["purpose"], "filters": {"department": ["17"]}}
    headers = sample_bearer("statistics:exact")
    answer = (await sample_api.post(QUERY_AT, json=asked, headers=headers)).json()
    assert [each["multi_valued"] for each in answer["measures"]] == [["purpose"], ["purpose"]]
    workbook = (await sample_api.post(f"{QUERY_AT}?format=xlsx", json=asked, headers=headers)).content
    notes = CalamineWorkbook.from_filelike(BytesIO(workbook)).get_sheet_by_index(1).to_python()
    assert [line[:4] for line in notes[1:3]] == [
        [each["id"], each["unit"], each["date_basis"], "purpose"] for each in answer["measures"]
    ]
    assert ["filtro / filter: department", "17", "", ""] in notes
    columns = (await sample_api.post(f"{QUERY_AT}?format=parquet", json=asked, headers=headers)).content
    about = json.loads(pq.read_schema(BytesIO(columns)).metadata[b"intertrata"])
    assert (about["measures"], about["query"]) == (answer["measures"], answer["query"])


@pytest.mark.parametrize(
    ("wrong", "field", "allowed"),
    [
        ({"filters": {"nationality": ["peruana"]}}, "filters.nationality", "ISO 3166-1 alpha-3"),
        ({"filters": {"nationality": []}}, "filters.nationality", "unknown"),
        ({"filters": {"minor": ["yes"], "age_band": ["18-29", "60+"]}}, "filters.age_band", "12-17"),
        ({"filters": {"minor": ["no"], "age_band": ["0-11"]}}, "filters.age_band", "30-59"),
        ({"dimensions": ["relation"]}, "dimensions", "nationality"),
        ({"dimensions": ["outcome"]}, "dimensions", "exploitation_place"),
        ({"until": "2025-06-02"}, "until", "<= 2025-06-01"),
        ({"since": "2025-06-02"}, "since", "<= 2025-06-01"),
        ({"finished": True}, "until", "<= 2024-12-31"),
        ({"finished": True, "until": "2025-01-01"}, "until", "<= 2024-12-31"),
        ({"finished": True, "grain": "bimester", "until": "2025-05-31"}, "until", "<= 2025-04-30"),
    ],
)
async def test_what_contradicts_itself_or_has_not_come_is_refused(
    api: httpx.AsyncClient, bearer: Bearer, wrong: dict[str, Any], field: str, allowed: str
) -> None:
    answer = await api.post(
        QUERY_AT, json={"measures": ["victims"]} | wrong, headers=bearer("statistics:exact")
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "question-invalid")
    detail = answer.json()["detail"]
    assert field in detail
    assert allowed in detail
    assert "peruana" not in answer.text


async def test_a_filter_and_a_source_that_contradict_each_other_are_refused(
    api: httpx.AsyncClient, bearer: Bearer
) -> None:
    asked = {"measures": ["services"], "source": "sistra", "filters": {"feed": ["reta-pnp"]}}
    answer = await api.post(QUERY_AT, json=asked, headers=bearer("statistics:exact"))
    assert (answer.status_code, answer.json()["code"]) == (422, "question-invalid")
    agreeing = asked | {"filters": {"feed": ["reta-pnp", "sistra"]}}
    assert (await api.post(QUERY_AT, json=agreeing, headers=bearer("statistics:exact"))).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "field", "allowed"),
    [
        ({"measures": ["court_files"], "source": "reta-pnp"}, "source", "poder-judicial"),
        ({"measures": ["complaints"], "source": "sistra"}, "source", "reta-pnp"),
        ({"measures": ["convicted"], "source": "sistra"}, "source", "poder-judicial"),
        ({"measures": ["calls"], "source": "reta-pnp"}, "source", "linea-1818"),
        ({"measures": ["accused"], "source": "reta-pnp"}, "source", "sistra, poder-judicial"),
        ({"measures": ["cases", "accused"], "source": "linea-1818"}, "source", "sistra, poder-judicial"),
        ({"measures": ["accused", "convicted"], "source": "sistra"}, "source", "poder-judicial"),
        ({"measures": ["feed_convicted"], "source": "linea-1818"}, "source", "poder-judicial"),
        ({"measures": ["services"], "source": "poder-judicial"}, "source", "sistra"),
        (
            {"measures": ["complaints", "convicted"], "source": "reta-pnp"},
            "measures",
            "complaints, cases, victimisations, victims, suspects, feed_records, feed_victim_mentions, "
            "feed_victims, feed_suspects",
        ),
        (
            {"measures": ["feed_convicted"], "filters": {"feed": ["sistra", "reta-pnp"]}},
            "filters.feed",
            "poder-judicial",
        ),
        ({"measures": ["protection_measures"], "filters": {"feed": ["reta-pnp"]}}, "filters.feed", "sistra"),
    ],
)
async def test_a_feed_is_not_asked_what_it_cannot_state(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer, wrong: dict[str, Any], field: str, allowed: str
) -> None:
    """``0 convicted, by the prosecution`` would be quoted."""
    answer = await sample_api.post(QUERY_AT, json=wrong, headers=sample_bearer("statistics:exact"))
    assert (answer.status_code, answer.json()["code"]) == (422, "question-invalid")
    assert f"El campo {field} de la consulta no vale. Puede ser: {allowed}." in answer.json()["detail"]
    assert f"The field {field} of the question is not valid. It may be: {allowed}." in answer.json()["detail"]


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda each: each.id)
async def test_what_a_feed_can_state_it_is_asked_and_every_sample_states_it(
    sample_services: Services, sample_api: httpx.AsyncClient, sample_bearer: Bearer, indicator: Indicator
) -> None:
    """Held to what the feeds' own records state, counted without asking who may be asked."""
    async with sample_services.database.read() as session:
        stating = {
            feed: (await Counting(session).counted(Query(measures=(indicator.id,), source=feed)))[0][
                "counted"
            ]
            for feed in Feed
        }
    if indicator.id not in {"acquitted", "complaint_calls_derived_unmeasured"}:  # of which there is no sample
        assert {feed for feed, counted in stating.items() if counted} == set(indicator.feeds)
    for feed in indicator.feeds:
        asked = {"measures": [indicator.id], "source": feed}
        answer = await sample_api.post(QUERY_AT, json=asked, headers=sample_bearer("statistics:exact"))
        assert answer.json()["totals"] == [stating[feed]]


@pytest.mark.parametrize("more", [{"until": "2025-06-01"}, {"finished": True, "until": "2024-12-31"}])
async def test_today_may_be_asked_for_and_what_has_ended(
    api: httpx.AsyncClient, bearer: Bearer, more: dict[str, Any]
) -> None:
    answer = await api.post(QUERY_AT, json={"measures": ["cases"]} | more, headers=bearer("statistics:exact"))
    assert answer.status_code == 200


async def test_periods_that_have_not_ended_are_marked_in_every_form(
    services: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    registry = Registry(services.database, services.keyring)
    await registry.put(
        record(Feed.RETA_PNP, "COM-A-2024-1", [], reported="2024-12-31", place="170102"),
        record(Feed.RETA_PNP, "COM-A-2025-1", [], reported="2025-01-01", place="080910"),
    )
    headers = bearer("statistics:exact")
    asked = {"measures": ["complaints"], "dimensions": ["period"]}
    answer = await api.post(QUERY_AT, json=asked, headers=headers)
    assert answer.json()["unfinished"] == ["2025"]
    table = await api.post(f"{QUERY_AT}?format=csv", json=asked, headers=headers)
    assert table.text == "period,complaints,unfinished\r\n2024,1,0\r\n2025,1,1\r\n"
    columns = await api.post(f"{QUERY_AT}?format=parquet", json=asked, headers=headers)
    assert pq.read_table(BytesIO(columns.content)).to_pydict()["unfinished"] == [0, 1]
    ended = await api.post(
        f"{QUERY_AT}?format=csv", json=asked | {"finished": True, "until": "2024-12-31"}, headers=headers
    )
    assert ended.text == "period,complaints\r\n2024,1\r\n"


async def test_a_simple_question_has_filters_and_bounds(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer
) -> None:
    headers = sample_bearer("statistics:exact")
    path = (
        f"{QUERY_AT}?measure=victims&by=department&filter=sex:female&filter=department:17,08&from=2020-01-01"
    )
    simple = (await sample_api.get(f"{path}&to=2024-12-31&source=reta-pnp", headers=headers)).json()
    asked = {
        "measures": ["victims"],
        "dimensions": ["department"],
        "filters": {"sex": ["female"], "department": ["17", "08"]},
        "since": "2020-01-01",
        "until": "2024-12-31",
        "source": "reta-pnp",
    }
    whole = (await sample_api.post(QUERY_AT, json=asked, headers=headers)).json()
    assert simple["query"] == whole["query"]
    assert (simple["rows"], simple["totals"]) == (whole["rows"], whole["totals"])
    assert {row["codes"][0] for row in simple["rows"]} == {"08", "17"}


@pytest.mark.parametrize(
    ("sent", "field"),
    [("sex", "filter"), ("colour:red", "filter"), ("sex:", "filter=sex"), ("sex:red", "filter=sex")],
)
async def test_a_wrong_filter_of_a_simple_question_is_told(
    api: httpx.AsyncClient, bearer: Bearer, sent: str, field: str
) -> None:
    answer = await api.get(
        QUERY_AT, params={"measure": "victims", "filter": sent}, headers=bearer("statistics:exact")
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "question-invalid")
    assert f" {field} " in answer.json()["detail"]
    assert "red" not in answer.json()["detail"].split()


@pytest.mark.parametrize(
    ("wrong", "parameter"),
    [
        ({"from": "2024-02-01", "to": "2024-01-31"}, "to"),
        ({"from": "2024-01-15", "to": "2024-12-31", "finished": "true"}, "from"),
        ({"finished": "true"}, "to"),
        ({"measure": "people"}, "measure"),
        ({"by": "colour"}, "by"),
        ({"source": "sistra", "measure": "convicted"}, "source"),
    ],
)
async def test_a_refusal_names_the_parameter_that_was_sent(
    api: httpx.AsyncClient, bearer: Bearer, wrong: dict[str, str], parameter: str
) -> None:
    answer = await api.get(
        QUERY_AT, params={"measure": "victims"} | wrong, headers=bearer("statistics:exact")
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "question-invalid")
    assert f"El campo {parameter} de la consulta" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/csv", "text/csv"),
        ("application/vnd.apache.parquet, text/csv;q=0.5", "application/vnd.apache.parquet"),
        ("text/html, */*;q=0.1", "application/json"),
    ],
)
async def test_the_form_is_what_accept_asks_for(
    api: httpx.AsyncClient, bearer: Bearer, accept: str, media_type: str
) -> None:
    headers = bearer("statistics:exact") | {"Accept": accept}
    for answer in (
        await api.get(f"{QUERY_AT}?measure=cases", headers=headers),
        await api.post(QUERY_AT, json={"measures": ["cases"]}, headers=headers),
    ):
        assert answer.headers["content-type"].startswith(media_type)
        assert "Accept" in answer.headers["vary"]


async def test_a_form_that_is_not_served_is_refused_unless_format_names_one(
    api: httpx.AsyncClient, bearer: Bearer
) -> None:
    headers = bearer("statistics:exact") | {"Accept": "text/html"}
    refused = await api.get(f"{QUERY_AT}?measure=cases", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (406, "form-unavailable")
    assert "text/csv" in refused.json()["detail"]
    named = await api.get(f"{QUERY_AT}?measure=cases&format=csv", headers=headers)
    assert named.headers["content-type"].startswith("text/csv")
