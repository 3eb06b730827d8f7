"""What a page of the review queue costs, and what keeping its order does: ``python -m bench.review_queue``.

A registry made of doubtful pairs alone: as many as the arguments say (10,000 and 100,000 by themselves), each
of two persons in two cases of one record each. Nothing else uses the database.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from app.core.raw import raw_connection
from app.db.engine import Database
from app.reconciliation.review.queue_repository import QueueRepository
from app.reconciliation.review.rules import ItemId, Place
from app.reconciliation.review_items import ReviewItems
from support.databases import Server, chosen_server, prepared_server

FILL = (
    """INSERT INTO record (id, feed, key, number, stamp, content_digest, annulled, data_key)
SELECT n, 'sistra', n::text, n::text, now(), '', false, '' FROM generate_series(1, 2 * $1::bigint) n""",
    """INSERT INTO report (record_id, feed, number, citation_key, stamp, annulled, makes_case, joins_case,
  offence_family, report_date, department, purposes, recruitment, rulings)
SELECT n, 'sistra', n::text, n::text, now(), false, true, true, 'trafficking',
  date '2018-01-01' + (n % 2500)::int, lpad((1 + n % 25)::text, 2, '0'), '{}', '{}', '[]'
FROM generate_series(1, 2 * $1::bigint) n""",
    """INSERT INTO mention (id, record_id, role, "order", kind, present, age_min, age_max, measures, services)
SELECT n, n, CASE WHEN n % 5 < 3 THEN 'victim' ELSE 'suspect' END, 1, 'natural', true, 12 + n % 40,
  12 + n % 40, '[]', '[]' FROM generate_series(1, 2 * $1::bigint) n""",
    """INSERT INTO case_member SELECT n, gen_random_uuid() FROM generate_series(1, 2 * $1::bigint) n""",
    """INSERT INTO person_member SELECT n, gen_random_uuid() FROM generate_series(1, 2 * $1::bigint) n""",
    """INSERT INTO case_entity (id, offence_family, offence_conflict, department, feeds, reports, victims,
  suspects)
SELECT m.case_id, r.offence_family, false, r.department, 2, 1, 1, 0
FROM case_member m JOIN report r USING (record_id) WHERE $1::bigint > 0""",
    """INSERT INTO person_entity (id) SELECT person_id FROM person_member WHERE $1::bigint > 0""",
    """INSERT INTO edge SELECT CASE WHEN n % 5 = 0 THEN 'case' ELSE 'person' END, n, n + $1, 2, 'unsure',
  (n % 100) / 100.0 FROM generate_series(1, $1::bigint) n""",
    """INSERT INTO judgement (kind, a, b, outcome, weight, probability, model, judge)
SELECT kind, a, b, outcome, weight, probability, '2026.12', 'machine' FROM edge WHERE $1::bigint > 0""",
)
WANTED = {"state": "open", "kind": None, "department": None, "feed": None}


async def fill(database: Database, pairs: int) -> None:
    async with database.write() as session:
        connection = await raw_connection(session)
        for statement in FILL:
            await connection.execute(statement, pairs)
    async with database.write() as session:
        await (await raw_connection(session)).execute("ANALYZE")


async def timed(work: Callable[[], Awaitable[Any]], times: int = 7) -> float:
    """The median, in milliseconds."""
    spent = []
    for _ in range(times):
        started = time.perf_counter()
        await work()
        spent.append((time.perf_counter() - started) * 1000)
    return sorted(spent)[times // 2]


async def measured(database: Database, pairs: int) -> dict[str, float]:
    await fill(database, pairs)
    deep = Place(1, 0, 1, 0, ItemId("person", pairs // 2, pairs // 2 + pairs))

    async def rebuild() -> None:
        async with database.write() as session:
            await ReviewItems(await raw_connection(session)).rebuild()

    async def page(after: Place | None, **wanted: str) -> None:
        async with database.read() as session:
            await QueueRepository(session).items({**WANTED, **wanted}, after, 51)

    async def keep() -> None:
        async with database.write() as session:
            await ReviewItems(await raw_connection(session)).refresh((), (), [7], [7])

    found = {"rebuild": await timed(rebuild, 1)}
    async with database.write() as session:
        await (await raw_connection(session)).execute("ANALYZE review_item")
    found["first page"] = await timed(lambda: page(None))
    found["page in the middle"] = await timed(lambda: page(deep))
    found["page of one department"] = await timed(lambda: page(None, department="17"))
    found["kept by one linking"] = await timed(keep)
    return found


async def once(server: Server, pairs: int) -> dict[str, float]:
    url = await server.create()
    database = Database(url)
    try:
        return await measured(database, pairs)
    finally:
        await database.close()
        await server.drop(url)


def main(sizes: list[int]) -> None:
    with prepared_server(chosen_server()) as server:
        for pairs in sizes:
            found = asyncio.run(once(server, pairs))
            told = ", ".join(f"{name} {spent:.1f}" for name, spent in found.items())
            sys.stdout.write(f"{pairs} doubtful pairs, milliseconds: {told}\n")


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or [10_000, 100_000])
