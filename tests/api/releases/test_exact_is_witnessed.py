"""Exact figures that are read by SDMX leave the mark that those of ``/v1/releases`` leave."""

import httpx
import pytest
from sqlalchemy import text

from app.db.engine import Database
from app.security import scopes
from support.release_server import Served

ROOT = "/sdmx/restricted/3.0"
DATA = f"{ROOT}/data/dataflow/INTERTRATA/DFR_VICTIMS_PURPOSE"
STANDING = ["2025-B6.1", "2026-B2.1", "2026-B1.2", "2026-B4.1"]


async def marks(database: Database) -> list[tuple[str, list[str]]]:
    async with database.read() as session:
        rows = await session.execute(
            text("SELECT outcome, objects FROM audit_entry WHERE kind = 'release' ORDER BY at, id")
        )
        return [(row.outcome, list(row.objects)) for row in rows]


async def ask(served: Served, path: str, **headers: str) -> httpx.Response:
    sent = {**served.bearer(scopes.RELEASES_RESTRICTED), **headers}
    async with httpx.AsyncClient(base_url=served.address, trust_env=False, timeout=60) as client:
        return await client.get(path, headers=sent)


async def test_each_reading_is_witnessed_with_its_tables_and_releases(
    served: Served, module_database: Database
) -> None:
    before = len(await marks(module_database))
    first = await ask(served, DATA)
    assert first.status_code == 200
    table = "table/restricted.victims-purpose"
    releases = [f"release/{each}" for each in STANDING]
    assert (await marks(module_database))[before:] == [("told", [*releases, table])]
    held = await ask(served, DATA, **{"If-None-Match": first.headers["etag"]})
    assert held.status_code == 304  # nothing was told anew; that it was asked for is kept
    assert (await marks(module_database))[before + 1 :] == [("told", [table])]
    two = await ask(served, f"{ROOT}/availability/dataflow/INTERTRATA/DFR_CASES_STAGE,DFR_CALLS_DERIVATION")
    assert two.status_code == 200
    tables = ["table/restricted.cases-stage", "table/restricted.calls-derivation"]
    assert (await marks(module_database))[before + 2 :] == [("told", [*releases, *tables])]


@pytest.mark.parametrize(
    ("path", "status", "outcome"),
    [
        (f"{ROOT}/data/dataflow/INTERTRATA/DFR_NEVER_WAS", 404, "sdmx-no-results"),
        (f"{DATA}/1.0.0/W", 422, "sdmx-unknown-code"),
    ],
)
async def test_a_reading_that_is_refused_is_witnessed_too(
    served: Served, module_database: Database, path: str, status: int, outcome: str
) -> None:
    before = len(await marks(module_database))
    answer = await ask(served, path)
    assert answer.status_code == status
    assert answer.json()["errors"][0]["title"] == outcome
    assert [told for told, _ in (await marks(module_database))[before:]] == [outcome]


async def test_structures_and_what_is_public_leave_none(served: Served, module_database: Database) -> None:
    before = len(await marks(module_database))
    for path in (f"{ROOT}/structure/dataflow", "/sdmx/3.0/data/dataflow/INTERTRATA/DF_CASES_STAGE"):
        assert (await ask(served, path)).status_code == 200
    assert len(await marks(module_database)) == before
