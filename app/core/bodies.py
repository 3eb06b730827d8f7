"""How large the body of a request may be. ``app.shell.bounds`` holds every request to it."""

from typing import Final

from starlette.requests import HTTPConnection

_STATE: Final = "body_limit"


def allow_body(request: HTTPConnection, size: int) -> None:
    """For a route that takes more than others, before it reads: up to ``size`` bytes."""
    request.scope["state"][_STATE] = size


def body_limit(state: dict[str, int], otherwise: int) -> int:
    return state.get(_STATE, otherwise)
