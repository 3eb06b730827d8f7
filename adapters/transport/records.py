"""What every transport hands to an adapter: readable pieces, and broken ones that are still counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from lxml import etree

from schemas.translation import IssueCode

KEPT_OF_BROKEN = 64 * 1024
"""Characters kept of a piece that cannot be read: enough to find it at the institution."""

UNDECODABLE = "\ufffd"
"""Stands where a byte belongs to no character of the file's encoding, and for NUL."""

Cell = str | int | float | bool | datetime | None
JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | None"


class Fault(StrEnum):
    """Codes of ``UnreadableDelivery``: why a whole delivery cannot be read."""

    EMPTY = "delivery_empty"
    TOO_LARGE = "delivery_too_large"
    FORM_UNSUPPORTED = "form_unsupported"
    ENCODING_UNKNOWN = "encoding_unknown"
    HEADER_UNREADABLE = "header_unreadable"
    COLUMN_REPEATED = "column_repeated"
    COLUMN_MISSING = "column_missing"
    JSON_UNREADABLE = "json_unreadable"
    XML_FORBIDDEN = "xml_forbidden"
    XML_UNREADABLE = "xml_unreadable"
    XML_WRONG_ROOT = "xml_wrong_root"
    XLSX_UNREADABLE = "xlsx_unreadable"
    XLSX_ENCRYPTED = "xlsx_encrypted"
    XLSX_BOMB = "xlsx_bomb"
    SHEET_MISSING = "sheet_missing"


@dataclass(slots=True)
class Row:
    """A row of text cells, as many as the header has. ``damaged``: some byte was undecodable or NUL."""

    line: int  # physical line where it begins, from 1; the header is a line too
    cells: tuple[str, ...]
    damaged: bool = False


@dataclass(slots=True)
class SheetRow:
    """A row of a sheet, as many cells as the header has; an empty cell is None."""

    line: int  # row number as the sheet shows it
    cells: tuple[Cell, ...]


@dataclass(slots=True)
class Document:
    """One JSON object, with the bytes it was read from (UTF-8)."""

    line: int  # physical line in NDJSON, ordinal from 1 in a JSON document
    value: Mapping[str, JsonValue]
    content: bytes
    damaged: bool = False  # held NUL characters, now U+FFFD


@dataclass(slots=True)
class Element:
    """One complete XML record element. Valid only until the next one is asked for."""

    line: int  # ordinal from 1
    element: etree._Element
    content: bytes  # the element alone, serialised as UTF-8


@dataclass(slots=True)
class Broken:
    """A piece that cannot be read: one rejected record. ``content`` is its beginning, UTF-8."""

    line: int
    code: IssueCode
    content: bytes

    @classmethod
    def of(cls, line: int, code: IssueCode, content: bytes | str) -> "Broken":
        """Bytes that are not UTF-8 are kept as ``\\xd1``: readable, and no better formed than they came."""
        if isinstance(content, bytes):
            content = content[:KEPT_OF_BROKEN].decode("utf-8", "backslashreplace")
        return cls(line, code, content[:KEPT_OF_BROKEN].encode("utf-8", "backslashreplace"))
