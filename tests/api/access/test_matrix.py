"""Every route as every role, on own, foreign and absent objects: the table is ``support.access_matrix``."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from app.main import create_app
from app.security.callers import PurposeRequirement
from app.security.clients import NewClient
from app.security.reach import RowScope
from app.security.roles import ROLES, Role
from app.security.tokens import LIFETIME
from app.shell import openapi
from schemas.vocabulary import Feed
from support.access_kit import ASKING, DEPARTMENT, OWN_FEED, Guarded
from support.access_matrix import MATRIX, OPEN, Row
from support.ingestion_kit import sample
from support.sample_files import versions

SDMX = {
    "{context}": "dataflow",
    "{agency}": "INTERTRATA",
    "{flow}": "DFR_VICTIMS_PURPOSE",
    "{version}": "latest",
    "{key}": "all",
    "{component}": "all",
    "{provider}": "all",
    "{kind}": "codelist",
    "{resource}": "CL_PURPOSE",
    "{item}": "begging",
}
WHICH = ("own", "foreign", "absent")
_shut_out: dict[Role, NewClient] = {}
_officers = itertools.count()


def routes(guarded: Guarded) -> Iterator[str]:
    for route in openapi.routes_of(create_app(guarded.services)):
        for method in sorted((route.methods or set()) - {"HEAD"}):
            yield f"{method} {route.path}"


def test_every_route_has_a_row(guarded: Guarded) -> None:
    assert set(routes(guarded)) - MATRIX.keys() - OPEN == set(), (
        "say who may call it in support.access_matrix"
    )


def test_no_row_outlives_its_route(guarded: Guarded) -> None:
    assert (MATRIX.keys() | OPEN) - set(routes(guarded)) == set()


@dataclass(frozen=True)
class Objects:
    """One thing of each kind that is the institution's and the region's, one that is neither's, and none."""

    cases: tuple[str, str, str]
    persons: tuple[str, str, str]
    records: tuple[tuple[str, str], tuple[str, str], tuple[str, str]]
    batches: tuple[str, str, str]
    judgements: tuple[int, int, int]


@pytest.fixture(scope="module")
async def objects(guarded: Guarded) -> Objects:
    headers = guarded.headers(Role.ANALYST)
    listed = (await guarded.get("/v1/cases", headers, limit=500))["items"]
    cases = [await guarded.get(f"/v1/cases/{item['id']}", headers) for item in listed]

    def ours(case: Any) -> tuple[bool, bool]:
        feeds = {report["feed"] for report in case["reports"]}
        return (OWN_FEED in feeds, case["attributes"]["department"]["value"] == DEPARTMENT)

    own = next(case for case in cases if ours(case) == (True, True) and case["people"])
    foreign = next(case for case in cases if ours(case) == (False, False) and case["people"])
    elsewhere = {p["id"] for case in cases if any(ours(case)) for p in case["people"]}
    person = next(p["id"] for p in own["people"] if any(m["feed"] == OWN_FEED for m in p["mentions"]))
    stranger = next(p["id"] for p in foreign["people"] if p["id"] not in elsewhere)
    record = next(r["number"] for r in own["reports"] if r["feed"] == OWN_FEED)
    other = foreign["reports"][0]
    async with guarded.services.database.read() as session:
        found = await session.execute(text("SELECT feed, id FROM batch"))
        batches = {row.feed: row.id for row in found}
        judgements = list(await session.scalars(text("SELECT id FROM judgement ORDER BY id LIMIT 2")))
    return Objects(
        (own["id"], foreign["id"], str(uuid4())),
        (person, stranger, str(uuid4())),
        ((OWN_FEED, record), (other["feed"], other["number"]), (other["feed"], "999999-1999")),
        (str(batches[OWN_FEED]), str(batches[Feed.RETA_PNP]), str(uuid4())),
        (judgements[0], judgements[1], 2**62),
    )


async def taken(guarded: Guarded, headers: dict[str, str], case_id: str) -> str:
    body = {**ASKING, "kind": "case", "id": case_id}
    answer = await guarded.api.post("/v1/break-glass", json=body, headers=headers)
    assert answer.status_code in {200, 201}, answer.text
    return str(answer.json()["id"])


