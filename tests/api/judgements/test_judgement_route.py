"""A judgement over HTTP: why, in words and as a picture, with its history, and without identity."""

import json
import math
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from sqlalchemy import text

from app.db.engine import Database
from app.reconciliation.explanations import Sight
from app.reconciliation.ledger import Decision
from app.wiring import Services
from support.keeping import Registry
from support.sample_story import OBSERVATIONS
from support.web_fixtures import Bearer

EXACT = ("registry:read", "identity:read", "review")
LATEST = """
SELECT DISTINCT ON (kind, a, b) id, kind, weight FROM judgement
WHERE judge = 'machine' ORDER BY kind, a, b, id DESC
"""


async def rows(services: Services, query: str) -> Sequence[Any]:
    async with services.database.read() as session:
        return (await session.execute(text(query))).all()


async def ask(
    api: httpx.AsyncClient, judgement: object, headers: dict[str, str], **more: str
) -> httpx.Response:
    return await api.get(f"/v1/judgements/{judgement}", headers=headers | more)


async def test_the_parts_of_every_judgement_add_up_to_the_weight_of_the_ledger(
    sample_services: Services, sample_api: httpx.AsyncClient, sample_bearer: Bearer
) -> None:
    headers = sample_bearer(*EXACT)
    seen = await rows(sample_services, LATEST)
    assert {row.kind for row in seen} == {"case", "person"}
    for row in seen:
        told = (await ask(sample_api, row.id, headers)).json()
        assert math.fsum(step["bits"] for step in told["explanation"]["steps"]) == row.weight
        assert told["explanation"]["weight"] == row.weight == told["judgement"]["weight"]
        assert told["explanation"]["notes"] == []
        assert told["explanation"]["outcome"] in {told["judgement"]["outcome"], "same"}
        assert told["standing"] == row.id


async def test_who_may_not_see_identities_is_told_levels_and_no_figure_that_depends_on_a_name(
    sample_services: Services, sample_api: httpx.AsyncClient, sample_bearer: Bearer
) -> None:
    for row in await rows(sample_services, LATEST):
        told = (await ask(sample_api, row.id, sample_bearer("registry:read"))).json()
        if row.kind == "person":
            explanation = told["explanation"]
            assert explanation["exact"] is False
            assert (explanation["weight"], explanation["probability"]) == (None, None)
            assert {item["weight"] for item in told["history"]} == {None}
            assert "rarity" not in {step["kind"] for step in explanation["steps"]}
        assert told["explanation"]["steps"]
        assert told["explanation"]["people"] == []


@pytest.mark.parametrize("scopes", [("registry:read",), EXACT])
async def test_no_explanation_and_no_picture_names_anybody(
    sample_services: Services, sample_api: httpx.AsyncClient, sample_bearer: Bearer, scopes: tuple[str, ...]
) -> None:
    secrets = {"QUISPE", "HUAMAN", "CCORI", "ODALIS", "29150731", "MAMANI"}
    headers = sample_bearer(*scopes)
    for row in await rows(sample_services, LATEST):
        said = json.dumps((await ask(sample_api, row.id, headers)).json()).upper()
        drawn = (await sample_api.get(f"/v1/judgements/{row.id}/waterfall.svg", headers=headers)).text.upper()
        assert not [word for word in secrets if word in said or word in drawn]


async def test_the_picture_is_given_by_its_address_and_by_what_is_accepted(
    sample_services: Services, sample_api: httpx.AsyncClient, sample_bearer: Bearer
) -> None:
    headers, first = sample_bearer("review"), (await rows(sample_services, LATEST))[0]
    by_address = await sample_api.get(f"/v1/judgements/{first.id}/waterfall.svg", headers=headers)
    by_accept = await ask(sample_api, first.id, headers, Accept="image/svg+xml")
    assert by_address.headers["content-type"].startswith("image/svg+xml")
    assert by_address.text == by_accept.text
    assert ElementTree.fromstring(by_address.text).get("role") == "img"
    both = await ask(sample_api, first.id, headers, Accept="image/svg+xml, application/json")
    assert both.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("judgement", "status"), [("999999", 404), ("0", 422), ("x", 422), (str(2**63), 422)]
)
async def test_what_is_no_judgement_is_refused(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer, judgement: str, status: int
) -> None:
    answer = await ask(sample_api, judgement, sample_bearer("registry:read"))
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.fixture
async def decided(database: Database, services: Services) -> Registry:
    """The story, kept and linked with the keys of ``services``."""
    registry = Registry(database, services.keyring)
    await registry.keep_all(*OBSERVATIONS)
    await registry.linker.link_pending()
    return registry


PAIR = "SELECT a, b FROM judgement WHERE kind = 'person' AND outcome = 'same' ORDER BY id LIMIT 1"


