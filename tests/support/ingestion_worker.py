"""A worker in a process of its own, to be killed: python -m support.ingestion_worker URL HOME.

The real jobs over the real adapters; chunks are small and slow: a kill falls in the middle of a batch.
"""

import asyncio
import signal
import sys
from datetime import timedelta
from pathlib import Path

from adapters.catalog import CATALOG
from app.core.queue import Options, Worker
from app.db.engine import Database
from app.ingestion import repository
from app.ingestion.jobs import jobs
from app.ingestion.rows import Rows
from app.ingestion.service import IngestionService
from app.ingestion.tools import Limits
from app.security.keyring import KeyRing
from support.ingestion_kit import tools_for

OPTIONS = Options(heartbeat_timeout=timedelta(seconds=1))


async def main(url: str, home: Path) -> None:
    database = Database(url)
    limits = Limits(chunk_records=2)
    tools = tools_for(database, CATALOG, limits=limits, keyring=KeyRing.load_or_create(home))
    write = repository.RecordRepository.write

    async def slowly(self: repository.RecordRepository, rows: Rows) -> None:
        await write(self, rows)
        await asyncio.sleep(0.2)  # a kill falls between the rows and their commit

    repository.RecordRepository.write = slowly  # type: ignore[method-assign]
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await Worker(url, jobs(IngestionService(tools)), OPTIONS).run(stop)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
