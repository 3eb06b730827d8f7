"""The documentation page in a real browser, under its own strict policy.

Chromium without a driver: it prints the page as it stands once scripts have run, its console goes to standard
error, and every request is in its network log.
"""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx
import pytest

from support.processes import serving

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no browser here (chromium or google-chrome)")

PATIENCE: Final = 60  # seconds
OPTIONS: Final = (
    "--headless=new",
    "--no-sandbox",  # a test may run as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # whatever it asks for stays on this machine
    "--no-proxy-server",
    "--enable-logging=stderr",
    "--virtual-time-budget=20000",
    "--dump-dom",
)


@dataclass(frozen=True)
class Seen:
    """A page as a person would see it: what it became, what it complained of, whom it asked."""

    page: str
    console: tuple[str, ...]
    asked: frozenset[str]


def look(address: str, folder: Path) -> Seen:
    assert BROWSER is not None
    log = folder / "network.json"
    ended = subprocess.run(
        [BROWSER, *OPTIONS, f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}", address],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    console = tuple(line for line in ended.stderr.splitlines() if "CONSOLE" in line)
    return Seen(ended.stdout, console, frozenset(requests_of_the_page(log)))


def requests_of_the_page(log: Path) -> Iterator[str]:
    """The addresses that a page asked for; what the browser does for itself has no initiator."""
    for event in json.loads(log.read_text())["events"]:
        params = event.get("params", {})
        if "url" in params and str(params.get("initiator", "")).startswith("http"):
            yield params["url"]


@contextmanager
def serving_page(page: str) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Security-Policy", "script-src 'self'")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def test_every_operation_is_shown_without_a_complaint_and_without_asking_anybody_else(
    database_url: str, tmp_path: Path
) -> None:
    with serving(database_url, tmp_path / "home") as address:
        described = httpx.get(f"{address}/openapi.json").json()
        seen = look(f"{address}/docs", tmp_path)
    operations = {
        (method.upper(), path) for path, methods in described["paths"].items() for method in methods
    }
    shown = re.findall(r'class="opblock-summary-path" data-path="([^"]+)"', seen.page)
    assert sorted(shown) == sorted(path for _, path in operations)
    assert seen.console == ()
    assert {urlsplit(each).netloc for each in seen.asked} == {urlsplit(address).netloc}
    assert {urlsplit(each).path for each in seen.asked} >= {"/openapi.json", "/docs/docs.js"}


def test_a_page_that_breaks_its_policy_or_asks_elsewhere_is_seen(tmp_path: Path) -> None:
    """Else the test above would prove nothing."""
    page = '<img src="http://registro.example/a.png"><script>document.title = "ran"</script>'
    with serving_page(page) as address:
        seen = look(address, tmp_path)
    assert "<title>" not in seen.page
    assert any("Content Security Policy" in line for line in seen.console)
    assert "http://registro.example/a.png" in seen.asked
