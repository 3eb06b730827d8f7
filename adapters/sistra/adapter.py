"""SISTRA: carpetas of the Ministerio Público, one JSON object each."""

from collections.abc import Iterator
from typing import BinaryIO

from adapters.base import Context, Form, UnreadableDelivery
from adapters.reading.fields import Fields
from adapters.reading.notes import Notes
from adapters.reading.translations import Source, broken, concluded
from adapters.sistra.document import read_carpeta
from adapters.transport import Broken, Document, Fault, read_document, read_json, read_ndjson
from schemas.translation import Translation
from schemas.vocabulary import Feed


class Sistra:
    """Contract version 1. A page as the pull receives it (``{"carpetas": [...]}``) is a JSON form, too."""

    feed = Feed.SISTRA
    contract_version = 1
    adapter_version = 1
    forms = frozenset({Form.NDJSON, Form.JSON})

    def translate(self, source: BinaryIO, form: Form, context: Context) -> Iterator[Translation]:
        match form:
            case Form.NDJSON:
                pieces = read_ndjson(source, context.limits)
            case Form.JSON:
                pieces = read_json(source, context.limits, wrapper="carpetas")
            case _:
                raise UnreadableDelivery(Fault.FORM_UNSUPPORTED)
        for position, piece in enumerate(pieces):
            yield _translate(position, piece, context)

    def translate_verbatim(self, verbatim: bytes, context: Context) -> Translation:
        return _translate(0, read_document(1, verbatim, context.limits), context)


def _translate(position: int, piece: Document | Broken, context: Context) -> Translation:
    if isinstance(piece, Broken):
        return broken(position, piece)
    notes = Notes(row=piece.line)
    observation = read_carpeta(piece.value, notes, context)
    number = Fields(piece.value, Notes()).cell("numero")
    return concluded(Source(position, (piece.line,), number, piece.content), observation, notes)
