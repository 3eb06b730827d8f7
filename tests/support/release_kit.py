"""A registry of invented records with releases in it, for tests.

``Releasing`` holds a registry of a small world; ``published`` takes a bimester through all its steps.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
from sqlalchemy import text

from adapters.base import Form
from app.core.clock import FixedClock
from app.db.engine import Database, WriteSession
from app.ingestion.landing import Arrival
from app.releases.disclosure.policy import PUBLIC_EDITION
from app.releases.service import Word
from app.wiring import Services
from app.world.world import World
from schemas.vocabulary import Feed
from support.database_fixtures import fresh, opened
from support.databases import Server
from support.ingestion_kit import ingest
from support.registry_fixtures import application, bearer_of, composed
from support.web_fixtures import Bearer

BUILDER, APPROVER = Word("estadística-1", "bimestre de prueba"), Word("estadística-2", "revisado")
BEFORE = datetime(2024, 3, 1, 15, tzinfo=UTC)  # B1 of 2024 has ended, its hour has not come
HOUR = datetime(2024, 3, 20, 15, tzinfo=UTC)  # 10:00 in Lima
PERIOD = "2024-B1"
CLEARED = (
    "release_build",
    "release_act",
    "release_manifest",
    "release_fact",
    "release_table",
    "release",
    "pgqueuer",
)
FILES = {
    Feed.RETA_PNP: ("reta_pnp.csv", Form.CSV),
    Feed.SISTRA: ("sistra.ndjson", Form.NDJSON),
    Feed.PODER_JUDICIAL: ("poder_judicial.xml", Form.XML),
    Feed.LINEA_1818: ("linea_1818.xlsx", Form.XLSX),
}


@dataclass(frozen=True)
class Releasing:
    services: Services
    clock: FixedClock
    api: httpx.AsyncClient
    bearer: Bearer
    database: Database

    async def approved(self, period: str = PERIOD) -> str:
        made = await self.services.releases.build(period, BUILDER)
        await self.services.releases.approve(made.release, APPROVER)
        return made.release

    async def published(self, period: str = PERIOD) -> str:
        release = await self.approved(period)
        await self.services.releases.publish(release, APPROVER)
        return release

    def reading(self, *more: str) -> dict[str, str]:
        return self.bearer("statistics:read", *more)


@asynccontextmanager
async def without_releases(registry: Releasing) -> AsyncIterator[Releasing]:
    """The registry before the hour of its first release; afterwards its releases are cleared, for which the
    triggers that freeze them stand aside."""
    registry.clock.advance(BEFORE - registry.clock.now())
    yield registry
    async with registry.database.write() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        for table in CLEARED:
            await session.execute(text(f"DELETE FROM {table}"))


@asynccontextmanager
async def releasing(server: Server, folder: Path, cases: int = 150) -> AsyncIterator[Releasing]:
    """Over a world of so many cases, all of it ingested and linked, in March 2024."""
    async with fresh(server) as url, opened(url) as database:
        clock = FixedClock(BEFORE)
        services = composed(url, database, folder / "home", clock)
        World.generate(cases=cases, seed=7, difficulty="easy").write(folder)
        for feed, (name, form) in FILES.items():
            status = await ingest(
                services.ingestion, Arrival(feed, form, "test"), (folder / name).read_bytes()
            )
            assert status.state == "done"
        services.releases.policies = (replace(PUBLIC_EDITION, since=date(2000, 1, 1)),)
        async with application(services) as api:
            yield Releasing(services, clock, api, bearer_of(services), database)


async def disturbed(registry: Releasing) -> list[int]:
    """Annul every record of one case of the bimester, and move another case; their records."""
    async with registry.database.write() as session:
        cases = await session.execute(
            text(
                "SELECT m.case_id, array_agg(m.record_id) AS records FROM case_member m JOIN report r"
                " USING (record_id) WHERE makes_case GROUP BY 1"
                " HAVING min(r.report_date) BETWEEN '2024-01-01' AND '2024-02-29' ORDER BY 1 LIMIT 2"
            )
        )
        annulled, moved = [row.records for row in cases]
        await session.execute(
            text("UPDATE report SET annulled = true, makes_case = false WHERE record_id = ANY(:ids)"),
            {"ids": annulled},
        )
        await session.execute(
            text(
                "UPDATE report SET department = '25', province = '2501', district = '250101'"
                " WHERE record_id = ANY(:ids)"
            ),
            {"ids": moved},
        )
        await mark(session, [*annulled, *moved])
    await registry.services.linker.link_pending()
    return annulled


async def undone(registry: Releasing, annulled: list[int]) -> None:
    async with registry.database.write() as session:
        await session.execute(
            text("UPDATE report SET annulled = false, makes_case = true WHERE record_id = ANY(:ids)"),
            {"ids": annulled},
        )
        await mark(session, annulled)
    await registry.services.linker.link_pending()


async def mark(session: WriteSession, records: list[int]) -> None:
    await session.execute(
        text(
            "INSERT INTO link_dirty (record_id) SELECT unnest(CAST(:ids AS bigint[]))"
            " ON CONFLICT (record_id) DO UPDATE SET since = now()"
        ),
        {"ids": records},
    )
