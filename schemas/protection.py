"""What a person is given of what is held of her (Ley 29733, art. 19: right of access)."""

from pydantic import AwareDatetime

from schemas.access import PersonIdentity
from schemas.audit import AuditEntryItem
from schemas.base import Contract
from schemas.registry import PersonDetail


class PersonExport(Contract):
    """Who the records say she is, what is held of her, and every time that somebody was told of it."""

    made_at: AwareDatetime
    instrument: str
    identity: PersonIdentity
    held: PersonDetail
    accesses: tuple[AuditEntryItem, ...]
