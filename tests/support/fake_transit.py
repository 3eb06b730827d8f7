"""A transit engine on loopback that keeps the documented protocol of Vault and OpenBao, as far as we use it.

https://openbao.org/api-docs/secret/transit : POST /v1/:mount/encrypt/:name and /decrypt/:name, base64 fields
``plaintext``, ``associated_data``; ciphertext ``vault:v<version>:<base64>``; 403 for a bad token, 400 with
``errors`` for what does not open, 503 while sealed.
"""

import json
import os
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN = "s.una-clave-inventada"
NAMESPACE = "trata"


class Refused(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class FakeTransit:
    """Keys by name, the last version encrypts. ``sealed`` answers 503; ``calls`` are the operations asked."""

    def __init__(self) -> None:
        self.keys = {"intertrata": [AESGCM(os.urandom(32))]}
        self.sealed = False
        self.calls: list[str] = []
        self.url = ""

    def rotate(self) -> None:
        self.keys["intertrata"].append(AESGCM(os.urandom(32)))

    def answer(self, operation: str, name: str, body: dict[str, Any]) -> dict[str, Any]:
        self.calls.append(operation)
        if name not in self.keys:
            raise Refused(400)
        aad = b64decode(body["associated_data"], validate=True)
        if operation == "encrypt":
            return {"ciphertext": self._encrypt(name, b64decode(body["plaintext"], validate=True), aad)}
        return {"plaintext": b64encode(self._decrypt(name, body["ciphertext"], aad)).decode()}

    def _encrypt(self, name: str, plaintext: bytes, aad: bytes) -> str:
        nonce, version = os.urandom(12), len(self.keys[name])
        sealed = nonce + self.keys[name][-1].encrypt(nonce, plaintext, aad)
        return f"vault:v{version}:{b64encode(sealed).decode()}"

    def _decrypt(self, name: str, ciphertext: str, aad: bytes) -> bytes:
        prefix, version, encoded = ciphertext.split(":")
        sealed = b64decode(encoded, validate=True)
        try:
            assert prefix == "vault"
            return self.keys[name][int(version[1:]) - 1].decrypt(sealed[:12], sealed[12:], aad)
        except (InvalidTag, AssertionError):
            raise Refused(400) from None


@contextmanager
def fake_transit() -> Iterator[FakeTransit]:
    """Serves on a free port of loopback until left."""
    state = FakeTransit()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                self._admit()
                _, version, mount, operation, name = self.path.split("/")
                assert (version, mount) == ("v1", "transit")
                self._say(200, {"data": state.answer(operation, name, body)})
            except Refused as refusal:
                self._say(refusal.status, {"errors": [f"cannot handle {body}"]})

        def _admit(self) -> None:
            if state.sealed:
                raise Refused(503)
            if (
                self.headers.get("X-Vault-Token") != TOKEN
                or self.headers.get("X-Vault-Namespace") != NAMESPACE
            ):
                raise Refused(403)

        def _say(self, status: int, answer: dict[str, Any]) -> None:
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
