"""Random worlds for the statistics: taken in as files, then spoilt as none of that size would be by itself.

Dates are lost, referrals contradict their calls, rulings are undone, records annulled. All has to be linked
again.
"""

import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from adapters.base import Form
from app.db.engine import Database
from app.ingestion.landing import Arrival
from app.wiring import Services
from app.world.world import World
from schemas.vocabulary import Feed
from support.database_fixtures import fresh, opened
from support.databases import Server
from support.ingestion_kit import ingest
from support.registry_fixtures import composed

FILES = {
    Feed.RETA_PNP: ("reta_pnp.csv", Form.CSV),
    Feed.SISTRA: ("sistra.ndjson", Form.NDJSON),
    Feed.PODER_JUDICIAL: ("poder_judicial.xml", Form.XML),
    Feed.LINEA_1818: ("linea_1818.xlsx", Form.XLSX),
}
SPOILT = (
    "UPDATE report SET report_date = NULL WHERE random() < .15",
    "UPDATE report SET referred_at = reported_at - interval '5 minutes' WHERE random() < .1",
    "UPDATE report SET referred_at = reported_at + interval '3 hours' WHERE random() < .1",
    "UPDATE report SET referred_at = reported_at + interval '181 minutes' WHERE random() < .1",
    "UPDATE report SET referred_at = NULL WHERE random() < .2",
    "UPDATE report SET referred_to = NULL WHERE random() < .2",
    "UPDATE report SET category = NULL, makes_case = false, joins_case = false"
    " WHERE feed = 'linea-1818' AND random() < .05",
    "UPDATE report SET annulled = true, makes_case = false, joins_case = false"
    " WHERE feed <> 'linea-1818' AND random() < .05",
    "UPDATE mention SET present = false WHERE random() < .03",
)
PERIODS = [
    (None, None),
    (date(2022, 1, 1), None),
    (None, date(2022, 1, 1)),
    (date(2021, 3, 1), date(2023, 8, 31)),
]
KINDS = ("convicted", "convicted", "convicted", "acquitted", "upheld", "reversed", "annulled")


@asynccontextmanager
async def spoilt_world(
    server: Server, folder: Path, seed: int, difficulty: str, *said: str, **given: Any
) -> AsyncIterator[Database]:
    """Taken in, made to say other things (``:name`` in a statement is of ``given``), spoilt and linked."""
    async with fresh(server) as url, opened(url) as database:
        services = composed(url, database, folder)
        await take_in(services, folder, seed, difficulty)
        async with database.write() as session:
            await session.execute(text(f"SELECT setseed(0.{seed})"))
            for statement in said:
                named = {name: value for name, value in given.items() if f":{name}" in statement}
                await session.execute(text(statement), named)
        await spoil(database, seed)
        await services.linker.link_pending()
        yield database


async def take_in(services: Services, folder: Path, seed: int, difficulty: str) -> None:
    World.generate(cases=80, seed=seed, difficulty=difficulty).write(folder)
    for feed, (name, form) in FILES.items():
        status = await ingest(services.ingestion, Arrival(feed, form, "test"), (folder / name).read_bytes())
        assert status.state == "done"


async def spoil(database: Database, seed: int) -> None:
    rng = random.Random(seed)
    async with database.write() as session:
        await session.execute(text(f"SELECT setseed({rng.random()})"))
        for statement in SPOILT:
            await session.execute(text(statement))
        courts = await session.execute(
            text("""SELECT record_id, array_agg("order" ORDER BY "order")
            FROM mention JOIN report USING (record_id)
            WHERE feed = 'poder-judicial' AND role = 'suspect' GROUP BY record_id ORDER BY record_id""")
        )
        for record_id, orders in courts.all():
            rulings = json.dumps([ruling(rng, orders) for _ in range(rng.randrange(4))])
            await session.execute(
                text("UPDATE report SET rulings = CAST(:rulings AS jsonb) WHERE record_id = :id"),
                {"rulings": rulings, "id": record_id},
            )
        await session.execute(
            text("""INSERT INTO link_dirty (record_id) SELECT record_id FROM report
            ON CONFLICT (record_id) DO UPDATE SET since = now()""")
        )


def ruling(rng: random.Random, orders: list[int]) -> dict[str, Any]:
    day = None if rng.random() < 0.1 else str(date(2019, 6, 1) + timedelta(days=400 * rng.randrange(6)))
    parties = [{"order": order} for order in rng.sample([*orders, 99], rng.randint(1, len(orders) + 1))]
    return {"type": rng.choice(KINDS), "date": day, "instance": 1, "parties": parties}
