"""Answers of the audit log: who did what, and the proofs that it stands as it was written."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from schemas.base import Contract
from schemas.vocabulary import ActKind


class StatedPurpose(Contract):
    """As the officer gave it; erased purposes are not told."""

    case_number: str
    reason: str


class AuditEntryItem(Contract):
    position: int
    id: UUID
    at: AwareDatetime
    kind: ActKind
    actor: str = Field(description="El cliente, o `console` / the client, or `console`")
    officer: str | None
    officer_proven: bool = Field(
        description="Probado con una llave (`officer_key/…` en objects) o solo declarado / proven by a key,"
        " or declared by the institution's system"
    )
    purpose: StatedPurpose | None
    objects: tuple[str, ...] = Field(description="Identificadores: `person/…`, `case/…` / ids")
    outcome: str
    request: str = Field(description="Huella con llave del pedido / keyed digest of the request, hex")


class UnusualReadingItem(Contract):
    """An officer, or (without ``officer``) all of a client, opened more identities in a day than is usual."""

    position: int
    client: str
    officer: str | None
    day: date
    reason: Literal["limit", "own_past"] = Field(
        description="El límite, o lo suyo de siempre / the limit, or their own past"
    )
    opened: int
    expected: int = Field(description="Hasta cuántas no sorprenden / up to how many are no surprise")
    at: AwareDatetime


class LogKey(Contract):
    """A public key that signs, or signed, the log's checkpoints."""

    key: str = Field(
        description="Como la escribe Go: `<nombre>+<id>+<base64>` / as Go's note package writes it"
    )
    begins: int | None = Field(description="Tamaño de la bitácora desde el que firma / size it signs from")
    ends: int | None = Field(description="Hasta el que firmó; ausente: es la de hoy / absent: today's")
    handover: str | None = Field(description="La nota con que empezó / the note by which it began")


class LogKeys(Contract):
    """The first one first."""

    keys: tuple[LogKey, ...]


class LogProof(Contract):
    """Hashes as RFC 6962 2.1.1 and 2.1.2 order them, base64. ``leaf`` in proofs of inclusion."""

    size: int
    leaf: str | None
    hashes: tuple[str, ...]
