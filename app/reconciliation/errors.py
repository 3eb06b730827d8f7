"""What linking refuses."""

from app.core.errors import BadRequest, NotFound, OperatorError


class DecisionPointless(BadRequest):
    code = "decision-pointless"
    es = "Una decisión es sobre dos registros o dos menciones distintos."
    en = "A decision is about two different records or two different mentions."


class DecisionUnknown(NotFound):
    code = "decision-unknown"
    es = "No se tiene uno de los dos registros o menciones."
    en = "One of the two records or mentions is not held."


class FileUnusable(OperatorError):
    code = "file-unusable"
    es = "No se puede escribir en ese archivo."
    en = "That file cannot be written to."
