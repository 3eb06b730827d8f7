"""One call, in either form, to an observation.

A call re-sent as ``NO VALIDA`` is annulled in this feed's way: the adapter sees one version alone and cannot
tell it from a call that never was valid. Both are of category ``not_valid``, which makes and joins no case.
"""

from collections.abc import Iterator
from datetime import date, datetime

from adapters.linea_1818.mapping import CATEGORIES, NUMBER
from adapters.reading.ages import UNKNOWN_AGE, Age, ages_disagree, read_age
from adapters.reading.codes import PURPOSES, RECRUITMENTS, read_code, read_codes, read_sex
from adapters.reading.fields import Fields
from adapters.reading.moments import read_moment, read_stamp
from adapters.reading.notes import Cell
from adapters.reading.numbers import read_citations, read_count, read_record_number
from adapters.reading.offences import read_offence
from adapters.reading.persons import FreeName, read_free_name, read_name, read_nationality
from adapters.reading.places import PlaceCells, read_named_place
from schemas.identifiers import natural_key, own_citation_key
from schemas.observations import Citation, Identity, Mention, Observation
from schemas.translation import IssueCode
from schemas.vocabulary import CallCategory, CitationRelation, Feed, Role

VICTIM_ORDER, DENOUNCED_ORDER = 1, 2


def read_call(call: Fields, today: date) -> Observation | None:
    """The observation, or None where the notes hold a rejection."""
    number = read_record_number(call.cell(NUMBER))
    stamp = read_stamp(call.cell("FECHA_ACTUALIZACION"), today, serials=True)
    category = _read_category(call.cell("CATEGORIA"))
    complaint = category is CallCategory.COMPLAINT
    offence = read_offence(call.cell("DELITO"), required=complaint)
    if number is None or stamp is None or (complaint and offence is None):
        return None
    called = read_moment(call.cell("FECHA_HORA"), today, serials=True)
    reported_at = _with_time(call.cell("FECHA_HORA"), called)
    return Observation(
        feed=Feed.LINEA_1818,
        number=number,
        key=natural_key(Feed.LINEA_1818, number),
        citation_key=own_citation_key(Feed.LINEA_1818, number),
        stamp=stamp,
        category=category,
        offence=offence,
        report_date=called.date() if called else None,
        reported_at=reported_at,
        place=read_named_place(
            PlaceCells(call.cell("DEPARTAMENTO"), call.cell("PROVINCIA"), call.cell("DISTRITO"))
        ),
        purposes=read_codes(call.cell("FINALIDAD"), PURPOSES),
        recruitment=read_codes(call.cell("CAPTACION"), RECRUITMENTS),
        citations=_read_citations(call),
        mentions=tuple(_read_mentions(call)) if complaint else (),
        victims_claimed=read_count(call.cell("NRO_VICTIMAS")),
        referred_to=call.cell("DERIVADO_A").known,
        referred_at=_read_referral(call, reported_at, today),
        narrative=call.personal("RELATO").known,
    )


def _read_category(cell: Cell) -> CallCategory | None:
    """None, with a warning, where the call says no category of the list: it is then reason for no case."""
    category = read_code(cell, CATEGORIES)
    if category is None and cell.known is None:
        cell.warn(IssueCode.FIELD_MISSING)
    return category


def _with_time(cell: Cell, moment: datetime | None) -> datetime | None:
    """The moment, where the cell writes a time of day: hours are counted from it, so none is made up."""
    if moment is not None and ":" not in cell.text and "." not in cell.text:
        cell.warn(IssueCode.DATE_UNREADABLE)
        return None
    return moment


def _read_referral(call: Fields, reported_at: datetime | None, today: date) -> datetime | None:
    cell = call.cell("FECHA_DERIVACION")
    referred_at = _with_time(cell, read_moment(cell, today, serials=True))
    if referred_at is not None and reported_at is not None and referred_at < reported_at:
        cell.warn(IssueCode.DATE_IMPLAUSIBLE)
        return None
    return referred_at


def _read_citations(call: Fields) -> tuple[Citation, ...]:
    return (
        *read_citations(call.cell("LLAMADA_ORIGEN"), Feed.LINEA_1818, CitationRelation.FIRST_CALL),
        *read_citations(call.cell("NRO_DENUNCIA_PNP"), Feed.RETA_PNP),
    )


def _read_mentions(call: Fields) -> Iterator[Mention]:
    """The victim and the denounced, each where the call says anything of one; ``NN`` alone says nothing."""
    name = read_free_name(call.personal("VICTIMA_NOMBRE"))
    age = _read_victim_age(call.attribute("VICTIMA_EDAD"), name)
    sex = read_sex(call.attribute("VICTIMA_SEXO"))
    nationality = read_nationality(call.attribute("VICTIMA_NACIONALIDAD"))
    if name.described or age is not UNKNOWN_AGE or sex or nationality:
        yield Mention(
            role=Role.VICTIM,
            order=VICTIM_ORDER,
            identity=Identity(given=name.name, initials=name.initials),
            sex=sex,
            nationality=nationality,
            age_min=age.least,
            age_max=age.most,
            age_approximate=age.approximate,
        )
    denounced = read_free_name(call.personal("DENUNCIADO_NOMBRE"))
    alias = read_name(call.personal("DENUNCIADO_ALIAS"))
    if denounced.described or alias:
        yield Mention(
            role=Role.SUSPECT,
            order=DENOUNCED_ORDER,
            identity=Identity(given=denounced.name, initials=denounced.initials, alias=alias),
            age_min=denounced.age.least,
            age_max=denounced.age.most,
            age_approximate=denounced.age.approximate,
        )


def _read_victim_age(cell: Cell, name: FreeName) -> Age:
    """The age of its own column, else the one that stands behind the name."""
    stated = read_age(cell)
    if stated is UNKNOWN_AGE:
        return name.age
    if ages_disagree(stated, name.age):
        cell.warn(IssueCode.AGE_DISAGREES)
    return stated
