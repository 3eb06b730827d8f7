"""``make sbom`` writes down what the image holds: every pin of its lock, with version and hashes."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def made(target: Path) -> dict[str, object]:
    """By the very arguments of the Makefile, into ``target``."""
    line = re.search(r"cyclonedx-py (.*?)\n\n", (ROOT / "Makefile").read_text(), re.DOTALL)
    assert line is not None
    arguments = shlex.split(line[1].replace("\\\n", " ").replace("build/sbom.json", str(target)))
    assert "--validate" in arguments
    program = Path(sys.executable).parent / "cyclonedx-py"
    ended = subprocess.run(
        [program, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 0, ended.stderr
    document: dict[str, object] = json.loads(target.read_text())
    return document


def test_the_bill_names_every_pin_of_the_image_with_its_hashes(tmp_path: Path) -> None:
    document = made(tmp_path / "sbom.json")
    pins = re.findall(
        r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)",
        (ROOT / "requirements.runtime.lock").read_text(),
        re.M,
    )
    components = document["components"]
    assert isinstance(components, list)
    assert document["bomFormat"] == "CycloneDX"
    assert {(each["name"], each["version"]) for each in components} == set(pins)
    assert all(each["externalReferences"][0]["hashes"] for each in components)
