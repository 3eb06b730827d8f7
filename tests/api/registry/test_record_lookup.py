"""``GET /v1/feeds/{feed}/record?number=``: what is held of a record and its numbers in the others."""

import httpx
import pytest

from app.wiring import Services
from support.expected import CASES, PERSONS
from support.sample_cases import Answer, cases_by_name, get, persons_by_name
from support.web_fixtures import Bearer

READ = "registry:read"


async def record(api: httpx.AsyncClient, bearer: Bearer, feed: str, number: str) -> Answer:
    found: Answer = await get(api, f"/v1/feeds/{feed}/record", bearer(READ), number=number)
    return found


@pytest.mark.parametrize("name", CASES)
async def test_each_record_tells_its_counterparts(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer, name: str
) -> None:
    for feed, number in CASES[name]:
        found = await record(sample_api, sample_bearer, feed, number)
        assert (found["feed"], found["number"]) == (feed, number)
        counterparts = {(item["feed"], item["number"]) for item in found["counterparts"]}
        assert counterparts == CASES[name] - {(feed, number)}


async def test_each_mention_tells_its_person(sample_api: httpx.AsyncClient, sample_bearer: Bearer) -> None:
    headers = sample_bearer(READ)
    persons = await persons_by_name(sample_api, headers, await cases_by_name(sample_api, headers))
    for name, mentions in PERSONS.items():
        for feed, number, role, order in mentions:
            found = await record(sample_api, sample_bearer, feed, number)
            (mention,) = [m for m in found["mentions"] if (m["role"], m["order"]) == (role, order)]
            assert mention["person_id"] == persons[name]["id"]


async def test_the_state_firms_reporters_and_witnesses_are_no_people_of_a_record(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer
) -> None:
    found = await record(sample_api, sample_bearer, "poder-judicial", "00456-2024-0-2206-JR-PE-02")
    assert [m["order"] for m in found["mentions"]] == [2, 3, 4, 5]  # 1 the State, 6 a firm
    found = await record(sample_api, sample_bearer, "reta-pnp", "COM-MAZUKO-2023-41")
    assert 1 not in [m["order"] for m in found["mentions"]]  # the mother, a complainant


@pytest.mark.parametrize(
    ("feed", "written", "number"),
    [
        ("reta-pnp", "com-mazuko-2023-41", "COM-MAZUKO-2023-41"),
        ("reta-pnp", "  COM-MAZUKO-2023-41 ", "COM-MAZUKO-2023-41"),
        ("reta-pnp", "COM-MAZUKO-2023-00041", "COM-MAZUKO-2023-41"),
        ("reta-pnp", "COM JUANJUI 2024 77", "COM-JUANJUI-2024-77"),
        ("linea-1818", "1818-2023-4417", "1818-2023-004417"),
        ("linea-1818", "1818–2023–004417", "1818-2023-004417"),
        ("sistra", "2706014507-2023-88", "2706014507-2023-88-0"),
        ("sistra", "2706014507 2023 000088 0000", "2706014507-2023-88-0"),
        ("sistra", "0270601450720230000880000", "2706014507-2023-88-0"),  # bar code, 11 + 4 + 6 + 4
        ("poder-judicial", "77-2022-0-3104-jr-pe-1", "00077-2022-0-3104-JR-PE-01"),
        ("poder-judicial", "Exp. N° 77-2022-0-3104", "00077-2022-0-3104-JR-PE-01"),
        ("poder-judicial", "123-2023-45-2703-sp-pe-01", "00123-2023-45-2703-SP-PE-01"),
    ],
)
async def test_a_record_is_found_as_others_write_its_number(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer, feed: str, written: str, number: str
) -> None:
    assert (await record(sample_api, sample_bearer, feed, written))["number"] == number


async def test_a_number_that_means_several_records_is_not_guessed(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer
) -> None:
    answer = await sample_api.get(
        "/v1/feeds/poder-judicial/record",
        params={"number": "123-2023-0-2703"},
        headers=sample_bearer(READ),
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "number-ambiguous")
    for number in ("00123-2023-0-2703-JR-PE-01", "00123-2023-45-2703-SP-PE-01"):
        assert number in answer.json()["es"]


