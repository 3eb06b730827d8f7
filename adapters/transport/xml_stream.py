"""XML deliveries: record elements one by one, in constant memory. No DTD, entity, include or other encoding.

A document type can stand only before the root element, so the prolog is read by hand and refused there,
before the parser sees a byte; without one, an entity is a plain error of structure.
"""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from lxml import etree

from adapters.base import Limits, UnreadableDelivery
from adapters.transport.records import Broken, Element, Fault
from schemas.translation import IssueCode

CHUNK = 64 * 1024
PROLOG = 64 * 1024
XINCLUDE = "http://www.w3.org/2001/XInclude"

_ROOT_START = re.compile(rb"<[^\s!?/]")
_PROLOG_PART = re.compile(rb"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_DECLARED = re.compile(rb"""<\?xml\s[^>]*?encoding\s*=\s*["']([^"']*)["']""")


def read_xml(source: BinaryIO, root: str, record: str, limits: Limits) -> Iterator[Element | Broken]:
    """Yield the ``record`` children of ``root`` (both as ``{namespace}name``); another child is broken.

    A delivery whose root is ``record`` itself is that one record.

    After an error of structure what was complete before has been yielded, and the rest is one broken piece.
    Raises ``UnreadableDelivery`` for what is forbidden, another root, and what is no XML from its start.
    """
    head = _read_prolog(source)
    yield from _Stream(source, root, record, limits).pieces(head)


def parse_element(content: bytes) -> etree._Element:
    """One element as kept by ``Element.content``. Raises ``ValueError`` where it is none, or forbidden."""
    if b"<!" in content and re.search(rb"<!(DOCTYPE|ENTITY)", content):
        raise ValueError("a document type is forbidden")
    try:
        element: etree._Element = etree.fromstring(content, etree.XMLParser(**SAFE))
    except etree.XMLSyntaxError:
        raise ValueError("no XML element") from None  # the parser's message quotes the text
    return element


SAFE: Any = {  # for every parser here
    "encoding": "utf-8",
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "strip_cdata": True,
    "collect_ids": False,
}


def _read_prolog(source: BinaryIO) -> bytes:
    """All bytes up to somewhere after the start of the root element."""
    head = b""
    while part := source.read(CHUNK):
        head += part
        if (checked := _checked_prolog(head)) is not None:
            return checked + _read_more(source, CHUNK - len(checked))
        if len(head) > PROLOG:
            raise UnreadableDelivery(Fault.XML_FORBIDDEN)
    raise UnreadableDelivery(Fault.XML_UNREADABLE if head.strip() else Fault.EMPTY)


def _read_more(source: BinaryIO, size: int) -> bytes:
    """The start tag of the root must lie in the first chunk, however the source cuts its bytes."""
    parts = []
    while size > 0 and (part := source.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _checked_prolog(head: bytes) -> bytes | None:
    """The delivery without its byte order mark; None where the root has not begun yet."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00")):
        raise UnreadableDelivery(Fault.ENCODING_UNKNOWN)
    head = head.removeprefix(b"\xef\xbb\xbf")
    declared = _DECLARED.match(head)
    if declared and declared[1].upper() not in (b"UTF-8", b"UTF8", b"US-ASCII"):
        raise UnreadableDelivery(Fault.ENCODING_UNKNOWN)
    position = 0
    while part := _PROLOG_PART.match(head, position):
        position = part.end()
    left = head[position:]
    if _ROOT_START.match(left):
        return head
    if left.startswith(b"<!") and not b"<!--".startswith(left[:4]):
        raise UnreadableDelivery(Fault.XML_FORBIDDEN)
    if left and not left.startswith(b"<"):
        raise UnreadableDelivery(Fault.XML_UNREADABLE)
    return None


