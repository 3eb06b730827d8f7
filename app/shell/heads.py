"""HEAD wherever GET is (RFC 9110 9.3.2): the answer of GET, witnessed and paced as one, without its body."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Heads:
    """ASGI middleware, outermost. ``scope["state"]["method"]`` keeps what was asked, for proofs are of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def bodiless(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        # A copy: the server has to know by its own that no body comes, however long it is said to be.
        asked = {**scope, "method": "GET", "state": {**scope.get("state", {}), "method": "HEAD"}}
        await self._app(asked, receive, bodiless)


def asked_method(scope: Scope) -> str:
    """As the client sent it."""
    method: str = scope.get("state", {}).get("method", scope["method"])
    return method
