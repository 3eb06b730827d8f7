"""The licence of everything that runs in the image, as its own metadata says it: docs/security/licences.md.

Ends with 1 and names them where a distribution has a licence that nobody has allowed.
"""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK, PAGE = "requirements.runtime.lock", "docs/security/licences.md"
# Permissive, and the MPL, which binds changed files of the library itself and not what uses it.
ALLOWED = re.compile(
    r"MIT(-0| License)?|BSD( License|-[23]-Clause)?|0BSD|Apache([- ]2\.0| Software License)?"
    r"|ISC( License \(ISCL\))?|PSF-2\.0|Python Software Foundation License|Zlib|CC0-1\.0"
    r"|MPL-2\.0|Mozilla Public License 2\.0 \(MPL 2\.0\)|PostgreSQL( License)?|The Unlicense \(Unlicense\)"
)
HEAD = """# Licencias / licences

De cada distribución de la imagen, según sus propios metadatos; `make licences` la escribe de nuevo. Solo las
permisivas y la MPL están permitidas (`.ci/licences.py`); una prueba falla con otra.
*Of every distribution in the image, by its own metadata. Only permissive ones and the MPL are allowed.*

| distribución | versión | licencia |
|---|---|---|
"""


def main() -> int:
    found = list(licences((ROOT / LOCK).read_text()))
    page = HEAD + "".join(f"| {name} | {version} | {licence} |\n" for name, version, licence in found)
    (ROOT / PAGE).write_text(page)
    refused = [name for name, _, licence in found if not allowed(licence)]
    for name in refused:
        print(f"{name}: licencia no permitida / licence not allowed", file=sys.stderr)  # noqa: T201
    return 1 if refused else 0


def licences(lock: str) -> Iterator[tuple[str, str, str]]:
    """Name, version and licence of every pin that is installed here; those of other systems are not."""
    for name in sorted(set(re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==", lock, re.MULTILINE))):
        try:
            said = metadata(name)
        except PackageNotFoundError:
            continue
        classes = [
            each.rpartition(" :: ")[2]
            for each in said.get_all("Classifier") or ()
            if each.startswith("License ::") and not each.endswith("OSI Approved")
        ]
        free = (said.get("License") or "").strip()
        short = free if 0 < len(free) <= 60 and "\n" not in free else ""
        yield name, said["Version"], said.get("License-Expression") or " AND ".join(classes) or short or "?"


def allowed(licence: str) -> bool:
    """Every part of an expression, whichever way they are joined: nobody has to choose for us."""
    parts = re.split(
        r"\s+(?:AND|OR)\s+|\s*[;,]\s*", licence.replace("(Apache-2.0 OR MIT)", "Apache-2.0 OR MIT")
    )
    return all(ALLOWED.fullmatch(part.strip()) for part in parts)


if __name__ == "__main__":
    sys.exit(main())
