"""Ages as people write them, and how a birth date and a stated age settle."""

from datetime import date

import pytest

from adapters.reading.ages import Age, AgeDays, Life, parse_age, read_age, settle_age
from schemas.translation import IssueCode
from support.reading_kit import cell, noted, said, warned


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("15", Age(15, 15)),
        ("15.0", Age(15, 15)),
        ("15 AÑOS", Age(15, 15)),
        ("14 O 15", Age(14, 15, True)),
        ("15-14", Age(14, 15, True)),
        ("ENTRE 14 Y 16 AÑOS", Age(14, 16, True)),
        ("APROX 15", Age(15, 15, True)),
        ("aprox. 15 años", Age(15, 15, True)),
        ("8 MESES", Age(0, 0)),
        ("doce", None),
        ("-5", None),
        ("15 Y MEDIO", None),
    ],
)
def test_ages_as_people_write_them(text: str, age: Age | None) -> None:
    assert parse_age(text) == age


@pytest.mark.parametrize("text", ["999", "250", "111"])
def test_nobodys_age_is_unknown_with_a_warning(text: str) -> None:
    one = cell(text)
    assert read_age(one) == Age()
    assert said(one) == warned(IssueCode.AGE_IMPLAUSIBLE)


def test_an_age_in_words_is_unknown_with_a_warning() -> None:
    one = cell("doce")
    assert read_age(one) == Age()
    assert said(one) == warned(IssueCode.NUMBER_UNREADABLE)


def test_an_approximate_age_is_noted_and_no_warning() -> None:
    one = cell("14 O 15")
    assert read_age(one) == Age(14, 15, True)
    assert said(one) == noted(IssueCode.AGE_APPROXIMATE)


BORN = date(2007, 5, 14)


@pytest.mark.parametrize("stated", [Age(16, 16), Age(15, 15), Age(14, 14), Age(), Age(12, 14, True)])
def test_the_birth_date_gives_the_age_at_the_day_and_a_year_off_is_nothing_where_no_other_day_is_known(
    stated: Age,
) -> None:
    birth, age = cell("14/05/2007"), cell("x")
    assert settle_age(BORN, stated, AgeDays(date(2023, 3, 10)), birth, age) == Life(BORN, Age(15, 15))
    assert said(age) == said(birth) == []


@pytest.mark.parametrize(
    ("stated", "disagrees"),
    [
        (Age(15, 15), False),
        (Age(16, 16), False),
        (Age(14, 14), True),
        (Age(17, 17), True),
        (Age(17, 17, True), False),
    ],
)
def test_where_the_days_are_known_a_stated_age_is_that_of_one_of_them(stated: Age, disagrees: bool) -> None:
    birth, age = cell("14/05/2007"), cell("x")
    days = AgeDays(date(2023, 5, 13), date(2023, 5, 14))  # 15 at the facts, 16 at the denuncia
    assert settle_age(BORN, stated, days, birth, age) == Life(BORN, Age(15, 15))
    assert said(age) == (warned(IssueCode.AGE_DISAGREES) if disagrees else [])


def test_the_birth_date_wins_over_the_age_with_a_warning() -> None:
    birth, age = cell("14/05/2007"), cell("25")
    assert settle_age(BORN, Age(25, 25), AgeDays(date(2023, 3, 10)), birth, age).age == Age(15, 15)
    assert said(age) == warned(IssueCode.AGE_DISAGREES)


def test_the_birthday_itself_completes_a_year() -> None:
    ages = [
        settle_age(BORN, Age(), AgeDays(day), cell(""), cell("")).age.least
        for day in (date(2023, 5, 13), date(2023, 5, 14), date(2024, 2, 29))
    ]
    assert ages == [15, 16, 16]


def test_a_birth_after_the_facts_is_unknown_and_the_age_stands() -> None:
    birth = cell("14/05/2007")
    assert settle_age(BORN, Age(15, 15), AgeDays(date(2006, 1, 1)), birth, cell("15")) == Life(
        None, Age(15, 15)
    )
    assert said(birth) == warned(IssueCode.DATE_IMPLAUSIBLE)


def test_without_a_day_nothing_is_counted() -> None:
    assert settle_age(BORN, Age(), AgeDays(None), cell(""), cell("")) == Life(BORN, Age())
