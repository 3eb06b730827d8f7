"""``docs/contracts/samples/EXPECTED.md``, "The figures that follow", asked of the running API."""

from collections import Counter
from typing import Any

import httpx
import pytest
import pytest_asyncio

from app.core.clock import lima_day
from support.expected import FAMILIES, VICTIMS_BY_FEEDS
from support.ingestion_kit import NOW
from support.web_fixtures import Bearer

TODAY = lima_day(NOW).isoformat()
OVERVIEW = "/v1/statistics/overview"
BIMESTER_ENDS = ("02-28", "04-30", "06-30", "08-31", "10-31", "12-31")


@pytest_asyncio.fixture(loop_scope="session")
async def overview(sample_api: httpx.AsyncClient, sample_bearer: Bearer) -> dict[str, Any]:
    return await asked(sample_api, sample_bearer)


async def asked(api: httpx.AsyncClient, bearer: Bearer, **period: str) -> dict[str, Any]:
    answer = await api.get(OVERVIEW, params=period, headers=bearer("statistics:exact"))
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def family(overview: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [item for item in overview["families"] if item["offence_family"] == name]
    return found


def reconciled(overview: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = family(overview, name)["reconciled"]
    return found


def test_nine_victims_of_trafficking_and_ten_victimisations(overview: dict[str, Any]) -> None:
    found = reconciled(overview, "trafficking")
    assert (found["victims"], found["victimisations"]) == (9, 10)


def test_the_nine_by_the_feeds_that_know_them(overview: dict[str, Any]) -> None:
    assert reconciled(overview, "trafficking")["victims_by_feeds"] == VICTIMS_BY_FEEDS


@pytest.mark.parametrize(("name", "victims"), [("smuggling", 2), ("related", 1)])
def test_victims_of_other_offences_stand_apart(overview: dict[str, Any], name: str, victims: int) -> None:
    assert reconciled(overview, name)["victims"] == victims


def test_cases_by_offence(overview: dict[str, Any]) -> None:
    found = {name: reconciled(overview, name)["cases"] for name in ("trafficking", "smuggling", "related")}
    assert found == Counter(FAMILIES.values()) == {"trafficking": 9, "smuggling": 1, "related": 1}


@pytest.mark.parametrize(
    ("name", "persons", "files"), [("trafficking", 2, 1), ("smuggling", 1, 1), ("related", 0, 0)]
)
def test_convictions_are_counted_in_persons_and_in_files(
    overview: dict[str, Any], name: str, persons: int, files: int
) -> None:
    found = reconciled(overview, name)
    assert (found["convicted"], found["sentenced_files"]) == (persons, files)
    courts = next(feed for feed in family(overview, name)["feeds"] if feed["feed"] == "poder-judicial")
    assert courts["convicted"] == persons


@pytest.mark.parametrize("name", ["trafficking", "smuggling", "related"])
def test_a_feed_that_cannot_state_a_conviction_tells_none_and_never_zero(
    overview: dict[str, Any], name: str
) -> None:
    told = {
        feed["feed"]: (feed["convicted"], feed["not_available"]) for feed in family(overview, name)["feeds"]
    }
    courts, nothing = told.pop("poder-judicial")
    assert nothing == []
    assert isinstance(courts, int)  # of an offence without convictions it is 0: the courts can say so
    assert told == dict.fromkeys(("linea-1818", "reta-pnp", "sistra"), (None, ["convicted"]))


def test_calls_by_category_and_how_the_complaints_were_derived(overview: dict[str, Any]) -> None:
    assert overview["calls"] == {
        "by_category": {"complaint": 5, "guidance": 1, "query": 1, "follow_up": 2, "not_valid": 2},
        "category_unknown": 0,
        "derived_within_3_hours": 3,
        "derived_late": 1,
        "derived_unmeasured": 0,
        "not_derived": 1,
        "undated": 0,
    }


@pytest.mark.parametrize(
    ("name", "complaints", "carpetas", "expedientes"),
    # 00123-2023-45 is an incident of 00123-2023-0: one court case; 00123-2024 is another
    [("trafficking", 7, 7, 4), ("smuggling", 1, 1, 1), ("related", 1, 0, 1)],
)
def test_complaints_and_files_by_the_offence_of_their_case(
    overview: dict[str, Any], name: str, complaints: int, carpetas: int, expedientes: int
) -> None:
    found = reconciled(overview, name)
    assert (found["complaints"], found["prosecution_files"], found["court_files"]) == (
        complaints,
        carpetas,
        expedientes,
    )


def test_each_source_stands_beside_the_reconciled_figure_in_its_own_count(overview: dict[str, Any]) -> None:
    feeds = {feed["feed"]: feed for feed in family(overview, "trafficking")["feeds"]}
    mentions = {name: feed["victim_mentions"] for name, feed in feeds.items()}
    victims = {name: feed["victims"] for name, feed in feeds.items()}
    assert mentions == {"linea-1818": 4, "reta-pnp": 9, "sistra": 10, "poder-judicial": 7}
    assert victims == {"linea-1818": 4, "reta-pnp": 7, "sistra": 8, "poder-judicial": 6}


async def test_first_reports_by_bimester(sample_api: httpx.AsyncClient, sample_bearer: Bearer) -> None:
    """2020-B5 P6; 2023-B2 P1, P2, P3; 2024-B2 P17; 2024-B3 P8, P9; 2024-B4 P14; 2024-B5 P21."""
    found = {}
    for year in range(2020, 2026):
        for number, end in enumerate(BIMESTER_ENDS, start=1):
            last = "02-29" if (year % 4, number) == (0, 1) else end
            period = {"from": f"{year}-{2 * number - 1:02}-01", "to": min(f"{year}-{last}", TODAY)}
            if period["from"] > TODAY:
                continue
            if victims := reconciled(await asked(sample_api, sample_bearer, **period), "trafficking")[
                "victims"
            ]:
                found[f"{year}-B{number}"] = victims
    assert found == {"2020-B5": 1, "2023-B2": 3, "2024-B2": 1, "2024-B3": 2, "2024-B4": 1, "2024-B5": 1}


async def test_sex_and_age_at_the_facts_of_the_first_case(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer
) -> None:
    headers = sample_bearer("registry:read")
    listed = (await sample_api.get("/v1/cases?offence=trafficking&limit=500", headers=headers)).json()
    first_day = {case["id"]: case["first_date"] or "9999" for case in listed["items"]}
    victims = set()
    for case_id in first_day:
        case = (await sample_api.get(f"/v1/cases/{case_id}", headers=headers)).json()
        victims |= {person["id"] for person in case["people"] if "victim" in person["roles"]}
    sexes: Counter[str | None] = Counter()
    minors: Counter[bool | None] = Counter()
    for person_id in victims:
        person = (await sample_api.get(f"/v1/persons/{person_id}", headers=headers)).json()
        sexes[person["sex"]["value"]] += 1
        as_victim = [item for item in person["cases"] if "victim" in item["roles"]]
        first = min(as_victim, key=lambda item: first_day[item["case_id"]])
        minors[first["minor"]["value"]] += 1
    assert sexes == {"female": 7, "male": 1, None: 1}
    assert minors == {True: 4, False: 4, None: 1}
