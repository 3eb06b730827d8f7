"""A personal value is shown by its shape alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ingestion.masking import SHOWN_CHARACTERS, mask, shown_value
from schemas.translation import Issue, IssueCode
from schemas.vocabulary import Severity


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("YULI APROX 15 AÑOS", "X… X… 99 X…"),
        ("31/02/2008", "99/99/9999"),
        ("2471126", "9999999"),
        ("Ñ", "X…"),
        ("", ""),
    ],
)
def test_words_lose_their_length_and_digits_their_value(value: str, masked: str) -> None:
    assert mask(value) == masked


@given(st.text(max_size=300))
def test_no_letter_and_no_digit_but_the_mask_s_own_is_left(value: str) -> None:
    left = mask(value).replace("X…", "").replace("9", "")
    assert not any(character.isalpha() or character.isdecimal() for character in left)


def shown(value: str | None, personal: bool) -> str | None:
    issue = Issue(code=IssueCode.VALUE_UNKNOWN, severity=Severity.WARNING, value=value, personal=personal)
    return shown_value(issue)


def test_only_personal_values_are_masked() -> None:
    assert shown("EN TRAMITE", False) == "EN TRAMITE"
    assert shown("EN TRAMITE", True) == "X… X…"
    assert shown(None, True) is None


def test_a_shown_value_is_short_and_can_be_stored() -> None:
    value = shown("a\x00" * 1000, False)
    assert value is not None
    assert len(value) == SHOWN_CHARACTERS
    assert "\x00" not in value