async def test_who_cites_whom(sample_api: httpx.AsyncClient, sample_bearer: Bearer) -> None:
    async def cited(feed: str, number: str) -> dict[str, tuple[bool, bool]]:
        found = await record(sample_api, sample_bearer, feed, number)
        return {item["number"]: (item["cited_here"], item["cites_this"]) for item in found["counterparts"]}

    assert await cited("sistra", "2706014507-2023-88-0") == {
        "1818-2023-004417": (False, False),
        "1818-2023-004431": (False, False),
        "1818-2023-004602": (False, False),
        "COM-MAZUKO-2023-41": (True, False),
        "DIRCTPTIM-2023-01207": (False, False),
        "00123-2023-0-2703-JR-PE-01": (True, True),
        "00123-2023-45-2703-SP-PE-01": (True, False),  # the same court case, which cites no carpeta
    }
    assert (await cited("linea-1818", "1818-2023-004602"))["1818-2023-004417"] == (True, False)
    assert (await cited("linea-1818", "1818-2023-004417"))["1818-2023-004602"] == (False, True)


async def test_a_wrong_citation_makes_no_counterpart(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer
) -> None:
    found = await record(sample_api, sample_bearer, "reta-pnp", "COM-OXAPAMPA-2024-6")
    assert [item["number"] for item in found["counterparts"]] == ["2906014505-2024-22-0"]


async def test_counterparts_tell_their_stage(sample_api: httpx.AsyncClient, sample_bearer: Bearer) -> None:
    found = await record(sample_api, sample_bearer, "reta-pnp", "COM-JUANJUI-2024-77")
    assert {item["number"]: item["stage"] for item in found["counterparts"]} == {
        "1818-2024-000310": None,
        "2206014506-2024-40-0": "accusation",
        "00456-2024-0-2206-JR-PE-02": "in_process",
    }


@pytest.mark.parametrize("number", ["1818-2024-000311", "1818-2024-000320", "1818-2024-000520"])
async def test_a_call_of_no_case_is_held_and_has_no_counterpart(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer, number: str
) -> None:
    found = await record(sample_api, sample_bearer, "linea-1818", number)
    assert (found["case_id"], found["counterparts"]) == (None, [])
    assert [m["person_id"] for m in found["mentions"] if m["person_id"]] == []


@pytest.mark.parametrize(
    "number", ["COM-NADIE-2024-1", "x" * 200, "'; DROP TABLE record; --", "%", "1606014506-2023-8-0"]
)
async def test_a_number_that_was_never_delivered_is_not_found(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer, number: str
) -> None:
    answer = await sample_api.get(
        "/v1/feeds/reta-pnp/record", params={"number": number}, headers=sample_bearer(READ)
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "record-not-found")
    assert number not in answer.text


@pytest.mark.parametrize("query", ["", "?number=", "?number=" + "x" * 201])
async def test_a_number_that_is_none_is_refused(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer, query: str
) -> None:
    answer = await sample_api.get(f"/v1/feeds/sistra/record{query}", headers=sample_bearer(READ))
    assert answer.status_code == 422


async def test_a_number_with_a_nul_is_no_number(sample_api: httpx.AsyncClient, sample_bearer: Bearer) -> None:
    answer = await sample_api.get("/v1/feeds/sistra/record?number=a%00b", headers=sample_bearer(READ))
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_feeds_reader_reads_its_own_records_and_no_others(
    sample_services: Services, sample_api: httpx.AsyncClient, sample_bearer: Bearer
) -> None:
    headers = sample_bearer("feed:sistra:read")
    own = {"number": "2706014507-2023-88-0"}
    assert (await sample_api.get("/v1/feeds/sistra/record", params=own, headers=headers)).status_code == 200
    other = {"number": "COM-MAZUKO-2023-41"}
    answer = await sample_api.get("/v1/feeds/reta-pnp/record", params=other, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope-missing")
