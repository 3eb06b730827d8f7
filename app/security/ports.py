"""What security needs of those who stand on it; ``wiring`` fills it."""

from collections.abc import Iterable
from typing import Protocol

from app.db.engine import WriteSession


class PermissionWitness(Protocol):
    """Leaves a mark of a changed permission in the transaction that changes it. ``change`` is a code
    (``client-created``), ``scopes`` those that the client has from then on."""

    async def __call__(
        self, session: WriteSession, change: str, client_id: str, scopes: Iterable[str] = ()
    ) -> None: ...


async def unwitnessed(session: WriteSession, change: str, client_id: str, scopes: Iterable[str] = ()) -> None:
    """Where no log is kept: a service composed by hand. ``wiring`` never leaves it at this."""
