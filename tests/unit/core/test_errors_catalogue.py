"""The catalogue of errors: one code each, both languages, no personal data in an exception's text."""

import re
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from app.core.errors import ContentTooLarge, IntertrataError, NotFound, catalogue

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture(scope="module")
def everything() -> list[type[IntertrataError]]:
    """Every class of the catalogue that any module of the application adds."""
    for module in sorted((ROOT / "app").rglob("*.py")):
        if "IntertrataError" in module.read_text() or "core.errors" in module.read_text():
            import_module(".".join(module.relative_to(ROOT).with_suffix("").parts))
    return [error for error in catalogue() if error.__module__.startswith("app.")]


def test_codes_are_unique_and_stable_in_form(everything: list[type[IntertrataError]]) -> None:
    own = [error.code for error in everything if "code" in vars(error)]
    assert [code for code, times in Counter(own).items() if times > 1] == []
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code) for code in own)


def test_every_entry_has_its_code_and_both_sentences(everything: list[type[IntertrataError]]) -> None:
    incomplete = [
        error.__name__ for error in everything if "code" in vars(error) and error is not IntertrataError
        and not {"es", "en"} <= vars(error).keys() and error.__name__ != "OperatorError"
    ]  # fmt: skip
    assert incomplete == []


def test_statuses_are_of_http(everything: list[type[IntertrataError]]) -> None:
    """A redirect is raised too: 307 for what is in another today."""
    assert all(300 <= error.status < 600 for error in everything)


def test_the_text_of_an_exception_is_its_code_alone() -> None:
    assert str(NotFound(number="X-1")) == "not-found"


def test_a_sentence_names_its_facts() -> None:
    class Limited(ContentTooLarge):
        en = "The content exceeds {limit} bytes."

    assert Limited(limit=5).sentence("en") == "The content exceeds 5 bytes."
