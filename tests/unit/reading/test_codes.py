"""Words of a list become its codes; a word on no list is lost and said."""

import pytest

from adapters.reading.codes import (
    EXPLOITATION_PLACES,
    PURPOSES,
    RECRUITMENTS,
    RELATIONS,
    read_code,
    read_codes,
    read_sex,
)
from schemas.translation import IssueCode
from schemas.vocabulary import ExploitationPlace, Purpose, Recruitment, Relation, Sex
from support.reading_kit import cell, said, warned


def test_several_codes_are_separated_by_a_slash_and_count_once() -> None:
    one = cell("explotación laboral / SERVIDUMBRE/EXPLOTACION_LABORAL")
    assert read_codes(one, PURPOSES) == (Purpose.LABOUR_EXPLOITATION, Purpose.SERVITUDE)
    assert said(one) == []


def test_a_word_on_no_list_is_lost_and_said_and_never_a_default() -> None:
    one = cell("ENGA¥O / MAGIA")
    assert read_codes(one, RECRUITMENTS) == (Recruitment.DECEPTION,)
    assert said(one) == warned(IssueCode.VALUE_UNKNOWN)
    other = cell("NAVE ESPACIAL")
    assert read_code(other, EXPLOITATION_PLACES) is None
    assert said(other) == warned(IssueCode.VALUE_UNKNOWN)


def test_unknown_is_no_code_and_no_warning() -> None:
    one = cell("S/D")
    assert read_codes(one, PURPOSES) == ()
    assert said(one) == []


def test_desconocido_is_a_code_where_the_list_has_it() -> None:
    assert read_code(cell("DESCONOCIDO"), RELATIONS) is Relation.STRANGER
    assert read_code(cell("DESCONOCIDO"), EXPLOITATION_PLACES) is None
    assert read_code(cell("vía pública"), EXPLOITATION_PLACES) is ExploitationPlace.PUBLIC_ROAD


@pytest.mark.parametrize("text", ["F", "femenino", "MUJER"])
def test_words_for_female(text: str) -> None:
    assert read_sex(cell(text)) is Sex.FEMALE


@pytest.mark.parametrize("text", ["M", "MASCULINO", "HOMBRE", "VARÓN"])
def test_words_for_male(text: str) -> None:
    assert read_sex(cell(text)) is Sex.MALE
