"""Physical forms to pieces: what every source shares. Nothing here knows a feed's words."""

from adapters.transport.delimited import Table, read_csv
from adapters.transport.grouping import Group, grouped
from adapters.transport.json_documents import read_json, read_ndjson
from adapters.transport.json_values import read_document, read_value
from adapters.transport.records import (
    UNDECODABLE,
    Broken,
    Cell,
    Document,
    Element,
    Fault,
    JsonValue,
    Row,
    SheetRow,
)
from adapters.transport.spill import EncryptedSpill, spill_into
from adapters.transport.xlsx import Sheet, read_xlsx
from adapters.transport.xml_stream import parse_element, read_xml

__all__ = [
    "UNDECODABLE",
    "Broken",
    "Cell",
    "Document",
    "Element",
    "EncryptedSpill",
    "Fault",
    "Group",
    "JsonValue",
    "Row",
    "Sheet",
    "SheetRow",
    "Table",
    "grouped",
    "parse_element",
    "read_csv",
    "read_document",
    "read_json",
    "read_ndjson",
    "read_value",
    "read_xlsx",
    "read_xml",
    "spill_into",
]
