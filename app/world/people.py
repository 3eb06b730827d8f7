"""Invented people: names put together at random by region and cohort, a birth date, documents."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import accumulate
from random import Random

from app.world import name_lists as lists
from app.world.places import District, draw_origin_district
from app.world.variation import NameMix
from schemas.vocabulary import DocumentType, Sex

# Share of surname origins (Spanish, Quechua, Aymara, Amazonian) by department of origin. A judgement.
_REGION: dict[str, tuple[float, float, float, float]] = {
    "03": (0.40, 0.60, 0, 0), "05": (0.42, 0.58, 0, 0), "08": (0.36, 0.60, 0.03, 0.01),
    "09": (0.40, 0.60, 0, 0),
    "21": (0.25, 0.35, 0.40, 0), "23": (0.45, 0.15, 0.40, 0), "18": (0.50, 0.20, 0.30, 0),
    "17": (0.45, 0.40, 0.12, 0.03), "16": (0.60, 0.03, 0, 0.37), "22": (0.62, 0.05, 0, 0.33),
    "25": (0.60, 0.10, 0, 0.30), "01": (0.70, 0.08, 0, 0.22), "10": (0.62, 0.38, 0, 0),
    "12": (0.60, 0.40, 0, 0),
    "19": (0.62, 0.35, 0, 0.03), "04": (0.62, 0.30, 0.08, 0), "02": (0.75, 0.25, 0, 0),
}  # fmt: skip
_COAST = (0.84, 0.12, 0.02, 0.02)
_NATIONALITIES = (("PER", 0.83), ("VEN", 0.10), ("BOL", 0.03), ("COL", 0.025), ("ECU", 0.015))
_OWN_MIX = NameMix()
_FIRST_PERSON_BIRTHS = 1985, 2001  # cohorts of given names change at these years


@dataclass(slots=True)
class Person:
    number: int
    sex: Sex
    birth: date
    paternal: str
    maternal: str | None
    given: tuple[str, ...]
    nationality: str
    origin: District
    documents: tuple[tuple[DocumentType, str], ...]
    alias: str | None = None
    married: str | None = None
    times: int = 0  # cases so far
    partner: "Person | None" = field(default=None, repr=False)  # accomplice of the last case


@lru_cache(maxsize=4)
def _surname_tables(pool: float) -> dict[str, tuple[tuple[str, ...], tuple[float, ...]]]:
    rare_quechua = tuple(a + b for b in lists.QUECHUA_SECOND for a in lists.QUECHUA_FIRST if a != b)
    tables = {
        "spanish": (*lists.SPANISH.split(), *lists.SPANISH_COMPOUND),
        "quechua": (*lists.QUECHUA.split(), *rare_quechua),
        "aymara": tuple(lists.AYMARA.split()),
        "amazonian": tuple(lists.AMAZONIAN.split()),
        "venezuelan": tuple(lists.VENEZUELAN.split()),
    }
    return {name: _table(parts, pool, 8.0) for name, parts in tables.items()}


def _table(parts: tuple[str, ...], pool: float, offset: float) -> tuple[tuple[str, ...], tuple[float, ...]]:
    used = parts[: max(2, round(len(parts) * pool))]
    return used, zipf(len(used), offset)


def zipf(count: int, offset: float = 8.0) -> tuple[float, ...]:
    return tuple(accumulate(1.0 / (rank + offset) for rank in range(count)))


@lru_cache(maxsize=4)
def _given_tables(pool: float) -> dict[tuple[Sex, str], tuple[tuple[str, ...], tuple[float, ...]]]:
    source = {
        (Sex.FEMALE, "old"): lists.FEMALE_OLD, (Sex.FEMALE, "middle"): lists.FEMALE_MIDDLE,
        (Sex.FEMALE, "young"): lists.FEMALE_YOUNG, (Sex.FEMALE, "venezuelan"): lists.FEMALE_VENEZUELAN,
        (Sex.MALE, "old"): lists.MALE_OLD, (Sex.MALE, "middle"): lists.MALE_MIDDLE,
        (Sex.MALE, "young"): lists.MALE_YOUNG, (Sex.MALE, "venezuelan"): lists.MALE_VENEZUELAN,
    }  # fmt: skip
    return {key: _table(tuple(text.split()), pool, 6.0) for key, text in source.items()}


def draw_surname(rng: Random, nationality: str, department: str, mix: NameMix = _OWN_MIX) -> str:
    tables = _surname_tables(mix.pool)
    if nationality == "PER":
        roll = rng.random()
        shares = mix.origins or _REGION.get(department, _COAST)
        for name, share in zip(("spanish", "quechua", "aymara", "amazonian"), shares, strict=True):
            roll -= share
            if roll < 0:
                return rng.choices(tables[name][0], cum_weights=tables[name][1])[0]
        name = "spanish"
    elif nationality == "BOL":
        name = "aymara" if rng.random() < 0.5 else "quechua" if rng.random() < 0.4 else "spanish"
    else:
        name = "venezuelan"
    return rng.choices(tables[name][0], cum_weights=tables[name][1])[0]


def draw_given(
    rng: Random, sex: Sex, birth_year: int, nationality: str, mix: NameMix = _OWN_MIX
) -> tuple[str, ...]:
    early, late = _FIRST_PERSON_BIRTHS
    cohort = "old" if birth_year < early else "middle" if birth_year < late else "young"
    if nationality in ("VEN", "COL") and rng.random() < 0.7:
        cohort = "venezuelan"
    parts, weights = _given_tables(mix.pool)[sex, cohort]
    first = rng.choices(parts, cum_weights=weights)[0]
    if rng.random() > 0.65:
        return (first,)
    second = rng.choices(parts, cum_weights=weights)[0]
    return (first,) if second == first else (first, second)


def _digits(rng: Random, low: int, high: int, width: int) -> str:
    return str(rng.randrange(low, high)).zfill(width)


def is_placeholder(number: str) -> bool:
    """Numbers that nobody holds: all digits equal, or a run up or down."""
    return len(set(number)) == 1 or number in "0123456789012" or number in "9876543210987"


class PeopleMaker:
    """Draws persons; no two hold the same document."""

    def __init__(self, rng: Random, mix: NameMix = _OWN_MIX) -> None:
        self._rng = rng
        self._mix = mix
        self._held: set[str] = set()
        self._count = 0

    def draw(
        self, sex: Sex, birth: date, nationality: str | None = None, origin: District | None = None
    ) -> Person:
        rng = self._rng
        nationality = nationality or self.draw_nationality()
        origin = origin or draw_origin_district(rng)
        department = origin.ubigeo[:2]
        one_surname = nationality == "VEN" and rng.random() < 0.15
        maternal = None if one_surname else draw_surname(rng, nationality, department, self._mix)
        paternal = draw_surname(rng, nationality, department, self._mix)
        given = draw_given(rng, sex, birth.year, nationality, self._mix)
        return self._finish(Person(0, sex, birth, paternal, maternal, given, nationality, origin, ()))

    def draw_kin(self, other: Person, birth: date, sex: Sex, sibling: bool) -> Person:
        """A sibling shares both surnames, a cousin one; the given names differ."""
        rng = self._rng
        given = draw_given(rng, sex, birth.year, other.nationality, self._mix)
        while given[0] == other.given[0]:
            given = draw_given(rng, sex, birth.year, other.nationality, self._mix)
        paternal, maternal = other.paternal, other.maternal
        if not sibling:
            stranger = draw_surname(rng, other.nationality, other.origin.ubigeo[:2], self._mix)
            paternal, maternal = (
                (paternal, stranger) if rng.random() < 0.5 else (maternal or paternal, stranger)
            )
        return self._finish(
            Person(0, sex, birth, paternal, maternal, given, other.nationality, other.origin, ())
        )

    def draw_nationality(self) -> str:
        roll = self._rng.random()
        for code, share in _NATIONALITIES:
            roll -= share
            if roll < 0:
                return code
        return "PER"

    def _finish(self, person: Person) -> Person:
        self._count += 1
        person.number = self._count
        person.documents = self._draw_documents(person)
        if person.sex is Sex.FEMALE and person.birth.year < 2002:
            person.married = draw_surname(self._rng, person.nationality, person.origin.ubigeo[:2], self._mix)
        return person

    def _draw_documents(self, person: Person) -> tuple[tuple[DocumentType, str], ...]:
        rng = self._rng
        if person.nationality == "PER":
            return (
                ()
                if rng.random() < 0.03
                else ((DocumentType.DNI, self._new(*_dni_range(rng, person.birth))),)
            )
        home = DocumentType.PAS if rng.random() < 0.3 else DocumentType.CI
        held = [(home, self._foreign(person, home))] if rng.random() < 0.85 else []
        if rng.random() < 0.55:
            permit = rng.choice((DocumentType.CE, DocumentType.PTP, DocumentType.CPP))
            held.append((permit, self._new(1_000_000, 9_999_999, 9)))
        return tuple(held)

    def _foreign(self, person: Person, kind: DocumentType) -> str:
        number = self._new(5_000_000, 34_000_000, 1)
        if kind is DocumentType.PAS:
            return self._rng.choice("ABCDEFGHP") + number
        return "V" + number if person.nationality == "VEN" and self._rng.random() < 0.5 else number

    def _new(self, low: int, high: int, width: int) -> str:
        while True:
            number = _digits(self._rng, low, high, width)
            if number not in self._held and not is_placeholder(number):
                self._held.add(number)
                return number


def _dni_range(rng: Random, birth: date) -> tuple[int, int, int]:
    """Older people hold lower numbers; the ranges are rough."""
    if birth.year < 1982:
        return (1_000_000, 10_000_000, 8) if rng.random() < 0.5 else (10_000_000, 46_000_000, 8)
    return (40_000_000, 77_000_000, 8) if birth.year < 2000 else (60_000_000, 93_000_000, 8)


def birth_for_age(rng: Random, age: int, on: date) -> date:
    """A birth date of somebody who is ``age`` full years old on the day ``on``."""
    days = int(age * 365.2425) + 1 + int(rng.random() * 363)
    return date.fromordinal(on.toordinal() - days)


def age_on(birth: date, day: date) -> int:
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def pick(rng: Random, items: Sequence[tuple[str, float]]) -> str:
    """One of (word, share); shares add up to about 1, the last takes the rest."""
    roll = rng.random()
    for word, share in items:
        roll -= share
        if roll < 0:
            return word
    return items[-1][0]
