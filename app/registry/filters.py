"""What a list of cases may be narrowed by."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class CaseFilter:
    feed: str | None = None
    offence: str | None = None
    department: str | None = None
    stage: str | None = None
    since: date | None = None
    until: date | None = None
    several_feeds: bool | None = None
