"""What an adapter says of one received record version: an observation, or why there is none."""

from enum import StrEnum

from schemas.base import Contract
from schemas.observations import Observation
from schemas.vocabulary import Severity


class IssueCode(StrEnum):
    """Stable codes. Their sentences (Spanish, English) are in ``schemas.problems``."""

    # rejections
    NUMBER_MISSING = "number_missing"
    STAMP_MISSING = "stamp_missing"
    STAMP_UNREADABLE = "stamp_unreadable"
    OFFENCE_UNREADABLE = "offence_unreadable"
    STRUCTURE_UNREADABLE = "structure_unreadable"  # not JSON, cut element, ragged row
    COLUMN_MISSING = "column_missing"
    TOO_LARGE = "too_large"
    # of versions (given by ingestion)
    CONFLICTING_CONTENT = "conflicting_content"
    # warnings: a value was lost, or values disagree
    VALUE_UNKNOWN = "value_unknown"  # a code on no list
    DATE_UNREADABLE = "date_unreadable"
    DATE_IMPLAUSIBLE = "date_implausible"  # 01/01/1900, future, birth over 110 years ago
    AGE_IMPLAUSIBLE = "age_implausible"
    AGE_DISAGREES = "age_disagrees"
    NUMBER_UNREADABLE = "number_unreadable"  # a cited number or a count
    DOCUMENT_UNREADABLE = "document_unreadable"
    DOCUMENT_CHECK_FAILED = "document_check_failed"
    PLACE_UNKNOWN = "place_unknown"
    PLACE_DISAGREES = "place_disagrees"
    OFFENCE_UNLISTED = "offence_unlisted"
    ROWS_DISAGREE = "rows_disagree"
    COLUMN_UNEXPECTED = "column_unexpected"
    FIELD_UNEXPECTED = "field_unexpected"
    FIELD_MISSING = "field_missing"
    ORDER_REPAIRED = "order_repaired"  # order missing or used twice
    REFERENCE_UNKNOWN = "reference_unknown"  # a ruling names a party that is not there
    TEXT_UNDECODABLE = "text_undecodable"
    # notes: a value was repaired
    DOCUMENT_PLACEHOLDER = "document_placeholder"
    DOCUMENT_ZERO_RESTORED = "document_zero_restored"
    UBIGEO_ZERO_RESTORED = "ubigeo_zero_restored"
    PLACE_MOVED = "place_moved"
    PLACE_RESPELT = "place_respelt"  # a name one letter away from the only place it can mean
    PLACE_ABROAD = "place_abroad"  # an origin outside Peru, where INEI has no code
    AGE_APPROXIMATE = "age_approximate"
    OFFENCES_DIFFER = "offences_differ"  # one record names several families: trafficking wins


class Issue(Contract):
    """One thing to say about one received record. ``value`` is raw: mask it where ``personal``."""

    code: IssueCode
    severity: Severity
    row: int | None = None  # line, element or document number, from 1, as EXPECTED.md counts them
    field: str | None = None  # the feed's own column or path
    value: str | None = None
    personal: bool = False


class Translation(Contract):
    """One received record version. ``observation`` is None exactly when an issue is a rejection."""

    position: int  # from 0, in order of first appearance
    rows: tuple[int, ...] = ()
    number: str | None = None  # best effort for a rejected one
    observation: Observation | None = None
    issues: tuple[Issue, ...] = ()
    verbatim: bytes  # what was received of this record, UTF-8, without the fields never kept

    @property
    def rejected(self) -> bool:
        return self.observation is None

    @property
    def has_warnings(self) -> bool:
        return any(issue.severity is Severity.WARNING for issue in self.issues)
