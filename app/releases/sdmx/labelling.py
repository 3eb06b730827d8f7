"""SDMX-CSV with the names of components and codes beside their ids (``labels=both``, ``labels=name``). Pure.

pysdmx writes a code's id in the place of its name, so it is given ids to write and names are put in here.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from typing import Final

from app.releases.sdmx.codes import AGENCY, VERSION
from app.releases.sdmx.structures import Structures

_STRUCTURE: Final = ("STRUCTURE_ID", "DATAFLOW")  # of SDMX-CSV 2.0 and 1.0


class Labels:
    """The names of flows, of their components and codes, in one language."""

    def __init__(self, structures: Structures, flows: Iterable[str]) -> None:
        self._flows = {_structure(flow): structures.flows[flow].name or flow for flow in flows}
        used = [each.id for flow in flows for each in structures.schema(flow).components]
        concepts = {id_: structures.concept(id_) for id_ in dict.fromkeys(used)}
        self.names: Mapping[str, str] = {id_: each.name or id_ for id_, each in concepts.items()}
        self._codes: Mapping[str, Mapping[str, str]] = {
            id_: {code.id: code.name or code.id for code in each.codes.items}
            for id_, each in concepts.items()
            if each.codes is not None
        }

    def of(self, column: str, value: str) -> str:
        """The name of a code; nothing where the column has no codes."""
        held = self._flows if column in _STRUCTURE else self._codes.get(column, {})
        return held.get(value, "")


def _structure(flow: str) -> str:
    """As SDMX-CSV writes it."""
    return f"{AGENCY}:{flow}({VERSION})"


def labelled(written: str, labels: Labels, way: str) -> str:
    """``way``: ``both`` (``id: name`` in one field) or ``name`` (a column more after each that has names)."""
    header, *lines = csv.reader(StringIO(written))
    put = _both if way == "both" else _beside
    told = StringIO()
    writer = csv.writer(told, lineterminator="\n")
    writer.writerow(put(header, header, labels, heading=True))
    writer.writerows(put(header, line, labels, heading=False) for line in lines)
    return told.getvalue()


def _both(header: list[str], line: list[str], labels: Labels, *, heading: bool) -> Iterator[str]:
    for column, value in zip(header, line, strict=True):
        name = labels.names.get(column, "") if heading else labels.of(column, value)
        yield f"{value}: {name}" if name and value else value


def _beside(header: list[str], line: list[str], labels: Labels, *, heading: bool) -> Iterator[str]:
    for column, value in zip(header, line, strict=True):
        yield value
        if column == "STRUCTURE_ID":
            yield "STRUCTURE_NAME" if heading else labels.of(column, value)
        elif column in labels.names:
            yield labels.names[column] if heading else labels.of(column, value)
