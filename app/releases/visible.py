"""Who sees which releases. Pure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Visible:
    """Who asks sees what is past its embargo by ``now``; with ``embargo``, the rest that is published too."""

    now: datetime
    embargo: bool = False
