"""The image's commands, run one by one on what the image holds: the copied code, the packages of its lock.

No engine is needed: the installed packages that ``requirements.runtime.lock`` names are laid out in a folder,
and Python is started without any other.
"""

import asyncio
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from shutil import copytree, ignore_patterns

import httpx
import pytest
import yaml

from support.databases import Server
from support.ingestion_kit import SAMPLES

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()
SERVICES = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())["services"]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==", re.MULTILINE)
PATIENCE = 60  # seconds


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``code`` as the Dockerfile copies it, ``packages`` as its lock names them."""
    image = tmp_path_factory.mktemp("image")
    for source, target in re.findall(r"^COPY (\S+) /opt/intertrata/code/(\S*)$", DOCKERFILE, re.MULTILINE):
        if (ROOT / source).is_dir():
            copytree(ROOT / source, image / "code" / target, ignore=ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-m", "compileall", "-q", image / "code"], check=True)
    packages = image / "packages"
    packages.mkdir()
    for name in PIN.findall((ROOT / "requirements.runtime.lock").read_text()):
        for top in top_levels(name):
            target = packages / top.name
            if target.is_dir() and not target.is_symlink():
                raise AssertionError(f"two packages share {top.name}")
            if not target.exists():
                target.symlink_to(top)
    return image


def top_levels(name: str) -> Iterator[Path]:
    """What a distribution lays into site-packages; nothing where it is not for this platform."""
    try:
        files = distribution(name).files or []
    except PackageNotFoundError:
        return
    for top in {file.parts[0] for file in files if not file.parts[0].startswith((".", "__pycache__"))}:
        yield Path(str(distribution(name).locate_file(top)))


@pytest.fixture
def environment(image: Path, tmp_path: Path) -> dict[str, str]:
    """The image's variables, with its folders where this test may write."""
    (tmp_path / "spool").mkdir()
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{image / 'code'}{os.pathsep}{image / 'packages'}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "INTERTRATA_MODE": "demo",  # a client with a secret, on this machine
        "TMPDIR": str(tmp_path / "spool"),
        "INTERTRATA_HOME": str(tmp_path / "home"),
        "INTERTRATA_DATABASE_URL_FILE": str(tmp_path / "database_url"),
    }


@pytest.fixture
async def empty_database(server: Server, tmp_path: Path) -> AsyncIterator[str]:
    url = await server.create(migrated=False)
    (tmp_path / "database_url").write_text(url + "\n")
    yield url
    await server.drop(url)


async def start(environment: dict[str, str], *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-S", "-m", "app.cli", *arguments),  # -S: nothing of this environment
        env=environment,
        cwd=environment["TMPDIR"],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def run(environment: dict[str, str], *arguments: str) -> str:
    process = await start(environment, *arguments)
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


@asynccontextmanager
async def staying(environment: dict[str, str], *arguments: str) -> AsyncIterator[str]:
    """A command that stays, from its first line until the signal by which an engine stops it."""
    process = await start(environment, *arguments)
    assert process.stderr is not None
    try:
        first = await asyncio.wait_for(process.stderr.readline(), PATIENCE)
        yield first.decode()
        process.send_signal(signal.SIGTERM)
        _, err = await asyncio.wait_for(process.communicate(), PATIENCE)
        assert process.returncode == 0, err.decode()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def health_check(address: str) -> int:
    """The image's own check, asked of the port that the test got; its exit code."""
    found = re.search(r"HEALTHCHECK .*\\\n\s+CMD (\[.*\])", DOCKERFILE)
    assert found is not None
    program, *arguments = json.loads(found[1])
    assert program == "python"
    arguments[-1] = arguments[-1].replace("http://127.0.0.1:8000", address)
    return subprocess.run([sys.executable, *arguments], capture_output=True, check=False).returncode


def contents(image: Path) -> list[Path]:
    return sorted(image.rglob("*"))


async def test_the_commands_of_the_image_work_on_what_it_holds(
    image: Path, environment: dict[str, str], empty_database: str
) -> None:
    before = contents(image)
    await run(environment, *SERVICES["migrate"]["command"])
    await run(environment, "ingest", "reta-pnp", str(SAMPLES / "reta_pnp.csv"), "--json")
    await run(environment, "reconcile", "--full", "--json")
    made = await run(environment, "client", "create", "Analista", "--scope", "registry:read", "--json")
    client = json.loads(made)
    serve = [
        part for part in SERVICES["api"]["command"] if part not in ("--port", "8000", "--host", "0.0.0.0")
    ]
    async with (
        staying(environment, *serve, "--port", "0") as line,
        staying(environment, *SERVICES["worker"]["command"]) as word,
    ):
        assert "working the queue" in word
        address = line.removesuffix("/docs\n")
        assert health_check(address) == 0
        async with httpx.AsyncClient(base_url=address) as http:
            answer = await http.post(
                "/oauth/token",
                data={"grant_type": "client_credentials"},
                auth=(client["client_id"], client["client_secret"]),
            )
            bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
            assert (await http.get("/v1/cases", headers=bearer)).json()["items"]
            assert (await http.get("/docs")).status_code == 200
        await run(environment, *SERVICES["worker"]["healthcheck"]["test"][4:])
    assert health_check(address) != 0
    assert contents(image) == before  # the root file system is read-only


async def test_what_is_no_part_of_the_lock_is_not_found(environment: dict[str, str]) -> None:
    """Else the test above would prove nothing."""
    code = "import pytest"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-S", "-c", code), env=environment, stderr=asyncio.subprocess.PIPE
    )
    _, err = await process.communicate()
    assert b"ModuleNotFoundError" in err


def test_the_worker_is_watched_by_its_own_program() -> None:
    kind, *command = SERVICES["worker"]["healthcheck"]["test"]
    assert (kind, shlex.join(command)) == ("CMD", "python -m app.cli db status")
