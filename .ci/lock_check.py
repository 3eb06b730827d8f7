"""Are the locks in step with `pyproject.toml` and with each other? Without asking any index.

`requirements.lock` (work on the project), `requirements.runtime.lock` (the image), `requirements.spark.lock`
(the extra, on top of either): every requirement must be pinned to a version that satisfies it, every pin must
carry hashes, no address may stand in a lock, and what runs in the image is what was tested: every pin of the
second stands in the first.
"""

import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCK, RUNTIME_LOCK, SPARK_LOCK = "requirements.lock", "requirements.runtime.lock", "requirements.spark.lock"
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^\]]*\])?==(?P<version>[^ ;\\]+)")


def main() -> int:
    project = (ROOT / "pyproject.toml").read_text()
    lock, runtime, spark = ((ROOT / name).read_text() for name in (LOCK, RUNTIME_LOCK, SPARK_LOCK))
    complaints = [f"{LOCK}: {each}" for each in check(lock, project)]
    complaints += [f"{RUNTIME_LOCK}: {each}" for each in check(runtime, project, extras=())]
    complaints += [f"{RUNTIME_LOCK}: {each}" for each in strangers(runtime, lock)]
    complaints += [f"{SPARK_LOCK}: {each}" for each in check(runtime + spark, project, extras=("spark",))]
    for complaint in complaints:
        print(complaint, file=sys.stderr)  # noqa: T201
    return 1 if complaints else 0


def check(lock: str, project: str, extras: tuple[str, ...] = ("dev",)) -> list[str]:
    """What is wrong, in sentences; empty when nothing is."""
    complaints = []
    if "://" in lock or re.search(r"^\s*--(index|extra-index|find-links)", lock, re.MULTILINE):
        complaints.append("holds an address")
    complaints += [f"{pin} has no hash" for pin, block in blocks(lock) if "--hash=sha256:" not in block]
    versions = dict(pin for pin, _ in blocks(lock))
    table = tomllib.loads(project)["project"]
    optional = [text for extra in extras for text in table["optional-dependencies"][extra]]
    for text in [*table["dependencies"], *optional]:
        wanted = Requirement(text)
        version = versions.get(canonicalize_name(wanted.name))
        if version is None or not wanted.specifier.contains(version, prereleases=True):
            complaints.append(f"has {version} where pyproject.toml wants {text}: run make lock")
    return complaints


def strangers(runtime: str, lock: str) -> list[str]:
    """Pins of the one lock that the other has not, in sentences."""
    known = {pin for pin, _ in blocks(lock)}
    return [
        f"{name} {version} is not in {LOCK}"
        for (name, version), _ in blocks(runtime)
        if (name, version) not in known
    ]


def blocks(lock: str) -> list[tuple[tuple[str, str], str]]:
    """(name, version) of every pin, and its lines; a package may be pinned once for each kind of Python."""
    found = []
    for block in re.split(r"\n(?=\S)", lock):
        if pin := PIN.match(block):
            found.append(((canonicalize_name(pin["name"]), pin["version"]), block))
    return found


if __name__ == "__main__":
    raise SystemExit(main())
