"""Releases: the frozen tables of a bimester, in two editions, with their manifest."""

from datetime import date, datetime
from enum import StrEnum

from schemas.base import Contract
from schemas.indicators import Words
from schemas.vocabulary import Unit


class Edition(StrEnum):
    """``restricted`` is exact, for INEI under statistical secrecy; ``public`` is protected."""

    RESTRICTED = "restricted"
    PUBLIC = "public"


class CellStatus(StrEnum):
    VALUE = "value"
    SUPPRESSED = "suppressed"
    NOT_AVAILABLE = "not_available"


class ReleaseState(StrEnum):
    BUILT = "built"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class ReleaseCell(Contract):
    """``codes`` in the order of the table's dimensions, ``_T`` for the total of a dimension.

    ``value`` is there exactly where ``status`` is ``value``; a suppressed cell is never 0.
    """

    codes: tuple[str, ...]
    value: int | None
    status: CellStatus


class ReleaseTable(Contract):
    """One indicator by its dimensions, the first of which is ``period``; every combination of codes is there.

    A period is the release's bimester, or a quarter, semester or year that ended within it: no two releases
    that stand tell of the same one. Cells are in the order of their dimensions' codes.
    """

    id: str
    name: Words
    indicator: str
    unit: Unit
    dimensions: tuple[str, ...]
    multi_valued: tuple[str, ...]
    cells: tuple[ReleaseCell, ...]


class TableEntry(Contract):
    """A table as the manifest lists it: the SHA-256 (hex) is of the table's canonical bytes as served."""

    id: str
    name: Words
    indicator: str
    unit: Unit
    dimensions: tuple[str, ...]
    cells: int
    sha256: str
    bytes: int


class Manifest(Contract):
    """What a release was made of. Signed as its canonical bytes (Ed25519)."""

    release: str  # 2026-B5.1: period and version
    period: str
    version: int
    edition: Edition
    replaces: str | None
    periods: tuple[str, ...]  # the bimester and the longer periods that ended within it
    first_day: date
    last_day: date
    cut_off: datetime
    position: int  # last change of the registry that the snapshot knows
    judgement: int  # last judgement of the ledger that it knows
    indicators: str  # SHA-256 of the definitions
    model: str
    policy: str | None  # disclosure policy; None in the exact edition
    code: str
    tables: tuple[TableEntry, ...]
    built_by: str
    approved_by: str | None


class Release(Contract):
    """``etag`` and ``signature`` are of the manifest's bytes; ``not_before`` is the end of the embargo."""

    manifest: Manifest
    state: ReleaseState
    not_before: datetime
    published_at: datetime | None
    withdrawn_at: datetime | None
    replaced_by: str | None
    signature: str  # base64, Ed25519
    key: str  # id of the signing key
