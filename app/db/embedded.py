"""A PostgreSQL server of our own under ``home``, for when no ``DATABASE_URL`` is given.

Several processes share one server. Each user of it holds a shared lock on ``users.lock``; whoever leaves as
the last one stops it. A user that is killed loses its lock with its life, so nothing is ever counted wrong.
The server runs in the data folder and knows it as its working directory: so it works below folders that its
account may not enter, such as /root, and nobody else's permissions are touched.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO
from urllib.parse import quote

from app.core.errors import OperatorError
from app.db.binaries import Account, choose_account, usable_binaries
from app.db.postmaster import Postmaster, read_postmaster, stated_pid

USER = "intertrata"
DATABASE = "intertrata"
PASSING = (b"pre-existing shared memory block", b"Address already in use")
INITDB = (
    "--auth=scram-sha-256",
    "--pwfile=/dev/stdin",
    f"--username={USER}",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",  # sorts by code point, yet knows that Ñ and ñ are one letter
)
SERVER_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "4GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements, parameters and DETAIL lines carry personal data: none of them reaches the server's log.
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class DatabaseStartFailed(OperatorError):
    code = "database-start-failed"
    es = "La base de datos propia no arrancó. La causa está en el archivo {log}."
    en = "The embedded database did not start. The cause is in the file {log}."


class DatabaseStopFailed(OperatorError):
    code = "database-stop-failed"
    es = "La base de datos propia no se detuvo en {seconds} segundos."
    en = "The embedded database did not stop within {seconds} seconds."


class EmbeddedPostgres:
    """One user of the server of ``home``. Blocking: from a coroutine call it in a thread.

    ``durable=False`` gives up crash safety for speed (tests). Usable as a context manager.
    """

    def __init__(
        self, home: Path, *, binaries: Path | None = None, durable: bool = True, timeout: float = 60.0
    ) -> None:
        self._folder = home.absolute() / "postgres"
        self._data = self._folder / "data"
        self._binaries = binaries
        self._settings = SERVER_SETTINGS | ({} if durable else NOT_DURABLE)
        self._timeout = timeout
        self._users: IO[bytes] | None = None
        self._bin: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Find or start the server; its address. Starts it again where it has died meanwhile.

        Raises ``DatabaseStartFailed`` or ``NoPostgres``.
        """
        self._make_folder()
        with self._alone():
            postmaster = self._settled()
            if postmaster is None:
                self._initialise()
                postmaster = self._launch()
            if self._users is None:
                self._users = (self._folder / "users.lock").open("ab")
                fcntl.flock(self._users, fcntl.LOCK_SH)
            return self._address(postmaster)

    def release(self) -> None:
        """Leave the server; as the last user stop it. Does nothing when not started."""
        if self._users is None:
            return
        users, self._users = self._users, None
        with self._alone(), users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return  # somebody still uses it
            self._stop()

    def stop(self) -> bool:
        """Stop the server whoever uses it. False when it was not running."""
        if not self._folder.exists():
            return False
        with self._alone():
            return self._stop()

    def address(self) -> str | None:
        """The server's address when it runs, without starting or joining it."""
        postmaster = read_postmaster(self._data)
        return self._address(postmaster) if postmaster and postmaster.ready else None

    def __enter__(self) -> str:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def working_password(self) -> str:
        """Of the role that everyday work logs in as (``app.db.own_role``); made at the first call."""
        kept = self._folder / "app_password"
        with self._alone():
            if not kept.exists():
                draft = self._folder / "app_password.new"
                draft.touch(mode=0o600)
                draft.write_text(secrets.token_urlsafe(32))
                draft.rename(kept)
            return kept.read_text()

    @property
    def log(self) -> Path:
        return self._folder / "log"

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Only one process at a time starts, stops or counts."""
        with (self._folder / "mutex.lock").open("ab") as mutex:
            fcntl.flock(mutex, fcntl.LOCK_EX)
            yield

    def _make_folder(self) -> None:
        self._folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.mkdir(mode=0o700, exist_ok=True)

    def _address(self, postmaster: Postmaster) -> str:
        password = quote((self._folder / "password").read_text(), safe="")
        return f"postgresql://{USER}:{password}@127.0.0.1:{postmaster.port}/{DATABASE}"

    def _settled(self) -> Postmaster | None:
        """The running server once it is ready; None once there is none."""
        deadline = time.monotonic() + self._timeout
        while (postmaster := read_postmaster(self._data)) is not None:
            if postmaster.ready:
                return postmaster
            if time.monotonic() > deadline:
                raise DatabaseStartFailed(log=str(self.log))
            time.sleep(0.05)
        return None

    def _initialise(self) -> None:
        """Make the data folder; it takes its name only when it is whole."""
        if self._data.exists():
            return
        account = choose_account(self._data)
        fresh = self._folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        os.chown(fresh, account.uid, account.gid)
        password = secrets.token_urlsafe(32)
        kept = self._folder / "password"
        kept.touch(mode=0o600)
        kept.write_text(password)
        self._run(account, fresh, ["initdb", *INITDB], password)
        self._run(account, fresh, ["postgres", "--single"], f"CREATE DATABASE {DATABASE};\n")
        fresh.rename(self._data)

    def _launch(self) -> Postmaster:
        """Start the server, waiting for children of a killed one to go and for a port that stays free."""
        account = choose_account(self._data)
        deadline = time.monotonic() + self._timeout
        while time.monotonic() < deadline:
            port, log_start = self._port(), self.log.stat().st_size if self.log.exists() else 0
            postmaster = self._wait_ready(self._spawn(account, port), deadline)
            if postmaster is not None:
                (self._folder / "port").write_text(str(port))
                return postmaster
            if not any(complaint in self.log.read_bytes()[log_start:] for complaint in PASSING):
                break
            time.sleep(0.2)
        raise DatabaseStartFailed(log=str(self.log))

    def _port(self) -> int:
        """The port of last time where it is free, so that addresses stay good; else any free one."""
        with contextlib.suppress(OSError, ValueError):
            return _bound(int((self._folder / "port").read_text()))
        return _bound(0)

    def _spawn(self, account: Account, port: int) -> subprocess.Popen[bytes]:
        options = self._settings | {"port": str(port)}
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  our own program
                [self._program(account, "postgres"), "-D", _name_of(self._data, account), *arguments],
                cwd=self._data,
                env=_environment(stale=stated_pid(self._data)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal is for us, not for the server
                **account.popen_arguments(),
            )
        return self._process

    def _wait_ready(self, process: subprocess.Popen[bytes], deadline: float) -> Postmaster | None:
        """The ready server; None where it ended by itself."""
        while time.monotonic() < deadline:
            postmaster = read_postmaster(self._data)
            if postmaster is not None and postmaster.pid == process.pid and postmaster.ready:
                return postmaster
            if process.poll() is not None:
                return None
            time.sleep(0.02)
        process.kill()
        process.wait()
        raise DatabaseStartFailed(log=str(self.log))

    def _stop(self) -> bool:
        postmaster = read_postmaster(self._data)
        if postmaster is None:
            return False
        os.kill(postmaster.pid, signal.SIGINT)  # "fast": ends sessions, writes everything
        deadline = time.monotonic() + self._timeout
        while read_postmaster(self._data) is not None:
            if time.monotonic() > deadline:
                raise DatabaseStopFailed(seconds=round(self._timeout))
            if self._process is not None:
                self._process.poll()  # reap our child
            time.sleep(0.02)
        if self._process is not None:
            self._process.wait()
        return True

    def _program(self, account: Account, name: str) -> str:
        if self._bin is None:
            self._bin = usable_binaries(self._binaries, account, self._folder)
        return str(self._bin / name)

    def _run(self, account: Account, data: Path, arguments: Sequence[str], stdin: str) -> None:
        """Run a program to its end in ``data``; what it says goes to the log."""
        with tempfile.TemporaryFile() as source, self.log.open("ab") as log:
            source.write(stdin.encode())
            source.seek(0)
            os.fchown(source.fileno(), account.uid, account.gid)  # /dev/stdin is opened anew
            ended = subprocess.run(  # noqa: S603  our own program
                [self._program(account, arguments[0]), *arguments[1:], "-D", _name_of(data, account)],
                cwd=data,
                env=_environment(),
                stdin=source,
                stdout=log,
                stderr=log,
                timeout=self._timeout,
                check=False,
                **account.popen_arguments(),
            )
        if ended.returncode != 0:
            raise DatabaseStartFailed(log=str(self.log))


def _name_of(data: Path, account: Account) -> str:
    """How the server calls its data folder: by the working directory where it could not walk there."""
    by_cwd = Path("/proc/self/cwd")
    return str(by_cwd) if account.uid != os.geteuid() and by_cwd.exists() else str(data)


def _environment(stale: int | None = None) -> dict[str, str]:
    """A plain environment. A pid known to be stale is named as PostgreSQL's own ``pg_ctl`` would name its
    parent: the server then does not take that process for a rival, and still checks the shared memory."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    rival = {"PG_GRANDPARENT_PID": str(stale)} if stale is not None else {}
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"} | kept | rival


def _bound(port: int) -> int:
    """``port`` (0: any) when it can be bound now; else OSError."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return int(probe.getsockname()[1])
