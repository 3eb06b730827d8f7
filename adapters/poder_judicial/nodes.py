"""An XML element as fields: attributes under ``@name``, child elements under their names."""

from collections.abc import Collection

from lxml import etree

from adapters.poder_judicial.mapping import NAMESPACE
from adapters.reading.fields import Fields, shown_name
from adapters.reading.notes import Cell, Notes
from adapters.reading.parties import check_names
from schemas.translation import IssueCode

_PREFIX = f"{{{NAMESPACE}}}"


class Node:
    """One element, with the path by which issues name it (``partes/parte[2]/``)."""

    def __init__(self, element: etree._Element, notes: Notes, path: str = "") -> None:
        self.notes = notes
        self.path = path
        self._text = _text(element)
        self._children: dict[str, list[etree._Element]] = {}
        for child in element.iterchildren(etree.Element):
            self._children.setdefault(_local(child), []).append(child)
        values: dict[str, object] = {f"@{name}": value for name, value in element.attrib.items()}
        self._values = values | {name: _text(found[0]) for name, found in self._children.items()}
        self.fields = Fields(self._values, notes, path)

    def check(self, known: Collection[str], required: Collection[str], several: Collection[str] = ()) -> None:
        """Warn of names missing or unknown, and of what comes twice, or holds elements, where a text stands.

        ``several`` are the names of those that may repeat or hold elements.
        """
        check_names(self._values, known, required, self.notes, self.path)
        for name, found in self._children.items():
            if name in several:
                continue
            if any(_text(each) != _text(found[0]) for each in found[1:]):
                self.fields.personal(name).warn(IssueCode.ROWS_DISAGREE)
            for inner in (inner for each in found for inner in each.iterchildren(etree.Element)):
                self._unexpected(f"{shown_name(name)}/{shown_name(_local(inner))}")

    def own(self, *, personal: bool = False) -> Cell:
        """The element's own text; issues call it by the element's path."""
        name = self.path.rstrip("/")
        return Fields({name: self._text}, self.notes).cell(name, personal=personal)

    def all(self, name: str) -> list["Node"]:
        """Child elements of a name."""
        return self._nodes(self._children.get(name, []), name)

    def within(self, container: str, name: str) -> list["Node"]:
        """Elements ``name`` of a container; whatever else stands there is unexpected."""
        held = [
            each
            for holder in self._children.get(container, [])
            for each in holder.iterchildren(etree.Element)
        ]
        for each in held:
            if _local(each) != name:
                self._unexpected(f"{container}/{shown_name(_local(each))}")
        return self._nodes([each for each in held if _local(each) == name], f"{container}/{name}")

    def _nodes(self, found: list[etree._Element], path: str) -> list["Node"]:
        return [Node(each, self.notes, f"{self.path}{path}[{at}]/") for at, each in enumerate(found, start=1)]

    def _unexpected(self, path: str) -> None:
        Cell("", self.path + path, self.notes).warn(IssueCode.FIELD_UNEXPECTED)


def _local(element: etree._Element) -> str:
    """The name without the contract's namespace; of another namespace all of it, which is no known name."""
    return str(element.tag).removeprefix(_PREFIX)


def _text(element: etree._Element) -> str:
    return (element.text or "").strip()
