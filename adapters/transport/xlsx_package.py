"""The ZIP package of a workbook: checked for bombs before any part is parsed; its parts found by relation."""

import posixpath
import struct
import zlib
from functools import cached_property
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from lxml import etree

from adapters.base import Limits, UnreadableDelivery
from adapters.transport.records import Fault

MOST_PARTS = 2_000
MOST_RATIO = 300
"""A sheet of nothing but one repeated row packs about 1 to 100; a bomb 1 to 1,000."""
RATIO_COUNTS_FROM = 16 * 1024 * 1024

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_ENCRYPTED = 0x1
_LOCAL_HEADER = 30
_SMALL_PART = 4 * 1024 * 1024
SAFE_PART: Any = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}


def check_package(archive: ZipFile, packed: bytes, limits: Limits) -> None:
    """What the parts say they unpack to, and what they really do, must both stay within the limit."""
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > limits.xlsx_unpacked_bytes:
        raise UnreadableDelivery(Fault.XLSX_BOMB)
    if len({part.filename for part in parts}) != len(parts):
        raise UnreadableDelivery(Fault.XLSX_UNREADABLE)
    left = limits.xlsx_unpacked_bytes
    for part in parts:
        if part.flag_bits & _ENCRYPTED:
            raise UnreadableDelivery(Fault.XLSX_ENCRYPTED)
        if part.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise UnreadableDelivery(Fault.XLSX_UNREADABLE)
        size = _inflated_size(part, packed, left)
        if size > RATIO_COUNTS_FROM and size > MOST_RATIO * max(1, part.compress_size):
            raise UnreadableDelivery(Fault.XLSX_BOMB)
        left -= size


def _inflated_size(part: ZipInfo, packed: bytes, most: int) -> int:
    """Bytes that the part unpacks to; inflates it, keeps nothing. Raises the bomb's fault beyond ``most``."""
    start = part.header_offset
    if packed[start : start + 4] != b"PK\x03\x04":
        raise UnreadableDelivery(Fault.XLSX_UNREADABLE)
    name, extra = struct.unpack_from("<HH", packed, start + 26)
    start += _LOCAL_HEADER + name + extra
    data = memoryview(packed)[start : start + part.compress_size]
    size = len(data) if part.compress_type == ZIP_STORED else _deflated_size(data, most)
    if size > most:
        raise UnreadableDelivery(Fault.XLSX_BOMB)
    if size != part.file_size:
        raise UnreadableDelivery(Fault.XLSX_UNREADABLE)
    return size


def _deflated_size(data: memoryview, most: int) -> int:
    inflater, size = zlib.decompressobj(-15), 0
    pending: bytes | memoryview = data
    try:
        while size <= most and not inflater.eof:
            piece = inflater.decompress(pending, 1024 * 1024)
            pending = inflater.unconsumed_tail
            size += len(piece)
            if not piece and not pending:
                break
    except zlib.error:
        raise UnreadableDelivery(Fault.XLSX_UNREADABLE) from None
    return size


class Package:
    """Parts of a checked package. ``KeyError`` or ``ValueError`` where it is no workbook."""

    def __init__(self, archive: ZipFile, limits: Limits) -> None:
        self._archive = archive
        self.limits = limits

    def open(self, part: str) -> IO[bytes]:
        return self._archive.open(part)

    def has(self, part: str) -> bool:
        return part in self._archive.NameToInfo

    def tree(self, part: str) -> etree._Element:
        """A small part as a whole."""
        if self._archive.getinfo(part).file_size > _SMALL_PART:
            raise ValueError("a part too large to be read as a whole")
        return parse_part(self._archive.read(part))

    @cached_property
    def workbook(self) -> str:
        return next(target for kind, _, target in self._relations("") if kind == "officeDocument")

    def sheet_part(self, name: str) -> str:
        """Raises ``UnreadableDelivery`` where the workbook has no sheet of that name."""
        sheets = self.tree(self.workbook).iter(f"{MAIN}sheet")
        relation = next((each.get(f"{_RELATED}id") for each in sheets if _same_name(each, name)), None)
        targets = (target for _, key, target in self._relations(self.workbook) if key == relation)
        part = next(targets, None) if relation else None
        if part is None:
            raise UnreadableDelivery(Fault.SHEET_MISSING)
        return part

    def related(self, kind: str) -> str | None:
        """The workbook's part of a kind (``sharedStrings``, ``styles``), where there is one."""
        found = next((target for each, _, target in self._relations(self.workbook) if each == kind), None)
        return found if found is not None and self.has(found) else None

    @cached_property
    def from_1904(self) -> bool:
        properties = self.tree(self.workbook).find(f"{MAIN}workbookPr")
        return properties is not None and properties.get("date1904") in ("1", "true")

    def _relations(self, part: str) -> list[tuple[str, str, str]]:
        """Kind, id and target of each relation of a part."""
        folder, name = posixpath.split(part)
        tree = self.tree(posixpath.join(folder, "_rels", f"{name}.rels"))
        return [
            (
                each.get("Type", "").rsplit("/", 1)[-1],
                each.get("Id", ""),
                posixpath.normpath(posixpath.join("/", folder, each.get("Target", "")))[1:],
            )
            for each in tree.iter(f"{_PACKAGE}Relationship")
            if each.get("TargetMode") != "External"
        ]


def _same_name(sheet: etree._Element, name: str) -> bool:
    """Names of sheets differ in more than case and spaces around them: spreadsheets hold them unique so."""
    return sheet.get("name", "").strip().upper() == name


def parse_part(content: bytes) -> etree._Element:
    """Raises ``ValueError``, also for a document type, which no workbook has."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise ValueError("a document type is forbidden")
    try:
        tree: etree._Element = etree.fromstring(content, etree.XMLParser(**SAFE_PART))
    except etree.XMLSyntaxError:
        raise ValueError("a part is no XML") from None
    return tree
