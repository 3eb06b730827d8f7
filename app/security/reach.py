"""Row scope: which part of the registry's rows a caller's transaction can see.

Held twice: services ask ``Reach`` where the answer depends on it, and PostgreSQL's row-level security hides
the rest from the role that every transaction opened for a caller works under (``migrations``, policies
``reach``). A transaction that never entered a reach sees nothing under that role.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self
from uuid import UUID

from sqlalchemy import text

from app.db.engine import ReadSession
from app.models.feeds import FEED_BITS
from app.security.scopes import REGISTRY_READ, FeedAct, feed_scope
from schemas.vocabulary import Feed

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


@dataclass(frozen=True, slots=True)
class RowScope:
    """What a client is limited to, whatever its scopes: one feed, one department, or nothing (all rows)."""

    feed: Feed | None = None
    department: str | None = None  # UBIGEO, two digits

    def __post_init__(self) -> None:
        if self.feed is not None and self.department is not None:
            raise ValueError("a client is limited to a feed or to a department")

    @property
    def limited(self) -> bool:
        return self.feed is not None or self.department is not None


UNLIMITED: Final = RowScope()


@dataclass(frozen=True, slots=True)
class Reach:
    """Every row (``registry``), those of some feeds and the numbers of their counterparts, or those of one
    department."""

    registry: bool = False
    feeds: frozenset[Feed] = frozenset()
    department: str | None = None

    @classmethod
    def of(cls, scopes: Iterable[str], row_scope: RowScope) -> Self:
        """The client's own limit first; else who reads single feeds only reaches those."""
        if row_scope.department is not None:
            return cls(department=row_scope.department)
        if row_scope.feed is not None:
            return cls(feeds=frozenset({row_scope.feed}))
        held = frozenset(scopes)
        served = frozenset(feed for feed in Feed for act in FeedAct if feed_scope(feed, act) in held)
        return cls(feeds=served) if served and REGISTRY_READ not in held else cls(registry=True)

    @property
    def kind(self) -> str:
        if self.registry:
            return "registry"
        return "department" if self.department is not None else "feeds"


EVERYTHING: Final = Reach(registry=True)


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
