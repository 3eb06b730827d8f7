"""The barest peer of a question: FastAPI gives back bytes it was given, to anybody."""

from typing import Any

from fastapi import FastAPI, Request, Response

app = FastAPI()
_kept: dict[str, Any] = {"answer": b""}


@app.get("/ready")
async def is_ready() -> dict[str, bool]:
    return {"ready": True}


@app.put("/bench/ready")
async def keep(request: Request) -> None:
    _kept["answer"] = await request.body()


@app.post("/bench/ready")
async def ready(request: Request) -> Response:
    await request.body()
    return Response(_kept["answer"], media_type="application/json")
