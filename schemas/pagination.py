"""Keyset pages: a page never shifts under a reader."""

from typing import Generic, TypeVar

from schemas.base import Contract

T = TypeVar("T")


class Page(Contract, Generic[T]):
    """``next`` is the cursor to pass as ``after``; None on the last page."""

    items: tuple[T, ...]
    next: str | None = None