async def test_the_history_of_a_pair_holds_every_word_old_and_new(
    decided: Registry, services: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    ((a, b),) = await decided.rows(PAIR)
    for outcome in ("different", "withdrawn", "same"):
        async with services.database.write() as session:
            await services.linker.decide(session, Decision("person", a, b, outcome, "revisora-1", "lo vio"))  # type: ignore[arg-type]
    ids = [
        row[0] for row in await decided.rows("SELECT id FROM judgement WHERE a=$1 AND b=$2 ORDER BY id", a, b)
    ]
    told = (await ask(api, ids[0], bearer(*EXACT))).json()
    assert [item["id"] for item in told["history"]] == ids
    words = [item["outcome"] for item in told["history"] if item["judge"] == "revisora-1"]
    assert words == ["different", "withdrawn", "same"]
    assert {item["reason"] for item in told["history"] if item["judge"] == "revisora-1"} == {"lo vio"}
    standing = next(item for item in told["history"] if item["id"] == told["standing"])
    assert (standing["judge"], standing["outcome"]) == ("revisora-1", "same")
    assert any("revisor" in note for note in told["explanation"]["notes"])
    unseen = (await ask(api, ids[0], bearer("registry:read"))).json()
    assert {item["reason"] for item in unseen["history"]} == {None}
    assert "revisora-1" not in json.dumps(unseen)


async def test_a_judgement_of_a_model_that_is_not_at_hand_is_shown_as_it_was_stored(
    decided: Registry, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    ((a, b),) = await decided.rows(PAIR)
    ((old,),) = await decided.rows(
        "INSERT INTO judgement (kind, a, b, outcome, weight, probability, model, judge) "
        "VALUES ('person', $1, $2, 'same', 17.5, 0.9, '1999.01', 'machine') RETURNING id",
        a,
        b,
    )
    explanation = (await ask(api, old, bearer(*EXACT))).json()["explanation"]
    assert (explanation["basis"], explanation["weight"], explanation["model"]) == (
        "as_stored",
        17.5,
        "1999.01",
    )
    assert explanation["steps"] == []
    assert "modelo" in explanation["notes"][0]
    picture = await api.get(f"/v1/judgements/{old}/waterfall.svg", headers=bearer(*EXACT))
    assert ElementTree.fromstring(picture.text) is not None


async def test_a_mention_that_is_no_longer_named_is_no_rival_and_its_own_judgement_is_shown_as_stored(
    decided: Registry, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    ((a, b),) = await decided.rows(PAIR)
    ((first,),) = await decided.rows("SELECT min(id) FROM judgement WHERE a = $1 AND b = $2", a, b)
    ((ghost,),) = await decided.rows(
        """INSERT INTO mention (record_id, role, "order", kind, present, measures, services)
        SELECT record_id, role, 99, kind, false, '[]', '[]' FROM mention WHERE id = $1 RETURNING id""",
        b,
    )
    await decided.rows("INSERT INTO edge VALUES ('person', $1, $2, 30.0, 'unsure', 0.5)", a, ghost)
    told = (await ask(api, first, bearer(*EXACT))).json()["explanation"]
    assert "rivals" not in {step["kind"] for step in told["steps"]}
    await decided.rows("UPDATE mention SET present = false WHERE id = $1", b)
    stored = (await ask(api, first, bearer(*EXACT))).json()["explanation"]
    assert (stored["basis"], stored["steps"]) == ("as_stored", [])
    assert any("no se compara" in note for note in stored["notes"])


async def test_a_judgement_that_todays_records_no_longer_bear_out_says_so(
    decided: Registry, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    ((a, b, model),) = await decided.rows(PAIR.replace("a, b", "a, b, model"))
    ((old,),) = await decided.rows(
        "INSERT INTO judgement (kind, a, b, outcome, weight, probability, model, judge) "
        "VALUES ('person', $1, $2, 'same', 99.0, 0.9, $3, 'machine') RETURNING id",
        *(a, b, model),
    )
    explanation = (await ask(api, old, bearer(*EXACT))).json()["explanation"]
    assert explanation["basis"] == "recomputed"
    assert any("cambió" in note for note in explanation["notes"])


async def test_any_pair_can_be_explained_by_its_names_and_persons_by_their_ids(
    sample_services: Services,
) -> None:
    members = await rows(
        sample_services,
        """SELECT r.feed, r.number, m.role, m."order", p.person_id
        FROM mention m JOIN record r ON r.id = m.record_id
        JOIN person_member p ON p.mention_id = m.id ORDER BY m.id""",
    )
    first, other = members[0], next(row for row in members if row.person_id != members[0].person_id)
    names = [f"{row.feed}:{row.number}:{row.role}:{row.order}" for row in (first, other)]
    explanations, sight = sample_services.explanations, Sight(exact=True)
    async with sample_services.database.read() as session:
        told = await explanations.between(session, *names, sight)
        people = await explanations.between(session, str(first.person_id), str(other.person_id), sight)
        records = await explanations.between(
            session, f"{first.feed}:{first.number}", f"{other.feed}:{other.number}", sight
        ) if (first.feed, first.number) != (other.feed, other.number) else None  # fmt: skip
    assert told.kind == people.kind == "person"
    assert {told.a.entity, told.b.entity} == {first.person_id, other.person_id}
    assert people.weight is not None and told.weight is not None  # noqa: PT018
    assert people.weight >= told.weight
    assert told.outcome == "different"
    assert records is None or records.kind == "case"
