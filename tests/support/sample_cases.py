"""The registry of the samples as a reader of the API sees it, by the names of the story."""

from typing import Any

import httpx

from support.expected import CASES, PERSONS

Answer = dict[str, Any]


async def get(api: httpx.AsyncClient, path: str, headers: dict[str, str], **params: object) -> Any:
    answer = await api.get(path, params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def cases_by_name(api: httpx.AsyncClient, headers: dict[str, str]) -> dict[str, Answer]:
    """Each case of the story in full."""
    found = {}
    for item in (await get(api, "/v1/cases", headers, limit=500))["items"]:
        case = await get(api, f"/v1/cases/{item['id']}", headers)
        records = {(report["feed"], report["number"]) for report in case["reports"]}
        (name,) = [name for name, expected in CASES.items() if expected == records]
        found[name] = case
    return found


async def persons_by_name(
    api: httpx.AsyncClient, headers: dict[str, str], cases: dict[str, Answer]
) -> dict[str, Answer]:
    """Each person of the story in full."""
    found = {}
    for person_id in {person["id"] for case in cases.values() for person in case["people"]}:
        person = await get(api, f"/v1/persons/{person_id}", headers)
        mentions = {(m["feed"], m["number"], m["role"], m["order"]) for m in person["mentions"]}
        (name,) = [name for name, expected in PERSONS.items() if expected == mentions]
        found[name] = person
    return found
