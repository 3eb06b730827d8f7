"""A reviewer pins a value: it is told, projected and counted at once, and outlives every grouping."""

from typing import Any

import httpx
import pytest
import pytest_asyncio

from app.reconciliation.ledger import Decision
from app.wiring import Services
from schemas.vocabulary import Feed, OffenceFamily, Role, Stage
from support.keeping import Registry
from support.sample_story import person, record
from support.web_fixtures import Bearer

FACTS = {"facts": "2023-03-10", "reported": "2023-03-12"}
POLICE, COURT = "COM-A-2023-1", "2706014501-2023-1-0"
AT_POLICE = {"feed": "reta-pnp", "number": POLICE}
AT_PROSECUTION = {"feed": "sistra", "number": COURT}
WHY = {"reason": "Consta en el acta, folio 12."}
SCOPES = ("review", "registry:read", "changes:read", "statistics:exact")


class Desk:
    """A reviewer at a registry of two records that are one case of one victim."""

    def __init__(self, registry: Registry, api: httpx.AsyncClient, headers: dict[str, str]) -> None:
        self.registry, self.api, self.headers = registry, api, headers
        self.records: list[int] = []

    async def put(self, cites: bool = True, **more: Any) -> None:
        """Police says Madre de Dios, the prosecution Cusco."""
        victim = {"doc": "DNI 29150731", "age": 15}
        here = person(Role.VICTIM, 1, "CCORI/HUAMAN/ODALIS", sex="F", **victim)
        there = person(Role.VICTIM, 1, "CCORI/HUAMAN/ODALIS", sex="M", **victim)
        cited = [(Feed.RETA_PNP, POLICE)] if cites else []
        self.records = await self.registry.put(
            record(Feed.RETA_PNP, POLICE, [here], place="170102", stage=Stage.REGISTERED, **FACTS),
            record(
                Feed.SISTRA, COURT, [there], place="080910", stage=Stage.TRIAL, cites=cited, **(FACTS | more)
            ),
        )

    async def entity(self, kind: str = "case", place: int = 0) -> str:
        member = self.records[place]
        if kind == "case":
            query = "SELECT case_id FROM case_member WHERE record_id = $1"
        else:
            query = (
                "SELECT person_id FROM person_member p JOIN mention m ON m.id = p.mention_id "
                "WHERE m.record_id = $1"
            )
        return str((await self.registry.rows(query, member))[0][0])

    async def pin(
        self, kind: str = "case", place: int = 0, preview: bool = False, **body: Any
    ) -> httpx.Response:
        path = f"/v1/{kind}s/{await self.entity(kind, place)}/pins"
        return await self.api.post(
            path, json=WHY | body, params={"preview": preview} if preview else {}, headers=self.headers
        )

    async def get(self, path: str) -> Any:
        answer = await self.api.get(path, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def case(self, place: int = 0) -> Any:
        return await self.get(f"/v1/cases/{await self.entity('case', place)}")

    async def summary(self) -> Any:
        (only,) = (await self.get("/v1/cases"))["items"]
        return only

    async def decide(self, kind: str, outcome: str) -> None:
        members = self.records
        if kind == "person":
            rows = await self.registry.rows("SELECT id FROM mention ORDER BY record_id")
            members = [row[0] for row in rows]
        async with self.registry.database.write() as session:
            await self.registry.linker.decide(
                session, Decision(kind, members[0], members[1], outcome, "revisora-1", "lo vio")  # type: ignore[arg-type]
            )  # fmt: skip


@pytest_asyncio.fixture
async def desk(services: Services, api: httpx.AsyncClient, bearer: Bearer) -> Desk:
    made = Desk(Registry(services.database, services.keyring), api, bearer(*SCOPES))
    await made.put()
    return made


async def test_a_pinned_place_is_told_projected_and_found_at_once_and_its_conflict_is_kept(
    desk: Desk,
) -> None:
    assert (await desk.summary())["department"] == "08"
    answer = await desk.pin(attribute="place", value="170103")
    assert answer.status_code == 201
    assert {e["attribute"]: e["after"] for e in answer.json()["effects"]} == {
        "department": "17",
        "province": "1701",
        "district": "170103",
    }
    assert (await desk.summary())["department"] == "17"
    assert (await desk.get("/v1/cases?department=08"))["items"] == []
    told = (await desk.case())["attributes"]
    assert (told["district"]["value"], told["department"]["value"]) == ("170103", "17")
    assert told["district"]["pin"]["contradicted"] is True
    assert {conflict["value"] for conflict in told["district"]["conflicts"]} == {"170102", "080910"}
    assert told["department"]["pin"]["contradicted"] is False
    assert [source["feed"] for source in told["department"]["sources"]] == ["reta-pnp"]


async def test_a_pinned_family_moves_the_case_in_the_statistics_at_once(desk: Desk) -> None:
    async def victims() -> dict[str, int]:
        overview = (await desk.get("/v1/statistics/overview"))["families"]
        return {each["offence_family"]: each["reconciled"]["victims"] for each in overview}

    before = await victims()
    assert before["trafficking"] == 1
    assert (await desk.pin(attribute="offence_family", value="smuggling")).status_code == 201
    after = await victims()
    assert (after["trafficking"], after["smuggling"]) == (0, 1)
    assert (await desk.summary())["offence_conflict"] is True


@pytest.mark.parametrize(
    ("attribute", "value", "column"),
    [("facts_date", "2022-12-31", "first_date"), ("stage", "sentence", "stage")],
)
async def test_what_is_projected_follows_its_pin_and_falls_back_when_it_is_withdrawn(
    desk: Desk, attribute: str, value: str, column: str
) -> None:
    before = (await desk.summary())[column]
    pin = (await desk.pin(attribute=attribute, value=value)).json()["pin"]
    assert (await desk.summary())[column] == value != before
    path = f"/v1/cases/{await desk.entity()}/pins/{pin['id']}"
    withdrawn = await desk.api.request("DELETE", path, json=WHY, headers=desk.headers)
    assert withdrawn.status_code == 200
    assert (await desk.summary())[column] == before
    again = await desk.api.request("DELETE", path, json=WHY, headers=desk.headers)
    assert (again.status_code, again.json()["code"]) == (409, "pin-not-standing")
    words = await desk.get(f"/v1/cases/{await desk.entity()}/pins")
    assert [(word["act"], word["standing"]) for word in words] == [("pinned", False), ("withdrawn", False)]


async def test_a_pin_on_what_a_record_says_follows_that_record(desk: Desk) -> None:
    assert (await desk.pin(attribute="place", member=AT_POLICE)).status_code == 201
    assert (await desk.summary())["department"] == "17"
    here = person(Role.VICTIM, 1, "CCORI/HUAMAN/ODALIS", doc="DNI 29150731", age=15, sex="F")
    await desk.registry.put(record(Feed.RETA_PNP, POLICE, [here], place="150101", **FACTS))
    assert (await desk.summary())["department"] == "15"
    assert (await desk.case())["attributes"]["district"]["value"] == "150101"


async def test_a_pin_survives_split_merge_and_a_run_over_everything_with_its_member(desk: Desk) -> None:
    await desk.pin(attribute="place", value="250101", member=AT_PROSECUTION)
    await desk.decide("case", "different")
    apart = [(await desk.case(place))["attributes"]["department"]["value"] for place in (0, 1)]
    assert apart == ["17", "25"]
    await desk.decide("case", "same")
    assert (await desk.summary())["department"] == "25"
    await desk.registry.linker.reconcile_full()
    assert (await desk.summary())["department"] == "25"
    assert (await desk.case())["attributes"]["department"]["pin"] is not None


async def test_of_cases_pinned_apart_that_come_together_the_last_word_holds(desk: Desk) -> None:
    await desk.decide("case", "different")
    await desk.pin(place=0, attribute="stage", value="resolved")
    await desk.pin(place=1, attribute="stage", value="on_appeal")
    await desk.decide("case", "same")
    assert (await desk.summary())["stage"] == "on_appeal"
    assert (await desk.case())["attributes"]["stage"]["value"] == "on_appeal"


async def test_a_run_over_everything_gives_what_the_pin_gave(desk: Desk) -> None:
    await desk.pin(attribute="place", value="250101")
    await desk.pin(attribute="offence_family", value=OffenceFamily.SMUGGLING)
    projected = "SELECT offence_family, offence_conflict, first_date, department, stage FROM case_entity"
    before = await desk.registry.rows(projected)
    async with desk.registry.database.write() as session:
        from app.core.raw import raw_connection
        from app.reconciliation.projection import REFRESH_MANY_CASES

        ids = [row[0] for row in await desk.registry.rows("SELECT id FROM case_entity")]
        await (await raw_connection(session)).execute(REFRESH_MANY_CASES, ids)
    assert await desk.registry.rows(projected) == before


MENTION = AT_POLICE | {"role": "victim", "order": 1}


async def test_a_pinned_sex_and_age_group_are_told_of_the_person_and_of_the_case(desk: Desk) -> None:
    await desk.pin("person", attribute="sex", value="female")
    await desk.pin("person", attribute="age_group", value="18-29", member=MENTION)
    (told,) = (await desk.case())["people"]
    assert (told["sex"]["value"], told["age_group"]["value"], told["minor"]["value"]) == (
        "female",
        "18-29",
        False,
    )
    whole = await desk.get(f"/v1/persons/{await desk.entity('person')}")
    assert whole["sex"]["pin"] is not None
    assert whole["cases"][0]["minor"]["value"] is False


async def test_what_names_a_person_is_pinned_by_the_mention_alone_and_never_by_a_value(desk: Desk) -> None:
    refused = await desk.pin("person", attribute="names", value="ODALIS", member=MENTION)
    assert (refused.status_code, refused.json()["code"]) == (422, "pin-value-unfit")
    assert "ODALIS" not in refused.text
    accepted = await desk.pin("person", attribute="names", member=MENTION)
    assert accepted.status_code == 201
    assert accepted.json()["effects"] == [{"attribute": "names", "before": None, "after": None}]


async def test_the_reason_is_sealed_and_told_to_reviewers(desk: Desk, bearer: Bearer) -> None:
    await desk.pin(attribute="stage", value="trial", reason="lo dijo ODALIS en la audiencia")
    (stored,) = await desk.registry.rows("SELECT reason FROM pin")
    assert b"ODALIS" not in stored[0]
    path = f"/v1/cases/{await desk.entity()}/pins"
    assert (await desk.get(path))[0]["reason"] == "lo dijo ODALIS en la audiencia"
    reader = await desk.api.get(path, headers=bearer("registry:read"))
    assert reader.status_code == 403


async def test_the_change_feed_tells_of_a_pin(desk: Desk) -> None:
    after = (await desk.get("/v1/changes"))["after"]
    await desk.pin("person", attribute="sex", value="female")
    items = (await desk.get(f"/v1/changes?after={after}"))["items"]
    assert [(item["kind"], item["event"], item["entity_id"]) for item in items] == [
        ("case", "updated", await desk.entity("case")),
        ("person", "updated", await desk.entity("person")),
    ]


async def test_a_preview_shows_the_effect_and_leaves_nothing(desk: Desk) -> None:
    after = (await desk.get("/v1/changes"))["after"]
    shown = await desk.pin(attribute="place", value="170103", preview=True)
    assert (shown.status_code, shown.json()["pin"]) == (200, None)
    assert (await desk.summary())["department"] == "08"
    assert (await desk.get("/v1/changes"))["after"] == after
    assert await desk.registry.rows("SELECT 1 FROM pin") == []
    done = await desk.pin(attribute="place", value="170103")
    assert done.json()["effects"] == shown.json()["effects"]


async def test_who_is_limited_to_a_department_sees_a_case_that_was_pinned_into_it_and_why(
    desk: Desk, services: Services
) -> None:
    regional = "cl-1111111111111111"
    await desk.registry.rows(
        "INSERT INTO client (id, name, secret_hash, scopes, department) VALUES ($1, 'x', '', $2, '17')",
        *(regional, ["registry:read"]),
    )
    token = services.authorisation.issuer.issue(regional, ("registry:read",), services.clock.now())
    headers = desk.headers | {"Authorization": f"Bearer {token}"}
    path = f"/v1/cases/{await desk.entity()}"
    assert (await desk.api.get(path, headers=headers)).status_code == 404
    await desk.pin(attribute="place", value="170103")
    seen = (await desk.api.get(path, headers=headers)).json()
    assert seen["attributes"]["district"]["pin"] is not None


async def test_the_same_pin_again_adds_nothing(desk: Desk) -> None:
    first = await desk.pin(attribute="stage", value="trial")
    again = await desk.pin(attribute="stage", value="trial")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["pin"]["id"] == again.json()["pin"]["id"]
    assert await desk.registry.rows("SELECT count(*) FROM pin") == [(1,)]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"attribute": "place", "value": "999999"}, 422, "pin-value-unfit"),
        ({"attribute": "place", "value": "17010"}, 422, "pin-value-unfit"),
        ({"attribute": "facts_date", "value": "2999-01-01"}, 422, "pin-value-unfit"),
        ({"attribute": "facts_date", "value": "1900-01-01"}, 422, "pin-value-unfit"),
        ({"attribute": "stage", "value": "nowhere"}, 422, "pin-value-unfit"),
        ({"attribute": "stage"}, 422, "pin-member-unknown"),
        (
            {"attribute": "stage", "value": "trial", "member": AT_POLICE | {"number": "X-1"}},
            422,
            "pin-member-unknown",
        ),
        ({"attribute": "exploitation_place", "member": AT_POLICE}, 422, "pin-says-nothing"),
        ({"attribute": "victims", "value": "3"}, 422, None),
        ({"attribute": "stage", "value": "trial", "reason": ""}, 422, None),
    ],
)
async def test_what_cannot_be_pinned_is_refused_and_nothing_is_kept(
    desk: Desk, body: dict[str, Any], status: int, code: str | None
) -> None:
    answer = await desk.pin(**body)
    assert answer.status_code == status
    assert code is None or answer.json()["code"] == code
    assert answer.headers["content-type"] == "application/problem+json"
    assert await desk.registry.rows("SELECT 1 FROM pin") == []


async def test_a_pin_of_another_case_or_of_no_case_is_not_found(desk: Desk) -> None:
    unknown = "00000000-0000-0000-0000-000000000000"
    answer = await desk.api.post(
        f"/v1/cases/{unknown}/pins", json=WHY | {"attribute": "stage", "value": "trial"}, headers=desk.headers
    )
    assert answer.status_code == 404
    path = f"/v1/cases/{await desk.entity()}/pins/77"
    gone = await desk.api.request("DELETE", path, json=WHY, headers=desk.headers)
    assert (gone.status_code, gone.json()["code"]) == (404, "pin-not-found")
