"""No answer of the registry or the statistics names anybody: every word that the samples hold of a person
is looked for in every answer about them."""

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from adapters.catalog import CATALOG
from app.wiring import Services
from schemas.observations import Identity, Observation
from schemas.vocabulary import Feed
from support.deliveries import translate
from support.ingestion_kit import SAMPLE_FILES, sample
from support.sample_cases import get
from support.web_fixtures import Bearer

# What may be told of a person in a case: a field that is not here needs a decision first.
OF_A_PERSON = {"id", "roles", "sex", "nationality", "age_group", "minor", "relation", "mentions"}
OF_A_MENTION = {"role", "order", "person_id", "sex", "age_group"}
TELEPHONE = r"9000000\d\d"


def observations() -> Iterator[Observation]:
    """Every readable version in the samples, those that were superseded or annulled too."""
    for feed, (_, form) in SAMPLE_FILES.items():
        for translation in translate(CATALOG[feed], sample(feed), form):
            if translation.observation is not None:
                yield translation.observation


def plain(text: str) -> str:
    """Upper case, without accents; the only letters a comparison should need."""
    decomposed = unicodedata.normalize("NFKD", text.upper())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def words_of(identity: Identity) -> Iterator[str]:
    for name in (identity.paternal, identity.maternal, identity.given, identity.alias):
        for word in plain(name or "").split():
            if len(word) > 2 and word not in ("DEL", "VDA"):
                yield word
    if identity.initials:
        yield identity.initials
        yield ".".join(identity.initials)
    if identity.protected_key:
        yield identity.protected_key
    if identity.document:
        yield identity.document.number
    if identity.birth_date:
        yield identity.birth_date.isoformat()
        yield identity.birth_date.strftime("%d/%m/%Y")
    if identity.situation:
        yield plain(identity.situation)


def secrets() -> set[str]:
    found: set[str] = set()
    for seen in observations():
        for mention in seen.mentions:
            found.update(words_of(mention.identity))
        if seen.narrative:
            found.add(plain(seen.narrative))
    return found


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def answers(
    sample_services: Services, sample_api: httpx.AsyncClient, sample_bearer: Bearer
) -> dict[str, Any]:
    """Every answer that the registry and the statistics give about the samples, by path."""
    headers = sample_bearer("registry:read", "changes:read", "feeds:read", "statistics:exact")
    found: dict[str, Any] = {}

    async def ask(path: str, **params: object) -> Any:
        found[f"{path}{params or ''}"] = answer = await get(sample_api, path, headers, **params)
        return answer

    for item in (await ask("/v1/cases", limit=500))["items"]:
        case = await ask(f"/v1/cases/{item['id']}")
        for person in case["people"]:
            await ask(f"/v1/persons/{person['id']}")
    for feed, number in {(seen.feed, seen.number) for seen in observations()}:
        await ask(f"/v1/feeds/{feed}/record", number=number)
    await ask("/v1/changes", limit=500)
    await ask("/v1/feeds")
    await ask("/v1/statistics/overview")
    return found


def test_the_words_looked_for_are_those_of_the_people_of_the_samples() -> None:
    """A scan for nothing would find nothing."""
    found = secrets()
    assert {
        "ODALIS",
        "CCORI",
        "29150731",
        "2007-05-14",
        "01-2023",
        "M.C.H",
        "TURCO",
        "FATI",
        "CHITO",
    } <= found
    assert any("OFERTAS DE TRABAJO" in secret for secret in found)
    assert len(found) > 100


def test_no_answer_holds_a_word_about_a_person(answers: dict[str, Any]) -> None:
    assert len(answers) > 70
    wanted = re.compile(
        r"(?<![A-Z0-9])(?:"
        + "|".join(sorted(map(re.escape, secrets()), key=len, reverse=True))
        + r")(?![A-Z0-9])"
    )
    leaks = {
        (path, match[0])
        for path, answer in answers.items()
        for match in wanted.finditer(plain(json.dumps(answer, ensure_ascii=False)))
    }
    assert leaks == set()


def test_no_answer_holds_the_telephone_of_a_caller(answers: dict[str, Any]) -> None:
    assert not re.search(TELEPHONE, json.dumps(list(answers.values())))


def test_of_a_person_only_what_does_not_identify_is_told(answers: dict[str, Any]) -> None:
    people = [person for answer in answers.values() if "people" in answer for person in answer["people"]]
    assert people
    assert all(person.keys() == OF_A_PERSON for person in people)
    records = [answer for path, answer in answers.items() if path.startswith("/v1/feeds/")]
    assert all(mention.keys() == OF_A_MENTION for record in records for mention in record["mentions"])


def test_where_an_operator_says_a_call_went_is_not_told(answers: dict[str, Any]) -> None:
    """It is free text; that it went, and when, is what the road of a case needs."""
    events = [event for answer in answers.values() if "timeline" in answer for event in answer["timeline"]]
    referrals = [event for event in events if event["kind"] == "referral"]
    assert len(referrals) == 4
    assert {event["detail"] for event in referrals} == {None}


@pytest.mark.parametrize("feed", list(Feed))
async def test_a_number_that_is_a_name_is_not_repeated(
    sample_api: httpx.AsyncClient, sample_bearer: Bearer, feed: Feed
) -> None:
    answer = await sample_api.get(
        f"/v1/feeds/{feed}/record",
        params={"number": "ODALIS YARITZA 29150731"},
        headers=sample_bearer("registry:read"),
    )
    assert answer.status_code == 404
    assert "ODALIS" not in answer.text
    assert "29150731" not in answer.text
