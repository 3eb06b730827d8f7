"""An id that stands for nothing today: what became of it. One answer, whichever route was asked."""

from collections.abc import Iterable
from uuid import UUID

from app.core.errors import IntertrataError


class EntityMoved(IntertrataError):
    """The id was merged into another; the answer's Location says which."""

    code = "entity-moved"
    status = 308
    es = "El identificador se unió a otro: {to}."
    en = "The id was merged into another: {to}."

    def __init__(self, kind: str, to: UUID, act: str = "") -> None:
        """``act``: what the route's path says after the id."""
        super().__init__(headers={"Location": f"/v1/{kind}s/{to}{act}"}, to=str(to))


class EntityGone(IntertrataError):
    """The id stands for nothing any more; ``parts`` are the ids its members went to (also in Link)."""

    code = "entity-gone"
    status = 410
    es = "El identificador ya no representa a nadie; sus partes: {parts}."
    en = "The id stands for nobody any more; its parts: {parts}."

    def __init__(self, kind: str, parts: Iterable[UUID]) -> None:
        successors = tuple(parts)
        links = ", ".join(f'</v1/{kind}s/{part}>; rel="successor-version"' for part in successors)
        told = ", ".join(map(str, successors)) or "-"
        super().__init__(headers={"Link": links} if links else None, parts=told)
