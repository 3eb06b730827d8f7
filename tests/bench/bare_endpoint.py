"""The peer of ``PUT``: FastAPI and asyncpg, one row inserted and committed, nothing else."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI, Request


@asynccontextmanager
async def _pool(application: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["BARE_URL"], min_size=2, max_size=10) as pool:
        await pool.execute(
            "CREATE TABLE bare (id bigserial PRIMARY KEY, at timestamptz DEFAULT now(), body text)"
        )
        application.state.pool = pool
        yield


app = FastAPI(lifespan=_pool)


@app.get("/ready")
async def ready() -> dict[str, bool]:
    return {"ready": True}


@app.put("/row")
async def put_row(request: Request) -> dict[str, int]:
    body = (await request.body()).decode()
    row = await request.app.state.pool.fetchval("INSERT INTO bare (body) VALUES ($1) RETURNING id", body)
    return {"id": row}
