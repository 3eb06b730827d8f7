"""Línea 1818: complaints, repeated and followed-up calls, and calls that are no complaint."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.world import troubles
from app.world.cases import TrueCase
from app.world.clerks import Clerk
from app.world.desk import LAST_STAMP, Desk
from app.world.people import Person, age_on
from app.world.records import History, SaidCitation, SaidPerson, SaidRecord
from app.world.reta import alias_of
from schemas.vocabulary import CallCategory, Feed, OffenceFamily, Role

_OFFENCES = {
    OffenceFamily.TRAFFICKING: ("TRATA DE PERSONAS", "TRATA DE PERSONAS", "TRATA"),
    OffenceFamily.SMUGGLING: ("TRAFICO ILICITO DE MIGRANTES",),
    OffenceFamily.RELATED: ("EXPLOTACION SEXUAL", "EXPLOTACION LABORAL", "PORNOGRAFIA INFANTIL"),
}
_OTHER_CALLS = (
    (CallCategory.GUIDANCE, "ORIENTACION", "PREGUNTA POR OFERTAS DE TRABAJO EN OTRA REGION"),
    (CallCategory.QUERY, "CONSULTA", "PREGUNTA DONDE DENUNCIAR"),
    (CallCategory.NOT_VALID, "NO VALIDA", "LLAMADA MUDA"),
    (CallCategory.NOT_VALID, "NO VALIDA", "LLAMADA EQUIVOCADA"),
)
_NARRATIVES = (
    "NO LOS DEJAN SALIR DEL LOCAL", "TRABAJAN SIN PAGO", "LE QUITARON SUS DOCUMENTOS",
    "LE OFRECIERON TRABAJO Y NO VOLVIO",
    "PIDE AYUDA PARA UNA MENOR", "SIN MAS DATOS",
)  # fmt: skip


class HotlineDesk:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._clerk = Clerk(desk.rng, desk.rates, Feed.LINEA_1818)

    def number(self, reported: datetime) -> str:
        return f"1818-{reported.year}-{self._desk.next(f'1818-{reported.year}'):06d}"

    def _soon(self, moment: datetime) -> datetime:
        return min(moment + timedelta(minutes=5 + int(self._desk.rng.random() * 90)), LAST_STAMP)

    def complaint(
        self,
        case: TrueCase,
        number: str,
        reported: datetime,
        citations: tuple[SaidCitation, ...],
        referred_to: str | None,
    ) -> SaidRecord:
        desk, rng = self._desk, self._desk.rng
        family = desk.family(case)
        words = _OFFENCES[family]
        referred = None
        if referred_to is not None:
            late = rng.random() < 0.25
            minutes = 180 + rng.expovariate(1 / 400) if late else 15 + rng.random() * 160
            referred = min(reported + timedelta(minutes=int(minutes)), LAST_STAMP)
        record = SaidRecord(
            Feed.LINEA_1818,
            number,
            case.number,
            self._soon(referred or reported),
            "DENUNCIA",
            reported,
            family=family,
            offence=words[int(rng.random() * len(words))],
            category=CallCategory.COMPLAINT,
            place=desk.place(case.district, coded=False),
            purposes=case.purposes[:1]
            if rng.random() < 0.6 and family is not OffenceFamily.SMUGGLING
            else (),
            recruitment=case.recruitment[:1] if rng.random() < 0.4 else (),
            citations=citations,
            victims_claimed=len(case.victims) if rng.random() < 0.4 else None,
            referred_to=referred_to,
            referred=referred,
            narrative=_NARRATIVES[int(rng.random() * len(_NARRATIVES))],
        )
        record.people = self._people(case)
        return record

    def follow_up(self, first: SaidRecord) -> SaidRecord:
        desk = self._desk
        reported = desk.later(first.reported, 30, 1)
        cited = (SaidCitation(Feed.LINEA_1818, first.number, first_call=True),)
        return SaidRecord(
            Feed.LINEA_1818,
            self.number(reported),
            first.case,
            self._soon(reported),
            "SEGUIMIENTO",
            reported,
            category=CallCategory.FOLLOW_UP,
            citations=cited,
            narrative="CONSULTA POR EL ESTADO DE SU CASO",
        )

    def other(self, moment: datetime) -> History:
        """Guidance, a query or a call not valid: counted as a call, part of no case."""
        desk, rng = self._desk, self._desk.rng
        category, word, text = _OTHER_CALLS[int(rng.random() * len(_OTHER_CALLS))]
        reported = desk.later(moment, 3)
        record = SaidRecord(
            Feed.LINEA_1818,
            self.number(reported),
            0,
            self._soon(reported),
            word,
            reported,
            category=category,
            narrative=text,
        )
        return History(record, [record])

    def history(self, record: SaidRecord) -> History:
        return self._desk.history(record, record.state)

    def annulled(self, record: SaidRecord) -> History:
        live = replace(record, citations=())
        history = self._desk.annulled(live, "NO VALIDA")
        history.final.category = CallCategory.NOT_VALID
        return history

    def _people(self, case: TrueCase) -> tuple[SaidPerson, ...]:
        rng = self._desk.rng
        people = []
        if rng.random() < 0.85:
            people.append(self._victim(case.victims[int(rng.random() * len(case.victims))], case))
        if case.suspects and rng.random() < 0.55:
            people.append(self._denounced(case.suspects[int(rng.random() * len(case.suspects))]))
        return tuple(people)

    def _victim(self, person: Person, case: TrueCase) -> SaidPerson:
        """A given name, a diminutive, sometimes a surname; an age as callers say it."""
        rng, rates, clerk = self._desk.rng, self._desk.rates, self._clerk
        said = SaidPerson(Role.VICTIM, 1, "VICTIMA", person.number)
        roll = rng.random()
        first = person.given[0]
        if roll < 0.30:
            said.given = troubles.diminutive(rng, first)
        elif roll < 0.62:
            said.given = first
        elif roll < 0.80:
            said.given = " ".join(person.given)
        elif roll < 0.95:
            clerk.name(said, person, case.facts)
        clerk.sex(said, person)
        if rng.random() < rates.age_known:
            self._age(said, age_on(person.birth, case.facts))
        if rng.random() < 0.4:
            clerk.nationality(said, person)
        _one_column(said)
        if said.given is None and said.sex is None and said.age is None:
            said.sex, said.sex_text = person.sex, "F" if person.sex.value == "female" else "M"
        return said

    def _age(self, said: SaidPerson, years: int) -> None:
        rng = self._desk.rng
        roll = rng.random()
        if roll < 0.35:
            said.age, said.age_text = (years, years), str(years)
        elif roll < 0.6:
            low = years if rng.random() < 0.5 else years - 1
            said.age, said.age_text, said.age_approximate = (low, low + 1), f"{low} O {low + 1}", True
        else:
            guess = years + rng.choice((-1, 0, 0, 0, 1))
            said.age, said.age_text, said.age_approximate = (guess, guess), f"APROX {guess}", True

    def _denounced(self, person: Person) -> SaidPerson:
        rng, clerk = self._desk.rng, self._clerk
        said = SaidPerson(Role.SUSPECT, 2, "DENUNCIADO", person.number)
        roll = rng.random()
        if roll < 0.25:
            said.alias, said.unidentified = alias_of(clerk, person), True
        elif roll < 0.55:
            said.given = person.given[0]
        elif roll < 0.8:
            said.given, said.paternal = person.given[0], person.paternal
        else:
            clerk.name(said, person, person.birth)
        _one_column(said)
        if said.alias is None and rng.random() < 0.2:
            said.alias = alias_of(clerk, person)
        return said


def _one_column(said: SaidPerson) -> None:
    """The feed has one column for the whole name; it is kept as the given name."""
    said.given = " ".join(part for part in (said.given, said.paternal, said.maternal) if part) or None
    said.paternal = said.maternal = None
