"""The row scopes of clients, as the gate asks for them with every request."""

import time
from typing import Final

from sqlalchemy import select

from app.db.engine import Database
from app.models.security import Client
from app.security.reach import UNLIMITED, RowScope
from schemas.vocabulary import Feed

SECONDS: Final = 1.0  # how old a row scope may be
KEPT: Final = 10_000


class RowScopes:
    """A short memory of ``client``. Clients are disabled, never deleted: whoever has no row here comes from
    an external issuer, whose claims carry the row scope."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, tuple[float, RowScope]] = {}

    async def of(self, client_id: str) -> RowScope:
        read_at, found = self._known.get(client_id, (float("-inf"), UNLIMITED))
        if time.monotonic() - read_at <= SECONDS:
            return found
        if len(self._known) >= KEPT:
            self._known.clear()
        asked_at = time.monotonic()
        found = await self._read(client_id)
        self._known[client_id] = (asked_at, found)
        return found

    async def _read(self, client_id: str) -> RowScope:
        async with self._database.read() as session:
            statement = select(Client.feed, Client.department).where(Client.id == client_id)
            row = (await session.execute(statement)).one_or_none()
        if row is None:
            return UNLIMITED
        return RowScope(Feed(row.feed) if row.feed else None, row.department)
