"""Urgent access: three hours, with a reason, told to the institutions concerned, reviewed by another person.

An officer whose access was not reviewed in time can take no other. Nothing here opens anything by itself:
the gate widens the reach of the requests that the access is for (``app.security.glass``).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

import orjson
from sqlalchemy import RowMapping, text

from app.core.clock import Clock
from app.core.errors import Conflict, Forbidden, NotFound
from app.db.engine import ReadSession
from app.reconciliation.redirected import EntityMoved
from app.registry.service import RegistryService
from app.security.callers import Caller, PurposedCaller
from app.security.sealing import DataKey, Sealer
from schemas.access import GlassAccess, GlassKind, NoticeItem, Verdict
from schemas.vocabulary import Feed

LASTS: Final = timedelta(hours=3)
REVIEWED_WITHIN: Final = timedelta(hours=24)


class GlassNotFound(NotFound):
    code = "break-glass-not-found"
    es = "No existe un acceso de urgencia con ese identificador."
    en = "There is no urgent access with that id."


class ReviewOverdue(Forbidden):
    code = "break-glass-review-overdue"
    es = "Un acceso de urgencia anterior sigue sin revisión y venció su plazo. Pida que se revise."
    en = "An earlier urgent access was not reviewed in time. Ask for its review."


class OwnReview(Forbidden):
    code = "break-glass-own-review"
    es = "Un acceso de urgencia lo revisa otra persona, con otra credencial."
    en = "Urgent access is reviewed by another person, with another credential."


class AlreadyReviewed(Conflict):
    code = "break-glass-reviewed"
    es = "Ese acceso de urgencia ya fue revisado."
    en = "That urgent access was reviewed already."


class StandsForAnother(Conflict):
    code = "entity-moved-to"
    es = "El identificador se unió a otro; pida acceso a ese: {to}."
    en = "The id was merged into another; ask for access to that one: {to}."


_COLUMNS: Final = """g.id, g.kind, g.entity_id, g.client, g.officer, g.data_key, g.purpose, g.taken_at,
    g.expires_at, g.closed_at, g.review_due_at, g.reviewed_at, g.reviewer, g.verdict"""
_CLOSE_EXPIRED: Final = text("""
    UPDATE break_glass SET closed_at = expires_at WHERE closed_at IS NULL AND expires_at <= :now
""")
_OVERDUE: Final = text("""
    SELECT EXISTS (SELECT FROM break_glass
        WHERE client = :client AND officer = :officer AND reviewed_at IS NULL AND review_due_at <= :now)
""")
_TAKE: Final = text("""
    INSERT INTO break_glass
        (id, client, officer, kind, entity_id, data_key, purpose, taken_at, expires_at, review_due_at)
    VALUES (:id, :client, :officer, :kind, :entity_id, :data_key, :purpose, :now, :expires_at, :review_due_at)
    ON CONFLICT (client, officer, kind, entity_id) WHERE closed_at IS NULL DO NOTHING RETURNING id
""")
_OPEN: Final = text("""
    SELECT id FROM break_glass WHERE client = :client AND officer = :officer AND kind = :kind
        AND entity_id = :entity_id AND closed_at IS NULL
""")
_TELL: Final = {
    GlassKind.CASE: """SELECT DISTINCT r.feed FROM case_member m JOIN report r USING (record_id)
        WHERE m.case_id = :entity""",
    GlassKind.PERSON: """SELECT DISTINCT r.feed FROM person_member p JOIN mention n ON n.id = p.mention_id
        JOIN report r USING (record_id) WHERE p.person_id = :entity""",
}
_ONE: Final = text(f"SELECT {_COLUMNS} FROM break_glass g WHERE g.id = :id")  # noqa: S608  constants
_ALL: Final = text(f"""
    SELECT {_COLUMNS} FROM break_glass g
    WHERE NOT :pending OR g.reviewed_at IS NULL ORDER BY g.review_due_at, g.id LIMIT :limit
""")  # noqa: S608  constants
_NOTICES: Final = text(f"""
    SELECT t.position, t.at, {_COLUMNS} FROM notice t JOIN break_glass g ON g.id = t.break_glass_id
    WHERE t.feed = ANY(:feeds) AND t.position > :after ORDER BY t.position LIMIT :limit
