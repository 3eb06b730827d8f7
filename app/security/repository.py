"""The rows of clients."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from app.db.engine import ReadSession, WriteSession
from app.models.security import Client


async def find(session: ReadSession, client_id: str) -> Client | None:
    return await session.get(Client, client_id)


async def all_clients(session: ReadSession) -> Sequence[Client]:
    return (await session.scalars(select(Client).order_by(Client.made_at, Client.id))).all()


async def disabled_since(session: ReadSession, instant: datetime) -> frozenset[str]:
    return frozenset(await session.scalars(select(Client.id).where(Client.disabled_at >= instant)))


async def disable(session: WriteSession, client_id: str) -> bool:
    """False where there is no such client. The first time counts."""
    statement = (
        update(Client)
        .where(Client.id == client_id)
        .values(disabled_at=func.coalesce(Client.disabled_at, func.now()))
        .returning(Client.id)
    )
    return (await session.execute(statement)).first() is not None
