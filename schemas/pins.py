"""Values that a reviewer pinned: asked, told, and what a pin changes."""

from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, Field

from schemas.base import Contract
from schemas.vocabulary import Feed, Role


class CaseAttribute(StrEnum):
    """What can be pinned of a case. ``place`` is a UBIGEO code of two, four or six digits."""

    OFFENCE_FAMILY = "offence_family"
    FACTS_DATE = "facts_date"
    PLACE = "place"
    EXPLOITATION_PLACE = "exploitation_place"
    STAGE = "stage"


class PersonAttribute(StrEnum):
    """What can be pinned of a person. The last four only by naming the mention that is right about them."""

    SEX = "sex"
    NATIONALITY = "nationality"
    AGE_GROUP = "age_group"  # at the facts of the mention's case
    RELATION = "relation"
    NAMES = "names"
    DOCUMENT = "document"
    BIRTH_DATE = "birth_date"
    ALIAS = "alias"


Reason = Field(min_length=3, max_length=2000, description="Por qué; se guarda cifrado / why; kept sealed")


class RecordReference(Contract):
    feed: Feed
    number: str = Field(min_length=1, max_length=200)


class MentionPointer(RecordReference):
    role: Role
    order: int = Field(ge=1, le=100_000)


class CasePin(Contract):
    """``value``, or without one what ``member`` says, now and later. A pin belongs to ``member`` (if none is
    named: to the oldest record of the case) and goes where it goes."""

    attribute: CaseAttribute
    value: str | None = Field(default=None, min_length=1, max_length=40)
    member: RecordReference | None = None
    reason: str = Reason


class PersonPin(Contract):
    """As ``CasePin``, of a mention."""

    attribute: PersonAttribute
    value: str | None = Field(default=None, min_length=1, max_length=40)
    member: MentionPointer | None = None
    reason: str = Reason


class PinItem(Contract):
    """A word of the ledger of pins. ``value`` None: what the member says. ``standing``: it holds today."""

    id: int
    attribute: str
    act: Literal["pinned", "withdrawn"]
    value: str | None
    feed: Feed
    number: str
    role: Role | None
    order: int | None
    standing: bool
    judge: str
    reason: str | None = Field(description="None: borrado con el registro / erased with the record")
    made_at: AwareDatetime


class Withdrawal(Contract):
    reason: str = Reason


class PinEffect(Contract):
    """What is told otherwise with the pin. Of what names a person: only that it may change, never how."""

    attribute: str
    before: str | None
    after: str | None


class PinAnswer(Contract):
    """``pin`` is None in a preview. ``added`` is False where the same pin stood already."""

    pin: PinItem | None
    added: bool
    effects: tuple[PinEffect, ...]
