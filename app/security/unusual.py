"""When the identities that somebody opened in a day are unusual: beyond a limit, or their own past. Pure.

Nobody is stopped by it (``app.security.pace`` does that): auditors are told, and a person looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PAST_DAYS: Final = 28
TIMES_THE_PAST: Final = 3
FEW: Final = 15  # so many in a day are nothing to tell of, whatever the past


class Reason(StrEnum):
    LIMIT = "limit"
    OWN_PAST = "own_past"


@dataclass(frozen=True, slots=True)
class Finding:
    reason: Reason
    expected: int  # at most so many


def findings(opened: int, past: Sequence[int], limit: int) -> tuple[Finding, ...]:
    """``past``: how many on each earlier day on which any was opened, of the last ``PAST_DAYS``."""
    usual = sum(past) / len(past) if past else 0
    own = max(FEW, int(TIMES_THE_PAST * usual))
    both = (Finding(Reason.LIMIT, limit), Finding(Reason.OWN_PAST, own))
    return tuple(each for each in both if opened > each.expected)
