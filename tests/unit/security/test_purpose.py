"""Purposes: three headers, of bounded length, in ASCII with percent-encoded UTF-8."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.security.purpose import (
    CASE,
    HEADERS,
    OFFICER,
    REASON,
    Purpose,
    PurposeInvalid,
    PurposeMissing,
    officer_of,
    purpose_headers,
    purpose_of,
)

GOOD = {OFFICER: ["PNP-31204417"], CASE: ["COM-PICHARI-2024-58"], REASON: ["Ubicar la carpeta fiscal"]}
PRINTABLE = st.text(
    st.characters(categories=("L", "N", "P", "S"), exclude_characters="\u2028\u2029"),
    min_size=10,
    max_size=160,
)


def test_the_three_headers_are_a_purpose() -> None:
    assert purpose_of(GOOD) == Purpose("pnp-31204417", "COM-PICHARI-2024-58", "Ubicar la carpeta fiscal")


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("values", [[], [""], ["   "]])
def test_one_that_is_missing_is_named(header: str, values: list[str]) -> None:
    with pytest.raises(PurposeMissing) as caught:
        purpose_of({**GOOD, header: values})
    assert header in caught.value.sentence("es")


def test_spanish_comes_through_percent_encoding() -> None:
    sent = {**GOOD, REASON: ["Ampliaci%C3%B3n: ubicar a la ni%C3%B1a, 100%25"]}
    assert purpose_of(sent).reason == "Ampliación: ubicar a la niña, 100%"


@pytest.mark.parametrize(
    ("header", "value"),
    [
        (OFFICER, "x9"),
        (OFFICER, "a" * 65),
        (OFFICER, "con espacio"),
        (OFFICER, "ofici%C3%A1l"),
        (OFFICER, "-uno"),
        (CASE, "x"),
        (CASE, "x" * 101),
        (REASON, "corto"),
        (REASON, "x" * 501),
        (REASON, "12345678901234"),
        (REASON, "Ampliación directa en UTF-8"),
        (REASON, "cien % sin codificar"),
        (REASON, "bytes que no son UTF-8 %FF%FE"),
        (REASON, "salto de línea %0A escondido"),
        (REASON, "nulo escondido %00 aquí"),
        (REASON, "vuelta %E2%80%AE al revés"),
        (REASON, "palabras " * 1000),
    ],
)
def test_what_is_not_a_purpose_is_refused_and_not_repeated(header: str, value: str) -> None:
    with pytest.raises(PurposeInvalid) as caught:
        purpose_of({**GOOD, header: [value]})
    for language in ("es", "en"):
        assert header in caught.value.sentence(language)
        assert value not in caught.value.sentence(language)


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_sent_twice_is_refused(header: str) -> None:
    with pytest.raises(PurposeInvalid):
        purpose_of({**GOOD, header: GOOD[header] * 2})


@given(PRINTABLE)
def test_what_a_client_encodes_comes_back(reason: str) -> None:
    purpose = Purpose("pnp-31204417", "COM-PICHARI-2024-58", "Motivo: " + reason)
    sent = purpose_headers(purpose)
    assert all(value.isascii() and value.isprintable() for value in sent.values())
    got = purpose_of({header: [value] for header, value in sent.items()})
    assert got.reason == unicodedata.normalize("NFC", purpose.reason)


def test_a_reason_shows_in_no_repr() -> None:
    assert "fiscal" not in repr(purpose_of(GOOD))


def test_an_officer_is_one_in_whichever_case_the_id_is_written() -> None:
    assert officer_of(["OFF-1234"]) == officer_of(["off-1234"]) == officer_of([" Off-1234 "])
