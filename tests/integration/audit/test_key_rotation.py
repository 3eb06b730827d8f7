"""The key of the log follows another: verified over the change with public keys alone."""

import asyncio
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import asyncpg
import httpx
import pytest
import pytest_asyncio

from app.audit import rotating
from app.audit.acts import Act, ActKind
from app.audit.errors import (
    AuditKeyMissing,
    AuditUnavailable,
    KeyOutOfTerm,
    KeysContradict,
    LogInconsistent,
    NoteUnreadable,
    VerificationFailed,
)
from app.audit.note import Checkpoint, Signer, opened
from app.audit.publishing import publish
from app.audit.reading import export_lines, verify_database
from app.audit.succession import Succession, handed_over
from app.audit.verifying import verified_lines
from app.core.clock import SystemClock
from app.core.settings import Settings
from app.db.engine import Database
from app.main import create_app
from app.security.key_store import PlainFile
from app.security.keyring import AUDIT, KeyRing
from app.security.rings import RingFile
from app.wiring import Services, build_services
from support.web_fixtures import BASE_URL

ROTATE = Act(ActKind.KEY_USE, "console", officer="operator", outcome="rotate-audit")


@dataclass
class Installation:
    home: Path
    url: str
    database: Database
    services: Services

    def process(self) -> Services:
        """Another one on the same database and ring."""
        settings = Settings(home=self.home, audit_folder=self.home / "published", mode="demo")
        ring = RingFile(self.home, PlainFile())
        return build_services(settings, self.url, self.database, ring, SystemClock())

    def ring(self) -> KeyRing:
        return KeyRing.load(self.home)

    async def acts(self, count: int = 3) -> None:
        async with self.database.write() as session:
            for number in range(count):
                await self.services.audit.witness(session, Act(ActKind.PERSON_READ, f"cl-{number}"))

    async def rotate(self, services: Services | None = None) -> str:
        at = services or self.services
        keys = (self.home, PlainFile())
        return await rotating.rotate(at.merkle, at.audit, ROTATE, at.settings.audit_origin, keys)

    def signer(self) -> Signer:
        return Signer(self.services.settings.audit_origin, self.ring().audit.current.secret)


@pytest_asyncio.fixture
async def here(database: Database, database_url: str, tmp_path: Path) -> Installation:
    KeyRing.load_or_create(tmp_path)
    made = Installation(tmp_path, database_url, database, None)  # type: ignore[arg-type]
    made.services = made.process()
    await made.acts()
    return made


async def test_a_log_is_verified_over_rotations_with_public_keys_alone(here: Installation) -> None:
    first = await here.services.merkle.public_key()
    notes = [await here.services.merkle.checkpoint()]
    for _ in range(2):
        notes.append(await here.rotate())
        await here.acts()
        notes += [await here.services.merkle.checkpoint()]
        await here.acts()
        notes += [await here.services.merkle.checkpoint()]
    last = await here.services.merkle.public_key()
    assert first != last
    for known in (first, last):
        verdict = await verify_database(here.database, [known], notes)
        assert verdict.size == 17
        async with here.database.read() as session:
            await export_lines(session, here.home / "log")
        with (here.home / "log").open("rb") as lines:
            assert verified_lines(lines, Succession([known], notes).trusted(notes)).size == 17


async def test_the_handover_is_witnessed_in_its_own_log_and_published(here: Installation) -> None:
    note = await here.rotate()
    handover = Succession([await here.services.merkle.public_key()], [note]).handovers[0]
    assert handover.checkpoint.size == 4  # three acts, and the mark of the rotation
    published = here.home / "published"
    for name in ("checkpoint", "handover", "checkpoint-000000000004", "handover-000000000004"):
        assert (published / name).read_text() == note
    async with here.database.read() as session:
        await export_lines(session, here.home / "log")
    assert b"rotate-audit" in (here.home / "log").read_bytes().splitlines()[-1]


async def test_the_former_key_is_destroyed_and_cannot_sign_for_what_came_after(here: Installation) -> None:
    stolen, held = here.signer(), await here.services.merkle.checkpoint()
    handover = await here.rotate()
    assert len(here.ring().audit.all()) == 1
    assert stolen.public != here.signer().public
    await here.acts()
    today = opened(await here.services.merkle.checkpoint(), here.signer().public)
    forged = stolen.sign(Checkpoint(today.origin, today.size, bytes(32)))
    with pytest.raises(KeyOutOfTerm):
        await verify_database(here.database, [stolen.public], [held, handover, forged])


async def test_a_former_key_that_names_another_successor_is_found(here: Installation) -> None:
    """Whoever stole it and rules the database: the true handover is elsewhere too."""
    stolen, thief = here.signer(), Signer(here.services.settings.audit_origin, bytes(32))
    handover = await here.rotate()
    head = opened(handover, stolen.public)
    forged = handed_over(Checkpoint(head.origin, head.size, head.root), stolen, thief)
    superuser = await asyncpg.connect(here.url)
    await superuser.execute("SET session_replication_role = replica")
    await superuser.execute("UPDATE audit_checkpoint SET note = $1", forged)
    await superuser.close()
    with pytest.raises(KeysContradict):
        await verify_database(here.database, [stolen.public], [handover])
    with pytest.raises(NoteUnreadable):  # nor does the service sign on: the thief's is no key of its own
        await here.process().merkle.checkpoint()


