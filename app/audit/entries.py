"""Entries for an auditor: by who, what, when; and everybody who was told of one person."""

from uuid import UUID

from sqlalchemy import RowMapping

from app.audit import repository
from app.audit.acts import OFFICER_KEY, thing
from app.audit.repository import EntryFilter
from app.audit.service import AuditLog
from app.db.engine import ReadSession
from schemas.audit import AuditEntryItem, StatedPurpose
from schemas.pagination import Page

__all__ = ["EntryFilter", "EntryService"]


class EntryService:
    def __init__(self, session: ReadSession, log: AuditLog) -> None:
        self._session = session
        self._log = log

    async def entries(self, wanted: EntryFilter, after: int, limit: int) -> Page[AuditEntryItem]:
        """In order of position; the cursor is the last one's."""
        rows = await repository.entries(self._session, wanted, after, limit + 1)
        page = rows[:limit]
        more = str(page[-1]["position"]) if len(rows) > limit else None
        return Page[AuditEntryItem](items=tuple(map(self._item, page)), next=more)

    async def accesses(self, person: UUID, after: int, limit: int) -> Page[AuditEntryItem]:
        """Whatever told of this person, under any id that she had. An id that never was has no accesses."""
        ids = await repository.ids_of_person(self._session, person)
        wanted = EntryFilter(objects=tuple(thing("person", each) for each in ids))
        return await self.entries(wanted, after, limit)

    def _item(self, row: RowMapping) -> AuditEntryItem:
        fields = {name: row[name] for name in ("position", "id", "at", "kind", "actor", "officer", "outcome")}
        return AuditEntryItem(
            **fields,
            purpose=self._purpose(row),
            objects=tuple(row["objects"]),
            officer_proven=any(each.startswith(f"{OFFICER_KEY}/") for each in row["objects"]),
            request=row["request"].hex(),
        )

    def _purpose(self, row: RowMapping) -> StatedPurpose | None:
        if row["sealed"] is None:
            return None
        found = self._log.opened(row["id"].bytes, row["data_key"], row["sealed"])
        return StatedPurpose(case_number=found.case_number, reason=found.reason)
