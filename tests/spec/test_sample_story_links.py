"""The story of the samples, from observations written by hand: cases A-M, persons P1-P21, the unknown
apart."""

import random

import pytest

from app.reconciliation.scoring import Model
from tests.support.reference_linker import Linked, link
from tests.support.sample_story import CASES, OBSERVATIONS, PERSONS


@pytest.fixture(scope="module")
def linked() -> Linked:
    return link(OBSERVATIONS, Model.load())


def _cases(linked: Linked) -> set[frozenset[str]]:
    return {frozenset(number for _, number in case) for case in linked.cases}


def _persons(linked: Linked) -> set[frozenset[tuple[str, str, int]]]:
    return {frozenset((number, role, order) for _, number, role, order in p) for p in linked.persons}


@pytest.mark.parametrize("case", CASES)
def test_each_case_holds_its_records_and_no_other(linked: Linked, case: str) -> None:
    assert frozenset(CASES[case]) in _cases(linked)


def test_there_are_eleven_cases(linked: Linked) -> None:
    assert len(linked.cases) == len(CASES) == 11


@pytest.mark.parametrize("person", PERSONS)
def test_each_person_holds_their_mentions_and_no_other(linked: Linked, person: str) -> None:
    assert frozenset(PERSONS[person]) in _persons(linked)


def test_there_is_nobody_else(linked: Linked) -> None:
    assert len(linked.persons) == len(PERSONS)


@pytest.mark.parametrize("alias_only", ["unknown CHITO", "unknown DOÑA CASI"])
def test_an_alias_is_a_hint_for_a_reviewer(linked: Linked, alias_only: str) -> None:
    (number, role, order) = next(iter(PERSONS[alias_only]))
    assert any((number, role, order) in {m[1:] for m in pair} for pair in linked.unsure_persons)


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_arrival_says_nothing(linked: Linked, seed: int) -> None:
    shuffled = random.Random(seed).sample(OBSERVATIONS, len(OBSERVATIONS))
    assert link(shuffled, Model.load()) == linked
