"""DuckDB that stays in memory. Names are worked on in clear there: none may be spilled to a disk."""

from typing import Any

import duckdb


def in_memory() -> Any:
    """A database of its own. What does not fit in memory fails; it is not written beside the program."""
    return duckdb.connect(":memory:", config={"temp_directory": ""})
