"""State, not events: what stands at the end is the same in any order of arrival and any split in batches."""

import json
import random
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import text

from adapters.base import Form
from adapters.catalog import CATALOG
from app.db.engine import Database
from app.ingestion.landing import Arrival
from app.ingestion.service import IngestionService
from app.security.keyring import KeyRing
from schemas.vocabulary import Feed
from support.database_fixtures import fresh, opened
from support.databases import Server
from support.ingestion_kit import ingest, sample, tools_for

ARRIVAL = Arrival(Feed.SISTRA, Form.NDJSON, "test")
STANDING = """
    SELECT r.key, r.stamp, encode(r.content_digest, 'hex') AS digest, r.annulled, p.stage, p.facts_date,
           (SELECT array_agg(ARRAY[role, "order"::text, sex] ORDER BY role, "order")
            FROM mention WHERE record_id = r.id AND present) AS people,
           (SELECT array_agg(c.key ORDER BY ordinal) FROM citation AS c WHERE record_id = r.id) AS cited,
           (SELECT array_agg(k.key ORDER BY k.key) FROM record_key AS k WHERE record_id = r.id) AS keys,
           (SELECT array_agg(k.key ORDER BY k.key)
            FROM mention_key AS k JOIN mention AS m ON m.id = mention_id
            WHERE m.record_id = r.id) AS mention_keys
    FROM record AS r JOIN report AS p ON p.record_id = r.id ORDER BY r.key
"""
STAGES = ("CALIFICACION", "INVESTIGACION_PRELIMINAR", "ACUSACION", "JUZGAMIENTO", "SENTENCIA", "ARCHIVO")


def versions(chance: random.Random) -> list[bytes]:
    """A few records in a few versions each; one content for each stamp, so that nothing conflicts."""
    document = json.loads(sample(Feed.SISTRA).splitlines()[0])
    lines = []
    for number in range(chance.randint(1, 4)):
        for month in chance.sample(range(1, 13), chance.randint(1, 5)):
            people: list[dict[str, Any]] = [
                {**document["agraviados"][0], "orden": order, "sexo": chance.choice("FM")}
                for order in range(1, chance.randint(1, 4))
            ]
            changed = {
                "numero": f"2706014507-2023-{900 + number}-0",
                "actualizado": f"2024-{month:02}-01T00:00:00-05:00",
                "etapa": chance.choice(STAGES),
                "anulada": chance.random() < 0.2,
                "agraviados": people,
            }
            lines.append(json.dumps({**document, **changed}).encode() + b"\n")
    return [*lines, *chance.choices(lines, k=chance.randint(0, 4))]  # some come twice


async def standing(database: Database) -> list[tuple[Any, ...]]:
    async with database.read() as session:
        return [tuple(row) for row in await session.execute(text(STANDING))]


def split(lines: list[bytes], chance: random.Random) -> list[bytes]:
    cuts = sorted(chance.choices(range(len(lines) + 1), k=chance.randint(0, 4)))
    edges = [0, *cuts, len(lines)]
    return [b"".join(lines[a:b]) for a, b in pairwise(edges) if a < b]


@pytest.mark.parametrize("seed", range(12))
async def test_any_order_and_any_split_end_the_same(server: Server, seed: int) -> None:
    chance, keyring = random.Random(seed), KeyRing.generate()
    lines = versions(chance)
    ends = []
    for _ in range(2):
        async with fresh(server) as url, opened(url) as database:
            service = IngestionService(tools_for(database, CATALOG, keyring=keyring))
            received = 0
            for batch in split(lines, chance):
                status = await ingest(service, ARRIVAL, batch)
                assert status.conflicting == status.rejected == 0
                received += status.received
            assert received == len(lines)
            ends.append(await standing(database))
        chance.shuffle(lines)
    assert ends[0] == ends[1]
    assert len(ends[0]) == len({line.split(b'"numero": "')[1][:22] for line in lines})
