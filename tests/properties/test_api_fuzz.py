"""No request whatever makes the service fail, break its own description, or forget who may ask.

A few hundred requests here; ``make fuzz`` makes twenty thousand (``INTERTRATA_REQUESTS``).
"""

import os
from pathlib import Path

from support.api_fuzz import fuzz, prepared

REQUESTS = int(os.environ.get("INTERTRATA_REQUESTS", "300"))


async def test_the_whole_api_holds_what_its_description_says(database_url: str, tmp_path: Path) -> None:
    client = await prepared(database_url, tmp_path)
    options = ("--continue-on-failure", "--max-examples", "3", "--no-shrink", "--seed", "2026")
    done = fuzz(database_url, tmp_path, client, options)
    assert done.ended == 0, done.said
    assert done.requests >= REQUESTS
    assert not [status for status in done.statuses if status.startswith("5")]
