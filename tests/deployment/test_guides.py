"""Every command of the guides is run against a real service, and answers as the guide shows.

Blocks fenced ``sh`` are run one after the other in one shell; what a block prints must match the ``json`` or
``text`` block right below it. In an expected answer the string "…" stands for any value.
"""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.fake_sistra import TOKEN, fake_sistra
from support.ingestion_kit import SAMPLES
from support.processes import environment_for, serving
from support.published_releases import InMemoryReleases
from support.release_server import release_server

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "docs" / "guide"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = "@@ block"
TOOLS = ("bash", "curl", "jq", "gzip", "sha256sum")
SCOPES = (
    "feed:reta-pnp:write",
    "feed:reta-pnp:read",
    "feed:sistra:write",
    "feed:sistra:read",
    "changes:read",
)

missing = [tool for tool in TOOLS if shutil.which(tool) is None]
pytestmark = pytest.mark.skipif(bool(missing), reason=f"not installed here: {', '.join(missing)}")


@dataclass(frozen=True)
class Step:
    """A block of commands and what is shown below it."""

    commands: str
    kind: str | None = None
    shown: str = ""


def steps(guide: str, run: str = "sh") -> list[Step]:
    text = (GUIDES / guide).read_text()
    found: list[Step] = []
    end = None  # of the sh block before, until something else was shown
    for fence in FENCE.finditer(text):
        kind, body = fence[1], fence[2]
        if kind == run:
            found.append(Step(body))
            end = fence.end()
        elif end is not None and not text[end : fence.start()].strip():
            found[-1] = Step(found[-1].commands, kind, body)
            end = None
    return found


def json_values(text: str) -> list[Any]:
    decoder, values, rest = json.JSONDecoder(), [], text.strip()
    while rest:
        value, end = decoder.raw_decode(rest)
        values.append(value)
        rest = rest[end:].strip()
    return values


def matches(shown: Any, answered: Any) -> bool:
    if shown == "…":
        return True
    if isinstance(shown, dict) and isinstance(answered, dict):
        return shown.keys() == answered.keys() and all(matches(shown[key], answered[key]) for key in shown)
    if isinstance(shown, list) and isinstance(answered, list):
        return len(shown) == len(answered) and all(map(matches, shown, answered))
    return bool(shown == answered)


def run_all(blocks: list[Step], folder: Path, environment: dict[str, str]) -> list[str]:
    """What each block printed; the shell stops at the first command that fails."""
    script = f'set -euo pipefail\nintertrata() {{ "{sys.executable}" -m app.cli "$@"; }}\n'
    script += "".join(f"{block.commands}\necho '{MARK}'\n" for block in blocks)
    ended = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    printed = ended.stdout.split(f"{MARK}\n")
    assert ended.returncode == 0, f"block {len(printed)}: {ended.stderr[-2000:]}\n{printed[-1]}"
    return printed[:-1]


def check(blocks: list[Step], printed: list[str]) -> None:
    assert len(printed) == len(blocks)
    for block, answer in zip(blocks, printed, strict=True):
        if block.kind == "json":
            shown, answered = json_values(block.shown), json_values(answer)
            assert matches(shown, answered), f"{block.commands}\nshown: {shown}\nanswered: {answered}"
        else:
            assert answer == block.shown, block.commands


def command(environment: dict[str, str], *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def environment(database_url: str, home: Path) -> dict[str, str]:
    return environment_for(database_url, home)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With the files that the guides speak of."""
    folder = tmp_path / "work"
    shutil.copytree(SAMPLES, folder)
    return folder


def test_the_integration_guide_is_true(
    database_url: str, home: Path, environment: dict[str, str], folder: Path
) -> None:
    asked = [part for scope in SCOPES for part in ("--scope", scope)]
    client = json.loads(command(environment, "client", "create", "Institución", *asked, "--json"))
    with serving(database_url, home) as address:
        given = {
            "INTERTRATA": address,
            "CLIENT_ID": client["client_id"],
            "CLIENT_SECRET": client["client_secret"],
        }
        blocks = steps("integration.md")
        check(blocks, run_all(blocks, folder, environment | given))


def test_the_operators_guide_is_true(
    database_url: str, home: Path, environment: dict[str, str], folder: Path
) -> None:
    command(environment, "ingest", "reta-pnp", str(folder / "reta_pnp.csv"))
    (folder / "sistra_token").write_text(TOKEN)
    with fake_sistra() as sistra, serving(database_url, home) as address:
        carpeta = json.loads((folder / "sistra.ndjson").read_text().splitlines()[1])
        sistra.put(carpeta.pop("numero"), carpeta.pop("actualizado"), **carpeta)
        blocks = steps("operation.md")
        given = {"INTERTRATA": address, "SISTRA": sistra.address}
        check(blocks, run_all(blocks, folder, environment | given))


def test_the_guide_of_published_figures_is_true(
    database_url: str, home: Path, environment: dict[str, str], folder: Path
) -> None:
    with release_server(database_url, home, InMemoryReleases()) as served:
        given = environment | {"INTERTRATA": served.address}
        blocks = steps("open_data.md")
        check(blocks, run_all(blocks, folder, given))
        programs = steps("open_data.md", "python")
        check(programs, [program(each.commands, folder, given) for each in programs])
        assert len(programs) == 2


def program(text: str, folder: Path, environment: dict[str, str]) -> str:
    """What it prints."""
    ended = subprocess.run(
        [sys.executable, "-c", text], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    return ended.stdout


def test_the_guides_have_commands_and_answers() -> None:
    for guide, least in (("integration.md", 9), ("operation.md", 6), ("open_data.md", 4)):
        found = steps(guide)
        assert len(found) >= least
        assert sum(step.kind is not None for step in found) >= least - 1


@pytest.mark.parametrize(
    ("shown", "answered"),
    [
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {"a": 1, "b": 2}),
        ([1], []),
        ({"a": "…"}, {}),
        ([{"a": 0}], [{"a": None}]),
    ],
)
def test_another_answer_than_the_one_shown_is_seen(shown: Any, answered: Any) -> None:
    assert not matches(shown, answered)
    assert matches(shown, shown)
