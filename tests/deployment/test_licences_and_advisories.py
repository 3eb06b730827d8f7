"""What runs in the image may be used as we use it; "no advisory" is said only by who was asked about all."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / ".ci" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


audit, licences = loaded("audit"), loaded("licences")
LOCK = (ROOT / licences.LOCK).read_text()
PINS = "one==1.0 \\\n    --hash=sha256:00\nTwo_Parts[x]==2.0 \\\n    --hash=sha256:00\n"
ONE = {"name": "one", "version": "1.0", "vulns": []}
TWO = {"name": "two-parts", "version": "2.0", "vulns": []}
SKIPPED = {"name": "two-parts", "skip_reason": "not found"}


def test_every_distribution_that_runs_has_an_allowed_licence_and_stands_on_the_page() -> None:
    found = list(licences.licences(LOCK))
    assert len(found) > 60
    assert [name for name, _, licence in found if not licences.allowed(licence)] == []
    page = (ROOT / licences.PAGE).read_text()
    assert [name for name, _, licence in found if f"| {name} | " not in page or licence not in page] == []


@pytest.mark.parametrize(
    "licence", ["GPL-3.0-only", "MIT AND AGPL-3.0", "Proprietary", "?", "BSD-3-Clause; SSPL-1.0"]
)
def test_another_licence_is_refused(licence: str) -> None:
    assert not licences.allowed(licence)


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ([ONE, TWO | {"name": "two_parts"}], 0),
        ([ONE, TWO], 0),
        ([ONE, SKIPPED], 2),
        ([ONE], 2),
        ([], 2),
        ([ONE | {"vulns": [{"id": "PYSEC-0000-1"}]}, SKIPPED], 1),
    ],
)
def test_none_found_is_said_only_where_all_were_asked_about(told: list[object], status: int) -> None:
    ended, said = audit.verdict(PINS, json.dumps({"dependencies": told}))
    assert ended == status
    assert ("PYSEC-0000-1" in said) is (status == 1)


@pytest.mark.parametrize("answer", ["", "No known vulnerabilities found", "[]", '{"dependencies": []}'])
def test_a_tool_that_failed_or_skipped_all_says_nothing_of_safety(answer: str) -> None:
    ended, said = audit.verdict(PINS, answer)
    assert ended == 2
    assert "2/2" in said
