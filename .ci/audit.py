"""Is any pin of the image known to be vulnerable? Asked of PyPI's advisories by pip-audit.

Ends with 0 only where every pin was asked about and none has an advisory; with 1 where one has; with 2,
saying so, where any pin could not be asked about. "None found" by a tool that skipped them all is no answer.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = "requirements.runtime.lock"
COMMAND = ("pip-audit", "--strict", "--disable-pip", "--require-hashes", "--progress-spinner", "off")


def main() -> int:
    program = Path(sys.executable).with_name(COMMAND[0])
    asked = subprocess.run(  # noqa: S603  our own arguments
        [program, *COMMAND[1:], "--format", "json", "--requirement", ROOT / LOCK],
        capture_output=True,
        text=True,
        check=False,
    )
    status, said = verdict((ROOT / LOCK).read_text(), asked.stdout)
    print(said, file=sys.stderr)  # noqa: T201
    return status


def verdict(lock: str, answer: str) -> tuple[int, str]:
    """The exit status and a sentence, from a lock and what pip-audit wrote in JSON (empty: it failed)."""
    pins = set(re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==", lock, re.MULTILINE))
    try:
        told = {each["name"]: each for each in json.loads(answer)["dependencies"]}
    except (ValueError, KeyError, TypeError):
        told = {}
    asked = {name for name, each in told.items() if isinstance(each.get("vulns"), list)}
    pins = {_folded(name) for name in pins}
    found = [
        f"{name} {told[name]['version']}: {vulnerability['id']}"
        for name in sorted(asked)
        for vulnerability in told[name]["vulns"]
    ]
    if found:
        return 1, "Vulnerables / vulnerable:\n  " + "\n  ".join(found)
    if missing := pins - {_folded(name) for name in asked}:
        counted = f"{len(missing)}/{len(pins)}"
        return 2, (
            f"No se pudo preguntar por {counted} dependencias: no se sabe si son vulnerables. / "
            f"{counted} dependencies could not be asked about: whether they are vulnerable is not known."
        )
    return 0, f"Ningún aviso para {len(pins)} dependencias. / No advisory for {len(pins)} dependencies."


def _folded(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main())
