"""What data protection refuses."""

from app.core.errors import Conflict, Unprocessable


class UnderLegalHold(Conflict):
    code = "under-legal-hold"
    es = "Hay {count} registros retenidos por mandato legal: no se borra nada hasta que se levante."
    en = "{count} records are under a legal hold: nothing is erased until it is lifted."


class InstrumentMissing(Unprocessable):
    code = "instrument-missing"
    es = "Falta el número del documento que lo ordena (de 3 a 100 caracteres)."
    en = "The number of the instrument that orders it is missing (3 to 100 characters)."


class HoldUnknown(Unprocessable):
    code = "hold-unknown"
    es = "No hay una retención vigente con ese identificador."
    en = "There is no hold in force with that id."
