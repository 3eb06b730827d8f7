"""Aggrieved and accused of one carpeta. ``orden`` starts anew in ``imputados``: the role keeps them apart."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from adapters.reading.ages import UNKNOWN_AGE, Age, AgeDays, Life, read_age, settle_age
from adapters.reading.codes import read_code, read_sex
from adapters.reading.fields import Fields
from adapters.reading.moments import read_birth_date, read_date
from adapters.reading.notes import Notes
from adapters.reading.parties import Orders, check_names, member, objects, read_kind
from adapters.reading.persons import (
    Initials,
    holds_initials,
    read_document,
    read_initials,
    read_name,
    read_nationality,
    read_protected_key,
)
from adapters.reading.places import read_origin
from adapters.sistra.mapping import MEASURES, SERVICES
from adapters.sistra.native import Agraviado, Documento, Imputado, Medida, Servicio, names_of
from schemas.observations import Identity, Measure, Mention, Service
from schemas.vocabulary import PartyKind, Role

_MEASURE, _SERVICE, _DOCUMENT = names_of(Medida), names_of(Servicio), names_of(Documento)
_PARTY_FIELDS = names_of(Agraviado) | names_of(Imputado)
_REQUIRED = {
    Role.VICTIM: names_of(Agraviado),
    Role.SUSPECT: names_of(Imputado, only_required=True),
}
_PERSONAL_FIELDS = (
    "apellidoPaterno",
    "apellidoMaterno",
    "iniciales",
    "reserva",
    "sexo",
    "edad",
    "fechaNacimiento",
)


class _Party(NamedTuple):
    values: Mapping[str, object]
    path: str
    fields: Fields
    kind: PartyKind | None
    role: Role


def read_parties(
    values: Mapping[str, object], notes: Notes, today: date, day: date | None
) -> tuple[Mention, ...]:
    """The mentions; ages are those at ``day`` where a birth date is known."""
    parties = [
        _party(each, path, role, notes)
        for name, role in (("agraviados", Role.VICTIM), ("imputados", Role.SUSPECT))
        for each, path in objects(values, name, notes)
    ]
    orders = Orders()
    claimed = [orders.claim(party.role, party.fields.attribute("orden")) for party in parties]
    return tuple(
        _mention(party, order or orders.repair(party.role), today, day)
        for party, order in zip(parties, claimed, strict=True)
    )


def _party(values: Mapping[str, object], path: str, role: Role, notes: Notes) -> _Party:
    check_names(values, _PARTY_FIELDS, _REQUIRED[role], notes, path)
    fields = Fields(values, notes, path)
    kind = read_kind(
        fields.attribute("tipo"),
        fields.personal("nombres"),
        is_personal=any(fields.personal(name).known for name in _PERSONAL_FIELDS)
        or isinstance(values.get("documento"), dict),
        usual=PartyKind.NATURAL if role is Role.SUSPECT else None,
    )
    return _Party(values, path, fields, kind, role if kind is PartyKind.NATURAL else Role.OTHER)


def _mention(party: _Party, order: int, today: date, day: date | None) -> Mention:
    if party.kind is PartyKind.NATURAL:
        return _person(party, order, today, day)
    name = party.fields.personal("nombres").known
    kind = party.kind or PartyKind.LEGAL_ENTITY
    return Mention(role=party.role, order=order, kind=kind, identity=Identity(legal_name=name))


def _person(party: _Party, order: int, today: date, day: date | None) -> Mention:
    fields = party.fields
    initials = _read_initials(fields)
    life = _read_life(fields, initials, today, day)
    return Mention(
        role=party.role,
        order=order,
        identity=_read_identity(party, initials, life),
        sex=read_sex(fields.attribute("sexo")),
        age_min=life.age.least,
        age_max=life.age.most,
        age_approximate=life.age.approximate,
        nationality=read_nationality(fields.attribute("nacionalidad")),
        origin_ubigeo=read_origin(fields.attribute("procedencia")),
        measures=_read_measures(party, today),
        services=_read_services(party, today),
    )


def _read_initials(fields: Fields) -> Initials:
    """From ``iniciales``, else from ``nombres`` where they were put there."""
    cell, name = fields.personal("iniciales"), fields.personal("nombres")
    return read_initials(name if cell.known is None and holds_initials(name.text) else cell)


def _read_life(fields: Fields, initials: Initials, today: date, day: date | None) -> Life:
    birth, age = fields.personal("fechaNacimiento"), fields.attribute("edad")
    stated: Age = read_age(age)
    if stated == UNKNOWN_AGE:
        stated = initials.age
    return settle_age(read_birth_date(birth, today), stated, AgeDays(day), birth, age)


def _read_identity(party: _Party, initials: Initials, life: Life) -> Identity:
    fields = party.fields
    document = member(party.values, "documento", fields.notes, party.path)
    stated = party.values.get("documento")
    if isinstance(stated, dict):
        check_names(stated, _DOCUMENT, _DOCUMENT, fields.notes, f"{party.path}documento.")
    name = fields.personal("nombres")
    return Identity(
        paternal=read_name(fields.personal("apellidoPaterno")),
        maternal=read_name(fields.personal("apellidoMaterno")),
        given=None if holds_initials(name.text) else read_name(name),
        alias=read_name(fields.personal("alias")),
        initials=initials.letters,
        protected_key=read_protected_key(fields.personal("reserva")),
        document=read_document(document.attribute("tipo"), document.personal("numero")),
        birth_date=life.birth_date,
        situation=fields.personal("situacion").known,
    )


def _read_measures(party: _Party, today: date) -> tuple[Measure, ...]:
    found = []
    for each, path in objects(party.values, "medidas", party.fields.notes, party.path):
        check_names(each, _MEASURE, _MEASURE, party.fields.notes, path)
        fields = Fields(each, party.fields.notes, path)
        kind, day = read_code(fields.cell("tipo"), MEASURES), read_date(fields.cell("fecha"), today)
        if kind is not None:
            found.append(Measure(type=kind, date=day))
    return tuple(found)


def _read_services(party: _Party, today: date) -> tuple[Service, ...]:
    found = []
    for each, path in objects(party.values, "servicios", party.fields.notes, party.path):
        check_names(each, _SERVICE, _SERVICE, party.fields.notes, path)
        fields = Fields(each, party.fields.notes, path)
        kind, day = read_code(fields.cell("tipo"), SERVICES), read_date(fields.cell("fecha"), today)
        entity = fields.cell("entidad").known
        if kind is not None:
            found.append(Service(type=kind, entity=entity, date=day))
    return tuple(found)
