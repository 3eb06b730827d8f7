"""What every table, column and code of the public edition means. Pure."""

import csv
from io import StringIO
from typing import Final

from app.releases.standard import TABLES, StandardTable, codes_of
from app.releases.words import unit_words, words_of
from app.statistics.dimensions import BY_ID
from schemas.indicators import Words
from schemas.open_data import CodeEntry, ColumnEntry, Dictionary, DimensionEntry, OpenTable
from schemas.releases import CellStatus

BEFORE: Final = (
    ColumnEntry(
        id="release",
        type="string",
        meaning=Words(
            es="Publicación de que procede la fila: periodo y versión, 2026-B5.1",
            en="Release the row comes from: period and version, 2026-B5.1",
        ),
    ),
    ColumnEntry(
        id="period",
        type="string",
        meaning=Words(
            es="Bimestre 2026-B5, trimestre 2026-Q3, semestre 2026-S2 o año 2026",
            en="Bimester 2026-B5, quarter 2026-Q3, semester 2026-S2 or year 2026",
        ),
    ),
    ColumnEntry(
        id="period_start",
        type="date32",
        meaning=Words(es="Primer día del periodo", en="First day of the period"),
    ),
    ColumnEntry(
        id="period_end",
        type="date32",
        meaning=Words(es="Último día del periodo", en="Last day of the period"),
    ),
)
AFTER: Final = (
    ColumnEntry(
        id="unit",
        type="string",
        meaning=Words(
            es="Qué se cuenta; cifras de distinta unidad no se suman ni se comparan",
            en="What is counted; figures of different units are neither added nor compared",
        ),
    ),
    ColumnEntry(
        id="value",
        type="int64",
        meaning=Words(
            es="La cifra; vacía donde «status» no es «value», que nunca es cero",
            en="The figure; empty where “status” is not “value”, which is never zero",
        ),
    ),
    ColumnEntry(
        id="status",
        type="string",
        meaning=Words(es="Si hay cifra, y por qué no", en="Whether there is a figure, and why not"),
    ),
)
_STATUSES: Final = {
    CellStatus.VALUE: Words(es="Hay cifra", en="There is a figure"),
    CellStatus.SUPPRESSED: Words(
        es="Reservada, para que no señale a nadie", en="Withheld, so that it points at nobody"
    ),
    CellStatus.NOT_AVAILABLE: Words(es="No disponible", en="Not available"),
}


def public_tables() -> tuple[StandardTable, ...]:
    return tuple(table for table in TABLES if table.public)


def columns_of(table: StandardTable) -> tuple[str, ...]:
    return (*(each.id for each in BEFORE), *table.by, *(each.id for each in AFTER))


def dictionary(base: str) -> Dictionary:
    """``base`` is the address below which the files stand: ``https://.../v1/open``."""
    tables = public_tables()
    used = {each for table in tables for each in table.by}
    return Dictionary(
        tables=tuple(_table(each, base) for each in tables),
        columns=(*BEFORE, *AFTER),
        dimensions=tuple(_dimension(each) for each in BY_ID if each in used),
        statuses=tuple(CodeEntry(code=status.value, name=name) for status, name in _STATUSES.items()),
    )


def _table(table: StandardTable, base: str) -> OpenTable:
    told = table.definition
    several = {each.id for each in told.dimensions if each.multi_valued}
    return OpenTable(
        id=table.id,
        name=table.name,
        indicator=table.indicator,
        numerator=told.numerator,
        universe=told.universe,
        unit=told.unit,
        unit_name=unit_words(told.unit),
        date_basis=told.date_basis,
        dimensions=table.by,
        multi_valued=tuple(each for each in table.by if each in several),
        csv=f"{base}/tables/{table.id}.csv",
        parquet=f"{base}/tables/{table.id}.parquet",
    )


def _dimension(id_: str) -> DimensionEntry:
    return DimensionEntry(
        id=id_,
        name=BY_ID[id_].dimension.name,
        codes=tuple(CodeEntry(code=code, name=words_of(id_, code)) for code in codes_of(id_)),
    )


def as_csv(held: Dictionary) -> bytes:
    """One line for each table, column, dimension and code: what it is, where it stands, its names."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(("kind", "of", "id", "type", "es", "en"))
    for table in held.tables:
        writer.writerow(("table", "", table.id, table.unit.value, table.name.es, table.name.en))
    for column in held.columns:
        writer.writerow(("column", "", column.id, column.type, column.meaning.es, column.meaning.en))
    for dimension in held.dimensions:
        writer.writerow(("column", "", dimension.id, "string", dimension.name.es, dimension.name.en))
        for code in dimension.codes:
            writer.writerow(("code", dimension.id, code.code, "", code.name.es, code.name.en))
    for status in held.statuses:
        writer.writerow(("code", "status", status.code, "", status.name.es, status.name.en))
    return written.getvalue().encode()
