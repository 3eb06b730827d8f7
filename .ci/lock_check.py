"""Is `requirements.lock` in step with `pyproject.toml`? Without asking any index.

Every requirement must be pinned to a version that satisfies it, every pin must carry hashes, and no address
may stand in the lock.
"""

import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^\]]*\])?==(?P<version>[^ ;\\]+)")


def main() -> int:
    complaints = check((ROOT / "requirements.lock").read_text(), (ROOT / "pyproject.toml").read_text())
    for complaint in complaints:
        print(f"requirements.lock: {complaint}", file=sys.stderr)  # noqa: T201
    return 1 if complaints else 0


def check(lock: str, project: str) -> list[str]:
    """What is wrong, in sentences; empty when nothing is."""
    complaints = []
    if "://" in lock or re.search(r"^\s*--(index|extra-index|find-links)", lock, re.MULTILINE):
        complaints.append("holds an address")
    pins = {}
    for block in re.split(r"\n(?=\S)", lock):
        if pin := PIN.match(block):
            pins[canonicalize_name(pin["name"])] = pin["version"]
            if "--hash=sha256:" not in block:
                complaints.append(f"{pin['name']} has no hash")
    table = tomllib.loads(project)["project"]
    for text in [*table["dependencies"], *table["optional-dependencies"]["dev"]]:
        wanted = Requirement(text)
        version = pins.get(canonicalize_name(wanted.name))
        if version is None or not wanted.specifier.contains(version, prereleases=True):
            complaints.append(f"has {version} where pyproject.toml wants {text}: run make lock")
    return complaints


if __name__ == "__main__":
    raise SystemExit(main())
