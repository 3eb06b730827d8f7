"""What linking refuses."""

from app.core.errors import BadRequest, NotFound, OperatorError, Unavailable


class DecisionPointless(BadRequest):
    code = "decision-pointless"
    es = "Una decisión es sobre dos registros o dos menciones distintos."
    en = "A decision is about two different records or two different mentions."


class DecisionUnknown(NotFound):
    code = "decision-unknown"
    es = "No se tiene uno de los dos registros o menciones."
    en = "One of the two records or mentions is not held."


class RelinkingPending(Unavailable):
    code = "relinking-pending"
    es = "Todo se está vinculando de nuevo con otro modelo. Decida cuando termine."
    en = "Everything is being linked anew with another model. Decide once that has ended."


class FileUnusable(OperatorError):
    code = "file-unusable"
    es = "No se puede escribir en ese archivo."
    en = "That file cannot be written to."


class JudgementUnknown(NotFound):
    code = "judgement-not-found"
    es = "No existe un juicio con ese número."
    en = "There is no judgement with that number."


class MemberUnknown(NotFound):
    code = "member-not-found"
    es = "No se tiene ese registro o mención. Escríbalo como fuente:número o fuente:número:papel:orden."
    en = "That record or mention is not held. Write it as feed:number or feed:number:role:order."


class PairUnlike(BadRequest):
    code = "pair-unlike"
    es = "Se explican dos registros, o dos menciones: no uno y otra."
    en = "Two records are explained, or two mentions: not one of each."


class PairPointless(BadRequest):
    code = "pair-pointless"
    es = "Un par es de dos registros o dos menciones distintos."
    en = "A pair is of two different records or mentions."
