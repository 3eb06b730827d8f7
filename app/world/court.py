"""Poder Judicial: expedientes and their incidents."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.world.cases import TrueCase
from app.world.clerks import Clerk
from app.world.desk import LAST_STAMP, Desk
from app.world.people import Person, age_on
from app.world.records import History, SaidCitation, SaidPerson, SaidRecord, SaidRuling
from schemas.vocabulary import Feed, OffenceFamily, PartyKind, Role, RulingType

_LABELS = {
    OffenceFamily.TRAFFICKING: (("129-A", "TRATA DE PERSONAS"), ("129-B", "TRATA DE PERSONAS AGRAVADA")),
    OffenceFamily.SMUGGLING: (("303-A", "TRAFICO ILICITO DE MIGRANTES"),),
    OffenceFamily.RELATED: (("179", "FAVORECIMIENTO A LA PROSTITUCION"), ("129-C", "EXPLOTACION SEXUAL")),
}
_SITUATIONS = ("REO EN CARCEL", "REO LIBRE", "REO AUSENTE")
_OUTCOMES = (
    ("EN PROCESO", None), ("EN PROCESO", None), ("SENTENCIADO", RulingType.CONVICTED),
    ("SENTENCIADO", RulingType.CONVICTED),
    ("SENTENCIADO", RulingType.ACQUITTED), ("EN EJECUCION", RulingType.CONVICTED),
    ("EN APELACION", RulingType.CONVICTED),
    ("SOBRESEIDO", RulingType.DISMISSED), ("ARCHIVADO", RulingType.FILED),
)  # fmt: skip


class CourtDesk:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._clerk = Clerk(desk.rng, desk.rates, Feed.PODER_JUDICIAL)

    def number(self, case: TrueCase, reported: datetime) -> str:
        """Sequences run per judicial district and year: number, year and district name one court case."""
        desk, code = self._desk, case.district.judicial_code
        sequence = desk.next(f"PJ-{code}-{reported.year}")
        seat = 1 + int(desk.rng.random() * 6)
        court = 1 + int(desk.rng.random() * 3)
        return f"{sequence:05d}-{reported.year}-0-{code}{seat:02d}-JR-PE-{court:02d}"

    def record(
        self, case: TrueCase, number: str, reported: datetime, citations: tuple[SaidCitation, ...]
    ) -> SaidRecord:
        desk, rng = self._desk, self._desk.rng
        family = desk.family(case)
        choices = _LABELS[family]
        article, label = choices[int(rng.random() * len(choices))]
        record = SaidRecord(
            Feed.PODER_JUDICIAL,
            number,
            case.number,
            desk.stamp(reported, 200),
            "EN PROCESO",
            reported,
            family=family,
            offence=article,
            offence_label=label,
            office=f"{number[-1]} JUZGADO PENAL COLEGIADO DE {case.district.province}",
            office_district=case.district.judicial_district,
            citations=citations,
        )
        record.people = self._people(case, record)
        self._rule(record)
        return record

    def incident(self, main: SaidRecord, citations: tuple[SaidCitation, ...]) -> SaidRecord:
        """A record of its own with the same number, year and district; it names some of the parties."""
        desk, rng = self._desk, self._desk.rng
        sequence, year, _, court, _, _, _ = main.number.split("-")
        incident = 1 + int(rng.random() * 90)
        reported = desk.later(main.reported, 60, 5)
        people = [replace(said) for said in main.people if said.person and rng.random() < 0.75]
        for order, said in enumerate(people, start=1):
            said.order = order
        return replace(
            main,
            number=f"{sequence}-{year}-{incident}-{court}-SP-PE-01",
            reported=reported,
            stamp=desk.stamp(reported, 60),
            state="EN APELACION",
            office="SALA PENAL DE APELACIONES",
            citations=citations,
            people=tuple(people),
            rulings=(),
        )

    def history(self, record: SaidRecord) -> History:
        return self._desk.history(record, "EN PROCESO")

    def annulled(self, record: SaidRecord) -> History:
        live = replace(record, state="EN PROCESO", citations=(), rulings=())
        return self._desk.annulled(live, "ANULADO")

    def _rule(self, record: SaidRecord) -> None:
        """Set the state and the rulings that lead to it."""
        rng = self._desk.rng
        state, ruling = _OUTCOMES[int(rng.random() * len(_OUTCOMES))]
        accused = [
            said.order for said in record.people if said.role is Role.SUSPECT and not said.unidentified
        ]
        first = self._desk.later(record.reported, 200, 30)
        if ruling is None or not accused or first > LAST_STAMP:
            return
        convicted = ruling is RulingType.CONVICTED
        parties = tuple(
            (order, 60 + 12 * int(rng.random() * 16), f"{1000 * (1 + int(rng.random() * 40))}.00")
            if convicted
            else (order, None, None)
            for order in accused
        )
        rulings = [SaidRuling(ruling, 1, first.date(), parties)]
        second = first + timedelta(days=60 + int(rng.random() * 120))
        if state == "EN EJECUCION" and second < LAST_STAMP:
            rulings.append(
                SaidRuling(
                    RulingType.UPHELD, 2, second.date(), tuple((order, None, None) for order in accused)
                )
            )
        record.state, record.rulings = state, tuple(rulings)
        last = datetime.combine(rulings[-1].date, record.stamp.time())
        record.stamp = max(record.stamp, min(last, LAST_STAMP))

    def _people(self, case: TrueCase, record: SaidRecord) -> tuple[SaidPerson, ...]:
        rng, rates = self._desk.rng, self._desk.rates
        only_state = rng.random() < 0.04
        people: list[SaidPerson] = []
        if not only_state:
            people = [self._victim(p, case) for p in case.victims if rng.random() >= rates.person_left_out]
        if only_state or rng.random() < 0.25:
            state = SaidPerson(
                Role.OTHER, 0, "AGRAVIADO", kind=PartyKind.STATE, legal_name="EL ESTADO PERUANO"
            )
            people.insert(int(rng.random() * (len(people) + 1)), state)
        for person in case.suspects:
            if rng.random() >= rates.person_left_out:
                people.append(self._accused(person, case))
        people += self._others()
        for order, said in enumerate(people, start=1):
            said.order = order
        return tuple(people)

    def _others(self) -> list[SaidPerson]:
        """Parties that nobody counts: a witness, a firm that must answer in civil law."""
        rng = self._desk.rng
        people: list[SaidPerson] = []
        if rng.random() < 0.06:
            given = rng.choice(("ELENA", "MARIO", "JULIO"))
            people.append(
                SaidPerson(Role.WITNESS, 0, "TESTIGO", paternal="RAMOS", maternal="SILVA", given=given)
            )
        if rng.random() < 0.04:
            firm = SaidPerson(Role.OTHER, 0, "TERCERO CIVIL", kind=PartyKind.LEGAL_ENTITY)
            firm.legal_name = "AGROINDUSTRIAS EL VALLE S.R.L."
            people.append(firm)
        return people

    def _victim(self, person: Person, case: TrueCase) -> SaidPerson:
        rng, rates, clerk = self._desk.rng, self._desk.rates, self._clerk
        said = SaidPerson(Role.VICTIM, 0, "AGRAVIADO", person.number)
        age = age_on(person.birth, case.facts)
        hidden = rng.random() < (rates.court_initials_minor if age < 18 else rates.court_initials_adult)
        if hidden:
            clerk.initials(said, person, age if age < 18 else None)
        else:
            clerk.name(said, person, case.facts)
            if rng.random() >= rates.court_victim_no_document:
                clerk.document(said, person)
            if rng.random() < rates.birth_date_known / 3:
                said.birth = person.birth
        known = rates.hidden_age_known if hidden else rates.age_known * 0.7
        if said.birth is None and said.age is None and rng.random() < known:
            clerk.age(said, person, case.facts)
        clerk.sex(said, person)
        if rng.random() < 0.3:
            clerk.nationality(said, person)
        return said

    def _accused(self, person: Person, case: TrueCase) -> SaidPerson:
        rng, rates, clerk = self._desk.rng, self._desk.rates, self._clerk
        word = "PROCESADO" if rng.random() < 0.7 else "IMPUTADO"
        said = SaidPerson(Role.SUSPECT, 0, word, person.number)
        clerk.sex(said, person)
        if rng.random() < rates.suspect_unknown / 8:
            said.unidentified = True
            return said
        clerk.name(said, person, case.facts)
        if rng.random() >= rates.court_suspect_no_document:
            clerk.document(said, person)
        if rng.random() < rates.birth_date_known / 2:
            said.birth = person.birth
        elif rng.random() < rates.age_known / 3:
            clerk.age(said, person, case.facts)
        said.legal_situation = _SITUATIONS[int(rng.random() * len(_SITUATIONS))]
        return said