async def test_a_log_rewritten_below_a_handover_is_found(here: Installation) -> None:
    first, handover = await here.services.merkle.public_key(), await here.rotate()
    await here.acts()
    superuser = await asyncpg.connect(here.url)
    await superuser.execute("SET session_replication_role = replica")
    await superuser.execute("UPDATE audit_entry SET actor = 'cl-9' WHERE actor = 'cl-1'")
    await superuser.close()
    with pytest.raises(VerificationFailed):
        await verify_database(here.database, [first], [handover])


async def test_every_process_signs_with_the_new_key_from_the_handover_on(here: Installation) -> None:
    """Also the one that has had the former ring in its memory all along."""
    others = [here.process() for _ in range(2)]
    notes = [await others[0].merkle.checkpoint()]
    notes.append(await here.rotate())
    for number in range(4):
        await here.acts(1)
        note = await others[number % 2].merkle.checkpoint()
        assert opened(note, here.signer().public).size == 5 + number
        notes.append(note)
    assert (await verify_database(here.database, [here.signer().public], notes)).size == 8


async def test_rotations_at_once_follow_one_another(here: Installation) -> None:
    first = await here.services.merkle.public_key()
    processes = [here.process() for _ in range(3)]
    async with asyncio.timeout(60):
        notes = await asyncio.gather(*(here.rotate(each) for each in processes))
        await here.acts(1)
        notes.append(await processes[0].merkle.checkpoint())
    assert len(Succession([first], notes).terms) == 4
    assert len(here.ring().audit.all()) == 1
    assert opened(notes[-1], here.signer().public).size == 7
    assert (await verify_database(here.database, [first], notes)).size == 7


@pytest.mark.parametrize("ended_after", ["staged", "handed-over"])
async def test_a_rotation_that_was_killed_is_made_good_by_the_next(
    here: Installation, ended_after: str
) -> None:
    first = await here.services.merkle.public_key()
    new = KeyRing.stage_key(here.home, AUDIT)
    if ended_after == "handed-over":
        signer = partial(Signer, here.services.settings.audit_origin, new.secret)
        await here.services.merkle.hand_over(
            signer, lambda session: here.services.audit.witness(session, ROTATE)
        )
    again = here.process()
    await here.acts(1)
    note = await again.merkle.checkpoint()
    by = new.secret if ended_after == "handed-over" else here.ring().audit.current.secret
    assert opened(note, Signer(again.settings.audit_origin, by).public)
    await here.rotate(again)
    assert len(here.ring().audit.all()) == 1
    verdict = await verify_database(here.database, [first], [note])
    assert verdict.size == (5 if ended_after == "staged" else 6)


async def test_a_log_that_does_not_continue_is_not_handed_over(here: Installation) -> None:
    await here.services.merkle.checkpoint()
    superuser = await asyncpg.connect(here.url)
    await superuser.execute("SET session_replication_role = replica")
    await superuser.execute("DELETE FROM audit_leaf WHERE position = 2")
    await superuser.close()
    before = here.ring().audit.current
    with pytest.raises(LogInconsistent):
        await here.rotate()
    assert here.ring().audit.current == before


async def test_a_rotation_that_leaves_no_mark_does_not_happen(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await here.services.merkle.public_key()

    async def broken(*_: object, **__: object) -> None:
        raise AuditUnavailable

    monkeypatch.setattr("app.audit.service.AuditLog.witness", broken)
    with pytest.raises(AuditUnavailable):
        await here.rotate()
    assert await here.services.merkle.public_key() == before
    assert here.signer().public == before


async def test_without_the_ring_that_has_the_key_nothing_is_signed(
    here: Installation, database: Database
) -> None:
    """A copy of the ring from before the rotation, which another took meanwhile."""
    old = build_services(here.services.settings, here.url, database, here.ring(), SystemClock())
    await here.rotate()
    await here.acts(1)
    with pytest.raises(AuditKeyMissing):
        await old.merkle.checkpoint()


async def test_a_newer_checkpoint_in_the_folder_stops_a_restored_database(here: Installation) -> None:
    await here.rotate()
    newer = Checkpoint(here.services.settings.audit_origin, 99, bytes(32))
    publish(here.home / "published", 99, here.signer().sign(newer))
    with pytest.raises(LogInconsistent):
        await here.services.merkle.checkpoint()


async def test_auditors_read_which_key_signed_when(here: Installation) -> None:
    handover = await here.rotate()
    keys = Succession([here.signer().public], [handover]).terms
    token = here.services.authorisation.issuer.issue("cl-a", ("audit:read",), here.services.clock.now())
    transport = httpx.ASGITransport(create_app(here.services))
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as api:
        answer = await api.get("/v1/audit/keys", headers={"Authorization": f"Bearer {token}"})
    assert answer.json() == {
        "keys": [
            {"key": str(keys[0].key), "begins": None, "ends": 4, "handover": None},
            {"key": str(keys[1].key), "begins": 4, "ends": None, "handover": handover},
        ]
    }
