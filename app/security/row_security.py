"""The database's half of row scopes: a transaction enters a reach, and PostgreSQL hides all other rows.

Policies are those of the migrations (``reach``); they are for one role, which every transaction opened for a
caller works under. A transaction under that role which never entered a reach sees nothing.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import text

from app.db.engine import ReadSession
from app.models.feeds import FEED_BITS
from app.security.reach import Reach

READER_ROLE: Final = "intertrata_reader"
"""May log in nowhere, owns nothing, bypasses nothing. The same on every server: policies name it."""

_ENTER: Final = text(
    "SELECT set_config('row_security', 'on', true), set_config('intertrata.reach', :kind, true),"
    " set_config('intertrata.feeds', :feeds, true), set_config('intertrata.feed_bits', :bits, true),"
    " set_config('intertrata.department', :department, true), set_config('intertrata.person', :person, true),"
    f" set_config('role', '{READER_ROLE}', true)"  # last: the role may set nothing but its own
)
_LEAVE: Final = text(
    "SELECT set_config('role', 'none', true), set_config('row_security', 'off', true),"
    " set_config('intertrata.reach', '', true)"
)


async def enter(session: ReadSession, reach: Reach, person: UUID | None = None) -> None:
    """From here to the end of the transaction (or ``leave``) the session sees the rows of ``reach`` only,
    and the sealed identities of ``person`` only (``None``: of nobody). One round trip."""
    values = {
        "kind": reach.kind,
        "feeds": ",".join(sorted(reach.feeds)),
        "bits": str(sum(FEED_BITS[feed] for feed in reach.feeds)),
        "department": reach.department or "",
        "person": str(person) if person else "",
    }
    await session.execute(_ENTER, values)


async def leave(session: ReadSession) -> None:
    """Back to the application's own role, to write in the same transaction what belongs to the read."""
    await session.execute(_LEAVE)
