"""The life of the four feeds, read from their deliveries."""

from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.registry.health import DeliveryFacts, health
from schemas.registry import FeedHealth
from schemas.vocabulary import Feed

PAST = timedelta(days=400)  # how far back a feed's own habits are read

RECORDS = "SELECT feed, count(*) AS records, max(stamp) AS last_stamp FROM record GROUP BY feed"
DELIVERIES = """
SELECT feed, received_at, received, accepted + accepted_with_warnings AS fresh,
  accepted_with_warnings AS warned, rejected
FROM batch WHERE mode = 'keep' AND state IN ('linking', 'done') AND received_at > :since ORDER BY received_at
"""


class FeedHealthService:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def feeds(self, now: datetime) -> tuple[FeedHealth, ...]:
        held = {row.feed: row for row in await self._session.execute(text(RECORDS))}
        deliveries: dict[str, list[DeliveryFacts]] = defaultdict(list)
        for row in await self._session.execute(text(DELIVERIES), {"since": now - PAST}):
            deliveries[row.feed].append(
                DeliveryFacts(row.received_at, row.received, row.fresh, row.warned, row.rejected)
            )
        return tuple(
            health(
                feed,
                held[feed].records if feed in held else 0,
                held[feed].last_stamp if feed in held else None,
                deliveries[feed],
                now,
            )
            for feed in Feed
        )
