"""From a SQLAlchemy session to the asyncpg connection below it, without leaving the transaction."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def raw_connection(session: AsyncSession) -> Any:
    """The asyncpg connection of ``session``, inside its transaction.

    The dialect begins the transaction with the first statement; without one, what is done here would stand
    by itself and survive a rollback.
    """
    await session.execute(text("select 1"))
    connection = await (await session.connection()).get_raw_connection()
    return connection.driver_connection
