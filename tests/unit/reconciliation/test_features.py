"""What a record gives matching to compare."""

from dataclasses import replace
from datetime import date

import pytest

from app.reconciliation.features import (
    decode,
    decode_report,
    encode,
    encode_report,
    report_features,
)
from app.world.world import World
from schemas.observations import Observation
from schemas.vocabulary import Feed, PartyKind, Role
from support.sample_story import person, record

FACTS = {"facts": "2024-03-01", "reported": "2024-03-10"}


def _only(observation: Observation):  # type: ignore[no-untyped-def]
    (found,) = report_features(observation).mentions
    return found


def test_features_survive_the_sealed_column() -> None:
    for observation in World.generate(cases=40, seed=3, difficulty="hard").observations():
        report = report_features(observation, record_id=7)
        mentions = [decode(encode(mention)) for mention in report.mentions]
        assert decode_report(encode_report(report), mentions, record_id=7) == report


def test_only_natural_victims_and_suspects_are_resolved() -> None:
    people = [
        person(Role.VICTIM, 1, "ROJAS//ANA"),
        person(Role.VICTIM, 2, kind=PartyKind.STATE),
        person(Role.WITNESS, 3, "ROJAS//ANA"),
        person(Role.COMPLAINANT, 4, "ROJAS//ANA"),
        person(Role.SUSPECT, 5, "ROJAS//LUIS"),
    ]
    found = report_features(record(Feed.RETA_PNP, "X-1", people, **FACTS)).mentions
    assert [(m.role, m.order) for m in found] == [("victim", 1), ("suspect", 5)]


def test_a_birth_date_is_a_day_and_an_age_an_interval() -> None:
    dated = _only(record(Feed.RETA_PNP, "X-1", [person(Role.VICTIM, 1, born="2010-09-09", age=30)], **FACTS))
    assert dated.birth_lo == dated.birth_hi == date(2010, 9, 9).toordinal()
    aged = _only(record(Feed.RETA_PNP, "X-1", [person(Role.VICTIM, 1, age=13)], **FACTS))
    assert aged.birth_lo <= date(2010, 9, 9).toordinal() <= aged.birth_hi


@pytest.mark.parametrize("age", [13, 14])
def test_a_court_states_the_age_at_the_facts_or_at_its_own_time(age: int) -> None:
    found = _only(
        record(Feed.PODER_JUDICIAL, "X-1", [person(Role.VICTIM, 1, age=age)], reported="2024-10-07")
    )
    assert found.birth_lo <= date(2010, 9, 9).toordinal() <= found.birth_hi


def test_an_approximate_age_is_wider_than_an_exact_one() -> None:
    exact, rough = (
        _only(record(Feed.LINEA_1818, "X-1", [person(Role.VICTIM, 1, age=15, approximate=flag)], **FACTS))
        for flag in (False, True)
    )
    assert rough.birth_lo < exact.birth_lo < exact.birth_hi < rough.birth_hi


def test_a_foreign_card_compares_without_its_letter() -> None:
    with_letter, without = (
        _only(record(Feed.SISTRA, "X-1", [person(Role.VICTIM, 1, doc=doc)], **FACTS))
        for doc in ("CI V21733908", "CI 21733908")
    )
    assert with_letter.document == without.document == "21733908"


@pytest.mark.parametrize(("alias", "nameable"), [("CHITO", False), (None, False)])
def test_an_alias_alone_names_nobody(alias: str | None, nameable: bool) -> None:
    found = _only(record(Feed.RETA_PNP, "X-1", [person(Role.SUSPECT, 1, alias=alias, sex="M")], **FACTS))
    assert found.nameable is nameable


def test_mentions_come_apart_from_their_record() -> None:
    report = report_features(record(Feed.RETA_PNP, "X-1", [person(Role.VICTIM, 1, "ROJAS//ANA")], **FACTS))
    assert decode_report(encode_report(report)) == replace(report, mentions=())
