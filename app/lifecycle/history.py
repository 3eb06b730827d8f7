"""What the ledger of promotions says. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

PROMOTE: Final = "promote"
ROLLBACK: Final = "rollback"


@dataclass(frozen=True, slots=True)
class Promotion:
    """A row of the ledger: from then on ``version`` links, where ``previous`` did."""

    id: int
    kind: str
    version: str
    previous: str
    undoes: int | None
    comparison: str | None
    reason: str
    made_at: datetime
    made_by: str


def in_force(history: Sequence[Promotion]) -> Promotion | None:
    """The promotion that a rollback takes back: the latest that none has; None where all are taken back."""
    undone = {each.undoes for each in history}
    standing = (each for each in history if each.kind == PROMOTE and each.id not in undone)
    return max(standing, key=lambda each: each.id, default=None)
