"""Ingestion put together for tests: the real tools over a real database, matching reduced to its ports.

``PlainIndexer`` gives every victim and suspect a blind key of nothing but its place; ``PlainLinker`` clears
what is dirty and gives each record a case of its own. Linking itself is tested in its own room.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid5

from sqlalchemy import text

from adapters.base import Adapter, Form
from adapters.transport.spill import spill_into
from app.core.clock import Clock, FixedClock
from app.db.engine import Database, WriteSession
from app.ingestion.landing import Arrival
from app.ingestion.ports import MentionIndex, RecordIndex
from app.ingestion.service import IngestionService
from app.ingestion.tools import Limits, Tools
from app.security.blind import BlindIndex
from app.security.keyring import KeyRing
from app.security.sealing import Sealer
from schemas.ingestion import BatchStatus
from schemas.observations import Observation
from schemas.vocabulary import Feed, Role

SAMPLES = Path(__file__).parents[2] / "docs" / "contracts" / "samples"
SAMPLE_FILES: Mapping[Feed, tuple[str, Form]] = {
    Feed.RETA_PNP: ("reta_pnp.csv", Form.CSV),
    Feed.SISTRA: ("sistra.ndjson", Form.NDJSON),
    Feed.PODER_JUDICIAL: ("poder_judicial.xml", Form.XML),
    Feed.LINEA_1818: ("linea_1818.xlsx", Form.XLSX),
}
NOW = datetime(2025, 6, 1, 15, 0, tzinfo=UTC)
_CASES = UUID(int=1818)


class PlainIndexer:
    version = 1

    def __init__(self, blind: BlindIndex) -> None:
        self._blind = blind

    def index(self, observation: Observation) -> RecordIndex:
        resolved = [
            mention for mention in observation.mentions if mention.role in (Role.VICTIM, Role.SUSPECT)
        ]
        mentions = {
            (mention.role, mention.order): MentionIndex(
                b"features",
                (self._blind.key("plain", f"{observation.key}|{mention.role}|{mention.order}"),),
            )
            for mention in resolved
        }
        return RecordIndex((self._blind.key("plain", observation.citation_key),), mentions)

    def anonymous(self, features: bytes) -> bytes:
        return b"nobody"


class PlainLinker:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def link_now(self, session: WriteSession, record_ids: Sequence[int]) -> None:
        await session.execute(
            text("DELETE FROM link_dirty WHERE record_id = ANY(:ids)").bindparams(ids=list(record_ids))
        )

    async def link_pending(self, progress: object = None) -> None:
        async with self._database.write() as session:
            await session.execute(text("DELETE FROM link_dirty"))

    async def case_of(self, session: WriteSession, record_id: int) -> UUID | None:
        return uuid5(_CASES, str(record_id))


def tools_for(
    database: Database,
    catalog: Mapping[Feed, Adapter],
    *,
    limits: Limits | None = None,
    clock: Clock | None = None,
    keyring: KeyRing | None = None,
) -> Tools:
    keyring = keyring or KeyRing.generate()
    blind = BlindIndex(keyring)
    return Tools(
        database=database,
        sealer=Sealer(keyring),
        blind=blind,
        indexer=PlainIndexer(blind),
        linker=PlainLinker(database),
        catalog=catalog,
        spill=spill_into(),
        clock=clock or FixedClock(NOW),
        limits=limits or Limits(),
    )


def sample(feed: Feed) -> bytes:
    return (SAMPLES / SAMPLE_FILES[feed][0]).read_bytes()


async def parts(*blocks: bytes) -> AsyncIterator[bytes]:
    for block in blocks:
        yield block


async def ingest(service: IngestionService, arrival: Arrival, body: bytes | Iterable[bytes]) -> BatchStatus:
    """Land, translate and link, in this process; the batch as it ends."""
    blocks = (body,) if isinstance(body, bytes) else tuple(body)
    landed = await service.land(arrival, parts(*blocks))
    await service.translate_batch(landed.id)
    await service.link_batch(landed.id)
    return await service.status(landed.id)


def sample_arrival(feed: Feed, **values: object) -> Arrival:
    return Arrival(**{"feed": feed, "form": SAMPLE_FILES[feed][1], "client": "test", **values})  # type: ignore[arg-type]


def counts_of(status: BatchStatus) -> tuple[int, ...]:
    """received = accepted + accepted_with_warnings + repeated + superseded + conflicting + rejected."""
    return (
        status.received,
        status.accepted,
        status.accepted_with_warnings,
        status.repeated,
        status.superseded,
        status.conflicting,
        status.rejected,
    )
