"""A registry as linking leaves it, filled straight from a generated world and its truth.

For what is measured on linked registries of any size: every report and mention of the world, in the cases and
persons that are true of it. Nothing is sealed, indexed or matched; no name is kept. What linking would write,
the projection of cases and the change feed, is written by its own statements.
"""

import asyncio
import pickle
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import text

from app.core.raw import raw_connection
from app.db.copy import copy_rows
from app.db.engine import Database, WriteSession
from app.ingestion.columns import COLUMNS
from app.ingestion.rows import mention_row, report_row
from app.reconciliation.ledger import Ledger
from app.reconciliation.person_projection import REFRESH_MANY_PERSONS
from app.reconciliation.projection import REFRESH_MANY_CASES
from app.security.sealing import DataKey
from app.world.truth import TruthRow
from app.world.world import World
from bench.worlds import SEED
from schemas.observations import Observation

_CHUNK = 20_000
_IDS = UUID(int=SEED)
_MEMBERS = {"case_member": ("record_id", "case_id"), "person_member": ("mention_id", "person_id")}
_TABLES = ("record", "report", "mention", *_MEMBERS)
Rows = dict[str, list[tuple[Any, ...]]]


class Filler:
    """Rows of successive observations, with ids handed out as they come."""

    def __init__(self) -> None:
        self._record = self._mention = 0
        self._key = DataKey.of(bytes(32))

    def rows(self, told: Iterable[tuple[Observation, list[TruthRow]]]) -> Rows:
        rows: Rows = {table: [] for table in _TABLES}
        for seen, truth in told:
            self._record += 1
            record_id, feed = self._record, seen.feed.value
            rows["record"].append(
                (record_id, feed, seen.key, seen.number, seen.stamp, b"", seen.annulled, b"", 1)
            )
            plain = seen.model_copy(update={"narrative": None})
            rows["report"].append(report_row(record_id, plain, self._key))
            in_case = bool(truth[0].case and seen.makes_case and seen.offence)
            if in_case:
                rows["case_member"].append((record_id, uuid5(_IDS, truth[0].case)))
            persons = {(row.role, row.order): row.person for row in truth[1:]}
            for mention in seen.mentions:
                self._mention += 1
                rows["mention"].append(mention_row(self._mention, record_id, mention))
                person = persons.get((mention.role.value, str(mention.order)))
                if person and in_case:
                    rows["person_member"].append((self._mention, uuid5(_IDS, person)))
        return rows


async def write(session: WriteSession, rows: Rows) -> None:
    for table in _TABLES:
        await copy_rows(session, table, _MEMBERS.get(table) or COLUMNS[table], rows[table])


_PERSONS = text("INSERT INTO person_entity (id) SELECT DISTINCT person_id FROM person_member")
_ANALYZE = "ANALYZE record, report, mention, case_member, person_member, case_entity, person_entity"


def fill(home: str, url: str, mentions: int, later: str, arriving: int) -> dict[str, Any]:
    """A world of at least that many mentions; ``arriving`` records of it are held back in the file ``later``.
    A task for ``bench.child``."""

    async def run() -> dict[str, Any]:
        started, filler, held_back, records = time.perf_counter(), Filler(), [], 0
        every = max(2, round(mentions / 2.6 / arriving))
        told = World.generate(mentions=mentions, seed=SEED).labelled()
        database = Database(url)
        while chunk := list(islice(told, _CHUNK)):
            kept = []
            for seen, truth in chunk:
                records += 1
                wanted = records % every == 0 and seen.makes_case and len(held_back) < arriving
                (held_back if wanted else kept).append((seen, truth))
            async with database.write() as session:
                await write(session, filler.rows(kept))
        await asyncio.to_thread(Path(later).write_bytes, pickle.dumps(filler.rows(held_back)))
        await _conclude(database)
        counts = await _counts(database)
        await database.close()
        return {"seconds": time.perf_counter() - started, "held_back": len(held_back), **counts}

    return asyncio.run(run())


async def _conclude(database: Database) -> None:
    """Persons, the projection of cases, and what the planner knows."""
    async with database.write() as session:
        await session.execute(_PERSONS)
        await session.execute(text("ANALYZE case_member, report, mention, person_member"))
        connection = await raw_connection(session)
        cases = [row[0] for row in await connection.fetch("SELECT DISTINCT case_id FROM case_member")]
        await connection.execute("SELECT set_config('enable_nestloop', 'off', true)")
        for some in _in_parts(cases):
            await connection.execute(REFRESH_MANY_CASES, some)
            await connection.execute(REFRESH_MANY_PERSONS, some, [], [])
        await session.execute(text(_ANALYZE))


def _in_parts(values: list[UUID]) -> Iterator[list[UUID]]:
    yield from (values[at : at + 100_000] for at in range(0, len(values), 100_000))


async def _counts(database: Database) -> dict[str, int]:
    async with database.read() as session:
        return {
            f"{table}s": int(await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)
            for table in ("report", "mention", "case_entity", "person_entity")
        }


async def arrive(database: Database, later: Path) -> int:
    """The records held back come in, as linking leaves them: in their cases, told by the change feed."""
    rows: Rows = pickle.loads(await asyncio.to_thread(later.read_bytes))
    records = [row[0] for row in rows["record"]]
    cases = sorted({row[1] for row in rows["case_member"]})
    persons = sorted({row[1] for row in rows["person_member"]})
    async with database.write() as session:
        await write(session, rows)
        connection = await raw_connection(session)
        await connection.execute(
            "INSERT INTO person_entity (id) SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING", persons
        )
        ledger = Ledger(connection, "bench")
        await ledger.retell(cases, persons)
        await ledger.publish(records, {"case": (), "person": ()})
    return len(records)
