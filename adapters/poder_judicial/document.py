"""One expediente as the courts write it, to what it says."""

from datetime import datetime

from lxml import etree

from adapters.base import Context
from adapters.poder_judicial.mapping import ANNULLED, EXPEDIENTE_FIELDS, EXPEDIENTE_REQUIRED, STAGES
from adapters.poder_judicial.nodes import Node
from adapters.poder_judicial.parties import read_parties
from adapters.poder_judicial.rulings import read_rulings
from adapters.reading.codes import read_code
from adapters.reading.folding import fold_code
from adapters.reading.moments import read_date, read_stamp
from adapters.reading.notes import Cell, Notes
from adapters.reading.numbers import read_citations, read_record_number
from adapters.reading.offences import leading_offence, read_offence
from adapters.reading.places import read_judicial_district
from adapters.reference import judicial_districts
from schemas.identifiers import natural_key, own_citation_key, parse_expediente
from schemas.observations import Citation, Observation, Offence
from schemas.translation import IssueCode
from schemas.vocabulary import Feed

_SEVERAL = ("partes", "resoluciones", "delito", "carpetaFiscal")


def read_expediente(element: etree._Element, notes: Notes, context: Context) -> Observation | None:
    """The observation, or None where the notes reject the record."""
    node = Node(element, notes)
    node.check(EXPEDIENTE_FIELDS, EXPEDIENTE_REQUIRED, _SEVERAL)
    number = read_record_number(node.fields.cell("@numero"))
    stamp = read_stamp(node.fields.cell("@actualizado"), context.today)
    offence = _read_offence(node)
    if number is None or stamp is None or offence is None:
        return None
    return _observation(node, context, (number, stamp, offence))


def _observation(node: Node, context: Context, found: tuple[str, datetime, Offence]) -> Observation:
    number, stamp, offence = found
    entry = read_date(node.fields.cell("fechaIngreso"), context.today)
    state = node.fields.cell("estado")
    annulled = fold_code(state.text) == ANNULLED
    mentions = read_parties(node, context.today, entry)
    return Observation(
        feed=Feed.PODER_JUDICIAL,
        number=number,
        key=natural_key(Feed.PODER_JUDICIAL, number),
        citation_key=own_citation_key(Feed.PODER_JUDICIAL, number),
        stamp=stamp,
        annulled=annulled,
        offence=offence,
        report_date=entry,
        office=node.fields.cell("organo").known,
        office_district=_read_district(node, number),
        stage=None if annulled else read_code(state, STAGES),
        citations=_read_citations(node),
        mentions=mentions,
        rulings=read_rulings(node, mentions, context.today),
    )


def _read_district(node: Node, number: str) -> str | None:
    """By its name, else by the two digits of the number that mean it."""
    cell = node.fields.cell("@numero")
    expediente = parse_expediente(number)
    if expediente is None or not expediente.complete:
        cell.warn(IssueCode.NUMBER_UNREADABLE)
    named = read_judicial_district(node.fields.cell("distritoJudicial"))
    return named or (judicial_districts().get(expediente.district) if expediente else None)


def _read_offence(node: Node) -> Offence | None:
    offences: list[Offence] = []
    for each in node.all("delito"):
        each.check({"@codigo"}, {"@codigo"})
        offence = read_offence(each.own(), each.fields.cell("@codigo"), required=False)
        if offence is not None:
            offences.append(offence)
    return leading_offence(offences, Cell("", "delito", node.notes))


def _read_citations(node: Node) -> tuple[Citation, ...]:
    cells = [each.own() for each in node.all("carpetaFiscal")]
    return tuple(citation for cell in cells for citation in read_citations(cell, Feed.SISTRA))
