"""The queue of what may be one, and the leases under which it is reviewed.

An item is two cases or two persons. Any doubtful pair of their records or mentions names it; it is told by
the likeliest.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import Clock
from app.db.engine import ReadSession, WriteSession
from app.reconciliation.resolve import Pair
from app.reconciliation.review.effects import member_of
from app.reconciliation.review.errors import (
    LeaseHeld,
    LeaseMissing,
    ReviewCursorUnreadable,
    ReviewItemNotFound,
)
from app.reconciliation.review.queue_repository import QueueRepository
from app.reconciliation.review.repository import ReviewRepository
from app.reconciliation.review.rules import ItemId, Place, Policy
from schemas.judgements import PairKind
from schemas.pagination import Page
from schemas.review import Impact, ItemState, Lease, ReviewItem, Side
from schemas.vocabulary import Feed


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """``department``: of a case of either side; ``feed``: of a record of either side."""

    state: ItemState = ItemState.OPEN
    kind: PairKind | None = None
    department: str | None = None
    feed: Feed | None = None


class ReviewQueue:
    def __init__(self, clock: Clock, policy: Policy) -> None:
        self._clock = clock
        self._policy = policy

    async def page(
        self, session: ReadSession, wanted: QueueFilter, after: str | None, limit: int, reviewer: str
    ) -> Page[ReviewItem]:
        """What would change most comes first. The cursor is the place of the last item: whatever is decided
        meanwhile, a page does not shift."""
        place = None if after is None else Place.parse(after)
        if after is not None and place is None:
            raise ReviewCursorUnreadable
        filters = {
            "state": wanted.state.value,
            "kind": wanted.kind,
            "department": wanted.department,
            "feed": wanted.feed and wanted.feed.value,
        }
        rows = await QueueRepository(session).items(filters, place, limit + 1)
        items = await self._shown(session, rows[:limit], reviewer)
        more = str(_place(rows[limit - 1])) if len(rows) > limit else None
        return Page[ReviewItem](items=items, next=more)

    async def item(self, session: ReadSession, name: str, reviewer: str) -> ReviewItem:
        """By any of its pairs. Raises ReviewItemNotFound, also for a pair that is not doubtful any more."""
        row = await QueueRepository(session).item(item_id(name))
        if row is None:
            raise ReviewItemNotFound
        return (await self._shown(session, [row], reviewer))[0]

    async def claim(self, session: WriteSession, name: str, reviewer: str) -> Lease:
        """A lease from now, or the own one renewed. Raises LeaseHeld, ReviewItemNotFound."""
        repository = QueueRepository(session)
        row = await self.known(session, item := item_id(name))
        held = await self.demand_free(session, item, reviewer)
        wanted = held[0] if held else item if row is None else _id(row)
        now = self._clock.now()
        until = now + self._policy.lease
        await repository.forget_expired(now)
        if not await repository.claim(wanted, reviewer, now, until):
            await self.demand_free(session, wanted, reviewer)
            raise LeaseHeld(until="-")  # let go between the two questions
        return Lease(until=until, mine=True)

    async def release(self, session: WriteSession, name: str, reviewer: str) -> None:
        """Nothing happens where the lease has expired. Raises LeaseHeld for somebody else's."""
        await self.end_lease(session, await self.demand_free(session, item_id(name), reviewer), reviewer)

    async def known(self, session: AsyncSession, item: ItemId) -> RowMapping | None:
        """The item as the queue has it; None for a pair that was reviewed and is not doubtful any more.

        Raises ReviewItemNotFound.
        """
        row = await QueueRepository(session).item(item)
        if row is None and await ReviewRepository(session).act_on_pair(item.kind, item.pair) is None:
            raise ReviewItemNotFound
        return row

    async def pairs(self, session: AsyncSession, row: RowMapping | None, item: ItemId) -> list[Pair]:
        """What a word on the item is said of: every doubtful pair between the two."""
        return [item.pair] if row is None else await QueueRepository(session).pairs(row)

    async def demand_free(self, session: AsyncSession, item: ItemId, reviewer: str) -> list[ItemId]:
        """The pairs by which the reviewer holds it; none where nobody does. Raises LeaseHeld."""
        leases = await QueueRepository(session).leases(item, self._clock.now())
        others = [lease["expires_at"] for lease in leases if lease["holder"] != reviewer]
        if others:
            raise LeaseHeld(until=max(others).isoformat())
        return [_id(lease) for lease in leases]

    async def demand_lease(self, session: AsyncSession, item: ItemId, reviewer: str) -> list[ItemId]:
        """As ``demand_free``. Raises LeaseHeld or LeaseMissing."""
        held = await self.demand_free(session, item, reviewer)
        if not held:
            raise LeaseMissing
        return held

    async def end_lease(self, session: WriteSession, held: Sequence[ItemId], reviewer: str) -> None:
        for item in held:
            await QueueRepository(session).release(item, reviewer)

    async def said(self, session: AsyncSession, kind: str, pairs: Collection[Pair]) -> None:
        """Bring the queue up to date with what was said of pairs."""
        await QueueRepository(session).refresh(kind, {end for pair in pairs for end in pair})

    async def _shown(
        self, session: ReadSession, rows: Sequence[RowMapping], reviewer: str
    ) -> tuple[ReviewItem, ...]:
        if not rows:
            return ()
        repository = QueueRepository(session)
        beside = await repository.beside(rows, self._clock.now())
        sides: dict[ItemId, tuple[Side, Side]] = {}
        for kind in sorted({row["kind"] for row in rows}):
            of_kind = [row for row in rows if row["kind"] == kind]
            nodes = [node for row in of_kind for node in (row["a"], row["b"])]
            found = await repository.sides(kind, nodes)
            sizes = await repository.sizes(
                kind, [each for row in of_kind for each in (row["ours"], row["theirs"])]
            )
            for row in of_kind:
                a = _side(found[row["a"]], row["ours"], sizes)
                sides[_id(row)] = (a, _side(found[row["b"]], row["theirs"], sizes))
        return tuple(_item(row, sides[_id(row)], beside[_id(row)], reviewer) for row in rows)


