"""The life of the four feeds, read from their deliveries."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.registry.health import WINDOW, DeliveryFacts, Held, health
from app.security.reach import EVERYTHING, Reach
from schemas.registry import FeedHealth
from schemas.vocabulary import Feed

PAST: Final = timedelta(days=400)  # how far back a feed's own habits are read

_KEPT: Final = "b.mode = 'keep' AND b.state IN ('linking', 'done')"
_FAILED: Final = "b.mode = 'keep' AND b.state = 'failed'"

# The last delivery, and the last that brought something new, however long ago: each by a walk down an index.
_HELD: Final = f"""
SELECT f.feed, h.records, h.last_stamp,
  (SELECT b.received_at FROM batch b WHERE b.feed = f.feed AND {_KEPT}
   ORDER BY b.received_at DESC LIMIT 1) AS last_received_at,
  (SELECT b.received_at FROM batch b
   WHERE b.feed = f.feed AND {_KEPT} AND b.accepted + b.accepted_with_warnings > 0
   ORDER BY b.received_at DESC LIMIT 1) AS last_fresh_at,
  (SELECT b.received_at FROM batch b WHERE b.feed = f.feed AND {_FAILED}
   ORDER BY b.received_at DESC LIMIT 1) AS last_failed_at,
  (SELECT count(*) FROM batch b
   WHERE b.feed = f.feed AND {_FAILED} AND b.received_at >= :recent) AS failed
FROM unnest(CAST(:feeds AS text[])) AS f (feed)
CROSS JOIN LATERAL (SELECT count(*) AS records, max(stamp) AS last_stamp FROM record WHERE feed = f.feed) h
"""  # noqa: S608  constants

# A day in Lima is one delivery: a feed that sends record by record is measured as one that sends files.
_DELIVERIES: Final = f"""
SELECT b.feed, max(b.received_at) AS at, sum(b.received) AS received,
  sum(b.accepted + b.accepted_with_warnings) AS fresh, sum(b.accepted_with_warnings) AS warned,
  sum(b.rejected) AS rejected
FROM batch b WHERE b.feed = ANY(:feeds) AND {_KEPT} AND b.received_at > :since
GROUP BY b.feed, CAST(b.received_at AT TIME ZONE INTERVAL '-5 hours' AS date) ORDER BY at
"""  # noqa: S608  constants


_TOLD: Final = tuple(each.name for each in fields(Held))


class FeedHealthService:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def feeds(self, now: datetime, reach: Reach = EVERYTHING) -> tuple[FeedHealth, ...]:
        """Of all feeds; to who reaches single feeds, of these."""
        feeds = [feed for feed in Feed if reach.kind != "feeds" or feed in reach.feeds]
        names = [feed.value for feed in feeds]
        deliveries = await self._deliveries(names, now - PAST)
        rows = await self._session.execute(text(_HELD), {"feeds": names, "recent": now - WINDOW})
        held = {row.feed: Held(**{name: getattr(row, name) for name in _TOLD}) for row in rows}
        return tuple(health(feed, held[feed], deliveries[feed], now) for feed in feeds)

    async def _deliveries(self, feeds: Sequence[str], since: datetime) -> dict[str, list[DeliveryFacts]]:
        found: dict[str, list[DeliveryFacts]] = defaultdict(list)
        for row in await self._session.execute(text(_DELIVERIES), {"feeds": feeds, "since": since}):
            facts = DeliveryFacts(row.at, row.received, row.fresh, row.warned, row.rejected)
            found[row.feed].append(facts)
        return found
