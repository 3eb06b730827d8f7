"""What no request may exceed, whatever its route: the size and pace of its body, the time to an answer.

The time counts from the last piece that came in or went out, so that a long delivery is no slow request.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.bodies import body_limit
from app.core.errors import Unavailable
from app.shell.problems import problem_response

SILENT_SECONDS: Final = 20.0  # a sender that says nothing for so long has gone
PATIENCE_SECONDS: Final = 30.0  # a body may be slow for so long in all
LEAST_BYTES_A_SECOND: Final = 4096  # and then no slower than this


class RequestTimedOut(Unavailable):
    code = "request-timed-out"
    es = "La respuesta tardó más de lo permitido y se abandonó. Pida menos de una vez o vuelva a intentarlo."
    en = "The answer took longer than allowed and was given up. Ask for less at once, or try again."


@dataclass(frozen=True, slots=True)
class Limits:
    body_bytes: int
    seconds: float
    silent_seconds: float = SILENT_SECONDS


class Bounds:
    """ASGI middleware. Inside the envelope, around everything else."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._limits.seconds) as deadline:
                request = _Bounded(scope, (receive, send), self._limits, deadline)
                await self._app(scope, request.receive, request.send)
        except TimeoutError:
            if not deadline.expired() or request.answering:
                raise  # once begun, the envelope cuts the connection: nobody takes it for whole
            refusal = RequestTimedOut(headers={"Retry-After": "5"})
            await problem_response(refusal, scope["state"]["request_id"])(scope, receive, send)


class _Bounded:
    def __init__(
        self, scope: Scope, channel: tuple[Receive, Send], limits: Limits, deadline: asyncio.Timeout
    ) -> None:
        self._receive, self._send = channel
        self._scope = scope
        self._limits = limits
        self._deadline = deadline
        self._loop = asyncio.get_running_loop()
        self._size, self._waited, self._whole = 0, 0.0, False
        self.answering = False

    async def receive(self) -> Message:
        """Raises 413 and 408 as the framework does, so that whoever reads the body lets them through."""
        if self._whole:
            return await self._receive()  # for the client to go away: that takes as long as it takes
        self._hold(self._declared())
        self._deadline.reschedule(None)
        began = self._loop.time()
        try:
            async with asyncio.timeout(self._limits.silent_seconds):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408) from None
        finally:
            self._renew()
        self._waited += self._loop.time() - began
        self._whole = not message.get("more_body", False)
        self._size += len(message.get("body", b""))
        self._hold(self._size)
        if self._waited > PATIENCE_SECONDS and self._size < self._waited * LEAST_BYTES_A_SECOND:
            raise HTTPException(408)
        return message

    async def send(self, message: Message) -> None:
        self.answering = True
        await self._send(message)
        self._renew()

    def _renew(self) -> None:
        if not self._deadline.expired():
            self._deadline.reschedule(self._loop.time() + self._limits.seconds)

    def _hold(self, size: int) -> None:
        state: dict[str, Any] = self._scope["state"]
        if size > body_limit(state, self._limits.body_bytes):
            raise HTTPException(413)

    def _declared(self) -> int:
        lengths = [value for name, value in self._scope["headers"] if name == b"content-length"]
        return int(lengths[0][:20]) if lengths and lengths[0].isdigit() else 0
