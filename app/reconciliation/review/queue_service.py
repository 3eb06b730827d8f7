"""The queue of doubtful pairs, and the leases under which they are reviewed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import Clock
from app.db.engine import ReadSession, WriteSession
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
        """Raises ReviewItemNotFound, also for a pair that is not doubtful any more."""
        row = await QueueRepository(session).item(item_id(name))
        if row is None:
            raise ReviewItemNotFound
        return (await self._shown(session, [row], reviewer))[0]

    async def claim(self, session: WriteSession, name: str, reviewer: str) -> Lease:
        """A lease from now, or the own one renewed. Raises LeaseHeld, ReviewItemNotFound."""
        item, repository = item_id(name), QueueRepository(session)
        await self.known(session, item)
        now = self._clock.now()
        until = now + self._policy.lease
        await repository.forget_expired(now)
        if not await repository.claim(item, reviewer, now, until):
            await self.demand_free(session, item, reviewer)
            raise LeaseHeld(until="-")  # let go between the two questions
        return Lease(until=until, mine=True)

    async def release(self, session: WriteSession, name: str, reviewer: str) -> None:
        """Nothing happens where the lease has expired. Raises LeaseHeld for somebody else's."""
        item = item_id(name)
        await self.demand_free(session, item, reviewer)
        await QueueRepository(session).release(item, reviewer)

    async def known(self, session: AsyncSession, item: ItemId) -> RowMapping | None:
        """The item as the queue has it; None for a pair that was reviewed and is not doubtful any more.

        Raises ReviewItemNotFound.
        """
        row = await QueueRepository(session).item(item)
        if row is None and await ReviewRepository(session).act_on_pair(item.kind, item.pair) is None:
            raise ReviewItemNotFound
        return row

    async def demand_free(self, session: AsyncSession, item: ItemId, reviewer: str) -> bool:
        """True where the reviewer holds it. Raises LeaseHeld where somebody else does."""
        lease = await QueueRepository(session).lease(item, self._clock.now())
        if lease is not None and lease["holder"] != reviewer:
            raise LeaseHeld(until=lease["expires_at"].isoformat())
        return lease is not None

    async def demand_lease(self, session: AsyncSession, item: ItemId, reviewer: str) -> None:
        """Raises LeaseHeld or LeaseMissing."""
        if not await self.demand_free(session, item, reviewer):
            raise LeaseMissing

    async def end_lease(self, session: WriteSession, item: ItemId, reviewer: str) -> None:
        await QueueRepository(session).release(item, reviewer)

    async def _shown(
        self, session: ReadSession, rows: Sequence[RowMapping], reviewer: str
    ) -> tuple[ReviewItem, ...]:
        if not rows:
            return ()
        repository = QueueRepository(session)
        beside = await repository.beside([_id(row) for row in rows], self._clock.now())
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
        likely=row["likely"],
        impact=_impact(row),
        lease=_lease(beside, reviewer),
        proposal=beside["proposal"],
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
        offence_families=tuple(sorted({each for each in row["families"] if each is not None})),
        departments=tuple(sorted({each for each in row["departments"] if each is not None})),
        years=tuple(sorted({each for each in row["years"] if each is not None})),
    )
