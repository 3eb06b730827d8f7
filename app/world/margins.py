"""Records of one feed that have the margins of a table: so many complaints, files, cases or persons, and how
many of them are of each sex, age, purpose or place.

Everybody is invented, each with a document of their own, and every attribute is dealt out by itself: a table
says nothing of how sex and age go together, so neither does this.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Final, Protocol

from app.world.people import PeopleMaker, Person, birth_for_age
from app.world.places import District, districts
from app.world.records import SaidPerson, SaidPlace, SaidRecord, SaidRuling
from app.world.writers.calls_form import CallsXlsx
from app.world.writers.court_form import CourtXml
from app.world.writers.reta_form import RetaCsv
from app.world.writers.sistra_form import SistraNdjson
from schemas.vocabulary import CallCategory, Feed, OffenceFamily, Purpose, Role, RulingType, Sex

REST: Final = "rest"
"""What no printed part says of the things that are left."""
WHOLE: Final = frozenset({"sex", "minor", "purpose", "outcome"})
"""Breakdowns of which every part is printed; of the others some are."""
_COURT_STATES: Final[Mapping[str, tuple[str, RulingType | None]]] = {
    "in_process": ("EN PROCESO", None),
    "dismissed": ("SOBRESEIDO", RulingType.DISMISSED),
    "filed": ("ARCHIVADO", RulingType.FILED),
    "convicted": ("SENTENCIADO", RulingType.CONVICTED),
    "acquitted": ("SENTENCIADO", RulingType.ACQUITTED),
}
_STATES: Final = {
    Feed.RETA_PNP: "REGISTRADA",
    Feed.SISTRA: "CALIFICACION",
    Feed.PODER_JUDICIAL: "EN PROCESO",
    Feed.LINEA_1818: "DENUNCIA",
}
_OFFENCES: Final = {
    Feed.RETA_PNP: ("TRATA DE PERSONAS", None),
    Feed.SISTRA: ("153", "Trata de personas"),
    Feed.PODER_JUDICIAL: ("153", "TRATA DE PERSONAS"),
    Feed.LINEA_1818: ("TRATA DE PERSONAS", None),
}
_WORDS: Final = {
    (Feed.RETA_PNP, Role.VICTIM): "VICTIMA",
    (Feed.RETA_PNP, Role.SUSPECT): "PRESUNTO AUTOR",
    (Feed.PODER_JUDICIAL, Role.VICTIM): "AGRAVIADO",
    (Feed.PODER_JUDICIAL, Role.SUSPECT): "PROCESADO",
}
_FOREIGN: Final = ("VEN", "BOL", "COL", "ECU")
_HEAD: Final = timedelta(hours=9)


class MarginsContradict(ValueError):
    """No records have these margins: parts that do not add up to the total, or exceed it."""


@dataclass(frozen=True, slots=True)
class Margins:
    """``counted`` is the role of the persons counted, or None where records are. ``parts``: by breakdown
    (``sex``, ``minor``, ``nationality``, ``purpose``, ``department``, ``outcome``), how many of each code.

    Codes: those of the vocabulary and ``unknown``; ``yes``, ``no``; ``foreign``; two digits of a department.
    """

    feed: Feed
    counted: Role | None
    since: date
    until: date
    total: int
    parts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for breakdown, codes in self.parts.items():
            summed = sum(codes.values())
            if summed > self.total or (breakdown in WHOLE and summed != self.total):
                raise MarginsContradict(f"{breakdown}: {summed} of {self.total}")


class FormWriter(Protocol):
    def write(self, record: SaidRecord) -> None: ...

    def close(self) -> None: ...


_FORMS: Final[Mapping[Feed, Callable[[Path, Random], FormWriter]]] = {
    Feed.RETA_PNP: RetaCsv,
    Feed.SISTRA: SistraNdjson,
    Feed.PODER_JUDICIAL: CourtXml,
    Feed.LINEA_1818: CallsXlsx,
}


def write(margins: Margins, path: Path, seed: int = 1) -> int:
    """One file in the feed's native form; how many records it holds. The same arguments, the same bytes."""
    writer = _FORMS[margins.feed](path, Random(seed))  # noqa: S311 - no secret is drawn
    written = 0
    for written, record in enumerate(records(margins, seed), start=1):  # noqa: B007 - the last is the count
        writer.write(record)
    writer.close()
    return written


def records(margins: Margins, seed: int = 1) -> Iterator[SaidRecord]:
    return _Registrar(margins, Random(f"margins|{seed}|{margins.feed}")).records()  # noqa: S311


