"""``docs/contracts/samples/EXPECTED.md`` end to end: the four files through the path of real deliveries, in
several orders and pieces, and what ``links export`` says at the end."""

import csv
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from app.db.engine import Database
from app.ingestion.service import IngestionService
from app.reconciliation.links import export_links
from app.wiring import Services
from schemas.vocabulary import Feed
from support.database_fixtures import fresh, opened
from support.databases import Server
from support.expected import CALLS_WITHOUT_CASE, CASES, PERSONS
from support.ingestion_kit import ingest, sample, sample_arrival
from support.registry_fixtures import composed, ingest_samples
from support.sample_files import versions

R, S, J, L = Feed.RETA_PNP, Feed.SISTRA, Feed.PODER_JUDICIAL, Feed.LINEA_1818
HEADER = ["feed", "record", "order", "role", "case_id", "person_id"]
ABSENT = {
    ("reta-pnp", "COM-SAN IGNACIO-2024-33"),  # annulled
    ("sistra", "1606014506-2023-8-0"),  # annulled
    ("poder-judicial", "00500-2023-0-2904-JR-PE-01"),  # annulled from the first
    ("linea-1818", "1818-2024-000520"),  # re-sent as not valid: the way this feed annuls
    ("reta-pnp", "COM-HUARAL-2024-12"),  # rejected
    ("reta-pnp", "COM-PISCO-2024-10"),
    ("sistra", "2906014505-2024-23-0"),
    ("poder-judicial", "00600-2024-0-1408-JR-PE-01"),
    ("linea-1818", "1818-2024-000500"),
}


@dataclass(frozen=True)
class Links:
    """The export: which records have which case, and which mentions which case and person."""

    records: dict[tuple[str, str], str]
    mentions: dict[tuple[str, str, str, int], tuple[str, str]]

    def cases(self) -> set[frozenset[tuple[str, str]]]:
        found = defaultdict(set)
        for record, case in self.records.items():
            if case:
                found[case].add(record)
        return {frozenset(records) for records in found.values()}

    def persons(self) -> set[frozenset[tuple[str, str, str, int]]]:
        found = defaultdict(set)
        for mention, (_, person) in self.mentions.items():
            found[person].add(mention)
        return {frozenset(mentions) for mentions in found.values()}


async def exported(database: Database, out: Path) -> Links:
    async with database.read() as session:
        await export_links(session, out)
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == HEADER
    records = {(row["feed"], row["record"]): row["case_id"] for row in rows if not row["order"]}
    mentions = {
        (row["feed"], row["record"], row["role"], int(row["order"])): (row["case_id"], row["person_id"])
        for row in rows
        if row["order"]
    }
    assert len(records) + len(mentions) == len(rows)
    return Links(records, mentions)


async def _whole_files(service: IngestionService, order: tuple[Feed, ...]) -> None:
    await ingest_samples(service, order)


async def _version_by_version(service: IngestionService, seed: int) -> None:
    pieces = [(feed, piece) for feed in Feed for piece in versions(feed)]
    random.Random(seed).shuffle(pieces)
    for feed, piece in pieces:
        await ingest(service, sample_arrival(feed), piece)


async def _one_link_for_all(service: IngestionService, order: tuple[Feed, ...]) -> None:
    landed = []
    for feed in order:
        arrival, body = sample_arrival(feed), sample(feed)
        landed.append((await service.land(arrival, _once(body))).id)
    for batch_id in landed:
        await service.translate_batch(batch_id)
    for batch_id in landed:
        await service.link_batch(batch_id)


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body


WAYS = {
    "police first": (_whole_files, (R, S, J, L)),
    "hotline first": (_whole_files, (L, J, S, R)),
    "courts first": (_whole_files, (J, L, R, S)),
    "version by version": (_version_by_version, 1),
    "version by version, another order": (_version_by_version, 2),
    "linked together at the end": (_one_link_for_all, (S, L, J, R)),
}


@pytest_asyncio.fixture(scope="module", params=WAYS)
async def links(
    request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Links]:
    load, how = WAYS[request.param]
    home = tmp_path_factory.mktemp("links")
    async with fresh(server) as url, opened(url) as database:
        services = composed(url, database, home)
        await load(services.ingestion, how)
        yield await exported(database, home / "links.csv")


def test_the_cases_hold_the_records_expected_of_them(links: Links) -> None:
    assert links.cases() == {frozenset(records) for records in CASES.values()}


def test_the_persons_hold_the_mentions_expected_of_them(links: Links) -> None:
    assert links.persons() == {frozenset(mentions) for mentions in PERSONS.values()}


def test_a_mention_stands_in_the_case_of_its_record(links: Links) -> None:
    for (feed, record, _, _), (case, _) in links.mentions.items():
        assert case == links.records[feed, record] != ""


def test_calls_that_are_no_complaint_have_a_row_and_no_case(links: Links) -> None:
    assert {record for record, case in links.records.items() if not case} == CALLS_WITHOUT_CASE


def test_annulled_and_rejected_records_do_not_appear(links: Links) -> None:
    assert not ABSENT & links.records.keys()
    assert not ABSENT & {(feed, record) for feed, record, _, _ in links.mentions}


async def test_a_rebuild_from_scratch_keeps_partition_and_ids(
    sample_services: Services, tmp_path: Path
) -> None:
    before = await exported(sample_services.database, tmp_path / "before.csv")
    await sample_services.linker.reconcile_full()
    assert await exported(sample_services.database, tmp_path / "after.csv") == before
