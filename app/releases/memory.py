"""What was decoded once of the public edition and is asked for again.

A document is named by the SHA-256 of its bytes and never changes, so what is kept is never stale; whether it
may be told is asked anew in every request, of the database. Exact figures are not kept: they are of few
readers, and stay in memory no longer than their request.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from app.releases.repository import FrozenManifest
from schemas.releases import Manifest, ReleaseTable

T = TypeVar("T")
MOST_CELLS: Final = 150_000  # of tables, some 75 MB
MOST_MANIFESTS: Final = 500


class Bounded(Generic[T]):
    """By key; what was asked for longest ago goes first when costs exceed ``most``."""

    def __init__(self, most: int) -> None:
        self._most, self._cost = most, 0
        self._held: OrderedDict[str, tuple[T, int]] = OrderedDict()

    def get(self, key: str) -> T | None:
        found = self._held.get(key)
        if found is None:
            return None
        self._held.move_to_end(key)
        return found[0]

    def keep(self, key: str, value: T, cost: int) -> None:
        if key in self._held or cost > self._most:
            return
        self._held[key] = (value, cost)
        self._cost += cost
        while self._cost > self._most:
            _, (_, freed) = self._held.popitem(last=False)
            self._cost -= freed


@dataclass(frozen=True, slots=True)
class Decoded:
    """Of one process. ``manifests`` come with their own bytes and signature."""

    tables: Bounded[ReleaseTable] = field(default_factory=lambda: Bounded(MOST_CELLS))
    manifests: Bounded[tuple[FrozenManifest, Manifest]] = field(
        default_factory=lambda: Bounded(MOST_MANIFESTS)
    )
