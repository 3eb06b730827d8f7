"""``intertrata serve`` with a route beside it that gives back bytes it was given: the peer of a question.

The same service, the same caller, admitted alike; what it answers costs nothing to make.
"""

from typing import Any
from unittest import mock

from fastapi import FastAPI, Request, Response

from app import cli, main
from app.security.callers import ExactReader
from app.statistics.cube.service import Cube
from app.wiring import Services

_PATIENCE = 3600.0


def create_app(services: Services) -> FastAPI:
    application = main.create_app(services)
    kept: dict[str, Any] = {"answer": b""}

    @application.put("/bench/ready")
    async def keep(request: Request) -> None:
        kept["answer"] = await request.body()

    @application.post("/bench/ready")
    async def ready(request: Request, caller: ExactReader) -> Response:
        await request.body()
        return Response(kept["answer"], media_type="application/json")

    @application.post("/bench/warm")
    async def warm(caller: ExactReader) -> None:
        cube: Cube = application.state.cube
        await cube.warm(_PATIENCE)

    return application


if __name__ == "__main__":
    with mock.patch("app.serving.create_app", create_app):
        cli.main()
