"""Answers of the ingestion API."""

from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from schemas.base import Contract
from schemas.vocabulary import Feed, Outcome, Severity

BatchState = Literal["landed", "translating", "linking", "done", "failed"]


class BatchStatus(Contract):
    """Una entrega y qué fue de cada versión recibida. / A delivery and what became of its versions.

    ``received`` is the sum of the six outcomes, at every moment.
    """

    id: UUID
    feed: Feed
    mode: Literal["keep", "validate"]
    state: BatchState
    form: str
    sha256: str = Field(description="De los bytes tal como llegaron / of the bytes as received")
    size_bytes: int
    received_at: datetime
    translated_at: datetime | None = None
    linked_at: datetime | None = None
    error_code: str | None = Field(default=None, description="Por qué falló / why it failed")
    es: str | None = None
    en: str | None = None
    received: int = 0
    accepted: int = 0
    accepted_with_warnings: int = 0
    repeated: int = 0
    superseded: int = 0
    conflicting: int = 0
    rejected: int = 0

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def of(cls, batch: Any) -> Self:
        """Of anything that has these attributes."""
        values = {name: getattr(batch, name) for name in cls.model_fields if hasattr(batch, name)}
        return cls(**values)

    @property
    def ended(self) -> bool:
        return self.state in ("done", "failed")


class IssueAnswer(Contract):
    """Una observación sobre un registro recibido. / One thing to say about a received record."""

    row: int | None = Field(description="Línea, fila o documento, desde 1 / line, row or document, from 1")
    record: str | None = Field(description="Número del registro / number of the record")
    field: str | None
    code: str
    severity: Severity
    es: str
    en: str
    value: str | None = Field(description="Enmascarado si es personal / masked where personal")


class RecordAnswer(Contract):
    """Qué fue de un registro entregado solo. / What became of a record delivered by itself."""

    batch: UUID
    feed: Feed
    number: str | None
    outcome: Outcome
    case: UUID | None = Field(description="El caso del registro, si lo tiene / its case, if it has one")
    issues: tuple[IssueAnswer, ...] = ()
