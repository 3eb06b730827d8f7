"""SISTRA: the prosecution's carpetas fiscales."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.world.cases import TrueCase
from app.world.clerks import Clerk
from app.world.desk import Desk
from app.world.people import Person, age_on
from app.world.records import History, SaidCitation, SaidPerson, SaidRecord
from app.world.reta import alias_of
from schemas.vocabulary import Feed, MeasureType, OffenceFamily, PartyKind, Purpose, Role, ServiceType

_ARTICLES = {
    OffenceFamily.RELATED: (
        ("129-C", "Explotación sexual"), ("129-H", "Explotación sexual de NNA"),
        ("179", "Favorecimiento a la prostitución"),
        ("168-B", "Trabajo forzoso"), ("183-B", "Proposiciones a NNA"),
    ),
    OffenceFamily.SMUGGLING: (
        ("303-A", "Tráfico ilícito de migrantes"), ("303-B", "Tráfico ilícito agravado"),
    ),
}  # fmt: skip
_TRAFFICKING = {True: ("153", "153-A"), False: ("129-A", "129-B")}  # before 2021, since
_SITUATIONS = ("PRISION_PREVENTIVA", "COMPARECENCIA", "COMPARECENCIA CON RESTRICCIONES", "NO HABIDO")
_LATER_STAGES = ("INVESTIGACION_PREPARATORIA", "ETAPA_INTERMEDIA", "ACUSACION", "JUZGAMIENTO", "SENTENCIA")
_EARLY_STAGES = (
    "CALIFICACION",
    "INVESTIGACION_PRELIMINAR",
    "INVESTIGACION_PREPARATORIA",
    "ARCHIVO",
    "SOBRESEIMIENTO",
)
_ENTITIES = ("UDAVIT", "CEM", "UPE", "MIMP")
_MEASURES = tuple(MeasureType)
_SERVICES = tuple(ServiceType)


class ProsecutionDesk:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._clerk = Clerk(desk.rng, desk.rates, Feed.SISTRA)

    def number(self, case: TrueCase, reported: datetime, office: int | None = None) -> str:
        """``office`` 1..9 within the fiscal district; drawn where None."""
        desk = self._desk
        office = office or 1 + min(int(desk.rng.expovariate(0.6)), 8)
        code = f"{case.district.judicial_code}060145{office:02d}"
        return f"{code}-{reported.year}-{desk.next(f'{code}-{reported.year}')}-0"

    def record(
        self,
        case: TrueCase,
        number: str,
        reported: datetime,
        citations: tuple[SaidCitation, ...],
        state: str,
    ) -> SaidRecord:
        desk, rng = self._desk, self._desk.rng
        family = desk.family(case)
        if family is OffenceFamily.TRAFFICKING:
            article = _TRAFFICKING[case.facts.year < 2021][rng.random() < 0.4]
            label = "Trata de personas agravada" if article in ("129-B", "153-A") else "Trata de personas"
        else:
            choices = _ARTICLES[family]
            article, label = choices[int(rng.random() * len(choices))]
        purposes = case.purposes if rng.random() > 0.25 else (Purpose.UNDER_INVESTIGATION,)
        record = SaidRecord(
            Feed.SISTRA,
            number,
            case.number,
            desk.stamp(reported, 150),
            state,
            reported,
            family=family,
            offence=article,
            offence_label=label,
            facts_date=desk.facts_date(case, reported),
            office=f"FISCALIA PROVINCIAL PENAL DE {case.district.province}",
            office_district=case.district.fiscal_district,
            place=desk.place(case.district, named=False),
            purposes=() if family is OffenceFamily.SMUGGLING else purposes,
            recruitment=case.recruitment if rng.random() < 0.6 else (),
            exploitation_place=case.place if rng.random() < 0.5 else None,
            citations=citations,
        )
        record.people = self._people(case, record)
        return record

    def state(self, in_court: bool) -> str:
        return self._desk.rng.choice(_LATER_STAGES if in_court else _EARLY_STAGES)

    def history(self, record: SaidRecord) -> History:
        return self._desk.history(record, "CALIFICACION")

    def annulled(self, record: SaidRecord) -> History:
        live = replace(record, state="CALIFICACION", citations=())
        return self._desk.annulled(live, "CALIFICACION")

    def _people(self, case: TrueCase, record: SaidRecord) -> tuple[SaidPerson, ...]:
        rng, rates = self._desk.rng, self._desk.rates
        victims = [self._victim(p, record) for p in case.victims if rng.random() >= rates.person_left_out]
        self._give_keys(victims, record)
        if rng.random() < 0.15:
            victims.append(
                SaidPerson(Role.OTHER, 0, "ESTADO", kind=PartyKind.STATE, legal_name="EL ESTADO PERUANO")
            )
        elif rng.random() < 0.02:
            victims.append(
                SaidPerson(
                    Role.OTHER,
                    0,
                    "JURIDICA",
                    kind=PartyKind.LEGAL_ENTITY,
                    legal_name="TRANSPORTES EL SOL S.A.C.",
                )
            )
        suspects = [
            self._suspect(p, record) for p in case.suspects if rng.random() >= rates.person_left_out / 2
        ]
        for people in (victims, suspects):
            for order, said in enumerate(people, start=1):
                said.order = order
        return (*victims, *suspects)

    def _give_keys(self, victims: list[SaidPerson], record: SaidRecord) -> None:
        """Keys count up within the carpeta: the same key text stands in many carpetas for other people."""
        keyed = [said for said in victims if said.protected_key is not None]
        for index, said in enumerate(keyed, start=1):
            said.protected_key = f"{index:02d}-{record.reported.year}"

    def _victim(self, person: Person, record: SaidRecord) -> SaidPerson:
        rng, rates, clerk = self._desk.rng, self._desk.rates, self._clerk
        said = SaidPerson(Role.VICTIM, 0, "NATURAL", person.number)
        on = record.facts_date or record.reported.date()
        minor = age_on(person.birth, on) < 18
        roll = rng.random()
        key_share = rates.carpeta_key_minor if minor else rates.carpeta_key_adult
        initials_share = rates.carpeta_initials_minor if minor else 0.02
        hidden = roll < key_share + initials_share
        if roll < key_share:
            said.protected_key = "?"
            if rng.random() < rates.key_document:
                clerk.document(said, person)
        elif hidden:
            clerk.initials(said, person, None)
        else:
            clerk.name(said, person, on)
            if rng.random() >= rates.carpeta_victim_no_document:
                clerk.document(said, person)
        if not hidden:
            clerk.birth_and_age(said, person, on)
        elif rng.random() < rates.key_birth_date:
            said.birth = person.birth
        elif rng.random() < rates.hidden_age_known:
            clerk.age(said, person, on)
        clerk.sex(said, person)
        clerk.nationality(said, person)
        if rng.random() < 0.3 and person.nationality == "PER":
            said.origin = person.origin
        self._care(said, record)
        return said

    def _care(self, said: SaidPerson, record: SaidRecord) -> None:
        rng = self._desk.rng
        day = record.reported.date() + timedelta(days=1 + int(rng.random() * 5))
        if rng.random() < 0.35:
            said.measures = ((_MEASURES[int(rng.random() * len(_MEASURES))], day),)
        if rng.random() < 0.35:
            said.services = ((_SERVICES[int(rng.random() * len(_SERVICES))], rng.choice(_ENTITIES), day),)

    def _suspect(self, person: Person, record: SaidRecord) -> SaidPerson:
        rng, rates, clerk = self._desk.rng, self._desk.rates, self._clerk
        said = SaidPerson(Role.SUSPECT, 0, "IMPUTADO", person.number)
        clerk.sex(said, person)
        if rng.random() < rates.suspect_unknown / 3:
            said.unidentified = True
            return said
        on = record.facts_date or record.reported.date()
        clerk.name(said, person, on)
        if rng.random() < 0.12:
            said.alias = alias_of(clerk, person)
        if rng.random() >= rates.carpeta_suspect_no_document:
            clerk.document(said, person)
        clerk.birth_and_age(said, person, on)
        clerk.nationality(said, person)
        said.legal_situation = _SITUATIONS[int(rng.random() * len(_SITUATIONS))]
        return said
