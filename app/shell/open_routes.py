"""What is open to everybody may be read by pages of others, and travels compressed.

Nowhere else: an answer that holds what is secret beside what an attacker chose would tell it by its length.
"""

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OPEN: Final = ("/v1/open", "/sdmx/2.1/", "/sdmx/3.0/")  # /sdmx/restricted is another tree
_LEVEL: Final = 6
PREFLIGHT: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, If-Modified-Since, If-None-Match",
    "Access-Control-Max-Age": "86400",
    "Vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
}
"""A page's conditional request is asked for first, by OPTIONS (Fetch standard, CORS-preflight)."""


class OpenRoutes:
    """ASGI middleware over those addresses alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._compressed = GZipMiddleware(app, compresslevel=_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(OPEN):
            await self._app(scope, receive, send)
        elif scope["method"] == "OPTIONS" and "access-control-request-method" in Headers(scope=scope):
            await Response(status_code=204, headers=PREFLIGHT)(scope, receive, send)
        else:
            packed = "gzip" in Headers(scope=scope).get("accept-encoding", "")
            await self._compressed(scope, receive, _of_two_codings(send, weak=packed))


def _of_two_codings(send: Send, *, weak: bool) -> Send:
    """One tag for what differs in its coding alone is a weak one (RFC 9110 8.8.1): so to whoever may have it
    compressed, also where nothing comes, or too little for it."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if "accept-encoding" not in headers.get("vary", "").lower():
                headers.add_vary_header("Accept-Encoding")
            tag = headers.get("etag", "W/")
            if weak and not tag.startswith("W/"):
                headers["ETag"] = f"W/{tag}"
        await send(message)

    return sent
