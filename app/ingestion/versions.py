"""Which of two versions of a record stands. Pure: the rule of the contracts and nothing else.

The later stamp wins in any order of arrival; of two with one stamp the first kept stands.
"""

from dataclasses import dataclass
from datetime import datetime

from schemas.vocabulary import Outcome


@dataclass(frozen=True, slots=True)
class Version:
    stamp: datetime  # aware; compared as an instant, whatever its offset
    digest: bytes  # of the content, keyed: equal exactly when the content is


def judge(held: Version | None, arriving: Version, *, has_warnings: bool) -> Outcome:
    """What becomes of ``arriving`` where ``held`` stands; it replaces what stands exactly when accepted."""
    if held is not None:
        if arriving.stamp < held.stamp:
            return Outcome.SUPERSEDED
        if arriving.stamp == held.stamp:
            return Outcome.REPEATED if arriving.digest == held.digest else Outcome.CONFLICTING
    return Outcome.ACCEPTED_WITH_WARNINGS if has_warnings else Outcome.ACCEPTED


def replaces(outcome: Outcome) -> bool:
    return outcome in (Outcome.ACCEPTED, Outcome.ACCEPTED_WITH_WARNINGS)
