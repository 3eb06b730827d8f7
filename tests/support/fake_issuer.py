"""An OpenID provider on a socket of its own: discovery, keys that rotate, outages; it counts requests."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

from support.fapi_client import HolderKey, es256


@dataclass
class FakeIssuer:
    address: str
    keys: list[HolderKey] = field(default_factory=lambda: [es256()])
    status: int = 200
    delay: float = 0.0
    said: dict[str, Any] = field(default_factory=dict)  # what discovery says otherwise than it should
    asked: list[str] = field(default_factory=list)

    def documents(self) -> dict[str, Any]:
        found = {"issuer": self.address, "jwks_uri": f"{self.address}/keys"}
        published = [{**key.jwk, "kid": key.thumbprint, "use": "sig"} for key in self.keys]
        sealing = {**es256().jwk, "kid": "sealing", "use": "enc"}
        return {
            "/.well-known/openid-configuration": found | self.said,
            "/keys": {"keys": [sealing, *published]},
        }

    def token(self, audience: Any, header: dict[str, Any] | None = None, **claims: Any) -> str:
        now, key = int(time.time()), self.keys[-1]
        said = {"iss": self.address, "sub": "service-account", "aud": audience, "iat": now, "exp": now + 300}
        said |= {"jti": uuid4().hex, "azp": "fiscalia", "typ": "Bearer"} | claims
        said = {name: value for name, value in said.items() if value is not None}
        return key.jwt({"alg": key.alg, "typ": "JWT", "kid": key.thumbprint} | (header or {}), said)


@contextmanager
def fake_issuer() -> Iterator[FakeIssuer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked.append(self.path)
            time.sleep(issuer.delay)
            document = issuer.documents().get(self.path)
            body = json.dumps(document).encode()
            self.send_response(issuer.status if document is not None else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer = FakeIssuer(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
