"""Whatever happens to a registry: a cube that follows equals one from scratch, the count in SQL and by hand.

Random worlds come in by the path of real files in several deliveries, with updates and annulments; between
them everything else that can move a figure happens, linked or not yet.
"""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import text

from adapters.base import Form
from app.core.raw import raw_connection
from app.db.engine import Database
from app.ingestion.landing import Arrival
from app.protection.errors import UnderLegalHold
from app.protection.service import Orderer
from app.reconciliation.ledger import Decision
from app.statistics.cube import refreshing
from app.statistics.cube.refreshing import Held, advanced, differing
from app.wiring import Services
from app.world.world import World
from schemas.vocabulary import Feed, OffenceFamily, Stage
from support.cube_kit import as_the_reference_counts, differences, question
from support.ingestion_kit import parts
from support.reference_statistics import Reference, tables
from support.registry_fixtures import composed

SEEDS = range(int(os.environ.get("INTERTRATA_CUBE_SEEDS", "3")))
DELIVERIES, STEPS = 4, 14
CHANGED = (
    "report_date = NULL",
    "report_date = report_date - 400",
    "facts_date = NULL",
    "facts_date = coalesce(facts_date, report_date) - 90",
    "office_district = 'Cusco'",
    "office_district = NULL, stamp = stamp + interval '40 days'",
    "annulled = true, makes_case = false, joins_case = false",
    "purposes = '{sexual_exploitation,begging}', recruitment = '{}'",
    "offence_family = 'smuggling', department = '15', province = '1501'",
    """rulings = (SELECT coalesce(jsonb_agg(jsonb_build_object('type', 'convicted', 'date', '2022-03-04',
      'instance', 1, 'parties', jsonb_build_array(jsonb_build_object('order', "order")))), '[]')
      FROM mention m WHERE m.record_id = report.record_id AND role = 'suspect')""",
    """rulings = rulings || '[{"type": "annulled", "date": null, "instance": 2,
      "parties": [{"order": 1}, {"order": 2}]}]'""",
)
UNNAMED = "UPDATE mention SET present = false WHERE record_id = :id AND random() < .5"
MARKED = """
INSERT INTO link_dirty (record_id) VALUES (:id) ON CONFLICT (record_id) DO UPDATE SET since = now()
"""
PIN = """
INSERT INTO pin (kind, member, attribute, act, value, judge, reason)
VALUES ('case', $1, $2, 'pinned', $3, 'x', '')
"""


