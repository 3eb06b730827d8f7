"""A table of a release in the forms of others. Pure.

A column for each dimension, then ``value`` and ``status``: where no number is shown, ``value`` is empty and
never 0.
"""

import csv
from io import BytesIO, StringIO
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.releases import ReleaseTable


def as_csv(table: ReleaseTable) -> bytes:
    """RFC 4180, UTF-8."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow((*table.dimensions, "value", "status"))
    for cell in table.cells:
        writer.writerow((*cell.codes, "" if cell.value is None else cell.value, cell.status.value))
    return written.getvalue().encode()


def as_parquet(table: ReleaseTable) -> bytes:
    """Dimensions and ``status`` are strings, ``value`` is int64 or null."""
    columns: dict[str, Any] = {
        name: pa.array([cell.codes[place] for cell in table.cells], pa.string())
        for place, name in enumerate(table.dimensions)
    }
    columns["value"] = pa.array([cell.value for cell in table.cells], pa.int64())
    columns["status"] = pa.array([cell.status.value for cell in table.cells], pa.string())
    written = BytesIO()
    pq.write_table(pa.table(columns), written)
    return written.getvalue()
