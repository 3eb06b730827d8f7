"""Make `.venv` hold exactly what `requirements.lock` names, and this project itself (editable).

Needs Python 3.11 or newer and nothing else. Done already: ends at once. Every file installed is checked
against the hash in the lock. `uv` is used where it can be had, for speed; else pip does the same.
`--spark` adds what `requirements.spark.lock` names (400 MB); what it added stays until the locks change.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "setup-stamp"
TOOLS = VENV / "tools"  # uv, apart from what the project needs
SPARK_LOCK = ROOT / "requirements.spark.lock"
LOCK, TOOL_LOCK = ROOT / "requirements.lock", ROOT / ".ci" / "uv.txt"
INPUTS = (LOCK, TOOL_LOCK, ROOT / "pyproject.toml", Path(__file__))


def main() -> int:
    if VENV.is_symlink():
        say("`.venv` es un enlace: no se toca.", "`.venv` is a link: left alone.")
        return 0
    spark = "--spark" in sys.argv[1:]
    wanted = fingerprint(spark)
    if STAMP.exists() and STAMP.read_text() in {wanted, fingerprint(spark=True)} and PYTHON.exists():
        return 0
    say("Preparando el entorno en .venv (solo la primera vez).", "Setting up .venv (the first time only).")
    STAMP.unlink(missing_ok=True)
    make_environment()
    locks = [LOCK, SPARK_LOCK] if spark else [LOCK]
    if not (install_with_uv(locks) or install_with_pip(locks)):
        say("No se pudo instalar; vea el error de arriba.", "Could not install; see the error above.")
        return 1
    STAMP.write_text(wanted)
    return 0


def say(spanish: str, english: str) -> None:
    print(f"{spanish} / {english}", file=sys.stderr, flush=True)  # noqa: T201  for whoever runs make


def fingerprint(spark: bool) -> str:
    digest = hashlib.sha256(sys.version.encode() + str(ROOT).encode())
    for path in (*INPUTS, SPARK_LOCK) if spark else INPUTS:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def make_environment() -> None:
    """A new environment; its own pip where the system's Python can give one."""
    if VENV.exists():
        shutil.rmtree(VENV)  # what an older lock left behind would be found by imports
    try:
        venv.create(VENV, with_pip=True, symlinks=True)
    except subprocess.CalledProcessError:  # Debian's python3 without python3-venv
        venv.create(VENV, with_pip=False, symlinks=True, clear=True)


def pip() -> list[str | Path]:
    """A pip that works on the environment: its own, else that of the Python that runs us."""
    if run([PYTHON, "-m", "pip", "--version"], quiet=True):
        return [PYTHON, "-m", "pip"]
    return [sys.executable, "-m", "pip", "--python", PYTHON]


def install_with_uv(locks: list[Path]) -> bool:
    got = [*pip(), "install", "--quiet", "--require-hashes", "--only-binary=:all:", "--target", TOOLS]
    if not run([*got, "-r", TOOL_LOCK], quiet=True):
        return False
    uv = [TOOLS / "bin" / "uv", "pip", "install", "--quiet", "--python", PYTHON]
    wanted = [*uv, "--require-hashes", *named(locks)]
    return run(wanted, quiet=True) and run([*uv, *editable()], quiet=True)


def install_with_pip(locks: list[Path]) -> bool:
    install = [*pip(), "install", "--quiet", "--disable-pip-version-check"]
    return run([*install, "--require-hashes", *named(locks)]) and run([*install, *editable()])


def named(locks: list[Path]) -> list[str | Path]:
    return [word for lock in locks for word in ("-r", lock)]


def editable() -> list[str | Path]:
    return ["--no-deps", "--no-build-isolation", "--editable", ROOT]


def run(command: list[str | Path], *, quiet: bool = False) -> bool:
    output = subprocess.DEVNULL if quiet else None
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ended = subprocess.run(  # noqa: S603  commands of our own
            command, cwd=ROOT, env=environment, stdout=output, stderr=output, check=False
        )
    except OSError:
        return False
    return ended.returncode == 0


if __name__ == "__main__":
    raise SystemExit(main())
