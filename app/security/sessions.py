"""Sessions of a caller: inside the caller's reach from their first statement on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, Request

from app.db.engine import ReadSession, database_of
from app.security.callers import caller_of
from app.security.row_security import enter


@asynccontextmanager
async def reach_session(request: Request) -> AsyncIterator[ReadSession]:
    """The requirement stands in the signature and has said who calls."""
    caller = caller_of(request)
    async with database_of(request).read() as session:
        await enter(session, caller.reach)
        yield session


async def get_reach_session(request: Request) -> AsyncIterator[ReadSession]:
    """The requirement stands before it in the signature."""
    async with reach_session(request) as session:
        yield session


ReachDep = Annotated[ReadSession, Depends(get_reach_session, scope="function")]
"""A snapshot of what the caller may see: the session of every route that a limited caller may call."""
