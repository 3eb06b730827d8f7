"""``GET /v1/cases``: what lists are narrowed by, each alone and together, and pages that lose nothing."""

from itertools import combinations
from typing import Any

import httpx
import pytest
import pytest_asyncio

from app.wiring import Services
from support.expected import CASES, FAMILIES
from support.ingestion_kit import sample
from support.registry_fixtures import application, bearer_of, ingest_samples
from support.web_fixtures import Bearer
from schemas.vocabulary import Feed

# By the story: facts (else first report), department, furthest stage.
FACTS = {
    "A": ("2023-03-10", "17", "sentenced"),
    "B": ("2024-02-05", "08", "preparatory_investigation"),
    "C": ("2020-09-02", "15", None),
    "D": ("2024-05-18", "22", None),
    "E": ("2022-06-13", "20", None),
    "F": ("2024-06-30", "19", None),
    "H": ("2024-03-03", "05", None),
    "I": ("2024-08-01", "15", None),
    "J": ("2024-09-15", "03", None),
    "K": ("2024-10-03", "11", "registered"),
    "M": (None, None, None),
}
FEEDS = {name: {feed for feed, _ in records} for name, records in CASES.items()}


async def listed(api: httpx.AsyncClient, bearer: Bearer, **params: object) -> list[dict[str, Any]]:
    answer = await api.get("/v1/cases", params=params, headers=bearer("registry:read"))
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest_asyncio.fixture(loop_scope="session")
async def names(sample_api: httpx.AsyncClient, sample_bearer: Bearer) -> dict[str, str]:
    """The story's name of each case, by its id."""
    found = {}
    for item in await listed(sample_api, sample_bearer, limit=500):
        headers = sample_bearer("registry:read")
        case = (await sample_api.get(f"/v1/cases/{item['id']}", headers=headers)).json()
        records = {(report["feed"], report["number"]) for report in case["reports"]}
        (found[item["id"]],) = [name for name, expected in CASES.items() if expected == records]
    return found
