"""What the README names is there."""

import re
from pathlib import Path

import pytest

from app.core.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = sorted(path for path in (ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")))
MAKEFILE = (ROOT / "Makefile").read_text()
OTHERS = {"TEST_DATABASE_URL", "DATABASE_URL"}  # read by the tests; the settings' own alias


def test_every_target_and_variable_of_the_readme_exists() -> None:
    text = (ROOT / "README.md").read_text()
    targets = set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE))
    assert {"demo", "test"} <= targets
    assert all(re.search(rf"^{target}:", MAKEFILE, re.MULTILINE) for target in targets)
    named = set(re.findall(r"`([A-Z][A-Z_]{5,})`", text))
    known = {f"INTERTRATA_{field.upper()}" for field in Settings.model_fields} | OTHERS
    assert named <= known
    assert "INTERTRATA_HOME" in named


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_is_one_text_not_two_to_choose_from(page: Path) -> None:
    assert not re.search(r"^(<{7}|>{7}) ", page.read_text(), re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = page.read_text()
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [link for link in links if link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_names_a_folder_of_some_machine(page: Path) -> None:
    assert re.findall(r"(?<![\w.])/(?:home|work|tmp/wt|Users)/", page.read_text()) == []
