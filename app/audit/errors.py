"""What can go wrong with the audit log."""

from app.core.errors import IntertrataError, NotFound, OperatorError, Unavailable, Unprocessable


class AuditUnavailable(Unavailable):
    code = "audit-unavailable"
    es = "No se pudo dejar constancia del acceso, y sin constancia no se responde. Vuelva a intentarlo."
    en = "The access could not be witnessed, and nothing is answered unwitnessed. Try again."


class Unwitnessed(IntertrataError):
    """A route promised to witness and did not: its answer is withheld."""

    code = "unwitnessed"
    es = "La respuesta se retuvo porque no quedó constancia de ella. Avise al operador."
    en = "The answer was withheld because it was not witnessed. Tell the operator."


class NoCheckpoint(NotFound):
    code = "no-checkpoint"
    es = "Todavía no hay ningún punto de control firmado."
    en = "There is no signed checkpoint yet."


class OutsideTheLog(Unprocessable):
    code = "outside-the-log"
    es = "La posición o el tamaño pedido está fuera de la bitácora, que tiene {size} asientos."
    en = "The position or size asked for is outside the log, which has {size} entries."


class ProofUnclear(Unprocessable):
    code = "proof-unclear"
    es = "Pida una posición (position, size) o dos tamaños (from, to), no ambas cosas."
    en = "Ask for a position (position, size) or for two sizes (from, to), not for both."


class LogInconsistent(OperatorError):
    code = "audit-log-inconsistent"
    es = "La bitácora no continúa la que se firmó antes. No se firma nada. Vea la guía de operación."
    en = "The log does not continue the one that was signed before. Nothing is signed. See the guide."


class VerificationFailed(OperatorError):
    code = "audit-verification-failed"
    es = "La bitácora NO es la que se firmó: {finding}."
    en = "The log is NOT the one that was signed: {finding}."


class NoteUnreadable(OperatorError):
    code = "checkpoint-unreadable"
    es = "El punto de control o la clave pública no se entiende, o la firma no es de esa clave."
    en = "The checkpoint or the public key cannot be read, or the signature is not of that key."


class KeyOutOfTerm(OperatorError):
    code = "checkpoint-key-out-of-term"
    es = "El punto de control lo firmó solo una clave que a ese tamaño ({size}) no firmaba: fue relevada."
    en = "Only a key that did not sign at that size ({size}) signed the checkpoint: it was replaced."


class KeysContradict(OperatorError):
    code = "audit-keys-contradict"
    es = "Dos relevos de claves se contradicen: una clave robada firmó uno. No se confía en ninguno."
    en = "Two handovers of keys contradict each other: a stolen key signed one. Neither is trusted."


class AuditKeyMissing(OperatorError):
    code = "audit-key-missing"
    es = "Falta la clave que hoy firma la bitácora; la tiene el anillo de claves que la relevó."
    en = "The key that signs the log today is missing; the key ring that made it has it."


class FileUnusable(OperatorError):
    code = "audit-file-unusable"
    es = "El archivo no se puede leer o escribir."
    en = "The file cannot be read or written."
