"""What protection is given of earlier releases, and what it tells of its work. Pure, and light to import."""

from dataclasses import dataclass

from app.releases.facts import Facts
from app.releases.periods import Period
from schemas.releases import ReleaseTable


@dataclass(frozen=True, slots=True)
class Earlier:
    """A public table that was published, and what was counted then."""

    release: str
    table: ReleaseTable
    facts: Facts
    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """How one linked set was protected: see ``Protection``."""

    indicator: str
    family: str
    cells: int
    suppressed: int
    held: int  # of these, told by an earlier release: withheld so that a correction is not told
    gap: float | None  # proven distance from the fewest suppressions; None: by the heuristic
    added: int
    relaxed: bool
