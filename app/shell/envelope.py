"""What surrounds every request: an id, strict headers, a log line and figures, and the last resort.

The log knows a request by its route (``/v1/cases/{case_id}``), never by its path or query; an exception by
its type and place, never by its message: what is sent to us does not reach a log.
"""

import time
from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from fastapi.routing import iter_route_contexts
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import BadRequest, IntertrataError
from app.core.logging import get_logger, places_of
from app.shell.heads import asked_method
from app.shell.metrics import Metrics
from app.shell.problems import problem_response

log = get_logger(__name__)

API_POLICY: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Content-Security-Policy": API_POLICY,
}
TRANSPORT: Final = "max-age=63072000; includeSubDomains"
FRAMES_KEPT: Final = 8


class NulRefused(BadRequest):
    code = "nul-refused"
    es = "La dirección contiene un carácter nulo."
    en = "The address contains a NUL character."


class AnswerAborted(Exception):
    """An answer failed after its start; the connection is cut so that nobody takes it for whole."""


class Envelope:
    """ASGI middleware. ``secure`` says that the service is reached by https (adds HSTS); ``more`` are headers
    of every answer besides the usual ones."""

    def __init__(
        self, app: ASGIApp, metrics: Metrics, *, secure: bool, more: Mapping[str, str] | None = None
    ) -> None:
        self._app = app
        self._metrics = metrics
        transport = {"Strict-Transport-Security": TRANSPORT} if secure else {}
        self._headers = {**HEADERS, **transport, **(more or {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        request_id = state["request_id"] = str(uuid4())
        answer = _Answer(send, {**self._headers, "X-Request-Id": request_id}, state)
        started = time.perf_counter()
        try:
            await self._serve(scope, receive, answer)
        finally:
            self._tell(scope, answer.status, time.perf_counter() - started)

    async def _serve(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        request_id = scope["state"]["request_id"]
        if b"%00" in scope.get("query_string", b"") or "\0" in scope["path"]:
            await problem_response(NulRefused(), request_id)(scope, receive, answer.send)
            return
        try:
            await self._app(scope, receive, answer.send)
        except Exception as error:
            log.error(
                "unforeseen",
                request_id=request_id,
                kind=type(error).__name__,
                at=places_of(error)[-FRAMES_KEPT:],
            )
            if answer.status is not None:
                raise AnswerAborted from None
            await problem_response(IntertrataError(), request_id)(scope, receive, answer.send)

    def _tell(self, scope: Scope, status: int | None, seconds: float) -> None:
        route = route_template(scope)
        method = asked_method(scope)
        method = method if method in _METHODS else "OTHER"
        self._metrics.observe(method, route, status or 500, seconds)
        log.info(
            "request",
            request_id=scope["state"]["request_id"],
            method=method,
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 1),
            client=scope["state"].get("client_id"),
        )


_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class _Answer:
    """Sends on, adding our headers to the start; what the route set itself stands."""

    def __init__(self, send: Send, headers: Mapping[str, str], state: Mapping[str, Any]) -> None:
        self._send = send
        self._headers = headers
        self._state = state
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            asked: Mapping[str, str] = self._state.get("answer_headers", {})  # by who admitted the caller
            for name, value in {**self._headers, **asked}.items():
                headers.setdefault(name, value)
        await self._send(message)


def route_template(scope: Scope) -> str:
    """``/v1/cases/{case_id}``; one word for whatever met no route, so that a path is no label."""
    route = scope.get("route")
    if route is None:
        return "unrouted"
    templates: dict[int, str] = scope["app"].state.route_templates
    if id(route) not in templates:  # the first request, or a route added since
        contexts = iter_route_contexts(scope["app"].routes)
        templates.update((id(each.original_route), str(each.path)) for each in contexts)
    return templates.get(id(route), "unrouted")
