"""The rows of clients."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.db.engine import ReadSession, WriteSession
from app.models.security import Client, Installation


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


async def keys_fingerprint(session: ReadSession) -> bytes | None:
    return await session.scalar(select(Installation.keys_fingerprint))


async def mark_keys(session: WriteSession, fingerprint: bytes) -> bytes:
    """What the database is marked with now: ours, or that of whoever was first."""
    row = insert(Installation).values(id=1, keys_fingerprint=fingerprint)
    await session.execute(row.on_conflict_do_nothing())
    kept: bytes = (await session.execute(select(Installation.keys_fingerprint))).scalar_one()
    return kept