class Wandering:
    """One registry to which things happen."""

    def __init__(self, services: Services, random: Random, files: list[tuple[Feed, Path]]) -> None:
        self.services, self.random, self.files = services, random, files
        self.happened: list[str] = []

    async def step(self) -> None:
        ways: list[Callable[[], Awaitable[None]]] = [
            self.arrival, self.change, self.change, self.decision, self.pin, self.erasure, self.linking,
        ]  # fmt: skip
        way = self.arrival if not self.happened else self.random.choice(ways)
        await way()
        self.happened.append(way.__name__)

    async def ids(self, sql: str) -> list[Any]:
        async with self.services.database.read() as session:
            return list(await session.scalars(text(sql)))

    async def arrival(self) -> None:
        """A delivery of each feed, one in three of them linked only later."""
        for feed, file in self.files[: len(Feed)]:
            ingestion = self.services.ingestion
            form = Form(file.suffix.removeprefix("."))
            landed = await ingestion.land(Arrival(feed, form, "test"), parts(file.read_bytes()))
            await ingestion.translate_batch(landed.id)
            if self.random.random() < 0.7:
                await ingestion.link_batch(landed.id)
        del self.files[: len(Feed)]

    async def change(self) -> None:
        """Some records say something else now; half of the time nobody has linked them yet."""
        records = self.random.sample(await self.ids("SELECT record_id FROM report ORDER BY 1"), 6)
        async with self.services.database.write() as session:
            for record_id in records:
                for said in self.random.sample(CHANGED, 2):
                    connection = await raw_connection(session)
                    await connection.execute(f"UPDATE report SET {said} WHERE record_id = $1", record_id)
                if self.random.random() < 0.2:
                    await session.execute(text(UNNAMED), {"id": record_id})
                await session.execute(text(MARKED), {"id": record_id})
            if self.random.random() < 0.5:
                await self.services.linker.link_now(session, sorted(records))

    async def decision(self) -> None:
        kind = self.random.choice(("case", "person"))
        table, column = ("case_member", "record_id") if kind == "case" else ("person_member", "mention_id")
        nodes = await self.ids(f"SELECT {column} FROM {table} ORDER BY 1")
        together = await self.ids(
            f"SELECT min({column}) FROM {table} GROUP BY {kind}_id HAVING count(*) > 1 ORDER BY 1"
        )
        first = self.random.choice(together or nodes)
        fellows = await self.ids(
            f"SELECT a.{column} FROM {table} a JOIN {table} b USING ({kind}_id) WHERE b.{column} = {first}"
        )
        outcome = self.random.choice(("same", "different"))
        others = nodes if outcome == "same" else sorted(fellows)
        others = [node for node in others if node != first]
        if others:
            a, b = sorted((first, self.random.choice(others)))
            async with self.services.database.write() as session:
                await self.services.linker.decide(session, Decision(kind, a, b, outcome, "revisora-1"))

    async def pin(self) -> None:
        value = self.random.choice(
            (("offence_family", OffenceFamily.RELATED), ("stage", Stage.TRIAL), ("place", "150103"))
        )
        record = self.random.choice(await self.ids("SELECT record_id FROM case_member ORDER BY 1"))
        (case,) = await self.ids(f"SELECT case_id FROM case_member WHERE record_id = {record}")
        async with self.services.database.write() as session:
            await self.services.linker.hold(session)
            await (await raw_connection(session)).execute(PIN, record, *value)
            await self.services.linker.retell(session, [case], [])

    async def erasure(self) -> None:
        person = self.random.choice(await self.ids("SELECT DISTINCT person_id FROM person_member ORDER BY 1"))
        try:
            await self.services.protection.erase_person(person, Orderer("operator", "RES-0001-2026"))
        except UnderLegalHold:
            return

    async def linking(self) -> None:
        if self.random.random() < 0.4:
            await self.services.linker.reconcile_full()
        else:
            await self.services.linker.link_pending()


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_cube_that_follows_equals_one_from_scratch_the_count_in_sql_and_the_reference(
    database: Database, database_url: str, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(seed)
    services = composed(database_url, database, tmp_path)
    world = World.generate(cases=60, seed=seed, difficulty="hard").write(tmp_path / "world", parts=DELIVERIES)
    turns = [(feed, files[part]) for part in range(DELIVERIES) for feed, files in world.files.items()]
    wandering = Wandering(services, random, turns)
    held: dict[Feed | None, Held] = {}
    followed: list[int] = []
    whole = refreshing.CubeRepository.facts

    async def counting(self: Any, source: Feed | None) -> Any:
        followed.append(1)
        return await whole(self, source)

    for step in range(STEPS):
        await wandering.step()
        async with database.read() as session:
            for source in (None, random.choice(list(Feed))):
                with monkeypatch.context() as patched:
                    patched.setattr(refreshing.CubeRepository, "facts", counting)
                    before, followed = held.get(source), []
                    held[source] = await advanced(session, source, before)
                    assert len(followed) == (before is None), "what was known is not read again"
                scratch = await advanced(session, source, None)
                assert differing(held[source], scratch) == [], wandering.happened
                asked = [question(random, source) for _ in range(6)]
                assert await differences(session, held[source], asked) == [], wandering.happened
        if step % 4 == 3:
            as_the_reference_counts(held[None], Reference(await tables(database)))
    assert len(held[None].facts["victims"]) > 30
    assert len(set(wandering.happened)) > 3
