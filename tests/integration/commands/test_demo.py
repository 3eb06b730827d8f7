"""``make demo`` as somebody who has just cloned the project sees it: a process, a terminal, a socket."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import sdmx
from sdmx.source import add_source, sources

PATIENCE = 120  # seconds
ROOT = Path(__file__).parents[3]


@contextmanager
def demo(home: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A running demonstration of a small world, and everything it printed until it served."""
    keep = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "INTERTRATA_PORT")
    }
    environment = keep | {"INTERTRATA_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "demo", "--cases", "60", "--port", "0"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process, until_served(process)
    finally:
        process.kill()
        process.communicate()


def until_served(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            return "".join(lines)
    raise AssertionError(f"the demonstration ended early: {process.communicate()[1][-2000:]}")


def credentials(shown: str) -> tuple[str, str, str]:
    found = re.search(r"(http://127\.0\.0\.1:\d+)/docs", shown)
    client = re.search(r"client_id (\S+)\s+client_secret (\S+)", shown)
    assert found is not None
    assert client is not None
    return found[1], client[1], client[2]


def ask(shown: str) -> tuple[int, int]:
    """Cases and trafficking victims, as the running API tells them to the credentials that were shown."""
    url, client_id, secret = credentials(shown)
    with httpx.Client(base_url=url, timeout=30) as http:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                grant = {"grant_type": "client_credentials"}
                answer = http.post("/oauth/token", data=grant, auth=(client_id, secret))
                break
            except httpx.ConnectError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        http.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"
        assert http.get("/docs").status_code == 200
        several = (
            http.get("/v1/cases", params={"several_feeds": True, "limit": 500}).raise_for_status().json()
        )
        overview = http.get("/v1/statistics/overview").raise_for_status().json()
    return len(several["items"]), overview["families"][0]["reconciled"]["victims"]


def read_by_sdmx1(url: str) -> int:
    """How many cells of cases by department a client that others wrote reads, without a token."""
    info = {"id": "DEMO", "url": f"{url}/sdmx/2.1", "name": "DEMO", "versions": {"2.1"}}
    add_source(info, override=True)
    try:
        client = sdmx.Client("DEMO")
        client.session.trust_env = False
        message = client.data("DF_CASES_DEPARTMENT")
        return sum(len(data) for data in message.data)
    finally:
        sources.pop("DEMO")


def test_the_demonstration_serves_what_it_ingested_ends_on_ctrl_c_and_starts_again_as_it_was(
    tmp_path: Path,
) -> None:
    with demo(tmp_path / "home") as (process, shown):
        first = ask(shown)
        assert first[0] > 10
        assert first[1] > 20
        assert read_by_sdmx1(credentials(shown)[0]) > 20
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
    assert not (tmp_path / "home" / "postgres" / "data" / "postmaster.pid").exists()
    with demo(tmp_path / "home") as (_, shown):
        assert ask(shown) == first
