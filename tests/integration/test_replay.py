"""A corrected adapter is replayed over what was kept: same stamp, better content, in the ledger."""

from typing import Any

from sqlalchemy import text

from adapters.base import Context, Form
from adapters.catalog import CATALOG
from adapters.sistra import Sistra
from app.db.engine import Database
from app.ingestion.service import IngestionService
from app.security.keyring import KeyRing
from schemas.translation import Translation
from schemas.vocabulary import Feed, Stage
from support.ingestion_kit import counts_of, ingest, sample, sample_arrival, tools_for


class Corrected(Sistra):
    """Reads the stage of every carpeta as "passed on"."""

    adapter_version = Sistra.adapter_version + 1

    def translate(self, source: Any, form: Form, context: Context) -> Any:
        return map(self._corrected, super().translate(source, form, context))

    def translate_verbatim(self, verbatim: bytes, context: Context) -> Translation:
        return self._corrected(super().translate_verbatim(verbatim, context))

    def _corrected(self, translation: Translation) -> Translation:
        seen = translation.observation
        if seen is None or seen.stage is Stage.PASSED_ON:
            return translation
        return translation.model_copy(
            update={"observation": seen.model_copy(update={"stage": Stage.PASSED_ON})}
        )


async def column(database: Database, query: str) -> list[Any]:
    async with database.read() as session:
        return list(await session.scalars(text(query)))


async def test_replay_reads_what_was_kept_with_the_corrected_adapter(database: Database) -> None:
    keyring = KeyRing.generate()
    before = IngestionService(tools_for(database, CATALOG, keyring=keyring))
    await ingest(before, sample_arrival(Feed.SISTRA), sample(Feed.SISTRA))
    mentions = await column(database, "SELECT id FROM mention ORDER BY id")
    stamps = await column(database, "SELECT stamp FROM record ORDER BY id")

    after = IngestionService(tools_for(database, {**CATALOG, Feed.SISTRA: Corrected()}, keyring=keyring))
    summary = await after.replay(Feed.SISTRA)
    assert (summary.read, summary.unusable) == (9, 0)
    assert 0 < summary.changed <= 9
    assert set(await column(database, "SELECT stage FROM report")) == {"passed_on"}
    assert await column(database, "SELECT stamp FROM record ORDER BY id") == stamps
    assert await column(database, "SELECT id FROM mention ORDER BY id") == mentions
    revised = await column(database, "SELECT adapter_version FROM record_version WHERE revision = 1")
    assert revised == [Corrected.adapter_version] * summary.changed

    assert (await after.replay(Feed.SISTRA)).changed == 0  # what is up to date does not change
    again = await ingest(after, sample_arrival(Feed.SISTRA), sample(Feed.SISTRA))
    assert again.accepted + again.accepted_with_warnings == 0


class MoreReadable(Sistra):
    """Knows what an empty list of offences means."""

    adapter_version = Sistra.adapter_version + 1

    def translate_verbatim(self, verbatim: bytes, context: Context) -> Translation:
        return super().translate_verbatim(
            verbatim.replace(b'"delitos": []', b'"delitos": [{"codigo": "129-A"}]').replace(
                b'"delitos":[]', b'"delitos":[{"codigo":"129-A"}]'
            ),
            context,
        )


async def test_what_was_rejected_arrives_once_it_can_be_read(database: Database) -> None:
    keyring = KeyRing.generate()
    before = IngestionService(tools_for(database, CATALOG, keyring=keyring))
    first = await ingest(before, sample_arrival(Feed.SISTRA), sample(Feed.SISTRA))
    after = IngestionService(tools_for(database, {**CATALOG, Feed.SISTRA: MoreReadable()}, keyring=keyring))
    held = await column(database, "SELECT key FROM record")
    assert (await after.replay(Feed.SISTRA)).rescued == 1
    arrived = set(await column(database, "SELECT key FROM record")) - set(held)
    assert arrived == {"2906014505-2024-23-0"}
    assert (await after.replay(Feed.SISTRA)).rescued == 0
    assert counts_of(await after.status(first.id)) == counts_of(first)  # what its sender was told stands
    told = await column(database, "SELECT received - accepted - accepted_with_warnings FROM batch")
    assert sorted(told) == [0, 6]


async def test_a_repeat_read_otherwise_by_a_corrected_adapter_is_still_a_repeat(database: Database) -> None:
    """The digest held is the old adapter's; content is compared as the present one reads both."""
    keyring = KeyRing.generate()
    before = IngestionService(tools_for(database, CATALOG, keyring=keyring))
    first = await ingest(before, sample_arrival(Feed.SISTRA), sample(Feed.SISTRA))
    after = IngestionService(tools_for(database, {**CATALOG, Feed.SISTRA: Corrected()}, keyring=keyring))
    again = await ingest(after, sample_arrival(Feed.SISTRA), sample(Feed.SISTRA))
    assert again.received == first.received
    assert counts_of(again)[1:3] == (0, 0)
    assert again.repeated >= first.accepted
