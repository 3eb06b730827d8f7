"""Disclosure policy: what may be shown, from which day, decided as a dated version and never edited."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from app.releases.disclosure.cells import Shown, Withheld


@dataclass(frozen=True)
class Sensitivity:
    """Counts from 1 to ``suppressed_to`` are withheld; the feasible interval of a withheld count, in whole
    numbers, must be at least ``width`` wide (upper end minus lower end)."""

    suppressed_to: int
    width: int

    def __post_init__(self) -> None:
        if self.suppressed_to < 1 or self.width < 1:
            raise ValueError("a threshold and a width are at least 1")


@dataclass(frozen=True)
class Policy:
    """``zero_dimensions``: where zeros identify. There, if one sibling alone is not zero, everybody of the
    parent is known to be in it, and the zeros are withheld with it."""

    version: str
    since: date
    sensitivities: Mapping[str, Sensitivity]
    zero_dimensions: frozenset[str] = frozenset()
    rate_decimals: int = 1

    def sensitivity(self, measure: str) -> Sensitivity:
        """Raises KeyError for a measure on which nothing was decided: none is public by default."""
        return self.sensitivities[measure]

    def rate(self, numerator: Shown, denominator: Shown, per: int = 100) -> Decimal | Withheld:
        """``per`` x numerator / denominator, rounded half to even; made of shown counts only."""
        if Withheld.SUPPRESSED in (numerator, denominator):
            return Withheld.SUPPRESSED
        if isinstance(numerator, Withheld) or isinstance(denominator, Withheld) or denominator == 0:
            return Withheld.NOT_AVAILABLE
        step = Decimal(1).scaleb(-self.rate_decimals)
        return (Decimal(numerator) * per / Decimal(denominator)).quantize(step, ROUND_HALF_EVEN)


_OF_CASES = Sensitivity(suppressed_to=4, width=4)
_OF_PERSONS = Sensitivity(suppressed_to=10, width=10)

PUBLIC_EDITION = Policy(
    version="2026-1",
    since=date(2026, 1, 1),
    sensitivities={
        **dict.fromkeys(
            ("complaints", "prosecution_files", "court_files", "sentenced_files", "cases", "calls"), _OF_CASES
        ),
        **dict.fromkeys(
            ("victims", "victimisations", "suspects", "accused", "convicted", "acquitted"), _OF_PERSONS
        ),
    },
    zero_dimensions=frozenset({"sex", "nationality", "relation"}),
)
"""The default of the public edition (decision 0060)."""
POLICIES = (PUBLIC_EDITION,)
"""Every policy there was and is."""


def in_force(policies: tuple[Policy, ...], day: date) -> Policy:
    """The latest policy that began on ``day`` or before; raises LookupError if none had."""
    begun = [policy for policy in policies if policy.since <= day]
    if not begun:
        raise LookupError("no disclosure policy was in force on that day")
    return max(begun, key=lambda policy: (policy.since, policy.version))
