"""The security documents say what is there: the inventory is the code's, each requirement of the standard is
answered once, and every test and file that an answer names exists."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.models.inventory import inventory
from app.security import keyring

ROOT = Path(__file__).parents[2]
SECURITY = ROOT / "docs" / "security"
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.M)
NAMED = re.compile(r"`([^`]+)`")
STATES = {"sí", "en parte", "no", "no aplica"}
# How many requirements each section of OWASP ASVS 5.0.0 has, in the chapters that this registry answers to.
SECTIONS = {
    4: (5, 5, 2, 4),
    8: (4, 4, 3, 2),
    9: (3, 4),
    10: (2, 3, 5, 16, 5, 2, 3),
    11: (4, 5, 5, 3, 2, 2, 2),
    12: (5, 2, 5),
    13: (4, 6, 4, 7),
    14: (2, 8, 3),
    16: (1, 5, 4, 3, 4),
}


def page(name: str) -> str:
    return (SECURITY / name).read_text()


def rows() -> list[tuple[str, ...]]:
    return [tuple(part.strip() for part in found) for found in ROW.findall(page("asvs.md"))]


def standard() -> Iterator[str]:
    for chapter, sections in SECTIONS.items():
        for section, count in enumerate(sections, 1):
            yield from (f"{chapter}.{section}.{number}" for number in range(1, count + 1))


def test_the_inventory_is_the_one_of_the_code() -> None:
    assert page("inventory.md") == inventory(), "make inventory"


def test_every_requirement_is_answered_once() -> None:
    assert [each for each, *_ in rows()] == list(standard())


def test_the_answers_are_counted_as_they_are() -> None:
    counts = Counter(state for _, state, *_ in rows())
    assert set(counts) == STATES
    shown = " | ".join(str(counts[state]) for state in ("sí", "en parte", "no", "no aplica"))
    assert f"| {shown} |" in page("asvs.md")


def test_what_is_met_names_a_test_and_what_is_not_a_reason() -> None:
    for requirement, state, where, tests in rows():
        assert len(where) >= 6, requirement
        if state == "sí":
            assert NAMED.search(tests), f"{requirement} is met by no test"
        else:
            assert " / " in where or where.count(".") >= 2, f"{requirement}: the reason, in both languages"


def test_every_test_that_is_named_exists() -> None:
    named = [name for *_, tests in rows() for name in NAMED.findall(tests)]
    assert len(named) > 100
    for name in named:
        path, _, function = name.partition("::")
        assert re.search(rf"^(async )?def {function}\(", (ROOT / path).read_text(), re.M), name


@pytest.mark.parametrize("name", sorted(path.name for path in SECURITY.glob("*.md")))
def test_every_file_that_is_named_exists(name: str) -> None:
    for path in re.findall(r"`((?:app|docker|docs|migrations|schemas|tests)/[\w./-]+\.\w+)`", page(name)):
        assert (ROOT / path).exists(), path


def test_every_boundary_is_looked_at_under_all_six_threats() -> None:
    boundaries = re.split(r"^### ", page("threat-model.md"), flags=re.M)[1:]
    assert len(boundaries) == 7
    for boundary in boundaries:
        assert re.findall(r"^\| ([STRIDE]) \|", boundary, re.M) == list("STRIDE"), boundary.splitlines()[0]


def test_the_context_of_decisions_is_written_down() -> None:
    context = page("threat-model.md").partition("## Contexto")[2]
    assert "INTERTRATA_IDENTITIES_PER_OFFICER_HOUR" in context
    assert "INTERTRATA_TRUSTED_PROXIES" in context


def test_every_use_of_keys_is_in_the_inventory() -> None:
    uses = {
        value
        for name, value in vars(keyring).items()
        if name.isupper() and isinstance(value, str) and not name.startswith("_")
    }
    assert {"wrapping", "blind"} <= uses
    for use in uses:
        assert f"| `{use}` |" in page("keys.md"), use
