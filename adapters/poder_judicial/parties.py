"""The parties of one expediente. One of unknown quality is left out, with a warning."""

from datetime import date
from typing import NamedTuple

from adapters.poder_judicial.mapping import PARTY_FIELDS, PARTY_REQUIRED, ROLES
from adapters.poder_judicial.nodes import Node
from adapters.reading.ages import UNKNOWN_AGE, AgeDays, Life, read_age, settle_age
from adapters.reading.codes import read_code, read_sex
from adapters.reading.moments import read_birth_date
from adapters.reading.notes import Cell
from adapters.reading.parties import Orders, read_kind
from adapters.reading.persons import (
    Initials,
    holds_initials,
    initials_of,
    read_document,
    read_initials,
    read_name,
    read_nationality,
)
from schemas.observations import Document, Identity, Mention
from schemas.vocabulary import PartyKind, Role

_PERSONAL_FIELDS = (
    "apellidoPaterno",
    "apellidoMaterno",
    "nombres",
    "iniciales",
    "documento",
    "fechaNacimiento",
    "edad",
    "sexo",
)


class _Party(NamedTuple):
    node: Node
    role: Role
    kind: PartyKind | None
    order: int | None  # None: to be repaired


def read_parties(node: Node, today: date, day: date | None) -> tuple[Mention, ...]:
    """The mentions; ages are those at ``day`` where a birth date is known."""
    orders = Orders()
    claimed = [_party(each, orders) for each in node.within("partes", "parte")]
    return tuple(
        _mention(party, party.order or orders.repair(party.role), today, day)
        for party in claimed
        if party is not None
    )


def _party(node: Node, orders: Orders) -> _Party | None:
    node.check(PARTY_FIELDS, PARTY_REQUIRED, several=("documento",))
    fields = node.fields
    role = read_code(fields.attribute("@tipo"), ROLES)
    if role is None:
        return None
    is_personal = any(fields.personal(name).known for name in _PERSONAL_FIELDS)
    kind = read_kind(
        fields.attribute("@persona"),
        _legal_name(node),
        is_personal=is_personal,
        usual=PartyKind.NATURAL if role is Role.SUSPECT else None,
    )
    role = role if kind is PartyKind.NATURAL else Role.OTHER
    return _Party(node, role, kind, orders.claim(role, fields.attribute("@orden")))


def _legal_name(node: Node) -> Cell:
    cell = node.fields.personal("razonSocial")
    return cell if cell.text else node.fields.personal("nombres")


def _mention(party: _Party, order: int, today: date, day: date | None) -> Mention:
    if party.kind is PartyKind.NATURAL:
        return _person(party.node, party.role, order, _read_life(party.node, today, day))
    return Mention(
        role=party.role,
        order=order,
        kind=party.kind or PartyKind.LEGAL_ENTITY,
        identity=Identity(legal_name=_legal_name(party.node).known),
    )


def _person(node: Node, role: Role, order: int, life: Life) -> Mention:
    fields = node.fields
    return Mention(
        role=role,
        order=order,
        identity=_read_identity(node, life),
        sex=read_sex(fields.attribute("sexo")),
        age_min=life.age.least,
        age_max=life.age.most,
        age_approximate=life.age.approximate,
        nationality=read_nationality(fields.attribute("nacionalidad")),
    )


def _read_identity(node: Node, life: Life) -> Identity:
    fields = node.fields
    given = fields.personal("nombres")
    return Identity(
        paternal=read_name(fields.personal("apellidoPaterno")),
        maternal=read_name(fields.personal("apellidoMaterno")),
        given=None if holds_initials(given.text) else read_name(given) or _read_whole_name(node),
        initials=_read_initials(node).letters,
        document=_read_document(node),
        birth_date=life.birth_date,
        situation=fields.personal("situacion").known,
    )


def _read_initials(node: Node) -> Initials:
    """From ``iniciales``; else from ``razonSocial``, or ``nombres``, of a natural person."""
    stated, *others = (node.fields.personal(name) for name in ("iniciales", "razonSocial", "nombres"))
    if stated.known is None:
        stated = next((cell for cell in others if _shows_initials(cell)), stated)
    return read_initials(stated)


def _shows_initials(cell: Cell) -> bool:
    return cell.known is not None and (holds_initials(cell.text) or initials_of(cell.text) is not None)


def _read_whole_name(node: Node) -> str | None:
    """A natural person's name where only ``razonSocial`` holds it, in one piece."""
    cell = node.fields.personal("razonSocial")
    return None if _shows_initials(cell) else read_name(cell)


def _read_life(node: Node, today: date, day: date | None) -> Life:
    birth, age = node.fields.personal("fechaNacimiento"), node.fields.attribute("edad")
    stated = read_age(age)
    if stated == UNKNOWN_AGE:
        stated = _read_initials(node).age
    return settle_age(read_birth_date(birth, today), stated, AgeDays(day), birth, age)


def _read_document(node: Node) -> Document | None:
    """The first that is evidence of identity; a party may show several."""
    found: Document | None = None
    for each in node.all("documento"):
        each.check({"@tipo"}, {"@tipo"})
        found = found or read_document(each.fields.attribute("@tipo"), each.own(personal=True))
    return found
