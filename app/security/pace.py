"""How many identities one officer, and all officers of one client, may open in an hour."""

from datetime import timedelta
from typing import Final

from sqlalchemy import text

from app.core.clock import Clock
from app.core.errors import TooManyRequests
from app.db.engine import Database
from app.security.unusual import PAST_DAYS

CLIENT_FACTOR: Final = 10  # an institution has several officers; one that invents officers is stopped here
_KEPT: Final = timedelta(days=PAST_DAYS + 1)  # what an unusual day is measured against

_SPEND: Final = text("""
    INSERT INTO identity_use AS u (client, officer, hour, uses)
    VALUES (:client, '', :hour, 1), (:client, :officer, :hour, 1)
    ON CONFLICT (client, officer, hour) DO UPDATE SET uses = u.uses + 1
    RETURNING officer, uses
""")


class TooManyIdentities(TooManyRequests):
    code = "too-many-identities"
    es = "Ya se abrieron {limit} identidades en esta hora. Espere lo que indica Retry-After."
    en = "{limit} identities were opened in this hour. Wait for as long as Retry-After says."


class IdentityPace:
    """Counted by the clock's hours, in the database: several processes share one count."""

    def __init__(self, database: Database, clock: Clock, per_officer: int) -> None:
        self._database = database
        self._clock = clock
        self._per_officer = per_officer

    async def spend(self, client: str, officer: str) -> None:
        """One opening, also where nothing is found: it was tried. Raises ``TooManyIdentities``."""
        now = self._clock.now()
        hour = now.replace(minute=0, second=0, microsecond=0)
        async with self._database.write() as session:
            rows = await session.execute(_SPEND, {"client": client, "officer": officer, "hour": hour})
            uses = {row.officer: row.uses for row in rows}
            if uses[officer] == 1:
                await session.execute(
                    text("DELETE FROM identity_use WHERE hour < :past"), {"past": hour - _KEPT}
                )
        limits = {officer: self._per_officer, "": self._per_officer * CLIENT_FACTOR}
        for who, limit in limits.items():
            if uses[who] > limit:
                wait = int((hour + timedelta(hours=1) - now).total_seconds()) + 1
                raise TooManyIdentities(headers={"Retry-After": str(wait)}, limit=limit)
