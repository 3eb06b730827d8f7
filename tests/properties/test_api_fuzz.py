"""No request whatever makes the service fail, break its own description, or forget who may ask.

A few hundred requests here; ``make fuzz`` makes twenty thousand (``INTERTRATA_REQUESTS``).
"""

import os
from pathlib import Path

from support.api_fuzz import fuzz, prepared

REQUESTS = int(os.environ.get("INTERTRATA_REQUESTS", "300"))


async def test_the_whole_api_holds_what_its_description_says(database_url: str, tmp_path: Path) -> None:
    ready = await prepared(database_url, tmp_path)
    examples = str(max(2, REQUESTS // 60))  # for each operation, and as many chains
    phases = "fuzzing,stateful" if REQUESTS < 3000 else "coverage,fuzzing,stateful"
    again = ("--generation-deterministic",) if REQUESTS < 3000 else ()  # the suite asks the same each time
    options = ("--continue-on-failure", "--max-examples", examples, "--phases", phases, "--no-shrink", *again)
    done = fuzz(database_url, tmp_path, ready, options)
    print(done.requests, done.statuses, done.said[-600:])  # noqa: T201
    assert done.ended == 0, done.said
    assert done.requests >= REQUESTS
    assert not [status for status in done.statuses if status.startswith("5") and status != "501"]
