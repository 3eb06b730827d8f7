"""An answer as a table: a column for each dimension, then one for each measure. Pure."""

import csv
from io import StringIO

from schemas.query import Answer


def as_csv(answer: Answer) -> str:
    """RFC 4180, with a header of ids. Codes and whole numbers only; totals are not rows of it."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow((*answer.query.dimensions, *(each.id for each in answer.measures)))
    if answer.query.dimensions:
        writer.writerows((*row.codes, *row.values) for row in answer.rows)
    else:
        writer.writerow(answer.totals)
    return written.getvalue()
