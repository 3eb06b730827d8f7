"""Nationality, documents, names, initials and protected keys."""

import pytest

from adapters.reading.ages import Age
from adapters.reading.notes import Cell, Notes
from adapters.reading.persons import (
    read_document,
    read_free_name,
    read_initials,
    read_name,
    read_names,
    read_nationality,
    read_protected_key,
)
from schemas.translation import IssueCode
from schemas.vocabulary import DocumentType, Severity
from support.reading_kit import cell, said, warned


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("PERUANA", "PER"),
        ("peruano", "PER"),
        ("PERÚ", "PER"),
        ("PER", "PER"),
        ("VENEZOLANA", "VEN"),
        ("BOLIVIA", "BOL"),
        ("ESPA¥OLA", "ESP"),
        ("Estadounidense", "USA"),
        ("BRASILEÑO", "BRA"),
    ],
)
def test_nationality_is_an_adjective_a_country_or_its_code(text: str, code: str) -> None:
    assert read_nationality(cell(text)) == code


def test_an_unlisted_nationality_is_unknown_with_a_warning() -> None:
    one = cell("MARCIANA")
    assert read_nationality(one) is None
    assert said(one) == warned(IssueCode.VALUE_UNKNOWN)


@pytest.mark.parametrize(
    ("kind", "number", "code", "severity"),
    [
        ("DNI", "12345678", IssueCode.DOCUMENT_PLACEHOLDER, Severity.NOTE),
        ("DNI", "2441", IssueCode.DOCUMENT_UNREADABLE, Severity.WARNING),
        ("DNI", "24410987-6", IssueCode.DOCUMENT_CHECK_FAILED, Severity.WARNING),
        ("LE", "24410987", IssueCode.VALUE_UNKNOWN, Severity.WARNING),
        ("", "24410987", IssueCode.DOCUMENT_UNREADABLE, Severity.WARNING),
    ],
)
def test_a_document_without_evidence_is_none_and_said(
    kind: str, number: str, code: IssueCode, severity: Severity
) -> None:
    notes = Notes()
    assert read_document(Cell(kind, "T", notes), Cell(number, "N", notes)) is None
    assert [(issue.code, issue.severity) for issue in notes.issues] == [(code, severity)]


@pytest.mark.parametrize("number", ["", "S/D", "-", "NO REGISTRA"])
def test_no_document_is_nothing_to_say(number: str) -> None:
    one, other = cell(""), cell(number)
    assert read_document(one, other) is None
    assert said(one) == said(other) == []


def test_a_document_keeps_type_and_canonical_number() -> None:
    notes = Notes()
    document = read_document(Cell("dni", "T", notes), Cell("2471126", "N", notes))
    assert document is not None
    assert (document.type, document.number) == (DocumentType.DNI, "02471126")
    assert [issue.code for issue in notes.issues] == [IssueCode.DOCUMENT_ZERO_RESTORED]


@pytest.mark.parametrize(
    ("text", "name", "age"),
    [
        ("ODA APROX 15 AÑOS", "ODA", Age(15, 15, True)),
        ("SR. TEODOMIRO", "TEODOMIRO", Age()),
        ("Srta. María Núñez (15)", "María Núñez", Age(15, 15)),
        ("DONATO", "DONATO", Age()),
        ("UNA CHICA", None, Age()),
        ("una menor de 14 o 15 años", None, Age(14, 15, True)),
    ],
)
def test_a_callers_words_give_a_name_an_age_or_only_somebody(text: str, name: str | None, age: Age) -> None:
    found = read_free_name(cell(text))
    assert (found.name, found.age, found.described) == (name, age, True)


@pytest.mark.parametrize("text", ["", "NN", "N.N.", "NO PRECISA"])
def test_nn_describes_nobody(text: str) -> None:
    assert not read_free_name(cell(text)).described


@pytest.mark.parametrize(
    ("text", "letters", "age"),
    [
        ("Y.P.S.L.", "YPSL", None),
        ("M. C. H.", "MCH", None),
        ("MCH", "MCH", None),
        ("O.Y.C.H", "OYCH", None),
        ("MENOR DE INICIALES M.R.Q. (15)", "MRQ", 15),
        ("menor de iniciales C.Ñ.A. (16 años)", "CÑA", 16),
        ("M.CH.LL.", "MCL", None),
    ],
)
def test_initials_are_letters_alone(text: str, letters: str, age: int | None) -> None:
    one = cell(text)
    initials = read_initials(one)
    assert (initials.letters, initials.age.least) == (letters, age)
    assert said(one) == []


def test_a_name_is_no_initials() -> None:
    one = cell("AURISTELA ROJAS")
    assert read_initials(one).letters is None
    assert said(one) == warned(IssueCode.VALUE_UNKNOWN)


def test_initials_in_a_name_column_are_no_name() -> None:
    names = read_names(cell(""), cell(""), cell("MENOR DE INICIALES T.R.M. (14)"))
    assert (names.given, names.initials, names.age.least) == (None, "TRM", 14)


@pytest.mark.parametrize("text", ["NN", "", "-", "123", "..."])
def test_what_has_no_letters_is_no_name(text: str) -> None:
    assert read_name(cell(text)) is None


@pytest.mark.parametrize(
    "text", ["CLAVE 03-2023", "clave 3-2023", "CLAVE N° 03-2023", "03-2023", "CLAVE: 003/2023"]
)
def test_a_protected_key_has_one_form(text: str) -> None:
    assert read_protected_key(cell(text)) == "03-2023"
