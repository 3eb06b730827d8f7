"""One carpeta as SISTRA writes it, to what it says."""

from collections.abc import Mapping
from datetime import date, datetime

from adapters.base import Context
from adapters.reading.codes import EXPLOITATION_PLACES, PURPOSES, RECRUITMENTS, CodeTable, T, read_code
from adapters.reading.fields import Fields
from adapters.reading.moments import read_date, read_stamp
from adapters.reading.notes import Cell, Notes
from adapters.reading.numbers import read_citations, read_record_number
from adapters.reading.offences import leading_offence, read_offence
from adapters.reading.parties import check_names, items, objects
from adapters.reading.places import read_fiscal_district, read_place
from adapters.sistra.mapping import STAGES
from adapters.sistra.native import Carpeta, Delito, names_of
from adapters.sistra.parties import read_parties
from schemas.identifiers import natural_key, own_citation_key, parse_carpeta
from schemas.observations import Observation, Offence
from schemas.translation import IssueCode
from schemas.vocabulary import Feed

_KNOWN = names_of(Carpeta)


def read_carpeta(values: Mapping[str, object], notes: Notes, context: Context) -> Observation | None:
    """The observation, or None where the notes reject the record."""
    fields = Fields(values, notes)
    check_names(values, _KNOWN, _KNOWN, notes)
    number = read_record_number(fields.cell("numero"))
    stamp = read_stamp(fields.cell("actualizado"), context.today)
    offence = _read_offence(values, notes)
    if number is None or stamp is None or offence is None:
        return None
    if parse_carpeta(number) is None:
        fields.cell("numero").warn(IssueCode.NUMBER_UNREADABLE)
    return _observation(fields, values, context.today, (number, stamp, offence))


def _observation(
    fields: Fields, values: Mapping[str, object], today: date, found: tuple[str, datetime, Offence]
) -> Observation:
    notes = fields.notes
    number, stamp, offence = found
    facts = read_date(fields.cell("fechaHechos"), today)
    entry = read_date(fields.cell("fechaIngreso"), today)
    return Observation(
        feed=Feed.SISTRA,
        number=number,
        key=natural_key(Feed.SISTRA, number),
        citation_key=own_citation_key(Feed.SISTRA, number),
        stamp=stamp,
        annulled=_read_annulled(fields, values),
        offence=offence,
        facts_date=facts,
        report_date=entry,
        office=fields.cell("fiscalia").known,
        office_district=read_fiscal_district(fields.cell("distritoFiscal")),
        place=read_place(fields.cell("ubigeoHechos")),
        purposes=_read_list(values, "finalidades", PURPOSES, notes),
        recruitment=_read_list(values, "captacion", RECRUITMENTS, notes),
        exploitation_place=read_code(fields.cell("lugarExplotacion"), EXPLOITATION_PLACES),
        stage=read_code(fields.cell("etapa"), STAGES),
        citations=read_citations(fields.cell("denunciaPolicial"), Feed.RETA_PNP)
        + read_citations(fields.cell("expedienteJudicial"), Feed.PODER_JUDICIAL),
        mentions=read_parties(values, notes, today, facts or entry),
    )


def _read_annulled(fields: Fields, values: Mapping[str, object]) -> bool:
    """Only ``true`` annuls; a value that is neither true nor false is said, and annuls nothing."""
    value = values.get("anulada")
    if not isinstance(value, bool) and "anulada" in values:
        fields.cell("anulada").warn(IssueCode.VALUE_UNKNOWN)
    return value is True


def _read_offence(values: Mapping[str, object], notes: Notes) -> Offence | None:
    known = names_of(Delito)
    offences: list[Offence] = []
    for each, path in objects(values, "delitos", notes):
        check_names(each, known, known, notes, path)
        fields = Fields(each, notes, path)
        offence = read_offence(fields.cell("descripcion"), fields.cell("codigo"), required=False)
        if offence is not None:
            offences.append(offence)
    return leading_offence(offences, Cell("", "delitos", notes))


def _read_list(values: Mapping[str, object], name: str, table: CodeTable[T], notes: Notes) -> tuple[T, ...]:
    """Codes of a list, each once, in the order given."""
    found: dict[T, None] = {}
    for item, path in items(values, name, notes):
        value = read_code(Fields({path: item}, notes).cell(path), table)
        if value is not None:
            found[value] = None
    return tuple(found)
