"""What protection is given of earlier releases, and what it tells of its work. Pure, and light to import."""

from dataclasses import dataclass

from app.releases.facts import Facts
from app.releases.periods import Period
from schemas.releases import ReleaseTable


@dataclass(frozen=True, slots=True)
class Earlier:
    """A public table that was published, and what was counted then. ``latest``: no later version is out."""

    table: ReleaseTable
    facts: Facts
    periods: tuple[Period, ...]
    latest: bool


@dataclass(frozen=True, slots=True)
class Report:
    """How one linked set was protected: see ``Protection``."""

    indicator: str
    family: str
    cells: int
    suppressed: int
    gap: float | None  # proven distance from the fewest suppressions; None: by the heuristic
    added: int
    relaxed: bool
