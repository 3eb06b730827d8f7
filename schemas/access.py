"""Identities, urgent access and notices: what is asked and answered."""

from datetime import date as Day
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from schemas.base import Contract
from schemas.observations import Document
from schemas.registry import Source
from schemas.vocabulary import Role

CASE_CHARACTERS = (3, 100)
REASON_CHARACTERS = (10, 500)


class Asking(Contract):
    """Case number and reason of who asks; the officer stands in ``Intertrata-Officer``."""

    case: str = Field(min_length=CASE_CHARACTERS[0], max_length=CASE_CHARACTERS[1])
    reason: str = Field(min_length=REASON_CHARACTERS[0], max_length=REASON_CHARACTERS[1])


class StatedIdentity(Contract):
    """Who one record says that the person is, as received."""

    source: Source
    role: Role
    order: int
    paternal: str | None = None
    maternal: str | None = None
    given: str | None = None
    alias: str | None = None
    initials: str | None = None
    protected_key: str | None = None
    document: Document | None = None
    birth_date: Day | None = None


class PersonIdentity(Contract):
    """One person's identity, record by record. ``minor``: some record has them under 18 at the facts; then
    it may not be published in any form (Código de los Niños y Adolescentes, Ley 27337, art. 6)."""

    id: UUID
    minor: bool
    identities: tuple[StatedIdentity, ...]


class GlassKind(StrEnum):
    PERSON = "person"
    CASE = "case"


class Verdict(StrEnum):
    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"


class GlassAsking(Asking):
    """Urgent access to one person, or to one case and the persons in it."""

    kind: GlassKind
    id: UUID


class GlassReview(Contract):
    """A second person's word on an urgent access, for the file of the review."""

    case: str = Field(min_length=CASE_CHARACTERS[0], max_length=CASE_CHARACTERS[1])
    reason: str = Field(min_length=REASON_CHARACTERS[0], max_length=REASON_CHARACTERS[1])
    verdict: Verdict


class GlassAccess(Contract):
    """One urgent access and where it stands."""

    id: UUID
    kind: GlassKind
    entity_id: UUID
    client: str
    officer: str
    case: str
    reason: str
    taken_at: AwareDatetime
    expires_at: AwareDatetime
    closed_at: AwareDatetime | None
    active: bool
    review_due_at: AwareDatetime
    overdue: bool  # not reviewed in time: its officer can take no other
    reviewer: str | None
    verdict: Verdict | None


class NoticeItem(Contract):
    """What an institution is told: somebody took urgent access to records of its own."""

    position: int
    at: AwareDatetime
    access: GlassAccess
