"""What the registry refuses, and where to look instead."""

from uuid import UUID

from app.core.errors import BadRequest, IntertrataError, NotFound


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


class EntityMoved(IntertrataError):
    """The id was merged into another; the answer's Location says which."""

    code = "entity-moved"
    status = 308
    es = "El identificador se unió a otro: {to}."
    en = "The id was merged into another: {to}."

    def __init__(self, kind: str, to: UUID) -> None:
        super().__init__(headers={"Location": f"/v1/{kind}s/{to}"}, to=str(to))


class EntityGone(IntertrataError):
    """The id stands for nothing any more; ``parts`` are the ids its members went to."""

    code = "entity-gone"
    status = 410
    es = "El identificador ya no representa a nadie; sus partes: {parts}."
    en = "The id stands for nobody any more; its parts: {parts}."

    def __init__(self, parts: tuple[UUID, ...]) -> None:
        super().__init__(parts=", ".join(str(part) for part in parts) or "-")


class CursorUnreadable(BadRequest):
    code = "cursor-unreadable"
    es = "El cursor «after» no es uno de los que este servicio entrega."
    en = "The cursor 'after' is not one that this service hands out."
