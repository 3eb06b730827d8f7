"""The invented world: the same for the same seed, consistent in itself, and as troubled as declared."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

import pytest

from app.world.people import is_placeholder
from app.world.rates import Difficulty, Rates
from app.world.records import SaidPerson, SaidRecord
from app.world.world import World
from schemas.vocabulary import DocumentType, Feed, Role

CASES = 1_500


@lru_cache(maxsize=4)
def records(difficulty: Difficulty) -> tuple[SaidRecord, ...]:
    world = World.generate(CASES, 11, difficulty)
    return tuple(history.final for _, group in world.histories() for history in group if history.stands)


def people(difficulty: Difficulty, feed: Feed, role: Role) -> Iterator[SaidPerson]:
    for record in records(difficulty):
        if record.feed is feed:
            yield from (said for said in record.people if said.role is role and said.person)


def test_the_same_seed_gives_the_same_world() -> None:
    one, other = (list(World.generate(60, 5).observations()) for _ in range(2))
    assert one == other
    assert list(World.generate(60, 5).truth()) == list(World.generate(60, 5).truth())


def test_another_seed_or_difficulty_gives_another_world() -> None:
    base = list(World.generate(30, 5).observations())
    assert base != list(World.generate(30, 6).observations())
    assert base != list(World.generate(30, 5, "hard").observations())


def test_a_world_by_mentions_stops_when_it_has_them() -> None:
    rows = list(World.generate(mentions=500, seed=2).truth())
    assert 500 <= sum(1 for row in rows if row.role) < 600


def test_size_is_given_one_way() -> None:
    with pytest.raises(ValueError, match="either"):
        World.generate(10, mentions=10)
    with pytest.raises(ValueError, match="either"):
        World.generate()
    with pytest.raises(ValueError, match="positive"):
        World.generate(0)


def test_record_numbers_are_never_given_twice() -> None:
    world = World.generate(CASES, 11)
    numbers = Counter(
        (history.final.feed, history.final.number) for _, group in world.histories() for history in group
    )
    assert max(numbers.values()) == 1


def test_truth_and_observations_name_the_same_mentions() -> None:
    world = World.generate(200, 8)
    said = {
        (o.feed.value, o.number, str(m.order), m.role.value)
        for o in world.observations()
        for m in o.mentions
        if m.role in (Role.VICTIM, Role.SUSPECT)
    }
    assert said == {(r.feed, r.record, r.order, r.role) for r in world.truth() if r.role}


def test_every_true_case_leaves_a_record() -> None:
    cases = {record.case for record in records(Difficulty.NORMAL) if record.case}
    assert cases == set(range(1, CASES + 1))


def test_a_person_keeps_sex_and_stands_once_in_a_record() -> None:
    for record in records(Difficulty.HARD):
        named = [said.person for said in record.people if said.person]
        assert len(named) == len(set(named))
    sexes: dict[int, set[object]] = {}
    for case, _ in World.generate(CASES, 11).histories():
        for person in (*case.victims, *case.suspects):
            sexes.setdefault(person.number, set()).add((person.sex, person.birth, person.documents))
    assert all(len(found) == 1 for found in sexes.values())


def test_dates_are_in_order_and_between_2019_and_2025() -> None:
    for case, group in World.generate(CASES, 11, "hard").histories():
        assert date(2019, 1, 1) <= case.facts <= date(2025, 12, 31)
        for history in group:
            for version in history.delivered:
                assert version.reported <= version.stamp, version.feed
                assert version.stamp.year in range(2019, 2026), version.feed
            stamps = {version.stamp for version in history.delivered}
            assert history.final.stamp == max(stamps)


def test_all_ages_stated_are_near_the_age_at_the_facts() -> None:
    for case, group in World.generate(400, 3, "hard").histories():
        born = {p.number: p.birth for p in (*case.victims, *case.suspects)}
        for history in group:
            for said in history.final.people:
                if said.person and said.age:
                    years = (case.facts - born[said.person]).days / 365.2425
                    assert said.age[0] - 3 <= years <= said.age[1] + 3


def test_no_placeholder_is_evidence() -> None:
    for record in records(Difficulty.HARD):
        for said in record.people:
            if said.document is not None:
                assert not is_placeholder(said.document)
                assert said.document_type is not DocumentType.DNI or len(said.document) == 8


def share(items: list[bool]) -> float:
    return sum(items) / len(items)


@pytest.mark.parametrize("difficulty", list(Difficulty))
def test_troubles_are_as_frequent_as_declared(difficulty: Difficulty) -> None:
    rates = Rates.of(difficulty)
    accused = list(people(difficulty, Feed.RETA_PNP, Role.SUSPECT))
    assert share([said.unidentified for said in accused]) == pytest.approx(rates.suspect_unknown, abs=0.03)
    victims = list(people(difficulty, Feed.SISTRA, Role.VICTIM))
    keyed = share([said.protected_key is not None for said in victims])
    assert keyed == pytest.approx((rates.carpeta_key_minor + rates.carpeta_key_adult) / 2, abs=0.04)
    court = list(people(difficulty, Feed.PODER_JUDICIAL, Role.VICTIM))
    initials = share([said.initials is not None for said in court])
    assert initials == pytest.approx((rates.court_initials_minor + rates.court_initials_adult) / 2, abs=0.06)
    police = list(people(difficulty, Feed.RETA_PNP, Role.VICTIM))
    assert share([said.document_text is None for said in police]) == pytest.approx(
        rates.police_victim_no_document, abs=0.06
    )


def test_harder_worlds_have_more_persons_in_several_cases_and_fewer_citations() -> None:
    recurring, cited = [], []
    for difficulty in Difficulty:
        cases: dict[int, set[int]] = {}
        for record in records(difficulty):
            for said in record.people:
                cases.setdefault(said.person, set()).add(record.case)
        recurring.append(share([len(found) > 1 for person, found in cases.items() if person]))
        cited.append(share([bool(r.citations) for r in records(difficulty) if r.feed is Feed.SISTRA]))
    assert recurring == sorted(recurring)
    assert cited == sorted(cited, reverse=True)


def test_about_half_of_the_victims_are_minors() -> None:
    minors = []
    for case, _ in World.generate(CASES, 11).histories():
        minors += [(case.facts - person.birth).days < 18 * 365.2425 for person in case.victims]
    assert share(minors) == pytest.approx(0.5, abs=0.06)


def test_victims_become_suspects_and_wrong_citations_name_other_cases() -> None:
    roles: dict[int, set[Role]] = {}
    wrong = 0
    for record in records(Difficulty.NORMAL):
        wrong += any(citation.wrong for citation in record.citations)
        for said in record.people:
            if said.person:
                roles.setdefault(said.person, set()).add(said.role)
    assert sum(len(found) == 2 for found in roles.values()) > 5
    assert wrong > 20
