"""What a table can hold. An adapter should let no more through; where it does, it is an outcome, no crash."""

from datetime import datetime
from typing import Final

from schemas.observations import Observation
from schemas.translation import Issue, IssueCode, Translation
from schemas.vocabulary import Severity

KEY_CHARACTERS: Final = 200  # natural keys and cited numbers stand in btree indexes
_INTEGER: Final = 2**31 - 1
_YEARS: Final = range(1900, 2200)
_NUL: Final = "\x00"


def text(value: str | None) -> str | None:
    """PostgreSQL text cannot hold NUL; the verbatim content still does."""
    if value is None or _NUL not in value:
        return value
    return value.replace(_NUL, "\ufffd")


def key(value: str | None) -> str | None:
    """A number by which records are found; too long to be one is none."""
    return text(value) if value is not None and len(value) <= KEY_CHARACTERS else None


def checked(translation: Translation) -> Translation:
    """The translation itself, or a rejection where its observation does not fit the tables."""
    if translation.observation is None:
        return translation
    obstacle = _obstacle(translation.observation)
    if obstacle is None:
        return translation
    code, field = obstacle
    row = translation.rows[0] if translation.rows else None
    issue = Issue(code=code, severity=Severity.REJECTION, row=row, field=field)
    return translation.model_copy(update={"observation": None, "issues": (*translation.issues, issue)})


def _obstacle(observation: Observation) -> tuple[IssueCode, str] | None:
    numbers = (observation.key, observation.citation_key)
    places = {(mention.role, mention.order) for mention in observation.mentions}
    instants = [at for at in (observation.reported_at, observation.referred_at) if at]
    unfit = any(len(number) > KEY_CHARACTERS or _NUL in number for number in numbers)
    obstacles = (
        (unfit, IssueCode.TOO_LARGE, "number"),
        (not _plausible(observation.stamp), IssueCode.STAMP_UNREADABLE, "stamp"),
        (not all(map(_plausible, instants)), IssueCode.STRUCTURE_UNREADABLE, "reported_at"),
        (abs(observation.victims_claimed or 0) > _INTEGER, IssueCode.STRUCTURE_UNREADABLE, "victims_claimed"),
        (any(order > _INTEGER for _, order in places), IssueCode.STRUCTURE_UNREADABLE, "order"),
        (len(places) < len(observation.mentions), IssueCode.STRUCTURE_UNREADABLE, "order"),
    )
    return next(((code, field) for met, code, field in obstacles if met), None)


def _plausible(instant: datetime) -> bool:
    return instant.year in _YEARS