class _Registrar:
    def __init__(self, margins: Margins, rng: Random) -> None:
        self._margins = margins
        self._rng = rng
        self._people = PeopleMaker(rng)
        self._dealt = {name: iter(self._deal(codes)) for name, codes in margins.parts.items()}
        self._numbers = count(1)

    def _deal(self, codes: Mapping[str, int]) -> Sequence[str]:
        """A code for each thing counted, in random order; ``REST`` for those of no printed part."""
        dealt = [code for code, many in codes.items() for _ in range(many)]
        dealt += [REST] * (self._margins.total - len(dealt))
        self._rng.shuffle(dealt)
        return dealt

    def _next(self, breakdown: str) -> str:
        return next(self._dealt[breakdown]) if breakdown in self._dealt else REST

    def records(self) -> Iterator[SaidRecord]:
        role, left = self._margins.counted, self._margins.total
        while left:
            size = 1 if role is None else min(left, 1 + int(self._rng.expovariate(0.8)))
            yield self._record(size)
            left -= size

    def _record(self, size: int) -> SaidRecord:
        """With ``size`` persons of the counted role, or with one of each where records are counted."""
        margins, rng, feed = self._margins, self._rng, self._margins.feed
        number = next(self._numbers)
        span = (margins.until - margins.since).days
        reported = datetime.combine(margins.since + timedelta(days=rng.randint(0, span)), time()) + _HEAD
        district = self._district()
        offence, label = _OFFENCES[feed]
        record = SaidRecord(
            feed,
            _number(feed, district, reported.year, number),
            number,
            reported + timedelta(days=1 + int(rng.random() * 30)),
            _STATES[feed],
            reported,
            family=OffenceFamily.TRAFFICKING,
            offence=offence,
            offence_label=label,
            category=CallCategory.COMPLAINT if feed is Feed.LINEA_1818 else None,
            facts_date=reported.date() - timedelta(days=int(rng.random() * 20)),
            place=_place(feed, district),
            office_district=_office_district(feed, district),
            purposes=self._purposes(),
        )
        record.people = tuple(self._party(record, size))
        if feed is Feed.PODER_JUDICIAL:
            self._rule(record)
        return record

    def _district(self) -> District:
        wanted = self._next("department")
        printed = self._margins.parts.get("department", {})
        held = [
            each
            for each in districts()
            if (each.ubigeo[:2] == wanted if wanted != REST else each.ubigeo[:2] not in printed)
        ]
        return self._rng.choice(held)

    def _purposes(self) -> tuple[Purpose, ...]:
        code = self._next("purpose") if self._margins.counted is None else REST
        return () if code in {REST, "unknown"} else (Purpose(code),)

    # --- people
    def _party(self, record: SaidRecord, size: int) -> Iterator[SaidPerson]:
        """SISTRA numbers each role by itself, the others all parties together."""
        counted = self._margins.counted
        orders: dict[Role, Iterator[int]] = {}
        together = count(1)
        for role in (Role.VICTIM, Role.SUSPECT):
            apart = record.feed is Feed.SISTRA
            order = orders.setdefault(role, count(1) if apart else together)
            for _ in range(size if role is counted else 1):
                yield self._said(record, role, next(order), is_counted=role is counted)

    def _said(self, record: SaidRecord, role: Role, order: int, *, is_counted: bool) -> SaidPerson:
        sex, minor, nationality = (
            self._next(each) if is_counted else REST for each in ("sex", "minor", "nationality")
        )
        assert record.facts_date is not None
        person = self._person(sex, minor, nationality, record.facts_date)
        said = SaidPerson(role, order, _WORDS.get((record.feed, role), ""), person.number)
        if record.feed is Feed.LINEA_1818:  # one column for the whole name, and no document
            said.given = " ".join((person.given[0], person.paternal, person.maternal or "")).strip()
        else:
            said.paternal, said.maternal, said.given = (
                person.paternal,
                person.maternal,
                " ".join(person.given),
            )
            said.document_type, said.document = person.documents[0]
            said.document_text = said.document
            said.nationality = person.nationality
            said.birth = None if minor == "unknown" else person.birth
        if sex != "unknown":
            said.sex, said.sex_text = person.sex, "F" if person.sex is Sex.FEMALE else "M"
        return said

    def _person(self, sex: str, minor: str, nationality: str, on: date) -> Person:
        rng = self._rng
        drawn = Sex(sex) if sex in set(Sex) else rng.choice(tuple(Sex))
        young = minor == "yes" or (minor == REST and rng.random() < 0.3)
        country = rng.choice(_FOREIGN) if nationality == "foreign" else "PER"
        while True:
            age = rng.randint(8, 16) if young else rng.randint(19, 55)
            person = self._people.draw(drawn, birth_for_age(rng, age, on), country)
            if person.documents:
                return person

    # --- courts
    def _rule(self, record: SaidRecord) -> None:
        code = self._next("outcome")
        record.state, ruling = _COURT_STATES["in_process" if code == REST else code]
        if ruling is None:
            return
        accused = [said.order for said in record.people if said.role is Role.SUSPECT]
        months = 96 if ruling is RulingType.CONVICTED else None
        day = record.reported.date() + timedelta(days=90 + int(self._rng.random() * 90))
        record.rulings = (SaidRuling(ruling, 1, day, tuple((order, months, None) for order in accused)),)
        record.stamp = datetime.combine(day, record.stamp.time())


def _number(feed: Feed, district: District, year: int, number: int) -> str:
    code = district.judicial_code
    return {
        Feed.RETA_PNP: f"COM-{district.district}-{year}-{number}",
        Feed.SISTRA: f"{code}06014501-{year}-{number}-0",
        Feed.PODER_JUDICIAL: f"{number:05d}-{year}-0-{code}01-JR-PE-01",
        Feed.LINEA_1818: f"1818-{year}-{number:06d}",
    }[feed]


def _place(feed: Feed, district: District) -> SaidPlace | None:
    names = (district.department, district.province, district.district)
    if feed is Feed.PODER_JUDICIAL:
        return None
    return SaidPlace(district, 6, None if feed is Feed.LINEA_1818 else district.ubigeo, *names)


def _office_district(feed: Feed, district: District) -> str | None:
    if feed is Feed.SISTRA:
        return district.fiscal_district
    return district.judicial_district if feed is Feed.PODER_JUDICIAL else None