@dataclass
class Call:
    """One request of the matrix, put together."""

    guarded: Guarded
    objects: Objects
    route: str
    row: Row
    which: int

    async def send(self, headers: dict[str, str]) -> httpx.Response:
        method, _, path = self.route.partition(" ")
        filled, query, body = await self._filled(headers, path)
        headers = {**headers, "If-Match": "*"}  # whatever it is now: for splits and merges
        more: dict[str, Any] = {"json": body} if body is not None else {}
        if self.row.object == "feed":
            headers = {
                **headers,
                "Content-Type": "application/x-ndjson" if method == "POST" else "application/json",
            }
            more = {"content": sample(OWN_FEED) if method == "POST" else versions(OWN_FEED)[0]}
        return await self.guarded.api.request(method, filled, params=query, headers=headers, **more)

    async def _filled(self, headers: dict[str, str], path: str) -> tuple[str, dict[str, str], Any]:
        query, body = dict(self.row.query), self.row.body
        feed, number = self.objects.records[self.which]
        if self.row.object == "record":
            query["number"] = number
        if self.row.object == "feed":
            feed = (OWN_FEED, Feed.RETA_PNP, "sigma")[self.which]
        if self.row.object == "asked":
            body = {**(body or {}), "kind": "case", "id": self.objects.cases[self.which]}
        parts = {
            "{feed}": feed,
            "{case_id}": self.objects.cases[self.which],
            "{person_id}": self.objects.persons[self.which],
            "{batch_id}": self.objects.batches[self.which],
            "{judgement_id}": str(self.objects.judgements[self.which]),
            "{pin_id}": "4611686018427387904",
            "{item}": "case-4611686018427387904-4611686018427387905",  # no such pair
            "{decision_id}": str(uuid4()),
            "{release}": "2024-B1.9",
            "{table}": "cases-department",
            "{period}": "1999-B1",
            "{build_id}": str(uuid4()),
            "{glass_id}": await self._glass(headers) if "{glass_id}" in path else "",
        }
        parts |= SDMX
        for name, value in parts.items():
            path = path.replace(name, value)
        assert "{" not in path, f"nothing is known of an object of {path}"
        return path, query, body

    async def _glass(self, headers: dict[str, str]) -> str:
        """``taken``: own is what this officer took. ``untold``: one that nobody has reviewed."""
        if self.which == 2:
            return str(uuid4())
        officer = headers.get("Intertrata-Officer", "nadie-0")
        other = f"otra-{next(_officers)}"
        own = self.row.object == "taken" and self.which == 0
        taker = self.guarded.headers(Role.INSTITUTION_READER, officer if own else other)
        return await taken(self.guarded, taker, self.objects.cases[0])


def told(answer: httpx.Response) -> Any:
    """The answer without what differs from request to request."""
    return {name: value for name, value in answer.json().items() if name != "instance"}


@pytest.mark.parametrize("route", MATRIX)
async def test_each_role_gets_what_the_table_says(guarded: Guarded, objects: Objects, route: str) -> None:
    row, unexplained = MATRIX[route], []
    if route.startswith("GET /v1/audit/"):
        await guarded.services.merkle.checkpoint()
    for role in Role:
        expected = row.told.get(role, row.others)
        refusals = []
        for which, status in enumerate(expected):
            if status is None:
                continue
            headers = guarded.headers(role, f"matriz-{next(_officers)}")
            answer = await Call(guarded, objects, route, row, which).send(headers)
            if answer.status_code != status:
                unexplained.append((role.value, WHICH[which], status, answer.status_code, answer.text[:200]))
            if answer.status_code == 404 and which > 0:
                refusals.append(told(answer))
        if expected[0] != 404:
            assert all(each == refusals[0] for each in refusals), "foreign and absent are not told apart"
    assert unexplained == []


@pytest.mark.parametrize("route", MATRIX)
async def test_without_a_valid_token_no_route_tells_anything(
    guarded: Guarded, objects: Objects, route: str
) -> None:
    row = MATRIX[route]
    role = next(iter(row.told))
    good = guarded.headers(role)
    disabled = await disabled_client(guarded, role)
    issuer, now = guarded.services.authorisation.issuer, guarded.clock.now()
    old = issuer.issue(guarded.clients[role], guarded.scopes(role), now - LIFETIME)
    nobody = {name: value for name, value in good.items() if name != "Authorization"}
    for headers in (nobody, {**good, "Authorization": f"Bearer {old}"}, disabled):
        answer = await Call(guarded, objects, route, row, 2).send(headers)
        assert answer.status_code == 401, answer.text
        assert answer.json()["code"] in {"token-missing", "token-invalid"}


async def disabled_client(guarded: Guarded, role: Role) -> dict[str, str]:
    """The headers of a client of the role that was shut out; made once for each role."""
    if role not in _shut_out:
        described = ROLES[role]
        limit = {"feed": RowScope(feed=OWN_FEED), "department": RowScope(department=DEPARTMENT)}
        chosen = limit.get(described.limited_to.value, RowScope())
        new = await guarded.services.clients.create("Se cierra", (), role, chosen)
        await guarded.services.clients.disable(new.id)
        _shut_out[role] = new
    return guarded.headers_of(_shut_out[role].id, _shut_out[role].scopes, "oficial-000")


def purposed(guarded: Guarded) -> set[str]:
    return {
        f"{method} {route.path}"
        for route in openapi.routes_of(create_app(guarded.services))
        if isinstance(openapi.requirement_of(route), PurposeRequirement)
        for method in (route.methods or set()) - {"HEAD"}
    }


@pytest.mark.parametrize("missing", ["Intertrata-Officer", "Intertrata-Case", "Intertrata-Reason"])
async def test_no_route_on_persons_answers_without_a_purpose(
    guarded: Guarded, objects: Objects, missing: str
) -> None:
    found = purposed(guarded)
    assert {"GET /v1/persons/{person_id}", "GET /v1/cases/{case_id}", "GET /v1/feeds/{feed}/record"} <= found
    for route in sorted(found):
        headers = guarded.headers(next(iter(MATRIX[route].told)))
        del headers[missing]
        answer = await Call(guarded, objects, route, MATRIX[route], 0).send(headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "purpose-missing"), route
        assert missing in answer.json()["en"]
