"""What is dropped by itself when it is of no more use: the queue's log of jobs, the paces of requests."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from app.core import queue
from app.core.queue import Every, Handler
from app.db.engine import Database
from app.security import request_pace

HOUSEKEEPING: Final = "housekeeping"
SCHEDULES: Final = (Every("40 * * * *", HOUSEKEEPING),)


def jobs(database: Database, log_kept: timedelta) -> Mapping[str, Handler]:
    async def keep_house(payload: dict[str, Any]) -> None:
        async with database.write() as session:
            await request_pace.forget(session)
            await queue.forget_log(session, log_kept)

    return {HOUSEKEEPING: keep_house}
