"""Small by budget: a longer function or module is a design question, not a habit."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FUNCTION_LINES = 50
MODULE_LINES = 500


def oversized(module: Path) -> Iterator[str]:
    """What in ``module`` is over budget, in words."""
    text = module.read_text()
    if len(text.splitlines()) > MODULE_LINES:
        yield f"{module.name}: module of {len(text.splitlines())} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{module.name}: {node.name} of {lines} lines"


@pytest.mark.parametrize("package", ["app", "adapters", "schemas", "migrations", ".ci"])
def test_nothing_is_over_budget(package: str) -> None:
    modules = [path for path in (ROOT / package).rglob("*.py") if path.parent.name != "versions"]
    assert modules
    assert [complaint for module in modules for complaint in oversized(module)] == []


def test_what_is_over_budget_is_found(tmp_path: Path) -> None:
    module = tmp_path / "long.py"
    module.write_text("def long():\n" + "    pass\n" * FUNCTION_LINES + "\n" * MODULE_LINES)
    assert len(list(oversized(module))) == 2


def test_no_tests_folder_is_a_package() -> None:
    """``tests/adapters/__init__.py`` would shadow our ``adapters``."""
    assert list((ROOT / "tests").rglob("__init__.py")) == []
