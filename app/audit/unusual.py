"""Unusual readings of identities: found as they happen, witnessed, kept for auditors to see."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import RowMapping, text

from app.audit.acts import Act, ActKind
from app.audit.service import AuditLog
from app.core.clock import Clock, lima_day
from app.core.logging import get_logger
from app.db.engine import Database, ReadSession, WriteSession
from app.security.pace import CLIENT_FACTOR
from app.security.unusual import PAST_DAYS, findings

log = get_logger(__name__)

_DAYS: Final = text("""
    SELECT officer, (hour AT TIME ZONE 'America/Lima')::date AS day, sum(uses)::int AS opened
    FROM identity_use
    WHERE client = :client AND officer IN (:officer, '')
        AND (hour AT TIME ZONE 'America/Lima')::date
            BETWEEN CAST(:today AS date) - CAST(:past AS int) AND :today
    GROUP BY officer, day
""")
_KEEP: Final = text("""
    INSERT INTO unusual_reading (client, officer, day, reason, opened, expected, at)
    VALUES (:client, :officer, :day, :reason, :opened, :expected, :at)
    ON CONFLICT (client, officer, day, reason) DO NOTHING RETURNING position
""")
_PAGE: Final = text("""
    SELECT position, client, nullif(officer, '') AS officer, day, reason, opened, expected, at
    FROM unusual_reading WHERE position > :after ORDER BY position LIMIT :limit
""")


class UnusualReadings:
    """``limit``: identities that one officer may open in a day before auditors are told; ``told``: how often
    they were, by this process."""

    def __init__(self, database: Database, audit: AuditLog, clock: Clock, limit: int) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock
        self._limit = limit
        self.told = 0

    async def look(self, client: str, officer: str) -> None:
        """After each opening. Told once a day for each reason; notice and mark are one transaction."""
        now = self._clock.now()
        today = lima_day(now)
        async with self._database.write() as session:
            wanted = {"client": client, "officer": officer, "today": today, "past": PAST_DAYS}
            rows = (await session.execute(_DAYS, wanted)).all()
            told = 0
            for who, limit in ((officer, self._limit), ("", self._limit * CLIENT_FACTOR)):
                days = {row.day: row.opened for row in rows if row.officer == who}
                told += await self._tell(session, (client, who), days, limit, now)
        self.told += told

    async def _tell(
        self, session: WriteSession, who: tuple[str, str], days: dict[date, int], limit: int, now: datetime
    ) -> int:
        today, told = lima_day(now), 0
        past = [opened for day, opened in days.items() if day != today]
        for found in findings(days.get(today, 0), past, limit):
            client, officer = who
            row = {"client": client, "officer": officer, "day": today, "at": now}
            row |= {"reason": found.reason.value, "opened": days[today], "expected": found.expected}
            if await session.scalar(_KEEP, row) is None:
                continue
            act = Act(ActKind.UNUSUAL_READING, client, officer or None, outcome=found.reason.value)
            await self._audit.witness(session, act)
            log.warning("unusual_reading", client=client, reason=found.reason.value)
            told += 1
        return told


async def unusual_readings(session: ReadSession, after: int, limit: int) -> Sequence[RowMapping]:
    """In the order in which they were found."""
    return (await session.execute(_PAGE, {"after": after, "limit": limit})).mappings().all()
