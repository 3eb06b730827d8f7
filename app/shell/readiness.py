"""Whether the service can serve: the database answers, and its tables are those this code was written for."""

from collections.abc import Awaitable, Callable

from app.core.errors import IntertrataError
from app.db.engine import Database


class Readiness:
    """``up_to_date`` asks the database for its migration; once it said yes it is not asked again."""

    def __init__(self, database: Database, up_to_date: Callable[[], Awaitable[bool]]) -> None:
        self._database = database
        self._up_to_date = up_to_date
        self._migrated = False

    async def missing(self) -> str | None:
        """What is missing, as a word; None when ready."""
        try:
            await self._database.ping()
            self._migrated = self._migrated or await self._up_to_date()
        except (IntertrataError, OSError):
            return "database"
        return None if self._migrated else "migrations"
