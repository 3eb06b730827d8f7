"""No request whatever makes the service fail, break its own description, or forget who may ask.

A few hundred requests here, the same each time, and a quarter as many in production's way; ``make fuzz``
makes twenty thousand (``INTERTRATA_REQUESTS``), in rounds of other seeds (from ``INTERTRATA_SEED`` on).
"""

import os
from pathlib import Path

import pytest

from support.api_fuzz import fuzz, prepared

REQUESTS = int(os.environ.get("INTERTRATA_REQUESTS", "300"))
SEED = int(os.environ.get("INTERTRATA_SEED", "1"))
LONG = REQUESTS >= 3000


@pytest.mark.parametrize(("mode", "share"), [("demo", 1), ("production", 4)])
async def test_the_whole_api_holds_what_its_description_says(
    database_url: str, tmp_path: Path, mode: str, share: int
) -> None:
    """In production with ``private_key_jwt`` and a DPoP proof on every request: a part of the requests."""
    ready = await prepared(database_url, tmp_path, mode)
    made, seed = 0, SEED
    while made < REQUESTS // share:
        done = fuzz(database_url, tmp_path, ready, options(seed))
        print(seed, done.requests, done.statuses, done.said[-600:], flush=True)  # noqa: T201
        assert done.ended == 0, done.said
        assert done.requests > 0
        assert not [status for status in done.statuses if status.startswith("5") and status != "501"]
        made, seed = made + done.requests, seed + 1


def options(seed: int) -> tuple[str, ...]:
    """Of one round. The first seed of a long run walks the edges of every parameter too."""
    phases = "coverage,fuzzing,stateful" if LONG and seed == 1 else "fuzzing,stateful"
    examples = str(max(2, min(REQUESTS // 60, 40)))  # for each operation, and as many chains
    same = ("--seed", str(seed)) if LONG else ("--generation-deterministic",)
    return ("--continue-on-failure", "--max-examples", examples, "--phases", phases, "--no-shrink", *same)
