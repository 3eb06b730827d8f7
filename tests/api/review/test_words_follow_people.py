"""A reviewer's word is on a person: a feed that numbers its people anew does not hang it on another."""

from typing import Any

import httpx
import pytest

from app.wiring import Services
from support.keeping import Registry
from support.review_kit import REASON, Reviewer
from support.web_fixtures import Bearer

FIRST, SECOND = "2706014507-2023-901-0", "2706014507-2023-902-0"
DIANA = {"apellidoPaterno": "ZAMATA", "apellidoMaterno": "OLLA", "nombres": "DIANA", "sexo": "F"}
TICLLA = DIANA | {"apellidoMaterno": "TICLLA"}
FELIPA = {
    "apellidoPaterno": "BUENO",
    "apellidoMaterno": "COAQUIRA",
    "nombres": "FELIPA",
    "sexo": "F",
    "edad": 45,
}
MEMBER = """
SELECT p.person_id::text FROM person_member p JOIN mention m ON m.id = p.mention_id
JOIN record r ON r.id = m.record_id WHERE r.key = $1 AND m."order" = $2 AND m.present
"""


class Desk:
    """A reviewer beside a prosecution that delivers two files, one of them again and again."""

    def __init__(self, services: Services, api: httpx.AsyncClient, bearer: Bearer) -> None:
        self.registry = Registry(services.database, services.keyring)
        self.api, self.headers = api, bearer("feed:sistra:write")
        self.ana, self.rosa = Reviewer(services, api, 1), Reviewer(services, api, 2)
        self.day = 0

    async def put(self, number: str, *people: dict[str, Any]) -> None:
        self.day += 1
        body = {
            "numero": number,
            "actualizado": f"2024-02-{self.day:02}T08:00:00-05:00",
            "delitos": [{"codigo": "129-A"}],
            "agraviados": [{"orden": order, "tipo": "NATURAL", **one} for order, one in enumerate(people, 1)],
        }
        answer = await self.api.put("/v1/feeds/sistra/record", json=body, headers=self.headers)
        assert answer.json()["outcome"].startswith("accepted"), answer.text

    async def person(self, order: int, number: str = SECOND) -> str:
        return str((await self.registry.rows(MEMBER, number, order))[0][0])

    async def act(self, path: str, body: dict[str, Any], version: str) -> Any:
        """With a second word where it takes one."""
        said = await self.ana.post(path, {**body, **REASON}, version=version)
        if said["state"] == "proposed":
            said = await self.rosa.post(f"/v1/review/decisions/{said['id']}/confirm", REASON)
        assert said["state"] == "effective"
        return said

    async def merge(self) -> Any:
        here, there = await self.person(1, FIRST), await self.person(1)
        assert here != there
        version, _ = await self.ana.members("person", here)
        return await self.act(f"/v1/persons/{here}/merge", {"other": there}, version)

    async def resting(self) -> Any:
        return (await self.ana.get("/v1/review/decisions", resting=True))["items"]

    async def together(self, order: int) -> bool:
        """Whether that mention of the second file is the person of the first; from scratch too."""
        found = await self.person(1, FIRST) == await self.person(order)
        await self.registry.linker.reconcile_full()
        assert found == (await self.person(1, FIRST) == await self.person(order))
        return found


@pytest.fixture
def desk(services: Services, api: httpx.AsyncClient, bearer: Bearer) -> Desk:
    return Desk(services, api, bearer)


async def test_a_merge_follows_the_person_to_another_number_and_back(desk: Desk) -> None:
    await desk.put(FIRST, DIANA)
    await desk.put(SECOND, TICLLA, FELIPA)
    merged = await desk.merge()
    assert (await desk.together(1), await desk.together(2)) == (True, False)
    await desk.put(SECOND, FELIPA, TICLLA)
    assert (await desk.together(1), await desk.together(2)) == (False, True)
    await desk.put(SECOND, TICLLA, FELIPA)
    assert (await desk.together(1), await desk.together(2)) == (True, False)
    await desk.put(SECOND, FELIPA, TICLLA)
    await desk.ana.undo(merged["id"])
    assert (await desk.together(1), await desk.together(2)) == (False, False)


async def test_a_correction_keeps_the_word(desk: Desk) -> None:
    await desk.put(FIRST, DIANA)
    await desk.put(SECOND, TICLLA, FELIPA)
    await desk.merge()
    for corrected in (TICLLA | {"edad": 31}, TICLLA | {"apellidoPaterno": "SAMATA"}):
        await desk.put(SECOND, corrected, FELIPA)
        assert (await desk.together(1), await desk.together(2)) == (True, False)


async def test_a_word_on_who_was_replaced_rests_until_they_are_named_again(desk: Desk) -> None:
    await desk.put(FIRST, DIANA)
    await desk.put(SECOND, TICLLA)
    merged = await desk.merge()
    assert await desk.resting() == []
    await desk.put(SECOND, FELIPA)
    assert not await desk.together(1)
    assert [(each["id"], each["resting"]) for each in await desk.resting()] == [(merged["id"], 1)]
    await desk.put(SECOND, FELIPA, TICLLA)
    assert await desk.resting() == []
    assert (await desk.together(1), await desk.together(2)) == (False, True)


async def test_a_split_follows_the_person(desk: Desk) -> None:
    papers = {"documento": {"tipo": "DNI", "numero": "29150731"}}
    await desk.put(FIRST, DIANA | papers)
    await desk.put(SECOND, DIANA | papers, FELIPA)
    assert await desk.together(1)
    person = await desk.person(1)
    version, members = await desk.ana.members("person", person)
    await desk.act(f"/v1/persons/{person}/split", {"parts": [members[:1], members[1:]]}, version)
    assert not await desk.together(1)
    await desk.put(SECOND, FELIPA, DIANA | papers)
    assert (await desk.together(1), await desk.together(2)) == (False, False)


async def test_a_pin_follows_the_person(desk: Desk) -> None:
    await desk.put(SECOND, TICLLA, FELIPA)
    member = {"feed": "sistra", "number": SECOND, "role": "victim", "order": 1}
    body = {"attribute": "sex", "value": "male", "member": member, **REASON}
    await desk.ana.post(f"/v1/persons/{await desk.person(1)}/pins", body, 201)
    told = []
    for people in ((TICLLA, FELIPA), (FELIPA, TICLLA)):
        await desk.put(SECOND, *people)
        told.append(
            [
                (await desk.ana.get(f"/v1/persons/{await desk.person(order)}"))["sex"]["value"]
                for order in (1, 2)
            ]
        )
    assert told == [["male", "female"], ["female", "male"]]
