"""RETA-PNP: the police's denuncias."""

from dataclasses import replace
from datetime import datetime

from app.world.cases import TrueCase
from app.world.clerks import Clerk
from app.world.desk import Desk
from app.world.name_lists import ALIASES
from app.world.people import Person, age_on, birth_for_age
from app.world.places import neighbour
from app.world.records import History, SaidCitation, SaidPerson, SaidRecord
from schemas.vocabulary import Feed, OffenceFamily, Purpose, Relation, Role, Sex

_OFFENCES = {
    OffenceFamily.TRAFFICKING: ("TRATA DE PERSONAS", "TRATA DE PERSONAS", "TRATA DE PERSONAS AGRAVADA"),
    OffenceFamily.SMUGGLING: ("TRAFICO ILICITO DE MIGRANTES",),
    OffenceFamily.RELATED: (
        "EXPLOTACION SEXUAL", "EXPLOTACION LABORAL", "PORNOGRAFIA INFANTIL",
        "FAVORECIMIENTO A LA PROSTITUCION",
    ),
}  # fmt: skip


class PoliceDesk:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._clerk = Clerk(desk.rng, desk.rates, Feed.RETA_PNP)

    def number(self, case: TrueCase, reported: datetime) -> tuple[str, str]:
        """A new number and the unit that gives it."""
        desk, district = self._desk, case.district
        roll = desk.rng.random()
        if roll < 0.15:
            unit, prefix = "DIRCTPTIM", "DIRCTPTIM"
        elif roll < 0.30:
            unit, prefix = f"DEPINTRAP {district.department}", f"DEPINTRAP-{district.department}"
        else:
            home = district if desk.rng.random() < 0.8 else neighbour(desk.rng, district)
            unit, prefix = f"COMISARIA {home.district}", f"COM-{home.district}"
        sequence = desk.next(f"{prefix}-{reported.year}")
        text = f"{sequence:05d}" if prefix == "DIRCTPTIM" else str(sequence)
        return f"{prefix}-{reported.year}-{text}", unit

    def record(
        self,
        case: TrueCase,
        number: tuple[str, str],
        reported: datetime,
        citations: tuple[SaidCitation, ...],
        passed_on: bool,
    ) -> SaidRecord:
        desk, rng = self._desk, self._desk.rng
        family = desk.family(case)
        words = _OFFENCES[family]
        purposes = case.purposes if rng.random() > 0.15 else (Purpose.UNDER_INVESTIGATION,)
        record = SaidRecord(
            Feed.RETA_PNP,
            number[0],
            case.number,
            desk.stamp(reported, 40),
            "",
            reported,
            family=family,
            offence=words[int(rng.random() * len(words))],
            facts_date=desk.facts_date(case, reported),
            facts_unreadable=rng.random() < desk.rates.facts_date_unreadable,
            office=number[1],
            place=desk.place(case.district),
            purposes=() if family is OffenceFamily.SMUGGLING else purposes,
            recruitment=case.recruitment if rng.random() < 0.8 else (),
            exploitation_place=case.place if rng.random() < 0.7 else None,
            citations=citations,
        )
        if record.facts_unreadable:
            record.facts_date = None
        record.state = (
            "DERIVADA MP" if passed_on else rng.choice(("REGISTRADA", "EN INVESTIGACION", "RESUELTA"))
        )
        record.people = self._people(case, record)
        return record

    def history(self, record: SaidRecord) -> History:
        return self._desk.history(record, "REGISTRADA")

    def annulled(self, record: SaidRecord) -> History:
        live = replace(record, state="REGISTRADA", citations=())
        return self._desk.annulled(live, "ANULADA")

    def _people(self, case: TrueCase, record: SaidRecord) -> tuple[SaidPerson, ...]:
        rng, rates = self._desk.rng, self._desk.rates
        people: list[SaidPerson] = []
        if case.victims and rng.random() < 0.12:
            people.append(self._complainant(case.victims[0], record))
        for person in case.victims:
            if rng.random() >= rates.person_left_out:
                people.append(self._victim(person, record))
        for person, relation in zip(case.suspects, case.relations, strict=True):
            if rng.random() >= rates.person_left_out:
                people.append(self._suspect(person, relation, record))
        if rng.random() < 0.05:
            people.append(self._witness(record))
        for order, said in enumerate(people, start=1):
            said.order = order
        return tuple(people)

    def _victim(self, person: Person, record: SaidRecord) -> SaidPerson:
        rng, rates, clerk = self._desk.rng, self._desk.rates, self._clerk
        said = SaidPerson(Role.VICTIM, 0, "VICTIMA", person.number)
        on = record.facts_date or record.reported.date()
        if age_on(person.birth, on) < 18 and rng.random() < rates.police_initials_minor:
            clerk.initials(said, person, None)
        else:
            clerk.name(said, person, on)
            if rng.random() >= rates.police_victim_no_document:
                clerk.document(said, person)
        clerk.birth_and_age(said, person, on)
        clerk.sex(said, person, words=True)
        clerk.nationality(said, person)
        if rng.random() < 0.5 and person.nationality == "PER":
            said.origin = person.origin
        said.rescued = rng.random() < 0.8 if rng.random() < 0.7 else None
        return said

    def _suspect(self, person: Person, relation: Relation, record: SaidRecord) -> SaidPerson:
        rng, rates, clerk = self._desk.rng, self._desk.rates, self._clerk
        word = "DETENIDO" if rng.random() < 0.35 else "PRESUNTO AUTOR"
        said = SaidPerson(Role.SUSPECT, 0, word, person.number)
        clerk.sex(said, person, words=True)
        if rng.random() < rates.suspect_unknown:
            said.unidentified, said.word = True, "PRESUNTO AUTOR"
            if rng.random() < rates.unknown_alias:
                said.alias = alias_of(clerk, person)
            return said
        on = record.facts_date or record.reported.date()
        clerk.name(said, person, on)
        if rng.random() < 0.2:
            said.alias = alias_of(clerk, person)
        if rng.random() >= rates.police_suspect_no_document:
            clerk.document(said, person)
        clerk.birth_and_age(said, person, on)
        clerk.nationality(said, person)
        said.relation = relation if rng.random() < 0.6 else None
        return said

    def _complainant(self, child: Person, record: SaidRecord) -> SaidPerson:
        """The mother: her paternal surname is the child's maternal one. Never resolved."""
        rng = self._desk.rng
        said = SaidPerson(Role.COMPLAINANT, 0, "DENUNCIANTE")
        said.paternal, said.maternal = (
            child.maternal or child.paternal,
            rng.choice(("QUISPE", "FLORES", "ROJAS", "TORRES")),
        )
        said.given = rng.choice(("EUFEMIA", "ROSA", "JUANA", "CARMEN", "NELLY", "GLADYS"))
        said.sex, said.sex_text = Sex.FEMALE, "MUJER"
        age = 30 + int(rng.random() * 25)
        said.birth = birth_for_age(rng, age, record.reported.date()) if rng.random() < 0.3 else None
        if said.birth is None:
            said.age, said.age_text = (age, age), str(age)
        said.nationality = child.nationality
        return said

    def _witness(self, record: SaidRecord) -> SaidPerson:
        rng = self._desk.rng
        said = SaidPerson(Role.WITNESS, 0, "TESTIGO")
        said.paternal, said.maternal = (
            rng.choice(("CASTILLO", "RAMOS", "DIAZ")),
            rng.choice(("PEREZ", "SILVA")),
        )
        said.given = rng.choice(("JULIO", "MARIO", "ELENA"))
        return said


def alias_of(clerk: Clerk, person: Person) -> str:
    """A person's alias; drawn once and kept, for suspects keep theirs."""
    if person.alias is None:
        person.alias = ALIASES[int(clerk.rng.random() * len(ALIASES))]
    return person.alias
