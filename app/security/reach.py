"""Row scope: which part of the registry's rows a caller's transaction can see.

Held twice: by the services, which ask it, and by PostgreSQL's row-level security (``row_security``). Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from app.security.scopes import REGISTRY_READ, FeedAct, feed_scope
from schemas.vocabulary import Feed


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
