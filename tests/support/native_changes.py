"""The sample of each source, changed the way institutions change their files, whatever its form."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

import xlsxwriter

from adapters.base import Form, Limits
from adapters.transport import Row, SheetRow, read_csv, read_xlsx
from schemas.vocabulary import Feed
from support.deliveries import SAMPLES

Table = list[list[object]]  # header first
SHEET = "LLAMADAS"


@dataclass(frozen=True)
class Native:
    """One source's sample. ``fields`` are those that the contract has in every record."""

    feed: Feed
    form: Form
    content: bytes
    fields: tuple[str, ...]
    coded: str  # a field of closed codes
    without: Callable[[str], bytes]
    with_added: Callable[[str], bytes]
    with_value: Callable[[str, str], bytes]  # in the first record
    broken: Callable[[], bytes]  # one record more that cannot be read


def natives() -> Iterator[Native]:
    yield _reta()
    yield _sistra()
    yield _poder_judicial()
    yield _linea_1818()


# --- tables ----------------------------------------------------------------------------------------------


def _without(table: Table, column: str) -> Table:
    at = table[0].index(column)
    return [row[:at] + row[at + 1 :] for row in table]


def _added(table: Table, column: str) -> Table:
    return [[*row, column if number == 0 else "x"] for number, row in enumerate(table)]


def _valued(table: Table, column: str, value: str) -> Table:
    at = table[0].index(column)
    return [
        [value if number == 1 and n == at else cell for n, cell in enumerate(row)]
        for number, row in enumerate(table)
    ]


def _reta() -> Native:
    content = (SAMPLES / "reta_pnp.csv").read_bytes()
    read = read_csv(io.BytesIO(content), Limits())
    table: Table = [list(read.header), *(list(row.cells) for row in read.rows if isinstance(row, Row))]
    return Native(
        feed=Feed.RETA_PNP,
        form=Form.CSV,
        content=content,
        fields=read.header,
        coded="LUGAR_EXPLOTACION",
        without=lambda column: as_csv(_without(table, column)),
        with_added=lambda column: as_csv(_added(table, column)),
        with_value=lambda column, value: as_csv(_valued(table, column, value)),
        broken=lambda: content + b"COM-PISCO-2024-11;cortada\r\n",
    )


def as_csv(table: Table) -> bytes:
    target = io.StringIO()
    csv.writer(target, delimiter=";", lineterminator="\r\n").writerows(table)
    return target.getvalue().encode("cp1252")


def _linea_1818() -> Native:
    content = (SAMPLES / "linea_1818.xlsx").read_bytes()
    read = read_xlsx(io.BytesIO(content), SHEET, Limits())
    table: Table = [list(read.header), *(list(row.cells) for row in read.rows if isinstance(row, SheetRow))]
    too_wide: list[object] = ["1818-2024-000999", *["x"] * len(read.header)]
    return Native(
        feed=Feed.LINEA_1818,
        form=Form.XLSX,
        content=content,
        fields=tuple(
            name for name in read.header if name != "TELEFONO_LLAMANTE"
        ),  # never kept: nothing is lost
        coded="CAPTACION",
        without=lambda column: as_xlsx(_without(table, column)),
        with_added=lambda column: as_xlsx(_added(table, column)),
        with_value=lambda column, value: as_xlsx(_valued(table, column, value)),
        broken=lambda: as_xlsx([*table, too_wide]),
    )


def as_xlsx(table: Table) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "dd/mm/yyyy hh:mm:ss"})
    sheet = book.add_worksheet(SHEET)
    for at, row in enumerate(table):
        for column, cell in enumerate(row):
            if isinstance(cell, datetime | date):
                sheet.write_datetime(at, column, cell)
            elif cell is not None:
                sheet.write(at, column, cell)
    book.close()
    return target.getvalue()


# --- documents -------------------------------------------------------------------------------------------


def _sistra() -> Native:
    content = (SAMPLES / "sistra.ndjson").read_bytes()
    first, *rest = content.splitlines()
    document = json.loads(first)

    def changed(new: dict[str, object]) -> bytes:
        return b"\n".join([json.dumps(new, ensure_ascii=False).encode(), *rest])

    return Native(
        feed=Feed.SISTRA,
        form=Form.NDJSON,
        content=content,
        fields=tuple(document),
        coded="etapa",
        without=lambda name: changed({key: value for key, value in document.items() if key != name}),
        with_added=lambda name: changed(document | {name: "x"}),
        with_value=lambda name, value: changed(document | {name: value}),
        broken=lambda: content + b'\n{"numero": "2706014507-2023-99-0", ',
    )


def _poder_judicial() -> Native:
    content = (SAMPLES / "poder_judicial.xml").read_bytes()

    def changed(pattern: str, new: str) -> bytes:
        found, count = re.subn(pattern, new, content.decode(), count=1, flags=re.DOTALL)
        assert count == 1
        return found.encode()

    def without(name: str) -> bytes:
        if name.startswith("@"):
            return changed(rf'(<expediente\b[^>]*?) {name[1:]}="[^"]*"', r"\1")
        return changed(rf"<{name}\b[^>]*>.*?</{name}>", "")

    return Native(
        feed=Feed.PODER_JUDICIAL,
        form=Form.XML,
        content=content,
        fields=(
            "@numero",
            "@actualizado",
            "distritoJudicial",
            "organo",
            "fechaIngreso",
            "delito",
            "estado",
            "partes",
        ),
        coded="estado",
        without=without,
        with_added=lambda name: changed("<estado>", f"<{name}>x</{name}><estado>"),
        with_value=lambda name, value: changed(rf"<{name}>[^<]*<", f"<{name}>{value}<"),
        broken=lambda: content.replace(
            b"</expedientes>", b"<expediente numero='1'><a></expediente></expedientes>"
        ),
    )
