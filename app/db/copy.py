"""Bulk writes by COPY, inside the caller's transaction."""

from collections.abc import AsyncIterable, Iterable, Sequence
from typing import Any

from app.core.raw import raw_connection
from app.db.engine import WriteSession

Rows = Iterable[Sequence[Any]] | AsyncIterable[Sequence[Any]]


async def copy_rows(session: WriteSession, table: str, columns: Sequence[str], rows: Rows) -> int:
    """Write ``rows`` (tuples in the order of ``columns``) to ``table``; their number.

    Values are asyncpg's: ``json``/``jsonb`` as text, arrays as lists. One row that is refused refuses all.
    """
    connection = await raw_connection(session)
    status: str = await connection.copy_records_to_table(table, columns=list(columns), records=rows)
    return int(status.removeprefix("COPY "))
