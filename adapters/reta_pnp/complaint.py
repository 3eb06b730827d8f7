"""One version of a denuncia, in either form, to an observation."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from adapters.reading.ages import AgeDays, read_age, settle_age
from adapters.reading.codes import (
    EXPLOITATION_PLACES,
    PURPOSES,
    RECRUITMENTS,
    RELATIONS,
    YES_NO,
    read_code,
    read_codes,
    read_sex,
)
from adapters.reading.fields import Fields
from adapters.reading.moments import read_birth_date, read_date, read_stamp
from adapters.reading.notes import Notes
from adapters.reading.numbers import read_citations, read_record_number
from adapters.reading.offences import read_offence
from adapters.reading.persons import Names, read_document, read_name, read_names, read_nationality
from adapters.reading.places import PlaceCells, read_origin, read_place
from adapters.reta_pnp.mapping import NUMBER, SITUATIONS, STAMP, STATES, Situation, State
from schemas.identifiers import natural_key, own_citation_key
from schemas.observations import Citation, Identity, Mention, Observation, Place
from schemas.translation import IssueCode
from schemas.vocabulary import Feed, Role


@dataclass(frozen=True, slots=True)
class Person:
    """The fields of one person, the order under which it stands in the record, and its row."""

    fields: Fields
    order: int
    row: int | None = None


@dataclass(frozen=True, slots=True)
class _Days:
    today: date
    facts: date | None
    report: date | None

    @property
    def of_age(self) -> AgeDays:
        """The unit writes the age at the facts or at the denuncia."""
        return AgeDays(self.facts or self.report, self.report or self.facts)


def read_complaint(case: Fields, persons: Iterable[Person], today: date) -> Observation | None:
    """The observation, or None where the notes hold a rejection."""
    number = read_record_number(case.cell(NUMBER))
    stamp = read_stamp(case.cell(STAMP), today)
    offence = read_offence(case.cell("DELITO"))
    if number is None or stamp is None or offence is None:
        return None
    days = _Days(
        today, read_date(case.cell("FECHA_HECHO"), today), read_date(case.cell("FECHA_DENUNCIA"), today)
    )
    state = read_code(case.cell("ESTADO"), STATES) or State(None)
    return Observation(
        feed=Feed.RETA_PNP,
        number=number,
        key=natural_key(Feed.RETA_PNP, number),
        citation_key=own_citation_key(Feed.RETA_PNP, number),
        stamp=stamp,
        annulled=state.annulled,
        offence=offence,
        facts_date=days.facts,
        report_date=days.report,
        office=case.cell("UNIDAD_PNP").known,
        place=_read_place(case),
        purposes=read_codes(case.cell("FINALIDAD"), PURPOSES),
        recruitment=read_codes(case.cell("MEDIO_CAPTACION"), RECRUITMENTS),
        exploitation_place=read_code(case.cell("LUGAR_EXPLOTACION"), EXPLOITATION_PLACES),
        stage=state.stage,
        citations=_read_citations(case),
        mentions=tuple(_read_persons(persons, days, case.notes)),
    )


def _read_place(case: Fields) -> Place:
    names = PlaceCells(case.cell("DEPARTAMENTO"), case.cell("PROVINCIA"), case.cell("DISTRITO"))
    return read_place(case.cell("UBIGEO_HECHO"), names)


def _read_citations(case: Fields) -> tuple[Citation, ...]:
    return (
        *read_citations(case.cell("NRO_LINEA_1818"), Feed.LINEA_1818),
        *read_citations(case.cell("NRO_CARPETA_FISCAL"), Feed.SISTRA),
    )


def _read_persons(persons: Iterable[Person], days: _Days, notes: Notes) -> Iterable[Mention]:
    for person in persons:
        notes.row = person.row
        situation = _read_situation(person.fields)
        if situation is not None:
            yield _read_person(person, situation, days)


def _read_situation(fields: Fields) -> Situation | None:
    """In which role; a person without one belongs nowhere and is lost, with a warning."""
    cell = fields.attribute("SITUACION")
    situation = read_code(cell, SITUATIONS)
    if situation is None and cell.known is None:
        cell.warn(IssueCode.FIELD_MISSING)
    return situation


def _read_person(person: Person, situation: Situation, days: _Days) -> Mention:
    fields = person.fields
    names = read_names(
        fields.personal("APELLIDO_PATERNO"), fields.personal("APELLIDO_MATERNO"), fields.personal("NOMBRES")
    )
    birth, age = fields.personal("FECHA_NACIMIENTO"), fields.attribute("EDAD")
    stated = read_age(age) if age.known else names.age
    life = settle_age(read_birth_date(birth, days.today), stated, days.of_age, birth, age)
    return Mention(
        role=situation.role,
        order=person.order,
        identity=_read_identity(fields, names, life.birth_date),
        sex=read_sex(fields.attribute("SEXO")),
        age_min=life.age.least,
        age_max=life.age.most,
        age_approximate=life.age.approximate,
        nationality=read_nationality(fields.attribute("NACIONALIDAD")),
        origin_ubigeo=read_origin(fields.personal("PROCEDENCIA")),
        relation=read_code(fields.attribute("RELACION"), RELATIONS)
        if situation.role is Role.SUSPECT
        else None,
        rescued=read_code(fields.attribute("RESCATADA"), YES_NO),
        detained=situation.detained,
    )


def _read_identity(fields: Fields, names: Names, born: date | None) -> Identity:
    return Identity(
        paternal=names.paternal,
        maternal=names.maternal,
        given=names.given,
        alias=read_name(fields.personal("ALIAS")),
        initials=names.initials,
        document=read_document(fields.attribute("TIPO_DOC"), fields.personal("NRO_DOC")),
        birth_date=born,
    )
