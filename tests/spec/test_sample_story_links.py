"""The story of the samples, from observations written by hand: cases A-M, persons P1-P21, the unknown
apart."""

import random

import pytest

from app.reconciliation.scoring import Model
from support.expected import PERSONS
from support.reference_linker import Linked, link
from support.sample_story import OBSERVATIONS


@pytest.fixture(scope="module")
def linked() -> Linked:
    return link(OBSERVATIONS, Model.load())


def test_there_are_eleven_cases(linked: Linked) -> None:
    assert len(linked.cases) == 11


@pytest.mark.parametrize("person", PERSONS)
def test_each_person_holds_their_mentions_and_no_other(linked: Linked, person: str) -> None:
    assert frozenset(PERSONS[person]) in linked.persons


def test_there_is_nobody_else(linked: Linked) -> None:
    assert len(linked.persons) == len(PERSONS) == 24


@pytest.mark.parametrize(
    "alias_only",
    [
        ("reta-pnp", "COM-JUANJUI-2024-77", "suspect", 4),  # CHITO
        ("linea-1818", "1818-2023-004431", "suspect", 2),  # DOÑA CASI
    ],
)
def test_an_alias_is_a_hint_for_a_reviewer(linked: Linked, alias_only: tuple[str, str, str, int]) -> None:
    assert any(alias_only in pair for pair in linked.unsure_persons)


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_arrival_says_nothing(linked: Linked, seed: int) -> None:
    shuffled = random.Random(seed).sample(OBSERVATIONS, len(OBSERVATIONS))
    assert link(shuffled, Model.load()) == linked
