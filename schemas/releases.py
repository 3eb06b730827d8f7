"""Releases: the frozen tables of a bimester, in two editions, with their manifest."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from schemas.base import Contract
from schemas.indicators import Words
from schemas.vocabulary import OffenceFamily, Unit


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


class LeftOut(Contract):
    """How many things an indicator counts that have no date of its basis: they are in no period, and so in no
    release, until their date is known. ``offence_family`` is None of calls, which are told by none."""

    indicator: str
    offence_family: OffenceFamily | None
    undated: int


class LeftOutFigures(Contract):
    """Of every indicator and family, also where there is none."""

    figures: tuple[LeftOut, ...]


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
    changes: str | None  # SHA-256 (hex) of ``ReleaseChanges``; None: it replaces nothing
    built_by: str | None  # who is told in the restricted edition alone
    approved_by: str | None
    left_out: tuple[LeftOut, ...] | None = None  # exact: of the restricted edition; None too if built before


class Release(Contract):
    """``sha256`` and ``signature`` are of the manifest's bytes; ``not_before`` is the end of the embargo."""

    manifest: Manifest
    sha256: str
    state: ReleaseState
    not_before: datetime
    published_at: datetime
    withdrawn_at: datetime | None
    replaced_by: str | None
    signature: str  # base64, Ed25519
    key: str  # id of the signing key


class ChangeKind(StrEnum):
    """Why a cell of a later version differs."""

    LATE_REPORT = "late_report"  # was not held at the former cut-off
    MERGE = "merge"  # is one with another now
    SPLIT = "split"  # was one with another then
    ANNULMENT = "annulment"  # no record of it counts any more: annulled, erased, or makes no case
    RECLASSIFICATION = "reclassification"  # another date, place or code


class ChangeReason(Contract):
    """How many things came into the cell, and how many left it, for one reason."""

    kind: ChangeKind
    came: int
    left: int


class CellChange(Contract):
    """``reasons`` add up: before + came - left = after. None are told in the public edition."""

    table: str
    codes: tuple[str, ...]
    before: int | None
    before_status: CellStatus
    after: int | None
    after_status: CellStatus
    reasons: tuple[ChangeReason, ...]


class ReleaseChanges(Contract):
    """Every cell that differs from the version that this one replaces, and no other."""

    release: str
    replaces: str
    edition: Edition
    changes: tuple[CellChange, ...]


class CalendarEntry(Contract):
    """From when on a bimester may be out: the rule alone, whatever is ready."""

    period: str
    first_day: date
    last_day: date
    not_before: datetime


class ReleaseKey(Contract):
    """``public_key``: base64 of the 32 bytes of an Ed25519 key (RFC 8032)."""

    id: str
    public_key: str
    current: bool


Reason = Annotated[str, Field(min_length=10, max_length=500)]


class BuildState(StrEnum):
    ASKED = "asked"
    RUNNING = "running"
    BUILT = "built"
    REFUSED = "refused"  # by a rule of releases: ``code`` says which
    FAILED = "failed"  # it broke several times; nothing was kept


class BuildRequest(Contract):
    """``public``: with a public edition."""

    reason: Reason
    public: bool = True


class BuildStatus(Contract):
    """A build that was asked for. ``release`` once it is built; ``code`` and sentences where it is not."""

    id: UUID
    period: str
    public: bool
    state: BuildState
    asked_by: str
    asked_at: datetime
    attempts: int
    finished_at: datetime | None
    release: str | None
    code: str | None
    es: str | None
    en: str | None


class StepRequest(Contract):
    reason: Reason


class PublishRequest(StepRequest):
    """``at``: later than the calendar's hour, which holds where there is none."""

    at: AwareDatetime | None = None


class ReleaseStanding(Contract):
    """Where a release stands, whether it is out or not. ``published_at`` is when that step was taken."""

    release: str
    period: str
    version: int
    replaces: str | None
    state: ReleaseState
    built_by: str
    built_at: datetime
    approved_by: str | None
    published_at: datetime | None
    not_before: datetime | None
    withdrawn_at: datetime | None


class TablePreview(Contract):
    """``shown`` and ``withheld`` of its cells; the SHA-256 (hex) is the one that a manifest will list."""

    id: str
    cells: int
    shown: int
    withheld: int
    sha256: str


class ReleasePreview(Contract):
    """What would be signed and published: the tables of one edition, every cell that they change and, of the
    restricted one, what has no date and is in no table."""

    standing: ReleaseStanding
    edition: Edition
    tables: tuple[TablePreview, ...]
    changes: tuple[CellChange, ...]
    left_out: tuple[LeftOut, ...] | None = None
