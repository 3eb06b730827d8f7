"""Periods that bounds cut, and that run: an answer says so in every form, and what is cited is whole."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
import pytest_asyncio
from python_calamine import CalamineWorkbook

from app.core.clock import FixedClock
from app.core.settings import Settings
from app.db.engine import Database
from app.security.keyring import KeyRing
from app.statistics.service import StatisticsService
from app.wiring import Services, build_services
from schemas.query import Query
from schemas.vocabulary import Feed
from support.database_fixtures import fresh, opened
from support.databases import Server
from support.ingestion_kit import NOW
from support.keeping import Registry
from support.registry_fixtures import bearer_of
from support.sample_story import record
from support.web_fixtures import Bearer, application_of

AT = "/v1/statistics/query"
DAYS = ("2023-01-15", "2023-03-10", "2023-04-20", "2025-05-03")  # it is 1 June 2025


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told_of(server: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Services]:
    async with fresh(server) as url, opened(url) as database:
        yield await _registry(url, database, tmp_path_factory)


async def _registry(url: str, database: Database, folders: pytest.TempPathFactory) -> Services:
    settings = Settings(home=folders.mktemp("whole"))
    services = build_services(settings, url, database, KeyRing.generate(), FixedClock(NOW))
    records = [
        record(Feed.RETA_PNP, f"COM-A-2023-{place}", [], reported=day, place="170102")
        for place, day in enumerate(DAYS)
    ]
    await Registry(database, services.keyring).put(*records)
    return services


@pytest_asyncio.fixture(loop_scope="session")
async def api(told_of: Services) -> AsyncIterator[httpx.AsyncClient]:
    async with application_of(told_of) as client:
        yield client


@pytest.fixture
def bearer(told_of: Services) -> Bearer:
    return bearer_of(told_of)


async def asked(api: httpx.AsyncClient, bearer: Bearer, address: str) -> Any:
    answer = await api.get(f"{AT}?measure=complaints&{address}", headers=bearer("statistics:exact"))
    assert answer.status_code == 200, answer.text
    return answer.json()


def rows(told: Any) -> dict[str, int]:
    return {row["codes"][0]: row["values"][0] for row in told["rows"]}


@pytest.mark.parametrize(
    ("address", "figures", "partial", "unfinished"),
    [
        ("grain=bimester&period=2023-S1", {"2023-B1": 1, "2023-B2": 2}, [], []),
        ("grain=bimester&period=2023-Q1", {"2023-B1": 1, "2023-B2": 1}, ["2023-B2"], []),
        ("grain=bimester&from=2023-01-02&to=2023-04-30", {"2023-B1": 1, "2023-B2": 2}, ["2023-B1"], []),
        ("period=2023-Q1&grain=year", {"2023": 2}, ["2023"], []),
        ("period=2023-Q1&grain=month", {"2023-M01": 1, "2023-M03": 1}, [], []),
        ("to=2023-03-31", {"2023": 2}, ["2023"], []),
        ("from=2023-02-01", {"2023": 2, "2025": 1}, ["2023"], ["2025"]),
        ("", {"2023": 3, "2025": 1}, [], ["2025"]),
        ("from=2023-01-01", {"2023": 3, "2025": 1}, [], ["2025"]),
        ("to=2025-06-01", {"2023": 3, "2025": 1}, [], ["2025"]),
        ("to=2025-05-31", {"2023": 3, "2025": 1}, ["2025"], ["2025"]),
    ],
)
async def test_a_period_of_which_bounds_leave_out_days_that_have_come_is_partial(
    told_of: Services,
    api: httpx.AsyncClient,
    bearer: Bearer,
    address: str,
    figures: dict[str, int],
    partial: list[str],
    unfinished: list[str],
) -> None:
    """From the cube and in SQL alike."""
    told = await asked(api, bearer, f"by=period&{address}")
    assert (rows(told), told["partial"], told["unfinished"]) == (figures, partial, unfinished)
    async with told_of.database.read() as session:
        counted = await StatisticsService(session).query(Query.model_validate(told["query"]), NOW.date())
    assert (counted.partial, counted.unfinished) == (tuple(partial), tuple(unfinished))


async def test_no_period_is_partial_that_is_not_told_of(api: httpx.AsyncClient, bearer: Bearer) -> None:
    told = await asked(api, bearer, "by=department&period=2023-Q1&grain=year")
    assert (rows(told), told["partial"]) == ({"17": 2}, [])


async def test_every_form_of_a_table_says_which_period_is_partial(
    api: httpx.AsyncClient, bearer: Bearer
) -> None:
    headers = bearer("statistics:exact")
    address = f"{AT}?measure=complaints&by=period&grain=bimester&from=2023-01-01&to=2025-05-31"
    got = {form: await api.get(f"{address}&format={form}", headers=headers) for form in FORMS}
    lines = [["2023-B1", 1, 0, 0], ["2023-B2", 2, 0, 0], ["2025-B3", 1, 1, 1]]
    header = ["period", "complaints", "unfinished", "partial"]
    assert got["csv"].text.splitlines() == [",".join(map(str, line)) for line in [header, *lines]]
    book = CalamineWorkbook.from_filelike(BytesIO(got["xlsx"].content))
    assert book.get_sheet_by_index(0).to_python() == [header, *lines]
    notes = {line[0]: line[1] for line in book.get_sheet_by_index(1).to_python()}
    assert notes["incompleto por sus límites / partial by its bounds"] == "2025-B3"
    table = pq.read_table(BytesIO(got["parquet"].content))
    assert [list(row.values()) for row in table.to_pylist()] == lines
    assert table.column_names == header
    cut = await api.get(f"{AT}?measure=complaints&by=period&to=2023-03-31&format=csv", headers=headers)
    assert cut.text == "period,complaints,partial\r\n2023,2,1\r\n"


FORMS = ("csv", "xlsx", "parquet", "sdmx-csv")


@pytest.mark.parametrize(
    ("address", "statuses"),
    [
        ("grain=bimester&period=2023-Q1", {"2023-01-01/P2M": "A", "2023-03-01/P2M": "D"}),
        ("grain=bimester&period=2023-S1", {"2023-01-01/P2M": "A", "2023-03-01/P2M": "A"}),
        ("from=2023-01-01", {"2023": "A", "2025": "P"}),
        ("from=2023-01-01&to=2025-05-31", {"2023": "A", "2025": "D"}),
    ],
)
async def test_in_sdmx_the_definition_of_a_partial_period_differs(
    api: httpx.AsyncClient, bearer: Bearer, address: str, statuses: dict[str, str]
) -> None:
    path = f"{AT}?measure=complaints&by=period&format=sdmx-csv&{address}"
    answer = await api.get(path, headers=bearer("statistics:exact"))
    header, *lines = [line.split(",") for line in answer.text.splitlines()]
    time, status = header.index("TIME_PERIOD"), header.index("OBS_STATUS")
    assert {line[time]: line[status] for line in lines} == statuses


@pytest.mark.parametrize(
    ("address", "field", "allowed"),
    [
        ("grain=bimester&from=2023-02-01&to=2023-04-30", "from", "2023-01-01, 2023-03-01"),
        ("grain=bimester&from=2023-01-01&to=2023-03-31", "to", "2023-02-28, 2023-04-30"),
        ("to=2023-03-31", "to", "2022-12-31, 2023-12-31"),
        ("to=0001-03-31", "to", "0001-12-31"),
        ("grain=bimester&to=2025-05-31", "to", "<= 2025-04-30"),
        ("grain=bimester&period=2023-Q1", "grain", "month, quarter"),
        ("grain=year&period=2023-S1", "grain", "month, bimester, quarter, semester"),
    ],
)
async def test_what_is_to_be_cited_is_whole_periods(
    api: httpx.AsyncClient, bearer: Bearer, address: str, field: str, allowed: str
) -> None:
    """In every form, and by whichever way it is asked."""
    path = f"{AT}?measure=complaints&by=period&finished=true&{address}"
    for form in ("json", "sdmx-csv"):
        answer = await api.get(f"{path}&format={form}", headers=bearer("statistics:exact"))
        assert (answer.status_code, answer.json()["code"]) == (422, "question-invalid"), answer.text
        assert f"El campo {field} de la consulta no vale. Puede ser: {allowed}." in answer.json()["detail"]
        assert (
            f"The field {field} of the question is not valid. It may be: {allowed}."
            in answer.json()["detail"]
        )


@pytest.mark.parametrize(
    "address",
    [
        *("grain=bimester&period=2023-S1", "grain=month&period=2023-Q1", "period=2024", "to=2024-12-31"),
        *("grain=bimester&from=2023-03-01&to=2025-04-30", "grain=quarter&period=2023-S2"),
    ],
)
async def test_whole_periods_that_have_ended_are_cited(
    api: httpx.AsyncClient, bearer: Bearer, address: str
) -> None:
    told = await asked(api, bearer, f"by=period&finished=true&{address}")
    assert (told["partial"], told["unfinished"]) == ([], [])


EVERY_ROUTE = (
    f"{AT}?measure=complaints&by=department",
    "/v1/statistics/overview?",
    "/v1/statistics/concordance?family=trafficking",
)


@pytest.mark.parametrize("route", EVERY_ROUTE)
@pytest.mark.parametrize(
    ("given", "bounds", "unfinished"),
    [
        ("period=2025", ("2025-01-01", "2025-06-01"), ["2025"]),
        ("period=2025-B3", ("2025-05-01", "2025-06-01"), ["2025-B3"]),
        ("period=2025-M06", ("2025-06-01", "2025-06-01"), ["2025-M06"]),
        ("period=2025-B2", ("2025-03-01", "2025-04-30"), []),
        ("period=2024", ("2024-01-01", "2024-12-31"), []),
        ("from=2025-05-01&to=2025-06-01", ("2025-05-01", "2025-06-01"), ["2025"]),
        ("from=2025-05-01&to=2025-05-31", ("2025-05-01", "2025-05-31"), []),
        ("from=2025-05-01", ("2025-05-01", None), []),
    ],
)
async def test_a_period_that_runs_is_read_up_to_today_and_told_as_unfinished(
    api: httpx.AsyncClient,
    bearer: Bearer,
    route: str,
    given: str,
    bounds: tuple[str, str | None],
    unfinished: list[str],
) -> None:
    """Also where nothing is told by period."""
    answer = await api.get(f"{route}&{given}", headers=bearer("statistics:exact"))
    assert answer.status_code == 200, answer.text
    told = answer.json()
    days = told.get("query", told)
    assert ((days["since"], days["until"]), told["unfinished"]) == (bounds, unfinished)


@pytest.mark.parametrize("route", EVERY_ROUTE)
@pytest.mark.parametrize(
    ("given", "field", "allowed"),
    [
        ("period=2999-B1", "period", "<= 2025-B3"),
        ("period=2026", "period", "<= 2025"),
        ("period=2025-B4", "period", "<= 2025-B3"),
        ("period=2025-M07", "period", "<= 2025-M06"),
        ("from=2025-06-02", "from", "<= 2025-06-01"),
        ("to=2025-06-02", "to", "<= 2025-06-01"),
    ],
)
async def test_what_has_not_begun_is_refused_and_never_0(
    api: httpx.AsyncClient, bearer: Bearer, route: str, given: str, field: str, allowed: str
) -> None:
    answer = await api.get(f"{route}&{given}", headers=bearer("statistics:exact"))
    assert (answer.status_code, answer.json()["code"]) == (422, "question-invalid")
    assert f"El campo {field} de la consulta no vale. Puede ser: {allowed}." in answer.json()["detail"]
    assert f"The field {field} of the question" in answer.json()["detail"]


async def test_today_is_that_of_lima(told_of: Services, api: httpx.AsyncClient, bearer: Bearer) -> None:
    """At ten in the evening of 30 June it is July in Greenwich already."""
    route, clock = EVERY_ROUTE[1], told_of.clock
    assert isinstance(clock, FixedClock)
    late = datetime(2025, 7, 1, 3, tzinfo=UTC) - clock.now()
    clock.advance(late)
    try:
        headers = bearer("statistics:exact")
        refused = await api.get(f"{route}&period=2025-M07", headers=headers)
        runs = await api.get(f"{route}&period=2025-B3", headers=headers)
        clock.advance(timedelta(hours=3))
        ended = await api.get(f"{route}&period=2025-B3", headers=bearer("statistics:exact"))
    finally:
        clock.advance(NOW - clock.now())
    assert refused.status_code == 422
    assert (runs.json()["until"], runs.json()["unfinished"]) == ("2025-06-30", ["2025-B3"])
    assert (ended.json()["until"], ended.json()["unfinished"]) == ("2025-06-30", [])


async def test_a_running_period_is_marked_in_every_form_also_where_nothing_lies_in_it(
    api: httpx.AsyncClient, bearer: Bearer
) -> None:
    headers = bearer("statistics:exact")

    async def lines(more: str, form: str) -> list[str]:
        answer = await api.get(f"{AT}?measure=complaints&{more}&format={form}", headers=headers)
        return answer.text.splitlines()

    assert await lines("period=2025", "csv") == ["complaints,unfinished", "1,1"]
    assert await lines("period=2025&by=department", "csv") == ["department,complaints,unfinished", "17,1,1"]
    assert await lines("period=2025&by=period", "csv") == ["period,complaints,unfinished", "2025,1,1"]
    assert (await lines("period=2025", "sdmx-csv"))[1].endswith(",complaints,1,P,N,COMPLAINTS,REPORT")
    empty = await asked(api, bearer, "by=period&period=2025-M06")
    assert (empty["rows"], empty["unfinished"]) == ([], ["2025-M06"])


async def test_a_named_period_that_runs_is_not_to_be_cited(api: httpx.AsyncClient, bearer: Bearer) -> None:
    for period, allowed in (("2025", "<= 2024"), ("2025-B3", "<= 2025-B2"), ("2025-M06", "<= 2025-M05")):
        answer = await api.get(
            f"{AT}?measure=complaints&finished=true&period={period}", headers=bearer("statistics:exact")
        )
        assert answer.status_code == 422
        assert f"El campo period de la consulta no vale. Puede ser: {allowed}." in answer.json()["detail"]
