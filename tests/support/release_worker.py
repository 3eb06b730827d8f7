"""A worker that builds releases, to be killed: python -m support.release_worker URL HOME MARK SECONDS.

It stands still for SECONDS once all of a release is written and nothing is committed, and says so by MARK.
"""

import asyncio
import signal
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from app.core.clock import FixedClock
from app.core.queue import Options, Worker
from app.db.engine import Database
from app.releases.disclosure.policy import PUBLIC_EDITION
from app.releases.making.jobs import jobs
from app.releases.making.service import MakingService
from support.registry_fixtures import composed
from support.release_kit import BEFORE

OPTIONS = Options(heartbeat_timeout=timedelta(seconds=1))


async def main(url: str, home: Path, mark: Path, seconds: float) -> None:
    database = Database(url)
    services = composed(url, database, home, FixedClock(BEFORE))
    services.releases.policies = (replace(PUBLIC_EDITION, since=date(2000, 1, 1)),)
    witness = MakingService._witness

    async def slowly(self: MakingService, *given: Any) -> None:
        await witness(self, *given)
        await asyncio.to_thread(mark.touch)
        await asyncio.sleep(seconds)

    MakingService._witness = slowly  # type: ignore[method-assign]
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await Worker(url, jobs(services.making), OPTIONS).run(stop)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), float(sys.argv[4])))
