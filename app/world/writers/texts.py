"""Small texts that the writers share."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from random import Random

from app.world import words
from app.world.records import SaidCitation, SaidPerson, SaidRecord
from schemas.vocabulary import Feed

LIMA = timezone(timedelta(hours=-5))


def unknown(rng: Random) -> str:
    """One of the ways in which a form says that nothing is known."""
    return words.UNKNOWN[int(rng.random() * len(words.UNKNOWN))]


def day(value: date | None) -> str:
    return "" if value is None else f"{value.day:02d}/{value.month:02d}/{value.year:04d}"


def moment(value: datetime) -> str:
    return f"{day(value)} {value.hour:02d}:{value.minute:02d}:{value.second:02d}"


def iso_moment(value: datetime, rng: Random) -> str:
    """ISO 8601 in Lima time, now and then in UTC."""
    aware = value.replace(tzinfo=LIMA)
    if rng.random() < 0.05:
        return aware.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")  # noqa: UP017 - 3.11 has both
    return aware.isoformat()


def citation(record: SaidRecord, feed: Feed, first_call: bool = False) -> str | None:
    found: Iterable[SaidCitation] = record.citations
    return next((said.text for said in found if said.feed is feed and said.first_call == first_call), None)


def birth_day(said: SaidPerson) -> str:
    return "01/01/1900" if said.birth_1900 else day(said.birth)


def birth_iso(said: SaidPerson) -> str | None:
    if said.birth_1900:
        return "1900-01-01"
    return said.birth.isoformat() if said.birth else None


def nationality(said: SaidPerson, rng: Random) -> str:
    if said.nationality is None:
        return unknown(rng)
    choice = words.NATIONALITIES[said.nationality]
    return choice[int(rng.random() * len(choice))]
