"""What becomes of versions that arrive, batch by batch, on the real tables."""

import asyncio
import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from adapters.base import Form
from adapters.catalog import CATALOG
from app.db.engine import Database
from app.ingestion.errors import UnknownBatch
from app.ingestion.landing import Arrival
from app.ingestion.plan import Entry
from app.ingestion.service import IngestionService
from app.ingestion.tools import Limits, Tools
from app.ingestion.translating import Translator
from app.models.ingestion import Batch
from schemas.ingestion import BatchStatus
from schemas.vocabulary import Feed
from support.ingestion_kit import (
    SAMPLE_FILES,
    counts_of,
    ingest,
    parts,
    sample,
    sample_arrival,
    tools_for,
)

SISTRA = Arrival(Feed.SISTRA, Form.NDJSON, "test")
KEPT = ("record", "record_version", "delivery", "report", "citation", "mention", "mention_identity")


@pytest.fixture
def tools(database: Database) -> Tools:
    return tools_for(database, CATALOG)


@pytest.fixture
def service(tools: Tools) -> IngestionService:
    return IngestionService(tools)


async def answer(database: Database, query: str, **values: Any) -> Any:
    async with database.read() as session:
        return await session.scalar(text(query).bindparams(**values))


async def rows(database: Database, table: str) -> int:
    return int(await answer(database, f"SELECT count(*) FROM {table}"))


def carpeta(number: str = "2706014507-2023-900-0", **values: Any) -> bytes:
    """One line of SISTRA, from the first of the sample."""
    document = json.loads(sample(Feed.SISTRA).splitlines()[0])
    return json.dumps({**document, "numero": number, **values}).encode() + b"\n"


@pytest.mark.parametrize(
    ("feed", "again"),
    [
        (Feed.RETA_PNP, (15, 0, 0, 11, 1, 0, 3)),
        (Feed.SISTRA, (16, 0, 0, 10, 2, 1, 3)),
        (Feed.PODER_JUDICIAL, (13, 0, 0, 9, 1, 1, 2)),
        (Feed.LINEA_1818, (17, 0, 0, 13, 2, 0, 2)),
    ],
)
async def test_a_file_sent_again_changes_nothing(
    service: IngestionService, database: Database, feed: Feed, again: tuple[int, ...]
) -> None:
    await ingest(service, sample_arrival(feed), sample(feed))
    before = [await rows(database, table) for table in KEPT if table != "delivery"]
    status = await ingest(service, sample_arrival(feed), sample(feed))
    assert status.received == sum(counts_of(status)[1:])
    assert status.accepted + status.accepted_with_warnings == 0
    assert [await rows(database, table) for table in KEPT if table != "delivery"] == before


async def test_a_later_version_replaces_what_the_record_said(
    service: IngestionService, database: Database
) -> None:
    await ingest(service, SISTRA, carpeta(actualizado="2024-01-01T00:00:00-05:00"))
    mention = await answer(database, "SELECT id FROM mention WHERE role = 'victim' AND \"order\" = 1")
    agraviados = [{"orden": 1, "tipo": "NATURAL", "sexo": "M", "edad": 30}]
    await ingest(
        service,
        SISTRA,
        carpeta(actualizado="2024-02-01T00:00:00-05:00", etapa="ARCHIVO", agraviados=agraviados),
    )
    assert await answer(database, "SELECT stage FROM report") == "filed"
    assert await rows(database, "record_version") == 2
    same = await answer(database, "SELECT id FROM mention WHERE role = 'victim' AND present")
    assert same == mention  # the mention's id outlives the version
    assert await answer(database, "SELECT sex FROM mention WHERE id = :id", id=mention) == "male"
    gone = "SELECT count(*) FROM mention_key JOIN mention ON id = mention_id WHERE NOT present"
    assert await answer(database, gone) == 0  # known again by a sealed identity, found by nothing


async def test_an_older_version_changes_nothing_even_if_it_was_held_once(
    service: IngestionService, database: Database
) -> None:
    first = carpeta(actualizado="2024-01-01T00:00:00-05:00")
    await ingest(service, SISTRA, first)
    await ingest(service, SISTRA, carpeta(actualizado="2024-02-01T00:00:00-05:00", etapa="ARCHIVO"))
    status = await ingest(service, SISTRA, first)
    assert status.superseded == 1
    assert await answer(database, "SELECT stage FROM report") == "filed"


async def test_a_conflict_names_the_fields_and_masks_what_is_personal(
    service: IngestionService, database: Database
) -> None:
    imputados = [{"orden": 1, "apellidoPaterno": "CUSIHUAMAN", "nombres": "BELTRAN"}]
    await ingest(service, SISTRA, carpeta(imputados=imputados))
    imputados = [{"orden": 1, "apellidoPaterno": "YUPANQUI", "nombres": "BELTRAN"}]
    status = await ingest(service, SISTRA, carpeta(imputados=imputados, etapa="ARCHIVO"))
    assert status.conflicting == 1
    found = {issue.field: issue for _, issue in await service.issues(status.id)}
    assert {"stage", "mentions.suspect.1.identity.paternal"} <= found.keys()
    assert found["stage"].value == "filed"
    assert found["mentions.suspect.1.identity.paternal"].value == "X…"
    assert {issue.record for issue in found.values()} == {"2706014507-2023-900-0"}
    assert await answer(database, "SELECT stage FROM report") != "filed"


