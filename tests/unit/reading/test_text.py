"""What is unknown, how texts compare, and what a field keeps of what was sent."""

from datetime import datetime

import pytest

from adapters.reading.codes import read_sex
from adapters.reading.fields import Fields, scalar_text
from adapters.reading.folding import fold, fold_code
from adapters.reading.moments import LIMA
from adapters.reading.notes import Notes
from adapters.reading.words import is_unknown
from schemas.translation import IssueCode
from support.reading_kit import cell, said, warned


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        " - ",
        "S/D",
        "SD",
        "NN",
        "nn",
        "N.N.",
        "NO PRECISA",
        "no  registra",
        "NO INDICA",
        "POR IDENTIFICAR",
        "DESCONOCIDO",
        "IGNORADO",
    ],
)
def test_unknown_is_written_in_many_ways(text: str) -> None:
    assert is_unknown(text)


@pytest.mark.parametrize("text", ["NINA", "SOTO", "0", "NO"])
def test_a_value_is_not_unknown(text: str) -> None:
    assert not is_unknown(text)


def test_texts_compare_without_accents_case_and_double_spaces_and_enye_is_a_letter() -> None:
    assert fold("  Núñez   de la  Cruz ") == "NUÑEZ DE LA CRUZ"
    assert fold("NUNEZ") != fold("NUÑEZ")


@pytest.mark.parametrize("lost", ["NU¥EZ", "NU\\xd1EZ", "NUÃ‘EZ", "NU\ufffdEZ", "nuñez"])
def test_a_lost_enye_comes_back_where_texts_compare(lost: str) -> None:
    assert fold(lost) == "NUÑEZ"


def test_code_words_compare_with_enye_as_n() -> None:
    assert (
        fold_code("ENGA¥O") == fold_code("ENGAÑO") == fold_code("engaño") == fold_code("ENGA?O") == "ENGANO"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (18.0, "18"),
        (18.5, "18.5"),
        (7, "7"),
        (True, "SI"),
        (" x ", "x"),
        ([1], None),
        ({}, None),
        (datetime(2024, 5, 1, 8, 30, tzinfo=LIMA), "2024-05-01T08:30:00-05:00"),
        (float("inf"), "inf"),
    ],
)
def test_scalars_are_read_as_text_and_nothing_else_is(value: object, text: str | None) -> None:
    assert scalar_text(value) == text


def test_a_value_of_the_wrong_json_type_is_unknown_with_a_warning() -> None:
    notes = Notes(row=3)
    assert Fields({"edad": {"x": 1}}, notes, "agraviados[0].").cell("edad").text == ""
    (issue,) = notes.issues
    assert (issue.code, issue.row, issue.field) == (IssueCode.VALUE_UNKNOWN, 3, "agraviados[0].edad")


def test_characters_that_no_database_keeps_go_and_are_said() -> None:
    notes = Notes()
    assert Fields({"a": "X\0Y\x07\ud800"}, notes).cell("a").text == "XY?"
    assert [issue.code for issue in notes.issues] == [IssueCode.TEXT_UNDECODABLE]


def test_an_attribute_too_long_to_be_one_is_masked() -> None:
    fields = Fields({"sexo": "Q", "edad": "SE LLAMA AURISTELA"}, Notes())
    assert not fields.attribute("sexo").personal
    assert fields.attribute("edad").personal


def test_missing_and_unexpected_names_are_said() -> None:
    notes = Notes()
    Fields({"a": 1, "c": 2}, notes).check_names(["a", "b"])
    assert [(issue.code, issue.field) for issue in notes.issues] == [
        (IssueCode.FIELD_MISSING, "b"),
        (IssueCode.FIELD_UNEXPECTED, "X…"),
    ]


def test_one_thing_is_said_once() -> None:
    one = cell("XX")
    read_sex(one)
    read_sex(one)
    assert said(one) == warned(IssueCode.VALUE_UNKNOWN)
