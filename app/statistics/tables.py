"""An answer as a table: a column for each dimension, then one for each measure. Pure.

Codes and whole numbers only, under a header of ids. Totals are no row beside others: who adds up a column
must not add them in. Where a period has not ended, or the bounds cut it, a last column for each says so of
each row (1, else 0): a file goes where the headers of its answer do not. For the same reason a workbook says
on a second sheet, and a Parquet file in the metadata of its schema (key ``intertrata``, JSON), what each
measure is, which dimensions must not be added up, and when it was counted.
"""

import csv
from collections.abc import Iterator, Sequence
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
    """Figures on the first sheet, what they are on the second. Codes are text: 01 stays a department."""
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
    notes = book.add_worksheet("Notas - Notes")
    for row, line in enumerate(_notes(answer)):
        notes.write_row(row, 0, line)
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
    about = answer.model_dump_json(exclude={"rows", "totals"})
    pq.write_table(pa.table(columns, schema=pa.schema(fields, {"intertrata": about})), written)
    return written.getvalue()


def _notes(answer: Answer) -> Iterator[tuple[str, ...]]:
    """Spanish first. A line for each measure, with the asked dimensions whose parts exceed it together."""
    yield "medida / measure", "unidad / unit", "fecha / date basis", "no sumar por / do not add up by"
    for each in answer.measures:
        yield each.id, each.unit, each.date_basis, ", ".join(each.multi_valued)
    asked = answer.query
    yield ()
    yield "desde / since", str(asked.since or "")
    yield "hasta / until", str(asked.until or "")
    yield "fuente / source", asked.source or "todas, reconciliadas / all, reconciled"
    for name, codes in asked.filters.items():
        yield f"filtro / filter: {name}", ", ".join(codes)
    yield "no terminado / unfinished", ", ".join(answer.unfinished)
    yield "incompleto por sus límites / partial by its bounds", ", ".join(answer.partial)
    yield "contado / counted at", answer.counted_at.isoformat()
    yield "posición del registro / position of the registry", str(answer.position)


def _header(answer: Answer) -> Line:
    return (*answer.query.dimensions, *(each.id for each in answer.measures), *_marks(answer))


def _lines(answer: Answer) -> Iterator[Line]:
    if not answer.query.dimensions:
        yield (*answer.totals, *_marked(answer, ()))
        return
    for row in answer.rows:
        yield (*row.codes, *row.values, *_marked(answer, row.codes))


def _marked(answer: Answer, codes: Sequence[str]) -> Line:
    """What is not told by period is of all that was asked for."""
    dated = "period" in answer.query.dimensions
    return tuple(int(not (dated and {*held}.isdisjoint(codes))) for held in _marks(answer).values())


def _marks(answer: Answer) -> dict[str, tuple[str, ...]]:
    """By the column that says so, the periods of which something is to be said."""
    marks = {"unfinished": answer.unfinished, "partial": answer.partial}
    return {name: periods for name, periods in marks.items() if periods}
