"""Whoever rules the database can change anything in it, triggers or not. With yesterday's checkpoint and the
public key, held elsewhere, each change is found: in the database itself and in an export of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from app.audit import acts
from app.audit.acts import Act, ActKind, Entry, thing
from app.audit.errors import LogInconsistent, NoteUnreadable, VerificationFailed
from app.audit.merkle import Node, Span, grown, leaf_hash, span_hash
from app.audit.note import Checkpoint, PublicKey, Signer, opened
from app.audit.reading import export_lines, verify_database
from app.audit.verifying import verified_lines
from app.wiring import Services

YESTERDAY, TODAY = 20, 33
TABLES = ("audit_entry", "audit_leaf", "audit_node", "audit_checkpoint")


@dataclass
class Kept:
    """A log of today, the note that somebody else kept yesterday, and a superuser without triggers."""

    services: Services
    note: str
    superuser: asyncpg.Connection
    folder: Path

    async def witness(self, *numbers: int) -> None:
        async with self.services.database.write() as session:
            for number in numbers:
                act = Act(ActKind.PERSON_READ, f"cl-{number}", objects=(thing("person", number),))
                await self.services.audit.witness(session, act)
        await self.services.merkle.sequence()

    async def key(self) -> PublicKey:
        return await self.services.merkle.public_key()

    async def verify(self) -> int:
        found = await verify_database(self.services.database, [await self.key()], [self.note])
        return found.size

    async def verify_export(self) -> int:
        held = (opened(self.note, await self.key()),)
        async with self.services.database.read() as session:
            await export_lines(session, self.folder / "log")
        with (self.folder / "log").open("rb") as lines:
            return verified_lines(lines, held).size

    async def rehash(self) -> None:
        """As a forger would: every hash made anew from the entries, in the order of their positions."""
        rows = await self.superuser.fetch(
            "SELECT e.* FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id ORDER BY l.position"
        )
        entries = [Entry(**{**row, "objects": tuple(row["objects"])}) for row in rows]
        hashes = [leaf_hash(acts.leaf(entry)) for entry in entries]
        await self.superuser.execute("TRUNCATE audit_leaf, audit_node")
        leaves = [(place, entry.id, hashes[place]) for place, entry in enumerate(entries)]
        await self.superuser.copy_records_to_table("audit_leaf", records=leaves)
        nodes = [(*node, hash_) for node, hash_ in grown({}, 0, hashes).items()]
        await self.superuser.copy_records_to_table("audit_node", records=nodes)


@pytest_asyncio.fixture
async def kept(services: Services, database_url: str, tmp_path: Path) -> Kept:
    superuser = await asyncpg.connect(database_url)
    await superuser.execute("SET session_replication_role = replica")
    kept = Kept(services, "", superuser, tmp_path)
    await kept.witness(*range(YESTERDAY))
    kept.note = await services.merkle.checkpoint()
    await kept.witness(*range(YESTERDAY, TODAY))
    yield kept  # type: ignore[misc]
    await superuser.close()


async def flipped_byte(kept: Kept) -> None:
    await kept.superuser.execute("UPDATE audit_entry SET actor = 'cl-8' WHERE actor = 'cl-7'")


async def flipped_byte_and_hashes_made_anew(kept: Kept) -> None:
    await flipped_byte(kept)
    await kept.rehash()


async def deleted_tail(kept: Kept) -> None:
    await kept.superuser.execute("DELETE FROM audit_leaf WHERE position >= 15")


async def deleted_middle(kept: Kept) -> None:
    await kept.superuser.execute("DELETE FROM audit_entry WHERE actor = 'cl-7'")


async def deleted_middle_and_closed_up(kept: Kept) -> None:
    await kept.superuser.execute("DELETE FROM audit_leaf WHERE position = 7")
    await kept.superuser.execute("UPDATE audit_leaf SET position = -position WHERE position > 7")
    await kept.superuser.execute("UPDATE audit_leaf SET position = -position - 1 WHERE position < 0")
    await kept.rehash()


async def reordered(kept: Kept) -> None:
    await kept.superuser.execute("UPDATE audit_leaf SET position = -1 WHERE position = 3")
    await kept.superuser.execute("UPDATE audit_leaf SET position = 3 WHERE position = 4")
    await kept.superuser.execute("UPDATE audit_leaf SET position = 4 WHERE position = -1")


async def reordered_and_hashes_made_anew(kept: Kept) -> None:
    await reordered(kept)
    await kept.rehash()


async def forked(kept: Kept) -> None:
    """Another log from the tenth entry on, longer than ours, signed by the operator's own hand."""
    await kept.superuser.execute("DELETE FROM audit_leaf WHERE position >= 10")
    await kept.superuser.execute("TRUNCATE audit_checkpoint")
    await kept.rehash()
    await kept.witness(*range(100, 140))
    await kept.services.merkle.checkpoint()


