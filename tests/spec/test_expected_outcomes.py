"""``docs/contracts/samples/EXPECTED.md``: how many versions of each sample end in each outcome, and which."""

import pytest

from adapters.catalog import CATALOG
from app.db.engine import Database
from app.ingestion.service import IngestionService
from schemas.vocabulary import Feed
from support.ingestion_kit import counts_of, ingest, sample, sample_arrival, tools_for

# received, accepted, accepted with warnings, repeated, superseded, conflicting, rejected
EXPECTED = {
    Feed.RETA_PNP: (15, 7, 4, 0, 1, 0, 3),
    Feed.SISTRA: (16, 9, 1, 1, 1, 1, 3),
    Feed.PODER_JUDICIAL: (13, 7, 1, 1, 1, 1, 2),
    Feed.LINEA_1818: (17, 11, 2, 1, 1, 0, 2),
}


@pytest.mark.parametrize("feed", list(CATALOG))
async def test_each_sample_ends_as_expected(database: Database, feed: Feed) -> None:
    service = IngestionService(tools_for(database, CATALOG))
    status = await ingest(service, sample_arrival(feed), sample(feed))
    assert status.state == "done"
    assert counts_of(status) == EXPECTED[feed]
