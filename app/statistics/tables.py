"""An answer as a table: a column for each dimension, then one for each measure. Pure.

Codes and whole numbers only, under a header of ids. Totals are no row beside others: who adds up a column
must not add them in. Where a period has not ended, a last column says so of each row (1, else 0): a file goes
where the headers of its answer do not.
"""

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from schemas.query import Answer

Line = tuple[str | int, ...]


def as_csv(answer: Answer) -> bytes:
    """RFC 4180, UTF-8."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(_header(answer))
    writer.writerows(_lines(answer))
    return written.getvalue().encode()


def as_xlsx(answer: Answer) -> bytes:
    """One sheet. Codes are written as text: 01 stays a department."""
    written = BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("INTERTRATA")
    sheet.write_row(0, 0, _header(answer))
    for row, line in enumerate(_lines(answer), start=1):
        for column, value in enumerate(line):
            if isinstance(value, str):
                sheet.write_string(row, column, value)
            else:
                sheet.write_number(row, column, value)
    book.close()
    return written.getvalue()


def as_parquet(answer: Answer) -> bytes:
    """Dimensions are strings, measures int64; none is null."""
    lines = list(_lines(answer))
    dimensions = answer.query.dimensions
    fields = [
        pa.field(str(name), pa.string() if place < len(dimensions) else pa.int64(), False)
        for place, name in enumerate(_header(answer))
    ]
    columns = [pa.array([line[place] for line in lines], field.type) for place, field in enumerate(fields)]
    written = BytesIO()
    pq.write_table(pa.table(columns, schema=pa.schema(fields)), written)
    return written.getvalue()


def _header(answer: Answer) -> Line:
    marked = ("unfinished",) if answer.unfinished else ()
    return (*answer.query.dimensions, *(each.id for each in answer.measures), *marked)


def _lines(answer: Answer) -> Iterator[Line]:
    if not answer.query.dimensions:
        yield answer.totals
        return
    for row in answer.rows:
        marked = (int(not {*answer.unfinished}.isdisjoint(row.codes)),) if answer.unfinished else ()
        yield (*row.codes, *row.values, *marked)
