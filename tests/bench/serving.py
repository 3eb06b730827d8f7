"""The service and its peer as processes of their own, reached over HTTP on loopback."""

import asyncio
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.wiring import open_services
from bench.feeding import settings_for
from bench.rig import ROOT, MeasurementFailed, environment

_PATIENCE = 180.0  # seconds until a server must answer


@dataclass(frozen=True, slots=True)
class Endpoint:
    base: str
    headers: dict[str, str]

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.base, headers=self.headers, timeout=60.0, trust_env=False)


@contextmanager
def service(
    home: Path,
    url: str,
    scopes: Sequence[str],
    *,
    program: str = "app.cli",
    more: Mapping[str, str] | None = None,
) -> Iterator[Endpoint]:
    """``intertrata serve`` on that database, and a token of a client with those scopes.

    ``program``: another module that takes its commands; ``more`` settings of the service.
    """
    new = asyncio.run(_client(home, url, scopes))
    port = free_port()
    given = {"INTERTRATA_HOME": str(home), "DATABASE_URL": url, "INTERTRATA_LOG_LEVEL": "error"}
    given["INTERTRATA_MODE"] = "demo"  # a secret, and a token that curl could use
    given |= more or {}
    with _process([sys.executable, "-m", program, "serve", "--port", str(port)], given) as process:
        base = f"http://127.0.0.1:{port}"
        _answering(process, f"{base}/health/ready")
        asked = {"grant_type": "client_credentials"}
        answer = httpx.post(f"{base}/oauth/token", data=asked, auth=new, trust_env=False).raise_for_status()
        yield Endpoint(base, {"Authorization": f"Bearer {answer.json()['access_token']}"})


async def _client(home: Path, url: str, scopes: Sequence[str]) -> tuple[str, str]:
    async with open_services(settings_for(str(home), url)) as services:
        new = await services.clients.create("bench", scopes)
        return new.id, new.secret


@contextmanager
def bare(url: str, module: str = "bench.bare_endpoint") -> Iterator[Endpoint]:
    """The peer: a FastAPI endpoint that inserts one row, on the same database server; or another one."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", f"{module}:app", "--port", str(port)]
    with _process([*command, "--no-access-log", "--log-level", "warning"], {"BARE_URL": url}) as process:
        base = f"http://127.0.0.1:{port}"
        _answering(process, f"{base}/ready")
        yield Endpoint(base, {})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _process(command: Sequence[str], given: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, env={**environment(), **given}, cwd=ROOT, stdout=said, stderr=said
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def _answering(process: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(address, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise MeasurementFailed(f"no answer from {address}")