async def rewritten(kept: Kept) -> None:
    """All of it, consistent in itself, with checkpoints signed by the operator's own hand."""
    await kept.superuser.execute("UPDATE audit_entry SET actor = 'cl-0'")
    await kept.superuser.execute("TRUNCATE audit_checkpoint")
    await kept.rehash()
    await kept.services.merkle.checkpoint()


async def restored_backup(kept: Kept) -> None:
    held = {table: await kept.superuser.fetch(f"SELECT * FROM {table}") for table in TABLES}
    early = {row["entry_id"] for row in held["audit_leaf"] if row["position"] < 12}
    await kept.superuser.execute(f"TRUNCATE {', '.join(TABLES)}")
    for table in ("audit_entry", "audit_leaf"):
        rows = [tuple(row) for row in held[table] if row.get("entry_id", row.get("id")) in early]
        await kept.superuser.copy_records_to_table(table, records=rows)
    await kept.rehash()


async def restored_backup_that_went_on(kept: Kept) -> None:
    await restored_backup(kept)
    await kept.witness(*range(200, 240))
    await kept.services.merkle.checkpoint()


ATTACKS = (
    flipped_byte,
    flipped_byte_and_hashes_made_anew,
    deleted_tail,
    deleted_middle,
    deleted_middle_and_closed_up,
    reordered,
    reordered_and_hashes_made_anew,
    forked,
    rewritten,
    restored_backup,
    restored_backup_that_went_on,
)


async def test_a_log_that_nobody_touched_is_verified(kept: Kept) -> None:
    assert await kept.verify() == TODAY
    assert await kept.verify_export() == TODAY


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
async def test_what_was_done_to_the_log_is_found(
    kept: Kept, attack: Callable[[Kept], Awaitable[None]]
) -> None:
    await attack(kept)
    with pytest.raises(VerificationFailed):
        await kept.verify()
    with pytest.raises(VerificationFailed):
        await kept.verify_export()


async def test_a_checkpoint_of_another_key_is_none(kept: Kept) -> None:
    """A rewritten log whose forger has no key can be given no checkpoint at all."""
    await kept.superuser.execute("UPDATE audit_entry SET actor = 'cl-0'")
    await kept.rehash()
    forger = Signer((await kept.key()).name, bytes(32))
    hashes = await kept.superuser.fetch("SELECT position, hash FROM audit_leaf")
    known = {Node(0, row["position"]): row["hash"] for row in hashes}
    known |= grown({}, 0, [row["hash"] for row in sorted(hashes, key=lambda row: row["position"])])
    head = Checkpoint(forger.public.name, TODAY, span_hash(Span(0, TODAY), known))
    kept.note = forger.sign(head)
    with pytest.raises(NoteUnreadable):
        await kept.verify()


async def test_a_checkpoint_that_was_altered_is_none(kept: Kept) -> None:
    kept.note = kept.note.replace(f"\n{YESTERDAY}\n", f"\n{YESTERDAY - 1}\n")
    with pytest.raises(NoteUnreadable):
        await kept.verify()


@pytest.mark.parametrize(
    "attack", [flipped_byte_and_hashes_made_anew, deleted_tail, reordered_and_hashes_made_anew]
)
async def test_a_log_that_does_not_continue_what_was_signed_is_not_signed_again(
    kept: Kept, attack: Callable[[Kept], Awaitable[None]]
) -> None:
    await attack(kept)
    with pytest.raises(LogInconsistent):
        await kept.services.merkle.checkpoint()


async def test_an_entry_removed_before_it_has_its_position_is_missed(kept: Kept) -> None:
    async with kept.services.database.write() as session:
        await kept.services.audit.witness(session, Act(ActKind.PERSON_READ, "cl-99"))
    await kept.superuser.execute("DELETE FROM audit_entry WHERE actor = 'cl-99'")
    assert await kept.services.merkle.sequence() == TODAY + 1
    with pytest.raises(VerificationFailed):
        await kept.verify()
