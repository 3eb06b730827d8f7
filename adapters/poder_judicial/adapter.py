"""Poder Judicial: expedientes of the courts, one XML element each, read as a stream."""

from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from adapters.base import Context, Form, UnreadableDelivery
from adapters.poder_judicial.document import read_expediente
from adapters.poder_judicial.mapping import NAMESPACE
from adapters.reading.notes import Cell, Notes
from adapters.reading.translations import Source, broken, concluded
from adapters.transport import Broken, Element, Fault, parse_element, read_xml
from schemas.translation import IssueCode, Translation
from schemas.vocabulary import Feed

ROOT = f"{{{NAMESPACE}}}expedientes"
RECORD = f"{{{NAMESPACE}}}expediente"


class PoderJudicial:
    """Contract version 1. One document may also be a lone ``expediente``, in the same namespace."""

    feed = Feed.PODER_JUDICIAL
    contract_version = 1
    adapter_version = 1
    forms = frozenset({Form.XML})

    def translate(self, source: BinaryIO, form: Form, context: Context) -> Iterator[Translation]:
        if form not in self.forms:
            raise UnreadableDelivery(Fault.FORM_UNSUPPORTED)
        for position, piece in enumerate(read_xml(source, ROOT, RECORD, context.limits)):
            yield (
                broken(position, piece) if isinstance(piece, Broken) else _translate(position, piece, context)
            )

    def translate_verbatim(self, verbatim: bytes, context: Context) -> Translation:
        try:
            element: etree._Element | None = parse_element(verbatim)
        except ValueError:
            element = None
        if element is None or element.tag != RECORD:
            return broken(0, Broken.of(1, IssueCode.STRUCTURE_UNREADABLE, verbatim))
        return _translate(0, Element(1, element, verbatim), context)


def _translate(position: int, piece: Element, context: Context) -> Translation:
    notes = Notes(row=piece.line)
    observation = read_expediente(piece.element, notes, context)
    number = Cell(piece.element.get("numero", ""), "@numero", notes)
    return concluded(Source(position, (piece.line,), number, piece.content), observation, notes)
