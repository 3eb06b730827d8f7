"""The log read from its beginning: to export it and to verify it. Needs no keys of the installation."""

from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any, Final

from app.audit import repository
from app.audit.errors import FileUnusable
from app.audit.note import PublicKey
from app.audit.succession import Succession
from app.audit.verifying import RowVerification, Verdict, line_of
from app.core.raw import raw_connection
from app.db.engine import Database, ReadSession

_ROWS: Final = """
    SELECT l.position, l.hash, e.* FROM audit_leaf l LEFT JOIN audit_entry e ON e.id = l.entry_id
    ORDER BY l.position
"""
_BLOCK: Final = 2_000


async def rows(session: ReadSession) -> AsyncIterator[Any]:
    """Every position with its entry, as asyncpg's records, a block at a time. No plan that reads it all
    before the first row."""
    connection = await raw_connection(session)
    await connection.execute("SET LOCAL enable_hashjoin = off")
    await connection.execute("SET LOCAL enable_sort = off")
    cursor = await connection.cursor(_ROWS)
    while block := await cursor.fetch(_BLOCK):
        for row in block:
            yield row


async def verify_database(database: Database, keys: Iterable[PublicKey], held: Iterable[str]) -> Verdict:
    """Against the checkpoints (notes) held elsewhere, and against those that the database itself still has: a
    log that continues the one but not the other was forked.

    Raises ``VerificationFailed``, ``NoteUnreadable``, ``KeyOutOfTerm``, ``KeysContradict``.
    """
    async with database.read() as session:
        notes = (*held, *await repository.checkpoints(session))
        verification = RowVerification(Succession(keys, notes).trusted(notes))
        async for row in rows(session):
            verification.feed(row)
        return verification.verdict()


async def export_lines(session: ReadSession, out: Path) -> int:
    """A line of JSON per entry, in order of position; their number. What was there is replaced at the end.

    Raises ``FileUnusable``.
    """
    part, count = out.with_name(out.name + ".part"), 0
    try:
        with part.open("wb") as file:
            async for row in rows(session):
                file.write(_line(row))
                count += 1
        part.replace(out)
    except OSError:
        raise FileUnusable from None
    finally:
        part.unlink(missing_ok=True)
    return count


def _line(row: Any) -> bytes:
    """An entry that is gone leaves an empty line: the export stays what the database is."""
    return (line_of(row) if row["id"] is not None else b"") + b"\n"