async def test_an_annulled_record_stays_with_its_history(
    service: IngestionService, database: Database
) -> None:
    await ingest(service, SISTRA, carpeta(actualizado="2024-01-01T00:00:00-05:00"))
    await ingest(service, SISTRA, carpeta(actualizado="2024-02-01T00:00:00-05:00", anulada=True))
    assert await answer(database, "SELECT annulled FROM record")
    assert await answer(database, "SELECT annulled AND NOT makes_case FROM report")
    assert await rows(database, "record_version") == 2


async def test_identities_narratives_and_verbatim_content_are_sealed(
    service: IngestionService, database: Database
) -> None:
    for feed in Feed:
        await ingest(service, sample_arrival(feed), sample(feed))
    for table in ("delivery", "mention", "mention_identity", "report", "record", "delivery_issue"):
        dump = await answer(database, f"SELECT string_agg(t::text, '') FROM {table} AS t")
        for secret in ("ODALIS", "29150731", "CCORI", b"ODALIS".hex()):
            assert secret not in dump.upper()


async def test_the_callers_telephone_is_nowhere(tools: Tools, database: Database) -> None:
    """Neither in the open nor under a seal: every verbatim content is opened and searched."""
    call = {
        "nro_llamada": "1818-2024-000900",
        "fecha_hora": "01/02/2024 10:00",
        "categoria": "CONSULTA",
        "telefono_llamante": "987654321",
        "fecha_actualizacion": "01/02/2024 11:00:00",
    }
    service = IngestionService(tools)
    arrival = Arrival(Feed.LINEA_1818, Form.JSON, "test")
    status = await ingest(service, arrival, json.dumps(call).encode())
    assert status.accepted + status.accepted_with_warnings == 1
    async with database.read() as session:
        found = await session.execute(
            text(
                "SELECT d.batch_id, d.position, d.verbatim, r.data_key"
                " FROM delivery AS d JOIN record AS r ON r.id = d.record_id"
            )
        )
        for batch_id, position, sealed, wrapped in found:
            verbatim = tools.sealer.unwrap(wrapped).open(sealed, f"delivery|{batch_id}|{position}".encode())
            assert b"1818-2024-000900" in verbatim
            assert b"987654321" not in verbatim


async def test_what_the_tables_cannot_hold_is_one_rejected_record(
    service: IngestionService, database: Database
) -> None:
    lines = carpeta("2706014507-2023-901-0") + carpeta("2706014507-2023-902-0", fiscalia="A\x00B")
    status = await ingest(service, SISTRA, lines + carpeta("2706014507-2023-903-0"))
    assert status.state == "done"
    assert status.received == 3
    assert (
        await answer(database, "SELECT count(*) FROM report WHERE office LIKE '%' || chr(65533) || '%'") <= 1
    )


class Stopping(Translator):
    """Dies after so many chunks, as a killed worker does: nothing is said to anybody."""

    def __init__(self, tools: Tools, chunks: int) -> None:
        super().__init__(tools)
        self._left = chunks

    async def _apply(self, batch: Batch, chunk: Any) -> None:
        if not self._left:
            raise SystemError("killed")
        self._left -= 1
        await super()._apply(batch, chunk)


@pytest.mark.parametrize("feed", list(Feed))
@pytest.mark.parametrize("chunks", [0, 1, 3])
async def test_a_batch_is_resumed_where_it_stopped(database: Database, feed: Feed, chunks: int) -> None:
    tools = tools_for(database, CATALOG, limits=Limits(chunk_records=3))
    service = IngestionService(tools)
    landed = await service.land(sample_arrival(feed), parts(sample(feed)))
    with pytest.raises(SystemError):
        await Stopping(tools, chunks).run(landed.id)
    halted = await service.status(landed.id)
    assert (halted.state, halted.received) == ("translating", 3 * chunks)
    assert halted.received == sum(counts_of(halted)[1:])
    await service.translate_batch(landed.id)
    status = await service.status(landed.id)
    assert status.state == "linking"
    assert await rows(database, "delivery") == status.received == sum(counts_of(status)[1:])


async def test_two_deliveries_of_one_file_at_once_keep_each_version_once(database: Database) -> None:
    services = [
        IngestionService(tools_for(database, CATALOG, limits=Limits(chunk_records=2))) for _ in range(2)
    ]
    keys = services[0]._tools  # both must share keys, as two workers of one installation do
    services[1] = IngestionService(keys)
    feed = Feed.RETA_PNP
    statuses = await asyncio.gather(*(ingest(one, sample_arrival(feed), sample(feed)) for one in services))
    accepted = [status.accepted + status.accepted_with_warnings for status in statuses]
    assert sum(accepted) == 11
    assert [status.received for status in statuses] == [15, 15]
    assert await rows(database, "record_version") == 11


