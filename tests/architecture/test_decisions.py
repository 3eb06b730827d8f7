"""Every decision is numbered, listed, and names what enforces it; what it names is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "decisions"
INDEX = (FOLDER / "README.md").read_text()
PAGES = sorted(page for page in FOLDER.glob("*.md") if page.name != "README.md")
NAMED = re.compile(r"`((?:tests|app|docs|docker|adapters|schemas|\.ci)/[\w./*-]+)`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_numbered_and_listed_and_names_its_check(page: Path) -> None:
    number = re.fullmatch(r"(\d{4})-[a-z0-9-]+", page.stem)
    assert number is not None
    text = page.read_text()
    assert text.startswith(f"# {number[1]} ")
    assert f"[{number[1]}]({page.name})" in INDEX
    enforced = text.partition("nforced by")[2]
    assert re.search(r"`(tests|\.ci)/", enforced), "names no check that enforces it"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_names_is_there(page: Path) -> None:
    absent = [name for name in NAMED.findall(page.read_text()) if not list(ROOT.glob(name.rstrip("/")))]
    assert absent == []


def test_numbers_are_given_once_and_the_index_lists_no_more() -> None:
    numbers = [page.name[:4] for page in PAGES]
    assert len(set(numbers)) == len(numbers)
    assert re.findall(r"\((\d{4})-", INDEX) == sorted(numbers)