""")  # noqa: S608  constants


class BreakGlassService:
    def __init__(self, session: ReadSession, sealer: Sealer, clock: Clock) -> None:
        self._session = session
        self._sealer = sealer
        self._now = clock.now()

    async def take(
        self, caller: PurposedCaller, kind: GlassKind, entity_id: UUID
    ) -> tuple[GlassAccess, bool]:
        """The access, and whether it is new: asking again while it lasts gives the same one.

        Raises ``ReviewOverdue``, ``StandsForAnother``, ``EntityGone`` or what says that it does not exist.
        """
        who = {"client": caller.client_id, "officer": caller.officer}
        if await self._session.scalar(_OVERDUE, {**who, "now": self._now}):
            raise ReviewOverdue
        try:
            await RegistryService(self._session).stands(kind, entity_id)
        except EntityMoved as moved:
            raise StandsForAnother(to=moved.facts["to"]) from None
        await self._session.execute(_CLOSE_EXPIRED, {"now": self._now})
        taken = await self._take(caller, {**who, "kind": kind.value, "entity_id": entity_id})
        if taken is not None:
            await self._tell(taken, kind, entity_id)
            return await self.one(taken), True
        held = await self._session.scalar(_OPEN, {**who, "kind": kind.value, "entity_id": entity_id})
        return await self.one(held), False

    async def revoke(self, caller: Caller, officer: str, glass_id: UUID) -> GlassAccess:
        """Ended before its time, by the officer who took it. Raises ``GlassNotFound``."""
        statement = text("""UPDATE break_glass SET closed_at = :now
            WHERE id = :id AND client = :client AND officer = :officer AND closed_at IS NULL""")
        who = {"client": caller.client_id, "officer": officer}
        found = await self.one(glass_id)
        if (found.client, found.officer) != (who["client"], who["officer"]):
            raise GlassNotFound
        await self._session.execute(statement, {**who, "id": glass_id, "now": self._now})
        return await self.one(glass_id)

    async def review(self, caller: PurposedCaller, glass_id: UUID, verdict: Verdict) -> GlassAccess:
        """An unjustified access ends with the word. Raises ``GlassNotFound``, ``OwnReview``,
        ``AlreadyReviewed``."""
        row = await self._row(glass_id, lock=True)
        if caller.client_id == row["client"] or caller.officer == row["officer"].casefold():
            raise OwnReview
        if row["reviewed_at"] is not None:
            raise AlreadyReviewed
        statement = text("""UPDATE break_glass SET reviewed_at = :now, reviewer_client = :client,
            reviewer = :officer, verdict = :verdict, remark = :remark,
            closed_at = CASE WHEN :verdict = 'unjustified' THEN coalesce(closed_at, :now) ELSE closed_at END
            WHERE id = :id""")
        remark = self._key(row).seal(_written(caller), _aad(glass_id, "remark"))
        await self._session.execute(
            statement,
            {
                "now": self._now,
                "client": caller.client_id,
                "officer": caller.officer,
                "verdict": verdict.value,
                "remark": remark,
                "id": glass_id,
            },
        )
        return await self.one(glass_id)

    async def all(self, *, pending: bool, limit: int) -> tuple[GlassAccess, ...]:
        """What has to be reviewed soonest first; with ``pending``, only what has not been."""
        rows = (await self._session.execute(_ALL, {"pending": pending, "limit": limit})).mappings()
        return tuple(self._told(row) for row in rows)

    async def notices(self, feeds: Sequence[Feed], after: int, limit: int) -> tuple[NoticeItem, ...]:
        values = {"feeds": [feed.value for feed in feeds], "after": after, "limit": limit}
        rows = (await self._session.execute(_NOTICES, values)).mappings()
        return tuple(
            NoticeItem(position=row["position"], at=row["at"], access=self._told(row)) for row in rows
        )

    async def one(self, glass_id: UUID) -> GlassAccess:
        """Raises ``GlassNotFound``."""
        return self._told(await self._row(glass_id))

    async def _take(self, caller: PurposedCaller, who: dict[str, object]) -> UUID | None:
        glass_id = uuid4()
        key, wrapped = self._sealer.new_key()
        values = {
            "id": glass_id,
            "data_key": wrapped,
            "purpose": key.seal(_written(caller), _aad(glass_id, "purpose")),
            "now": self._now,
            "expires_at": self._now + LASTS,
            "review_due_at": self._now + REVIEWED_WITHIN,
        }
        taken: UUID | None = await self._session.scalar(_TAKE, {**who, **values})
        return taken

    async def _tell(self, glass_id: UUID, kind: GlassKind, entity_id: UUID) -> None:
        """A notice to each institution with a record of the object, in the transaction of the access."""
        statement = text(f"""INSERT INTO notice (feed, break_glass_id, at)
            SELECT f.feed, :glass, :now FROM ({_TELL[kind]} ORDER BY 1) f""")  # noqa: S608  constants
        await self._session.execute(statement, {"glass": glass_id, "now": self._now, "entity": entity_id})

    async def _row(self, glass_id: UUID, *, lock: bool = False) -> RowMapping:
        statement = text(f"{_ONE.text} FOR UPDATE") if lock else _ONE
        row = (await self._session.execute(statement, {"id": glass_id})).mappings().one_or_none()
        if row is None:
            raise GlassNotFound
        return row

    def _key(self, row: RowMapping) -> DataKey:
        return self._sealer.unwrap(row["data_key"])

    def _told(self, row: RowMapping) -> GlassAccess:
        case, reason = orjson.loads(self._key(row).open(row["purpose"], _aad(row["id"], "purpose")))
        named = ("id", "kind", "entity_id", "client", "officer", "taken_at", "expires_at", "closed_at")
        return GlassAccess(
            **{name: row[name] for name in named},
            case=case,
            reason=reason,
            active=_active(row, self._now),
            review_due_at=row["review_due_at"],
            overdue=row["reviewed_at"] is None and row["review_due_at"] <= self._now,
            reviewer=row["reviewer"],
            verdict=row["verdict"],
        )


def _active(row: RowMapping, now: datetime) -> bool:
    return row["closed_at"] is None and now < row["expires_at"]


def _written(caller: PurposedCaller) -> bytes:
    return orjson.dumps([caller.purpose.case, caller.purpose.reason])


def _aad(glass_id: UUID, what: str) -> bytes:
    return f"break_glass_{what}|{glass_id}".encode()
