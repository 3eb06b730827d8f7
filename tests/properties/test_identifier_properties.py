"""Identifiers hold for every number and every text, not only for the examples."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.identifiers import (
    Carpeta,
    Expediente,
    citation_key,
    dni_check_characters,
    natural_key,
    own_citation_key,
    parse_carpeta,
    parse_expediente,
    parse_ubigeo,
    read_document_number,
)
from schemas.vocabulary import DocumentType, Feed

expedientes = st.builds(
    Expediente,
    number=st.integers(0, 99_999),
    year=st.integers(1000, 9999),
    incident=st.integers(0, 999),
    court=st.from_regex(r"[0-9]{2}[0-9A-Z]{2}", fullmatch=True),
    organ=st.from_regex(r"[A-Z]{2}", fullmatch=True),
    speciality=st.from_regex(r"[A-Z]{2}", fullmatch=True),
    instance=st.integers(0, 99),
)
carpetas = st.builds(
    Carpeta,
    office=st.integers(10**8, 10**11 - 1),
    year=st.integers(1000, 9999),
    sequence=st.integers(0, 999_999),
    suffix=st.integers(0, 9999),
)


@given(expedientes)
def test_the_canonical_expediente_reads_back_as_itself(expediente: Expediente) -> None:
    assert parse_expediente(expediente.canonical) == expediente


@given(expedientes, st.sampled_from(["-", " ", "–", " - ", "/"]))
def test_separators_do_not_change_an_expediente(expediente: Expediente, separator: str) -> None:
    assert parse_expediente(expediente.canonical.replace("-", separator).lower()) == expediente


@given(carpetas)
def test_a_carpeta_and_its_bar_code_are_one(carpeta: Carpeta) -> None:
    assert parse_carpeta(carpeta.canonical) == parse_carpeta(carpeta.bar_code) == carpeta


@given(carpetas, carpetas)
def test_two_carpetas_compare_equal_only_when_they_are_one(one: Carpeta, other: Carpeta) -> None:
    assert (one.canonical == other.canonical) == (one == other) == (one.bar_code == other.bar_code)


@given(st.text(), st.sampled_from(Feed))
def test_any_text_has_a_natural_key_that_is_stable(text: str, feed: Feed) -> None:
    key = natural_key(feed, text)
    assert natural_key(feed, key) == key


@given(st.text(alphabet="COMDIRÑ12034 -–/.", max_size=30), st.sampled_from(Feed))
def test_a_record_is_found_by_its_own_number_as_a_citation(text: str, feed: Feed) -> None:
    cited = citation_key(feed, text)
    assert cited is None or cited == own_citation_key(feed, text)


@given(st.text())
def test_no_text_makes_an_identifier_raise(text: str) -> None:
    parse_expediente(text)
    parse_carpeta(text)
    parse_ubigeo(text)
    for kind in DocumentType:
        read_document_number(kind, text)


@given(st.from_regex(r"[1-9][0-9]{7}", fullmatch=True))
def test_of_the_22_check_characters_exactly_the_right_digit_and_letter_pass(number: str) -> None:
    plain = read_document_number(DocumentType.DNI, number)
    if plain.number is None:  # a placeholder
        return
    digit, letter = dni_check_characters(number)
    passing = {
        check
        for check in "0123456789ABCDEFGHIJK"
        if read_document_number(DocumentType.DNI, f"{number}-{check}").number == number
    }
    assert passing == {digit, letter}


@pytest.mark.parametrize(("digit", "kind"), list(product("0123456789", DocumentType)))
def test_equal_digits_are_a_placeholder_in_every_type(digit: str, kind: DocumentType) -> None:
    assert read_document_number(kind, digit * 9).number is None
    assert read_document_number(kind, digit * 8).number is None
