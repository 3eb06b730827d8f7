"""An id that stands for nothing today: where those are whom it stood for. One answer, whatever was asked.

Never by the redirects, which tell what happened once: what an id was merged into may have been parted since.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from app.core.errors import IntertrataError

_BECAME: Final = """
SELECT ARRAY(
    SELECT DISTINCT m.{entity} FROM former_member f JOIN {members} m ON m.{member} = f.member
    WHERE f.kind = '{kind}' AND f.entity_id = :id ORDER BY 1) AS successors,
  EXISTS (SELECT FROM redirect WHERE kind = '{kind}' AND from_id = :id) AS known
"""
# Ids whose last members, as far as they stand, stand in this one alone: those that lead here.
_FORMERLY: Final = """
SELECT DISTINCT f.entity_id AS id FROM {members} here
JOIN former_member f ON f.kind = '{kind}' AND f.member = here.{member}
WHERE here.{entity} = :id AND NOT EXISTS (
    SELECT FROM former_member o JOIN {members} there ON there.{member} = o.member
    WHERE o.kind = '{kind}' AND o.entity_id = f.entity_id AND there.{entity} <> :id)
ORDER BY 1
"""
_TABLES: Final = {
    "case": {"kind": "case", "members": "case_member", "member": "record_id", "entity": "case_id"},
    "person": {"kind": "person", "members": "person_member", "member": "mention_id", "entity": "person_id"},
}
BECAME: Final = {kind: _BECAME.format(**names) for kind, names in _TABLES.items()}
FORMERLY: Final = {kind: _FORMERLY.format(**names) for kind, names in _TABLES.items()}


class EntityMoved(IntertrataError):
    """Whoever the id stood for stands under another today; the answer's Location says which. Not for good:
    what was joined may be parted again, and the id given back."""

    code = "entity-moved"
    status = 307
    es = "Lo que el identificador representaba está hoy en otro: {to}."
    en = "What the id stood for is in another today: {to}."

    def __init__(self, kind: str, to: UUID, act: str = "") -> None:
        """``act``: what the route's path says after the id."""
        super().__init__(headers={"Location": f"/v1/{kind}s/{to}{act}"}, to=str(to))


class EntityGone(IntertrataError):
    """The id stands for nothing any more; ``parts`` are the ids its members went to (also in Link)."""

    code = "entity-gone"
    status = 410
    es = "El identificador ya no representa a nadie; sus partes: {parts}."
    en = "The id stands for nobody any more; its parts: {parts}."

    def __init__(self, kind: str, parts: Sequence[UUID]) -> None:
        links = ", ".join(f'</v1/{kind}s/{part}>; rel="successor-version"' for part in parts)
        told = ", ".join(map(str, parts)) or "-"
        super().__init__(headers={"Link": links} if links else None, parts=told)


def became(kind: str, successors: Sequence[UUID], act: str = "") -> EntityMoved | EntityGone:
    """What to raise of an id whose last members stand in the ``successors``."""
    if len(successors) == 1:
        return EntityMoved(kind, successors[0], act)
    return EntityGone(kind, successors)
