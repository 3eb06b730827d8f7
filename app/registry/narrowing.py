"""What a caller's reach leaves of rows: the service's own word, beside the database's. Pure."""

from collections.abc import Sequence
from typing import TypeVar

from app.registry.views import Row
from app.security.reach import Reach

R = TypeVar("R", bound=Row)


def of_feeds(reach: Reach, rows: Sequence[R]) -> list[R]:
    """Rows of records (``feed``): an institution's own, else all."""
    return [row for row in rows if reach.kind != "feeds" or row["feed"] in reach.feeds]


def of_department(reach: Reach, cases: Sequence[R]) -> list[R]:
    """Rows of cases (``department``): those of the reach's department, else all."""
    return [row for row in cases if reach.kind != "department" or row["department"] == reach.department]
