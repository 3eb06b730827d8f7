"""How long identities are kept. Pure: a dated policy, and the instant before which nothing is kept.

The periods are this service's proposal, not a rule of law: the institutions that own the records set them
by an instrument of their own (Ley 29733, art. 8: no longer than the purpose needs), and the policy's number
is written beside every erasure.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final


class Keeping(StrEnum):
    """What a record is kept as."""

    CASE = "case"  # it stands in a case
    CALL = "call"  # a call that makes no case and belongs to none
    ANNULLED = "annulled"


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """``years`` after the last thing that was received of the case or, where there is none, of the record."""

    number: str
    valid_from: date
    years: dict[Keeping, int]

    def before(self, keeping: Keeping, now: datetime) -> datetime:
        """Identities of records last heard of before this instant are due. 29 February becomes the 28th."""
        year = now.year - self.years[keeping]
        try:
            return now.replace(year=year)
        except ValueError:
            return now.replace(year=year, day=28)


POLICY: Final = RetentionPolicy(
    number="2026-1",
    valid_from=date(2026, 11, 21),
    years={Keeping.CASE: 30, Keeping.CALL: 5, Keeping.ANNULLED: 2},
)
