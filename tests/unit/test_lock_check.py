"""The lock is held to pyproject.toml without asking any index."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
spec = importlib.util.spec_from_file_location("lock_check", ROOT / ".ci" / "lock_check.py")
assert spec is not None
assert spec.loader is not None
lock_check = importlib.util.module_from_spec(spec)
spec.loader.exec_module(lock_check)

PROJECT = """
[project]
dependencies = ["some-thing[extra]>=2"]
optional-dependencies.dev = ["a-tool>=1"]
"""
RUNTIME = "some-thing==2.1 ; python_version > '3' \\\n    --hash=sha256:00\n    # via intertrata\n"
GOOD = RUNTIME + "a-tool==1.0 \\\n    --hash=sha256:00\n"


def test_a_lock_in_step_is_accepted() -> None:
    assert lock_check.check(GOOD, PROJECT) == []


def test_the_image_needs_no_tools_of_development() -> None:
    assert lock_check.check(RUNTIME, PROJECT, extras=()) == []
    assert lock_check.check(RUNTIME, PROJECT) != []


def test_what_runs_in_the_image_is_what_was_tested() -> None:
    assert lock_check.strangers(RUNTIME, GOOD) == []
    assert lock_check.strangers(RUNTIME.replace("2.1", "2.2"), GOOD) == [
        "some-thing 2.2 is not in requirements.lock"
    ]


@pytest.mark.parametrize(
    ("lock", "complaint"),
    [
        (GOOD.replace("2.1", "1.9"), "1.9"),
        (GOOD.replace("some-thing", "another"), "None"),
        (GOOD.replace("--hash=sha256:00", "").replace("\\", ""), "no hash"),
        ("--index-url somewhere\n" + GOOD, "address"),
        (GOOD + "another @ https://example.org/x.whl\n", "address"),
    ],
)
def test_a_lock_out_of_step_is_refused(lock: str, complaint: str) -> None:
    assert any(complaint in sentence for sentence in lock_check.check(lock, PROJECT))
