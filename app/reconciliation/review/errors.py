"""What review refuses."""

from collections.abc import Iterable

from app.core.errors import BadRequest, Conflict, IntertrataError, NotFound, Unprocessable


class ReviewItemNotFound(NotFound):
    code = "review-item-not-found"
    es = "No hay un par dudoso con ese identificador."
    en = "There is no doubtful pair with that id."


class ReviewCursorUnreadable(BadRequest):
    code = "review-cursor-unreadable"
    es = "El cursor «after» no es uno de los que esta cola entrega."
    en = "The cursor 'after' is not one that this queue hands out."


class LeaseHeld(Conflict):
    code = "lease-held"
    es = "Otra persona revisa este par hasta {until}."
    en = "Somebody else reviews this pair until {until}."


class LeaseMissing(Conflict):
    code = "lease-missing"
    es = "Tome primero el par, o vuelva a tomarlo si su plazo venció: POST …/claim."
    en = "Claim the pair first, or again where your lease has expired: POST …/claim."


class ReviewDecisionNotFound(NotFound):
    code = "review-decision-not-found"
    es = "No existe una decisión con ese identificador."
    en = "There is no decision with that id."


class SecondReviewerNeeded(Conflict):
    code = "second-reviewer-needed"
    es = "Quien la propuso no puede confirmarla ni discutirla: hace falta otra persona."
    en = "Who proposed it can neither confirm nor dispute it: another reviewer is needed."


class DecisionSettled(Conflict):
    code = "decision-settled"
    es = "Esa decisión ya no admite esa palabra: su estado es {state}."
    en = "That decision does not take that word any more: its state is {state}."


class DecisionsConflict(Conflict):
    """The decisions that, taken together with the new one, cannot all be true."""

    code = "decisions-conflict"
    es = "Contradice lo decidido: {decisions}. Deshaga alguna antes; no se cambió nada."
    en = "It contradicts what was decided: {decisions}. Undo one of them first; nothing was changed."

    def __init__(self, decisions: Iterable[str]) -> None:
        super().__init__(decisions=", ".join(decisions))


class DecisionWithoutEffect(Conflict):
    code = "decision-without-effect"
    es = "Lo decidido no se puede cumplir con lo que dicen hoy los registros; no se cambió nada."
    en = "What was decided cannot be fulfilled with what the records say today; nothing was changed."


class VersionMissing(IntertrataError):
    code = "version-missing"
    status = 428
    es = "Envíe en If-Match la versión que leyó en …/members."
    en = "Send in If-Match the version that you read at …/members."


class MembershipChanged(Conflict):
    code = "membership-changed"
    es = "Sus miembros cambiaron desde que los leyó. Léalos otra vez en …/members."
    en = "Its members have changed since you read them. Read them again at …/members."


class PartsInvalid(Unprocessable):
    code = "parts-invalid"
    es = (
        "Cada miembro va en una parte a lo más, todos son de esa persona o caso, y resultan dos partes o más."
    )
    en = "Each member is in one part at most, all are of that person or case, and two parts or more result."


class MergePointless(Unprocessable):
    code = "merge-pointless"
    es = "Se unen dos distintos."
    en = "Two different ones are merged."


class MembersTooMany(Unprocessable):
    code = "members-too-many"
    es = "Tiene más de {most} miembros: deshaga por partes."
    en = "It has more than {most} members: take it apart step by step."


class EntityAbsent(NotFound):
    code = "entity-not-found"
    es = "No existe un caso o una persona con ese identificador."
    en = "There is no case or person with that id."
