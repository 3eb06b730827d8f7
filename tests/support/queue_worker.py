"""A worker in a process of its own, to be killed: python -m support.queue_worker URL FOLDER SECONDS.

Its job ``slow`` writes FOLDER/started-<pid>, works for SECONDS and writes FOLDER/finished-<pid>.
"""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.core.queue import Options, Worker


async def main(url: str, folder: Path, seconds: float) -> None:
    async def slow(_payload: dict[str, Any]) -> None:
        (folder / f"started-{os.getpid()}").touch()
        await asyncio.sleep(seconds)
        (folder / f"finished-{os.getpid()}").touch()

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await Worker(url, {"slow": slow}, Options(heartbeat_timeout=timedelta(seconds=1))).run(stop)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])))
