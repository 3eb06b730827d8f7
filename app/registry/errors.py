"""What the registry refuses, and where to look instead."""

from app.core.errors import BadRequest, Conflict, NotFound, Unprocessable


class CaseNotFound(NotFound):
    code = "case-not-found"
    es = "No existe un caso con ese identificador."
    en = "There is no case with that id."


class PersonNotFound(NotFound):
    code = "person-not-found"
    es = "No existe una persona con ese identificador."
    en = "There is no person with that id."


class RecordNotFound(NotFound):
    code = "record-not-found"
    es = "La fuente no ha entregado un registro con ese número."
    en = "The feed has delivered no record with that number."


class NumberAmbiguous(Conflict):
    """As written, the number means several records of the feed: incidents of one court case, for one."""

    code = "number-ambiguous"
    es = "Ese número corresponde a varios registros; escríbalo completo: {numbers}."
    en = "That number means several records; write it in full: {numbers}."

    def __init__(self, numbers: tuple[str, ...]) -> None:
        super().__init__(numbers=", ".join(numbers[:20]))


class CursorUnreadable(BadRequest):
    code = "cursor-unreadable"
    es = "El cursor «after» no es uno de los que este servicio entrega."
    en = "The cursor 'after' is not one that this service hands out."


class PeriodBackwards(Unprocessable):
    code = "period-backwards"
    es = "El periodo termina antes de empezar: «to» debe ser igual o posterior a «from»."
    en = "The period ends before it begins: 'to' must not be earlier than 'from'."


class PinUnknown(NotFound):
    code = "pin-not-found"
    es = "Ese caso o persona no tiene un valor fijado con ese número."
    en = "That case or person has no pin with that number."


class PinNotStanding(Conflict):
    code = "pin-not-standing"
    es = "Ese valor ya se soltó o se fijó otro después. Vea los que rigen."
    en = "That pin was taken back already, or another came after it. See which stand."


class PinMemberUnknown(Unprocessable):
    code = "pin-member-unknown"
    es = "Nombre un registro o mención que sea de este caso o persona."
    en = "Name a record or mention that is of this case or person."


class PinValueUnfit(Unprocessable):
    code = "pin-value-unfit"
    es = "Ese no es un valor de {attribute}. Lo que identifica se fija nombrando la mención, no el valor."
    en = "That is no value of {attribute}. What identifies is pinned by naming the mention, not the value."


class PinSaysNothing(Unprocessable):
    code = "pin-says-nothing"
    es = "Ese registro o mención no dice nada de ese atributo. Fije un valor, o nombre otro."
    en = "That record or mention says nothing of that attribute. Pin a value, or name another."
