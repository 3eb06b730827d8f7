"""Linking of what a database holds. Tasks for ``bench.child``."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import splink  # noqa: F401  what the engine loads when it is made: as above
from sqlalchemy import text

import app.reconciliation.batch  # noqa: F401  loaded before the clock starts, as Splink is beside us
from app.core.raw import raw_connection
from app.reconciliation.bulk import BulkRepository
from app.reconciliation.links import export_links
from app.wiring import open_services
from app.world.evaluate import evaluate_files
from bench.child import peak_mib
from bench.feeding import land_and_translate, settings_for
from schemas.vocabulary import Feed


def full(home: str, url: str, links: str, truth: str, traits: str) -> dict[str, Any]:
    """Everything read, opened, scored, clustered and written; then, not timed, measured by the truth."""

    async def run() -> dict[str, Any]:
        async with open_services(settings_for(home, url)) as services:
            started, worked = time.perf_counter(), time.process_time()
            summary = await services.linker.reconcile_full()
            spent = {
                "seconds": time.perf_counter() - started,
                "cpu_seconds": round(time.process_time() - worked, 2),
                "peak_mib": round(peak_mib(), 1),
            }
            async with services.database.read() as session:
                totals = await services.linker.totals(session)
                await export_links(session, Path(links))
        return {**spent, "records": summary.records, **totals}

    found = asyncio.run(run())
    return found | quality(Path(truth), Path(links), Path(traits))


def candidates(home: str, url: str) -> dict[str, Any]:
    """Of the blind keys held: pairs of mentions, and how many one mention is compared with by them."""

    async def keys() -> tuple[Any, Any]:
        async with open_services(settings_for(home, url)) as services, services.database.read() as session:
            bulk = BulkRepository(await raw_connection(session), services.sealer)
            found = await bulk.mention_keys()
            return found, (await session.execute(text("SELECT count(*) FROM mention"))).scalar_one()

    (values, owners), mentions = asyncio.run(keys())
    with duckdb.connect() as database:
        database.register("mention_key", pa.table({"key": values, "m": owners}))
        mean, p99, most = database.execute(_CANDIDATES, [mentions]).fetchone() or (0, 0, 0)
    return {"mentions": mentions, "mean": mean, "p99": p99, "most": most}


_CANDIDATES = """
WITH pairs AS (SELECT DISTINCT x.m AS a, y.m AS b
               FROM mention_key x JOIN mention_key y ON x.key = y.key AND x.m <> y.m),
counts AS (SELECT count(*) AS n FROM pairs GROUP BY a)
SELECT sum(n) / $1, quantile_disc(n, 0.99), max(n) FROM counts
"""


def increment(home: str, url: str, files: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Records that come one by one, then are linked together by the ordinary job; only that is timed."""

    async def run() -> dict[str, Any]:
        async with open_services(settings_for(home, url)) as services:
            for feed, file in files:
                await land_and_translate(services, Feed(feed), Path(file))
            started = time.perf_counter()
            summary = await services.linker.link_pending()
            seconds = time.perf_counter() - started
        return {"seconds": seconds, "records": summary.records, "full": summary.full}

    return asyncio.run(run())


def quality(truth: Path, links: Path, traits: Path) -> dict[str, Any]:
    """F1 of persons and of cases, pairwise and B-cubed."""
    report = evaluate_files(truth, links, traits)
    found = {}
    for kind, agreed in (("person", report.persons), ("case", report.cases)):
        for name, score in (("pairwise", agreed.pairwise), ("bcubed", agreed.bcubed)):
            found[f"{kind}_{name}_f1"] = round(score.f1, 5)
            found[f"{kind}_{name}_precision"] = round(score.precision, 5)
            found[f"{kind}_{name}_recall"] = round(score.recall, 5)
    return found | {"biggest_person": report.persons.biggest, "missing_mentions": report.missing_mentions}
