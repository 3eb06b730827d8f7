"""Rows of a binary COPY made of whole columns, without an object for each row.

The form is PostgreSQL's, section "Binary Format" of COPY: per row the number of columns, per value its length
and its bytes, all big-endian.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_HEAD: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TAIL: Final = b"\xff\xff"
_NULL: Final = -1

Column = NDArray[Any] | str | None  # int64 or float64 of every row; one text of all rows; NULL in all


def packed(rows: int, columns: Sequence[Column]) -> bytes:
    """That many rows, without head and tail."""
    kinds = [_kind(column) for column in columns]
    form: list[tuple[str, str]] = [("columns", ">i2")]
    for place, (size, kind) in enumerate(kinds):
        form.append((f"size{place}", ">i4"))
        if size != _NULL:
            form.append((f"value{place}", kind))
    table = np.empty(rows, dtype=form)
    table["columns"] = len(columns)
    for place, column in enumerate(columns):
        table[f"size{place}"] = kinds[place][0]
        if column is not None:
            table[f"value{place}"] = np.void(column.encode()) if isinstance(column, str) else column
    return table.tobytes()


def _kind(column: Column) -> tuple[int, str]:
    """Length of each value, and its form."""
    if column is None:
        return _NULL, ""
    if isinstance(column, str):
        size = len(column.encode())
        return size, f"V{size}"
    return 8, ">i8" if column.dtype == np.int64 else ">f8"


async def copy_packed(connection: Any, table: str, columns: Sequence[str], parts: Iterable[bytes]) -> None:
    """``connection``: asyncpg's. Parts are ``packed``."""

    async def source() -> AsyncIterator[bytes]:
        yield _HEAD
        for part in parts:
            yield part
        yield _TAIL

    await connection.copy_to_table(table, columns=list(columns), source=source(), format="binary")