class _Stream:
    def __init__(self, source: BinaryIO, root: str, record: str, limits: Limits) -> None:
        self._source = source
        self._tags = (root, record)
        self._limits = limits
        self._parser = etree.XMLPullParser(events=("start", "end"), tag=(root, record), **SAFE)
        self._root: etree._Element | None = None
        self._line = 0
        self._open = 0  # bytes read since a record was last complete
        self._oversized = False
        self._alone = False  # the root is itself the record
        self._done: etree._Element | None = None  # yielded, not yet let go

    def pieces(self, head: bytes) -> Iterator[Element | Broken]:
        chunk = head
        while chunk:
            failed = not self._feed(chunk)
            yield from self._complete()
            if self._root is None:
                raise UnreadableDelivery(Fault.XML_UNREADABLE if failed else Fault.XML_WRONG_ROOT)
            if failed:
                yield self._rest()
                return
            self._open += len(chunk)
            if self._alone and self._open > self._limits.record_bytes:
                yield self._rest(IssueCode.TOO_LARGE)
                return
            yield from self._bounded()
            chunk = self._source.read(CHUNK)
        if not self._close():
            yield self._rest()

    def _feed(self, chunk: bytes) -> bool:
        try:
            self._parser.feed(chunk)
        except etree.XMLSyntaxError:
            return False
        return True

    def _close(self) -> bool:
        try:
            self._parser.close()
        except etree.XMLSyntaxError:
            return False
        return True

    def _rest(self, code: IssueCode = IssueCode.STRUCTURE_UNREADABLE) -> Broken:
        """Read to the end, so that the sender's bytes are all taken."""
        while self._source.read(CHUNK):
            pass
        return Broken.of(self._line + 1, code, b"")

    def _complete(self) -> Iterator[Element | Broken]:
        for event, element in self._parser.read_events():
            parent = element.getparent()
            if event == "start":
                self._begin(element, parent)
            elif parent is None and self._alone:
                yield self._record(element)
            elif parent is not None and parent is self._root and element.tag == self._tags[1]:
                yield from self._strangers_before(element)
                yield self._record(element)
                self._open, self._oversized, self._done = 0, False, element

    def _begin(self, element: etree._Element, parent: etree._Element | None) -> None:
        if parent is None:
            self._root, self._alone = element, element.tag == self._tags[1]
            if XINCLUDE in element.nsmap.values():
                raise UnreadableDelivery(Fault.XML_FORBIDDEN)

    def _record(self, element: etree._Element) -> Element | Broken:
        self._line += 1
        content = etree.tostring(element, encoding="utf-8", with_tail=False)
        if self._oversized or len(content) > self._limits.record_bytes:
            return Broken.of(self._line, IssueCode.TOO_LARGE, content)
        if len(content) > self._limits.cell_characters and self._has_long_text(element):
            return Broken.of(self._line, IssueCode.TOO_LARGE, content)
        if b"<!" in content or next(element.iter(f"{{{XINCLUDE}}}*", etree.Entity), None) is not None:
            return Broken.of(self._line, IssueCode.STRUCTURE_UNREADABLE, content)
        return Element(self._line, element, content)

    def _has_long_text(self, element: etree._Element) -> bool:
        texts = (text for each in element.iter() for text in (each.text or "", *each.attrib.values()))
        return any(len(text) > self._limits.cell_characters for text in texts)

    def _strangers_before(self, element: etree._Element | None) -> Iterator[Broken]:
        """Let go of the complete children before ``element`` (before the last, where None)."""
        root = self._root
        while root is not None and len(root) > (1 if element is None else 0) and root[0] is not element:
            first = root[0]
            if first is not self._done:
                self._line += 1
                content = etree.tostring(first, encoding="utf-8", with_tail=False)
                yield Broken.of(self._line, IssueCode.STRUCTURE_UNREADABLE, content)
            root.remove(first)

    def _bounded(self) -> Iterator[Broken]:
        """Keep what is open within the limit of a record: beyond it, its complete parts are let go."""
        if self._alone:
            return
        yield from self._strangers_before(None)
        if self._open <= self._limits.record_bytes or self._root is None or len(self._root) == 0:
            return
        self._oversized = self._root[-1] is not self._done
        place = self._root[-1]
        while len(place):
            del place[:-1]
            place = place[-1]
