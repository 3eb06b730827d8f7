"""Every code of the vocabulary is in the glossary: under its list, once, with its Spanish word."""

import re
from enum import StrEnum
from pathlib import Path

import pytest

from schemas import vocabulary

GLOSSARY = (Path(__file__).parents[3] / "docs" / "glossary.md").read_text()
LISTS = [
    member
    for member in vars(vocabulary).values()
    if isinstance(member, type) and issubclass(member, StrEnum) and member is not StrEnum
]


def codes_of(name: str) -> list[tuple[str, str]]:
    """Code and Spanish word of the section of a list."""
    section = re.search(rf"^### .*: `{name}`$(.*?)(?=^#|\Z)", GLOSSARY, re.MULTILINE | re.DOTALL)
    assert section is not None, name
    return re.findall(r"^\| `([^`]+)` \| (.+) \|$", section[1], re.MULTILINE)


@pytest.mark.parametrize("codes", LISTS)
def test_every_code_of_a_list_has_its_line(codes: type[StrEnum]) -> None:
    found = codes_of(codes.__name__)
    assert [code for code, _ in found] == [code.value for code in codes]
    assert all(word.strip() for _, word in found)


def test_no_list_is_there_that_the_code_has_not() -> None:
    assert len(LISTS) > 10
    assert set(re.findall(r"^### .*: `(\w+)`$", GLOSSARY, re.MULTILINE)) == {each.__name__ for each in LISTS}
