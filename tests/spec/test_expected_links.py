"""The contract's sample files through the adapters and the pure rules: what ``samples/EXPECTED.md`` says
of them."""

import random

import pytest

from adapters.base import Form
from adapters.catalog import CATALOG
from app.reconciliation.scoring import Model
from schemas.observations import Observation
from schemas.vocabulary import Feed
from support.deliveries import SAMPLES, translate
from support.expected import PERSONS
from support.reference_linker import Linked, link
from support.sample_story import OBSERVATIONS

FILES = {
    Feed.RETA_PNP: ("reta_pnp.csv", Form.CSV),
    Feed.SISTRA: ("sistra.ndjson", Form.NDJSON),
    Feed.PODER_JUDICIAL: ("poder_judicial.xml", Form.XML),
    Feed.LINEA_1818: ("linea_1818.xlsx", Form.XLSX),
}


@pytest.fixture(scope="module")
def held() -> list[Observation]:
    """The version of each record that wins: the later stamp; the first of one stamp."""
    winners: dict[tuple[Feed, str], Observation] = {}
    for feed, (name, form) in FILES.items():
        for translation in translate(CATALOG[feed], (SAMPLES / name).read_bytes(), form):
            found = translation.observation
            if found is None:
                continue
            standing = winners.get((feed, found.key))
            if standing is None or found.stamp > standing.stamp:
                winners[feed, found.key] = found
    return list(winners.values())


@pytest.fixture(scope="module")
def linked(held: list[Observation]) -> Linked:
    return link(held, Model.load())


def test_there_are_eleven_cases(linked: Linked) -> None:
    assert len(linked.cases) == 11


@pytest.mark.parametrize("person", PERSONS)
def test_each_person_holds_their_mentions_and_no_other(linked: Linked, person: str) -> None:
    assert frozenset(PERSONS[person]) in linked.persons


def test_there_is_nobody_else(linked: Linked) -> None:
    assert len(linked.persons) == len(PERSONS) == 24


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_arrival_gives_the_same(held: list[Observation], linked: Linked, seed: int) -> None:
    assert link(random.Random(seed).sample(held, len(held)), Model.load()) == linked


def test_the_story_written_by_hand_holds_the_same_live_records(held: list[Observation]) -> None:
    by_hand = {(o.feed, o.key) for o in OBSERVATIONS if o.makes_case}
    assert by_hand == {(o.feed, o.key) for o in held if o.makes_case}
