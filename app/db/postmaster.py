"""What ``postmaster.pid`` says, and whether it is still true."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Postmaster:
    pid: int
    port: int
    ready: bool  # False while it starts, recovers or stops


def read_postmaster(data: Path) -> Postmaster | None:
    """The server running on ``data``; None when there is none, also where a stale file names a reused pid."""
    lines = _lines(data)
    if len(lines) < 4 or not lines[0].isdigit():
        return None
    pid, port = int(lines[0]), int(lines[3] or 0)
    if not serves(pid, data, port):
        return None
    return Postmaster(pid, port, ready=len(lines) > 7 and lines[7].strip() == "ready")


def stated_pid(data: Path) -> int | None:
    """The pid that the file names, true or not."""
    lines = _lines(data)
    return int(lines[0]) if lines and lines[0].isdigit() else None


def serves(pid: int, data: Path, port: int) -> bool:
    """Whether ``pid`` is a server on ``data``: its working directory is that very folder."""
    if PROC.is_dir():
        try:
            return (PROC / str(pid) / "cwd").samefile(data)
        except OSError:  # gone, a zombie, or somebody else's
            return False
    return _alive(pid) and _listens(port)


def _lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
