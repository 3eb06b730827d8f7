"""A SISTRA server on loopback that keeps the pull contract, and misbehaves on demand as real ones do."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "una-clave-inventada"


class FakeSistra:
    """Carpetas by number; ``faults`` are used up one per request: a status, ``cut``, ``html``, ``drop``."""

    def __init__(self) -> None:
        self.carpetas: dict[str, dict[str, Any]] = {}
        self.faults: list[object] = []
        self.retry_after: str | None = "1"
        self.requests: list[dict[str, str]] = []
        self.before_answer: Callable[[], None] = lambda: None
        self.repeat_over_pages = False
        self.address = ""

    def put(self, number: str, stamp: str, **fields: object) -> None:
        self.carpetas[number] = {"numero": number, "actualizado": stamp, **fields}

    def page(self, since: str, number: int, size: int) -> dict[str, object]:
        """Changed at or after ``since``, oldest change first."""
        border = datetime.fromisoformat(since)
        found = sorted(
            (
                each
                for each in self.carpetas.values()
                if datetime.fromisoformat(each["actualizado"]) >= border
            ),
            key=lambda each: (datetime.fromisoformat(each["actualizado"]), each["numero"]),
        )
        start = (number - 1) * size
        shown = found[max(0, start - 1) if self.repeat_over_pages else start : start + size]
        return {"pagina": number, "totalPaginas": -(-len(found) // size), "carpetas": shown}


@contextmanager
def fake_sistra() -> Iterator[FakeSistra]:
    """Serves on a free port of loopback until left."""
    state = FakeSistra()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(url.query).items()}
            state.requests.append(asked)
            fault = state.faults.pop(0) if state.faults else None
            if self.headers.get("Authorization") != f"Bearer {TOKEN}" or url.path != "/api/carpetas":
                self._answer(401 if url.path == "/api/carpetas" else 404, b"{}")
            elif isinstance(fault, int):
                self._answer(fault, b"<html>no</html>")
            elif fault == "drop":
                self._hang_up()
            else:
                state.before_answer()
                page = state.page(asked["desde"], int(asked["pagina"]), int(asked["tamano"]))
                body = json.dumps(page, ensure_ascii=False).encode()
                self._answer(200, b"<html>mantenimiento</html>" if fault == "html" else body, fault)

        def _answer(self, status: int, body: bytes, fault: object = None) -> None:
            self.send_response(status)
            if status in (429, 503) and state.retry_after is not None:
                self.send_header("Retry-After", state.retry_after)
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:1/")
            sent = body[: len(body) // 2] if fault in ("cut", "cut_quietly") else body
            self.send_header("Content-Length", str(len(sent) if fault == "cut_quietly" else len(body)))
            self.end_headers()
            self.wfile.write(sent)
            if fault == "cut":
                self._hang_up()

        def _hang_up(self) -> None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A connection that was dropped on purpose."""

    server = Server(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{server.server_address[1]}/api"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
