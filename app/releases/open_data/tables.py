"""Released tables as files: a row for each cell, with the release it comes from and its status. Pure."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO, StringIO

import pyarrow as pa
import pyarrow.parquet as pq

from app.releases.open_data.dictionary import AFTER, BEFORE, columns_of
from app.releases.sdmx.periods import period_of
from app.releases.standard import StandardTable
from schemas.releases import ReleaseTable

Line = tuple[str | int | date | None, ...]
_TYPES = {"string": pa.string(), "date32": pa.date32(), "int64": pa.int64()}


def lines_of(table: StandardTable, held: ReleaseTable, release: str) -> Iterable[Line]:
    """In the order of ``columns_of``. Dimensions are taken by name."""
    places, unit = [held.dimensions.index(each) for each in table.dimensions], table.definition.unit.value
    for cell in held.cells:
        period, *told = (cell.codes[place] for place in places)
        span = period_of(period).span
        yield (release, period, span.first, span.last, *told, unit, cell.value, cell.status.value)


def as_csv(table: StandardTable, lines: Sequence[Line]) -> bytes:
    """RFC 4180, UTF-8; no value is an empty field."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(columns_of(table))
    writer.writerows(lines)
    return written.getvalue().encode()


def as_parquet(table: StandardTable, lines: Sequence[Line]) -> bytes:
    """``value`` alone may be null. The unit and the definition stand in the file's own metadata."""
    types = {each.id: _TYPES[each.type] for each in (*BEFORE, *AFTER)}
    told = table.definition
    about: dict[str | bytes, str | bytes] = {
        "table": table.id,
        "unit": told.unit.value,
        "es": f"{table.name.es}. {told.numerator.es}.",
        "en": f"{table.name.en}. {told.numerator.en}.",
    }
    fields = [
        pa.field(name, types.get(name, pa.string()), nullable=name == "value") for name in columns_of(table)
    ]
    columns = [pa.array([line[at] for line in lines], field.type) for at, field in enumerate(fields)]
    written = BytesIO()
    pq.write_table(pa.table(columns, schema=pa.schema(fields, metadata=about)), written)
    return written.getvalue()
