"""What every source is: bytes in, translations out. No database, no web framework, no clock of its own."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import BinaryIO, Protocol

from schemas.translation import Translation
from schemas.vocabulary import Feed


class Form(StrEnum):
    """The physical form of a delivery."""

    CSV = "csv"
    JSON = "json"
    NDJSON = "ndjson"
    XML = "xml"
    XLSX = "xlsx"


MEDIA_TYPES: Mapping[str, Form] = {
    "text/csv": Form.CSV,
    "application/json": Form.JSON,
    "application/x-ndjson": Form.NDJSON,
    "application/ndjson": Form.NDJSON,
    "application/jsonl": Form.NDJSON,
    "application/xml": Form.XML,
    "text/xml": Form.XML,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": Form.XLSX,
}


class UnreadableDelivery(Exception):
    """The delivery as a whole cannot be read; nothing of it was translated. Carries a code, no data.

    ``columns`` are the contract's own names of what is missing, where the code is ``column_missing``.
    """

    def __init__(self, code: str, columns: tuple[str, ...] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.columns = columns


class SpillFile(Protocol):
    """An encrypted temporary file: append records, read them back in order. Gone when closed."""

    def append(self, record: bytes) -> None: ...

    def __iter__(self) -> Iterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class Limits:
    cell_characters: int = 100_000
    record_bytes: int = 8 * 1024 * 1024
    xlsx_unpacked_bytes: int = 512 * 1024 * 1024
    xlsx_packed_bytes: int = 64 * 1024 * 1024
    rows_in_memory: int = 50_000


@dataclass(frozen=True, slots=True)
class Context:
    """What a translation needs from outside: the day it is made, limits, and where it may spill."""

    today: date
    spill: Callable[[], AbstractContextManager[SpillFile]]
    limits: Limits = Limits()


class Adapter(Protocol):
    """One feed, one contract version. Stateless: ``translate`` may run in several threads at once."""

    feed: Feed
    contract_version: int
    adapter_version: int  # raised when the same bytes translate otherwise than before
    forms: frozenset[Form]

    def translate(self, source: BinaryIO, form: Form, context: Context) -> Iterator[Translation]:
        """Yield one translation per received record version, in constant memory.

        Raises ``UnreadableDelivery`` when nothing can be read at all (wrong form, missing column, bomb).
        A broken record in the middle is a rejected translation, never an exception.
        """
        ...

    def translate_verbatim(self, verbatim: bytes, context: Context) -> Translation:
        """Translate one record again from its kept content (replay after an adapter was corrected)."""
        ...
