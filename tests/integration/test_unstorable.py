"""One record that the tables refuse does not take the others with it."""

from collections.abc import Iterator
from typing import BinaryIO

from sqlalchemy import text

from adapters.base import Context, Form
from adapters.catalog import CATALOG
from adapters.sistra import Sistra
from app.db.engine import Database
from app.ingestion.landing import Arrival
from app.ingestion.service import IngestionService
from schemas.translation import Translation
from schemas.vocabulary import Feed
from support.ingestion_kit import counts_of, ingest, sample, sample_arrival, tools_for

BAD = "1006014508-2024-15-0"


class Careless(Sistra):
    """Gives the people of one carpeta a nationality of five letters; the column holds three."""

    def translate(self, source: BinaryIO, form: Form, context: Context) -> Iterator[Translation]:
        return map(self._spoilt, super().translate(source, form, context))

    def _spoilt(self, translation: Translation) -> Translation:
        seen = translation.observation
        if seen is None or seen.key != BAD:
            return translation
        people = tuple(mention.model_copy(update={"nationality": "PERUU"}) for mention in seen.mentions)
        return translation.model_copy(update={"observation": seen.model_copy(update={"mentions": people})})


async def test_in_a_file_only_that_record_is_rejected(database: Database) -> None:
    service = IngestionService(tools_for(database, {**CATALOG, Feed.SISTRA: Careless()}))
    status = await ingest(service, sample_arrival(Feed.SISTRA), sample(Feed.SISTRA))
    assert status.state == "done"
    assert counts_of(status) == (16, 8, 1, 1, 1, 1, 4)
    async with database.read() as session:
        held = await session.scalar(text("SELECT count(*) FROM record WHERE key = :key").bindparams(key=BAD))
    assert held == 0
    assert "unstorable" in {issue.value for _, issue in await service.issues(status.id)}


async def test_a_single_record_is_answered_as_rejected(database: Database) -> None:
    service = IngestionService(tools_for(database, {**CATALOG, Feed.SISTRA: Careless()}))
    line = next(line for line in sample(Feed.SISTRA).splitlines() if BAD.encode() in line)
    answer = await service.put(Arrival(Feed.SISTRA, Form.JSON, "test"), line)
    assert answer.outcome == "rejected"
    assert [issue.value for issue in answer.issues if issue.severity == "rejection"] == ["unstorable"]
