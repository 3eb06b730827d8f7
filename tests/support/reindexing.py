"""An indexer of another version, and the reindexing of a registry in a process of its own, to be killed:
python -m support.reindexing URL HOME.
"""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from adapters.catalog import CATALOG
from app.db.engine import Database
from app.ingestion import repository
from app.ingestion.ports import MentionIndex, RecordIndex
from app.ingestion.rows import Rows
from app.ingestion.service import IngestionService
from app.ingestion.tools import Limits, Tools
from app.reconciliation.indexer import FeatureIndexer
from app.reconciliation.service import ReconciliationService
from app.security.keyring import KeyRing
from schemas.observations import Observation
from support.ingestion_kit import tools_for


class Earlier(FeatureIndexer):
    """What a version before this one made: other keys, and features without an alias."""

    version = FeatureIndexer.version - 1

    def index(self, observation: Observation) -> RecordIndex:
        found = super().index(
            observation.model_copy(
                update={
                    "mentions": tuple(
                        mention.model_copy(
                            update={"identity": mention.identity.model_copy(update={"alias": None})}
                        )
                        for mention in observation.mentions
                    )
                }
            )
        )
        mentions = {
            name: MentionIndex(index.features, tuple(key ^ 1 for key in index.keys))
            for name, index in found.mentions.items()
        }
        return RecordIndex(tuple(key ^ 1 for key in found.record_keys), mentions)


def tools(database: Database, keyring: KeyRing, indexer: type[FeatureIndexer] = FeatureIndexer) -> Tools:
    """Over the real indexer and linker, in small chunks."""
    plain = tools_for(database, CATALOG, limits=Limits(chunk_records=2), keyring=keyring)
    made = indexer(plain.blind)
    linker = ReconciliationService(database, plain.sealer, made)
    return replace(plain, indexer=made, linker=linker)


async def main(url: str, home: Path) -> None:
    database = Database(url)
    write = repository.RecordRepository.write

    async def slowly(self: repository.RecordRepository, rows: Rows) -> None:
        await write(self, rows)
        await asyncio.sleep(0.2)  # a kill falls between the rows and their commit

    repository.RecordRepository.write = slowly  # type: ignore[method-assign]
    await IngestionService(tools(database, KeyRing.load_or_create(home))).reindex()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
