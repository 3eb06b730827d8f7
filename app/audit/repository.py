"""The rows of entries and of the log over them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, Select, TextClause, func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from app.audit.acts import Entry
from app.audit.merkle import Node
from app.db.copy import copy_rows
from app.db.engine import ReadSession, WriteSession
from app.models.audit import AuditCheckpoint, AuditEntry, AuditLeaf, AuditPurpose
from app.security.purpose import same_form

AUDIT_LOCK: Final = 0x494E5441  # one sequencer at a time; held to the end of its transaction

_ENTRY: Final = """
    WITH entry AS (
        INSERT INTO audit_entry (id, at, kind, actor, officer, purpose, objects, outcome, request)
        VALUES (:id, :at, :kind, :actor, :officer, :purpose, :objects, :outcome, :request) RETURNING id
    )"""
_PENDING: Final = "INSERT INTO audit_pending (entry_id, hash) SELECT id, :hash FROM entry"
_KEEP: Final[TextClause] = text(f"{_ENTRY} {_PENDING}")


_KEEP_WITH_PURPOSE: Final[TextClause] = text(f"""
    {_ENTRY}, purpose AS (
        INSERT INTO audit_purpose (entry_id, data_key, sealed) SELECT id, :data_key, :sealed FROM entry
    ) {_PENDING}
""")


@dataclass(frozen=True, slots=True)
class SealedPurpose:
    data_key: bytes
    sealed: bytes


async def keep(session: WriteSession, entry: Entry, hash_: bytes, purpose: SealedPurpose | None) -> None:
    """The entry, what is sealed of it, and its mark for the sequencer, in one statement."""
    fields = {name: getattr(entry, name) for name in Entry.__slots__}
    fields |= {"objects": list(entry.objects), "hash": hash_}
    if purpose is None:
        await session.execute(_KEEP, fields)
    else:
        sealed = {"data_key": purpose.data_key, "sealed": purpose.sealed}
        await session.execute(_KEEP_WITH_PURPOSE, fields | sealed)


async def lock(session: WriteSession) -> None:
    await session.execute(select(func.pg_advisory_xact_lock(AUDIT_LOCK)))


async def size(session: ReadSession) -> int:
    last = await session.scalar(select(func.max(AuditLeaf.position)))
    return 0 if last is None else last + 1


_TAKE: Final[TextClause] = text("""
    DELETE FROM audit_pending WHERE ticket IN (SELECT ticket FROM audit_pending ORDER BY ticket LIMIT :limit)
    RETURNING ticket, entry_id, hash
""")


async def take_pending(session: WriteSession, limit: int) -> Sequence[tuple[UUID, bytes]]:
    """The oldest entries without a position, which they are now to get."""
    rows = (await session.execute(_TAKE, {"limit": limit})).all()
    return [(row.entry_id, row.hash) for row in sorted(rows)]


async def add_leaves(session: WriteSession, leaves: Iterable[tuple[int, UUID, bytes]]) -> None:
    await copy_rows(session, "audit_leaf", ("position", "entry_id", "hash"), leaves)


async def add_nodes(session: WriteSession, nodes: Mapping[Node, bytes]) -> None:
    rows = [(node.level, node.place, hash_) for node, hash_ in nodes.items()]
    await copy_rows(session, "audit_node", ("level", "place", "hash"), rows)


_NODES: Final[TextClause] = text("""
    SELECT 0 AS level, position AS place, hash FROM audit_leaf WHERE position = ANY(:leaves)
    UNION ALL
    SELECT n.level, n.place, n.hash FROM audit_node n
    JOIN unnest(CAST(:levels AS int[]), CAST(:places AS bigint[])) AS wanted (level, place)
        ON n.level = wanted.level AND n.place = wanted.place
""")


async def nodes(session: ReadSession, wanted: Iterable[Node]) -> dict[Node, bytes]:
    """Those of the nodes that are there."""
    asked = sorted(set(wanted))
    above = [node for node in asked if node.level]
    found = await session.execute(
        _NODES,
        {
            "leaves": [node.place for node in asked if not node.level],
            "levels": [node.level for node in above],
            "places": [node.place for node in above],
        },
    )
    return {Node(row.level, row.place): row.hash for row in found}


async def keep_checkpoint(session: WriteSession, size: int, note: str) -> None:
    """The first one of a size stands."""
    await session.execute(upsert(AuditCheckpoint).values(size=size, note=note).on_conflict_do_nothing())


async def last_checkpoint(session: ReadSession) -> str | None:
    statement = select(AuditCheckpoint.note).order_by(AuditCheckpoint.size.desc()).limit(1)
    note: str | None = await session.scalar(statement)
    return note


async def checkpoints(session: ReadSession) -> Sequence[str]:
    """Every note that is kept, by size."""
    return (await session.scalars(select(AuditCheckpoint.note).order_by(AuditCheckpoint.size))).all()


async def handovers(session: ReadSession) -> Sequence[str]:
    """Of these, the ones by which a key followed another (app.audit.succession), by size."""
    told = AuditCheckpoint.note.contains("\nnext-key ", autoescape=True)
    statement = select(AuditCheckpoint.note).where(told).order_by(AuditCheckpoint.size)
    return (await session.scalars(statement)).all()


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """What an auditor asks for; every part that is given must hold. ``objects``: any of them."""

    actor: str | None = None
    officer: str | None = None
    kind: str | None = None
    objects: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None


async def entries(session: ReadSession, wanted: EntryFilter, after: int, limit: int) -> Sequence[RowMapping]:
    """In order of position, from the one after ``after`` on, with the sealed purpose where there is one."""
    statement = (
        select(AuditLeaf.position, AuditEntry.__table__, AuditPurpose.data_key, AuditPurpose.sealed)
        .join(AuditEntry, AuditEntry.id == AuditLeaf.entry_id)
        .join(AuditPurpose, AuditPurpose.entry_id == AuditEntry.id, isouter=True)
        .where(AuditLeaf.position > after)
        .order_by(AuditLeaf.position)
        .limit(limit)
    )
    rows: Sequence[RowMapping] = (await session.execute(_filtered(statement, wanted))).mappings().all()
    return rows


def _filtered(statement: Select[Any], wanted: EntryFilter) -> Select[Any]:
    for column, value in (
        (AuditEntry.actor, wanted.actor),
        (AuditEntry.kind, wanted.kind),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.officer is not None:  # as written, or as entries have it since ids have one form
        statement = statement.where(AuditEntry.officer.in_({wanted.officer, same_form(wanted.officer)}))
    if wanted.objects is not None:
        statement = statement.where(AuditEntry.objects.overlap(list(wanted.objects)))
    if wanted.since is not None:
        statement = statement.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(AuditEntry.at < wanted.until)
    return statement


_SAME: Final[TextClause] = text("""
    WITH RECURSIVE later (id) AS (
        SELECT CAST(:person AS uuid)
        UNION
        SELECT r.to_id FROM later JOIN redirect r ON r.kind = 'person' AND r.from_id = later.id
        WHERE r.event = 'merged'
    ), same (id) AS (
        SELECT id FROM later
        UNION
        SELECT r.from_id FROM same JOIN redirect r ON r.kind = 'person' AND r.to_id = same.id
    )
    SELECT id FROM same ORDER BY id
""")


async def ids_of_person(session: ReadSession, person: UUID) -> Sequence[UUID]:
    """Every id under which data of this person may have been told: what it was merged into, and all ids that
    became part of those, by merging or by a split (before it, the whole was told)."""
    return (await session.scalars(_SAME, {"person": person})).all()