def item_id(name: str) -> ItemId:
    found = ItemId.parse(name)
    if found is None:
        raise ReviewItemNotFound
    return found


def _id(row: RowMapping) -> ItemId:
    return ItemId(row["kind"], row["a"], row["b"])


def _place(row: RowMapping) -> Place:
    return Place(row["figures"], int(row["minors"]), row["moved"], int(row["likely"]), _id(row))


def _side(row: RowMapping, entity: object, sizes: dict[object, int]) -> Side:
    return Side(member=member_of(row), entity=entity, members=sizes[entity])


def _item(row: RowMapping, sides: tuple[Side, Side], beside: RowMapping, reviewer: str) -> ReviewItem:
    judgement = beside["judgement"]
    return ReviewItem(
        id=str(_id(row)),
        kind=row["kind"],
        state=row["state"],
        a=sides[0],
        b=sides[1],
        pairs=row["pairs"],
        likely=row["likely"],
        impact=_impact(row),
        lease=_lease(beside, reviewer),
        proposal=row["proposal"],
        judgement=None if judgement is None else f"/v1/judgements/{judgement}",
    )


def _lease(beside: RowMapping, reviewer: str) -> Lease | None:
    until: datetime | None = beside["expires_at"]
    return None if until is None else Lease(until=until, mine=beside["holder"] == reviewer)


def _impact(row: RowMapping) -> Impact:
    return Impact(
        **{
            name: row[name]
            for name in ("figures", "cases", "victims", "victimisations", "suspects", "moved", "minors")
        },
        offence_families=tuple(row["families"]),
        departments=tuple(row["departments"]),
        years=tuple(row["years"]),
    )
