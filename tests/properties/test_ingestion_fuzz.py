"""No input is a crash, a half-written batch or a silent loss: valid files, mutated at random, always end.

``INTERTRATA_FUZZ`` sets how many mutations (``make fuzz``: 10,000).
"""

import io
import os
import random
import zipfile

import pytest
from sqlalchemy import text

from adapters.base import Form
from adapters.catalog import CATALOG
from app.db.engine import Database
from app.ingestion.landing import Arrival
from app.ingestion.service import IngestionService
from app.ingestion.tools import Limits
from schemas.vocabulary import Feed
from support.ingestion_kit import SAMPLE_FILES, counts_of, ingest, sample, tools_for

MUTATIONS = int(os.environ.get("INTERTRATA_FUZZ", "200"))
SPITE = (
    b"\x00",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b'"',
    b";",
    b"\r",
    b"\n",
    b"<",
    b"&x;",
    b"{",
    b"]",
    b"\\u0000",
    b"\\ud800",
    b"99999999999999999999",
    b"-1",
    b"null",
    b"NaN",
    b"1e400",
    b"9" * 400,
    b"A" * 5000,
    b"<!DOCTYPE a [<!ENTITY x 'y'>]>",
    b"31/02/2024",
    b"0001-01-01T00:00:00+14:00",
    b"9999-12-31T23:59:59-14:00",
    "\u202e\u0000Ñ".encode(),
)


def mutated(body: bytes, chance: random.Random) -> bytes:
    data = bytearray(body)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        place = chance.randrange(len(data) + 1)
        act = chance.randrange(6)
        if act == 0 and data:
            data[min(place, len(data) - 1)] = chance.randrange(256)
        elif act == 1:
            data[place:place] = chance.choice(SPITE)
        elif act == 2:
            del data[place : place + chance.choice((1, 10, 300))]
        elif act == 3:
            other = chance.randrange(len(data) + 1)
            data[place:place] = data[other : other + chance.choice((1, 50, 2000))]
        elif act == 4:
            spite = chance.choice(SPITE)
            data[place : place + len(spite)] = spite
        elif chance.random() < 0.2:
            del data[place:]
    return bytes(data)


def mutated_sheet(book: bytes, chance: random.Random) -> bytes:
    """The workbook with the XML inside it mutated, so that more than its wrapping is tried."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as before, zipfile.ZipFile(packed, "w") as after:
        chosen = chance.choice([name for name in before.namelist() if "sheet" in name or "Strings" in name])
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, mutated(content, chance) if name == chosen else content)
    return packed.getvalue()


FORMS = [(feed, form) for feed, (_, form) in SAMPLE_FILES.items()]


@pytest.mark.parametrize(("feed", "form"), FORMS, ids=[feed.value for feed, _ in FORMS])
async def test_a_mutated_file_always_ends_and_adds_up(
    module_database: Database, feed: Feed, form: Form
) -> None:
    limits = Limits(chunk_records=5)
    service = IngestionService(tools_for(module_database, CATALOG, limits=limits))
    body, seeds = sample(feed), random.Random(os.environ.get("INTERTRATA_FUZZ_SEED", "1818"))
    for _ in range(max(1, MUTATIONS // len(FORMS))):
        seed = seeds.getrandbits(64)
        chance = random.Random(seed)
        mutate = mutated_sheet if form is Form.XLSX and chance.random() < 0.7 else mutated
        damaged = mutate(body, chance) or b"x"
        arrival = Arrival(feed, form, "fuzz", mode=chance.choice(("keep", "keep", "validate")))
        status = await ingest(service, arrival, damaged)
        assert status.state in ("done", "failed"), seed
        assert status.error_code != "adapter_broken", seed
        assert status.received == sum(counts_of(status)[1:]), seed
        if status.state == "failed":
            assert status.received == 0, seed
        elif arrival.mode == "keep":
            async with module_database.read() as session:
                kept = await session.scalar(
                    text("SELECT count(*) FROM delivery WHERE batch_id = :id").bindparams(id=status.id)
                )
            assert kept == status.received, seed
        refused = [
            issue for _, issue in await service.issues(status.id, limit=500) if issue.severity == "rejection"
        ]
        assert len(refused) >= min(1, status.rejected + status.conflicting), seed
