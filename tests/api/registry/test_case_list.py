"""``GET /v1/cases``: what lists are narrowed by, each alone and together, and pages that lose nothing."""

from collections.abc import Callable
from itertools import combinations

import httpx
import pytest
import pytest_asyncio

from app.wiring import Services
from schemas.vocabulary import Feed
from support.expected import CASES, FAMILIES
from support.registry_fixtures import ingest_samples
from support.sample_cases import cases_by_name, get
from support.web_fixtures import Bearer

# What the story says of each case: facts or else first report, department, furthest stage.
STORY = {
    "A": ("2023-03-10", "17", "in_execution"),
    "B": ("2024-02-05", "08", "preparatory_investigation"),
    "C": ("2020-09-02", "15", "referred_to_prosecution"),
    "D": ("2024-05-18", "22", "in_process"),
    "E": ("2022-06-13", "20", "sentenced"),
    "F": ("2024-06-30", "19", "preliminary_investigation"),
    "H": ("2024-03-03", "05", "in_process"),
    "I": ("2024-08-01", "15", "under_investigation"),
    "J": ("2024-09-15", "03", None),
    "K": ("2024-10-03", "11", "registered"),
    "M": ("2024-02-19", None, "in_process"),
}
FEEDS = {name: {feed for feed, _ in records} for name, records in CASES.items()}

FILTERS: dict[str, tuple[object, Callable[[str], bool]]] = {
    "feed": ("sistra", lambda name: "sistra" in FEEDS[name]),
    "offence": ("trafficking", lambda name: FAMILIES[name] == "trafficking"),
    "department": ("15", lambda name: STORY[name][1] == "15"),
    "stage": ("in_process", lambda name: STORY[name][2] == "in_process"),
    "from": ("2024-03-03", lambda name: STORY[name][0] >= "2024-03-03"),
    "to": ("2024-08-01", lambda name: STORY[name][0] <= "2024-08-01"),
    "several_feeds": ("true", lambda name: len(FEEDS[name]) > 1),
}
ALSO = {
    "feed": ("linea-1818", lambda name: "linea-1818" in FEEDS[name]),
    "offence": ("smuggling", lambda name: FAMILIES[name] == "smuggling"),
    "department": ("17", lambda name: STORY[name][1] == "17"),
    "stage": ("sentenced", lambda name: STORY[name][2] == "sentenced"),
    "several_feeds": ("false", lambda name: len(FEEDS[name]) == 1),
}
TOGETHER = [
    *(({name}, FILTERS) for name in FILTERS),
    *(({name}, ALSO) for name in ALSO),
    *((set(names), FILTERS) for names in combinations(FILTERS, 2)),
    *((set(names), FILTERS) for names in combinations(FILTERS, 3)),
    (set(FILTERS), FILTERS),
]


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def names(sample_api: httpx.AsyncClient, sample_bearer: Bearer) -> dict[str, str]:
    """The story's name of each case, by its id."""
    cases = await cases_by_name(sample_api, sample_bearer("registry:read"))
    return {case["id"]: name for name, case in cases.items()}


@pytest.mark.parametrize(("wanted", "of"), TOGETHER, ids=lambda value: "+".join(sorted(value)))
async def test_filters_alone_and_together(
    sample_api: httpx.AsyncClient,
    sample_bearer: Bearer,
    names: dict[str, str],
    wanted: set[str],
    of: dict[str, tuple[object, Callable[[str], bool]]],
) -> None:
    params = {name: of[name][0] for name in wanted}
    found = await get(sample_api, "/v1/cases", sample_bearer("registry:read"), limit=500, **params)
    expected = {name for name in CASES if all(of[each][1](name) for each in wanted)}
    assert {names[item["id"]] for item in found["items"]} == expected


async def test_every_filter_lets_some_through_and_keeps_some_out() -> None:
    """Otherwise the test above would say nothing of it."""
    for _, admits in (*FILTERS.values(), *ALSO.values()):
        assert 0 < sum(map(admits, CASES)) < len(CASES)


async def test_a_summary_counts_reports_and_people_of_its_case(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer, names: dict[str, str]
) -> None:
    items = (await get(sample_api, "/v1/cases", sample_bearer("registry:read"), limit=500))["items"]
    found = {names[item["id"]]: (item["reports"], item["victims"], item["suspects"]) for item in items}
    assert found == {
        "A": (8, 3, 3),
        "B": (2, 1, 1),
        "C": (2, 1, 1),
        "D": (4, 2, 3),
        "E": (3, 2, 1),
        "F": (2, 1, 1),
        "H": (3, 1, 1),
        "I": (3, 1, 1),
        "J": (1, 1, 0),
        "K": (1, 0, 0),
        "M": (1, 0, 1),
    }
    assert {names[item["id"]]: set(item["feeds"]) for item in items} == FEEDS


@pytest.mark.parametrize("limit", [1, 2, 3, 10, 11, 12])
async def test_pages_of_any_size_hold_every_case_once(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer, names: dict[str, str], limit: int
) -> None:
    headers = sample_bearer("registry:read")
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await get(sample_api, "/v1/cases", headers, limit=limit, **cursor)
        assert len(page["items"]) <= limit
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        assert len(page["items"]) == limit
        cursor = {"after": page["next"]}
    assert sorted(seen) == sorted(names)


async def test_cases_that_come_while_a_reader_turns_pages_shift_nothing(
    services: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    headers = bearer("registry:read")
    await ingest_samples(services.ingestion, [Feed.RETA_PNP])
    first = await get(api, "/v1/cases", headers, limit=3)
    before = [item["id"] for item in (await get(api, "/v1/cases", headers, limit=500))["items"]]
    await ingest_samples(services.ingestion, [Feed.SISTRA, Feed.PODER_JUDICIAL, Feed.LINEA_1818])
    rest = await get(api, "/v1/cases", headers, limit=500, after=first["next"])
    seen = [item["id"] for item in first["items"] + rest["items"]]
    assert len(seen) == len(set(seen)) == len(CASES)
    assert seen[: len(before)] == before


@pytest.mark.parametrize(
    "query",
    [
        "feed=sigma",
        "offence=robbery",
        "department=1",
        "department=150101",
        "department=%D9%A1%D9%A5",
        "stage=never",
        "from=2024-02-30",
        "from=yesterday",
        "to=31/12/2024",
        "several_feeds=perhaps",
        "limit=0",
        "limit=501",
        "limit=-1",
        "limit=many",
        "after=123456789012345678901",
        "from=2024-02-01&to=2024-01-31",
    ],
)
async def test_what_cannot_be_asked_is_a_problem_document(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer, query: str
) -> None:
    answer = await sample_api.get(f"/v1/cases?{query}", headers=sample_bearer("registry:read"))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "9223372036854775808", "٣", "1;--", ""])
async def test_a_cursor_that_was_never_handed_out_is_refused(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer, cursor: str
) -> None:
    answer = await sample_api.get(
        "/v1/cases", params={"after": cursor}, headers=sample_bearer("registry:read")
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor-unreadable")