async def test_two_workers_on_one_batch_keep_it_once(database: Database) -> None:
    tools = tools_for(database, CATALOG, limits=Limits(chunk_records=2))
    service = IngestionService(tools)
    landed = await service.land(sample_arrival(Feed.SISTRA), parts(sample(Feed.SISTRA)))
    await asyncio.gather(*(service.translate_batch(landed.id) for _ in range(3)))
    status = await service.status(landed.id)
    assert counts_of(status) == (16, 9, 1, 1, 1, 1, 3)
    assert await rows(database, "delivery") == 16


@pytest.mark.parametrize("feed", list(Feed))
@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("chunk_records", [1, 1000])
async def test_validating_counts_as_keeping_would_and_keeps_nothing(
    database: Database, feed: Feed, held: bool, chunk_records: int
) -> None:
    service = IngestionService(tools_for(database, CATALOG, limits=Limits(chunk_records=chunk_records)))
    if held:
        await ingest(service, sample_arrival(feed), sample(feed))
    before = {table: await rows(database, table) for table in KEPT}
    checked = await ingest(service, sample_arrival(feed, mode="validate"), sample(feed))
    assert checked.state == "done"
    assert {table: await rows(database, table) for table in KEPT} == before
    kept = await ingest(service, sample_arrival(feed), sample(feed))
    assert counts_of(checked) == counts_of(kept)
    told = [await _told(service, status) for status in (checked, kept)]
    assert [line[:2] for line in told[0]] == [line[:2] for line in told[1]]
    assert await rows(database, "landed_chunk") == 0


async def _told(service: IngestionService, status: BatchStatus) -> list[tuple[Any, ...]]:
    found = await service.issues(status.id, limit=500)
    unique = {(issue.row, issue.code, issue.field, issue.value) for _, issue in found}
    return sorted(unique, key=str)


async def test_a_broken_adapter_fails_the_batch_and_says_nothing_of_its_content(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken:
        feed, contract_version, adapter_version = Feed.SISTRA, 1, 1
        forms = frozenset({Form.NDJSON})

        def translate(self, source: Any, form: Form, context: Any) -> Any:
            raise ValueError("EULOGIO QUISPE")

        def translate_verbatim(self, verbatim: bytes, context: Any) -> Any:
            raise ValueError("EULOGIO QUISPE")

    service = IngestionService(tools_for(database, {Feed.SISTRA: Broken()}))
    status = await ingest(service, SISTRA, carpeta())
    assert (status.state, status.error_code) == ("failed", "adapter_broken")
    written = capsys.readouterr()
    assert "EULOGIO" not in written.out + written.err
    assert await rows(database, "landed_chunk") == 1  # kept for the corrected adapter

    corrected = IngestionService(replace(service._tools, catalog=CATALOG))
    await corrected.retry(status.id)
    await corrected.translate_batch(status.id)
    assert counts_of(await corrected.status(status.id))[:2] == (1, 1)
    assert await corrected.issues(status.id) == []
    with pytest.raises(UnknownBatch):
        await corrected.retry(status.id)


def test_every_sample_is_tested() -> None:
    assert set(SAMPLE_FILES) == set(Feed)
    assert Entry.__slots__


async def test_a_batch_that_kills_whoever_takes_it_up_ends_as_failed_and_can_be_tried_again(
    database: Database,
) -> None:
    """Six workers died of it without getting any further; the seventh does not begin."""
    service = IngestionService(tools_for(database, CATALOG))
    landed = await service.land(sample_arrival(Feed.SISTRA), parts(sample(Feed.SISTRA)))
    await died(database, landed.id, 6)
    await service.translate_batch(landed.id)
    status = await service.status(landed.id)
    assert (status.state, status.error_code, status.received) == ("failed", "translation_stuck", 0)
    assert await rows(database, "landed_chunk") > 0, "its bytes are kept"
    await service.retry(landed.id)
    await service.translate_batch(landed.id)
    assert (await service.status(landed.id)).state == "linking"


async def test_a_batch_that_gets_further_each_time_is_never_given_up(database: Database) -> None:
    service = IngestionService(tools_for(database, CATALOG))
    landed = await service.land(sample_arrival(Feed.SISTRA), parts(sample(Feed.SISTRA)))
    await died(database, landed.id, 5)
    await service.translate_batch(landed.id)
    assert (await service.status(landed.id)).state == "linking"
    async with database.read() as session:
        assert await session.scalar(text("SELECT attempts FROM batch")) == 0


async def died(database: Database, batch_id: UUID, times: int) -> None:
    """What as many workers leave behind."""
    async with database.write() as session:
        await session.execute(
            text("UPDATE batch SET state = 'translating', attempts = :times WHERE id = :id"),
            {"times": times, "id": batch_id},
        )
