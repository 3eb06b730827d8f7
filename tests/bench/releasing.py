"""A release beside the aggregate SQL alone, and its protection timed apart."""

import asyncio
import time
from collections.abc import Callable
from datetime import date
from statistics import median
from typing import Any

from app.db.engine import Database, ReadSession
from app.releases.building import built, facts_of
from app.releases.disclosure.policy import PUBLIC_EDITION
from app.releases.periods import Period, told_by
from app.releases.protection import public_edition
from app.releases.standard import TABLES
from app.statistics.service import StatisticsService
from bench.figures import Figure
from bench.rig import Rig
from bench.sizes import Sizes
from schemas.query import Grain, Query

Say = Callable[[str], None]
Found = dict[str, Any]


def releases(rig: Rig, sizes: Sizes, say: Say) -> tuple[list[Figure], Found]:
    figures: list[Figure] = []
    details: Found = {}
    for mentions in sizes.mentions:
        with rig.database() as url:
            say(f"a registry of {mentions:,} mentions, filled from a world and its truth")
            later = str(rig.home / f"later-{mentions}.pickle")
            filled = rig.measure("filling:fill", url=url, mentions=mentions, later=later, arriving=10)
            say(f"a release over {mentions:,} mentions")
            found = rig.measure("releasing:building", url=url, repeats=sizes.repeats)
        details[str(mentions)] = found
        figures += _figures(found, filled["mentions"])
    return figures, details


def building(home: str, url: str, repeats: int) -> Found:
    """Seconds of the exact edition of a whole year's last bimester, in turn with SQL that counts its tables;
    then of the public one, of that bimester and of the first."""

    async def run() -> Found:
        database = Database(url)
        ours, sql = [], []
        for _ in range(repeats):
            async with database.read() as session:
                year = await fullest(session)
                last = told_by(Period(year, Grain.BIMESTER, 6))
                sql.append(await _seconds(_counted(session, last)))
                started = time.perf_counter()
                facts = await facts_of(StatisticsService(session), year)
                await built(facts, last, [], None)
                ours.append(time.perf_counter() - started)
        await database.close()
        protected = {}
        for name, periods in (("first", told_by(Period(year, Grain.BIMESTER, 1))), ("last", last)):
            started = time.perf_counter()
            made = public_edition(facts, periods, [], PUBLIC_EDITION)
            seconds = time.perf_counter() - started
            gaps = [each.gap for each in made.reports if each.gap is not None]
            cells, hidden = (sum(getattr(it, of) for it in made.reports) for of in ("cells", "suppressed"))
            told = {"seconds": seconds, "cells": cells, "suppressed": hidden}
            protected[name] = told | {
                "proven": len(gaps),
                "sets": len(made.reports),
                "gap": max(gaps, default=0),
            }
        return {"ours": ours, "sql": sql, "protection": protected, "year": year}

    return asyncio.run(run())


async def _counted(session: ReadSession, periods: tuple[Period, ...]) -> None:
    """Every table of every period by the statement of a question, without its margins."""
    for table in TABLES:
        for period in periods:
            query = Query(
                measures=(table.indicator,),
                dimensions=table.dimensions,
                grain=period.grain,
                since=period.first,
                until=period.last,
            )
            await StatisticsService(session).query(query)


async def fullest(session: ReadSession) -> int:
    """The year of most cases."""
    answer = await StatisticsService(session).query(Query(measures=("cases",), dimensions=("period",)))
    dated = {row.codes[0]: row.values[0] for row in answer.rows if row.codes[0].isdigit()}
    return int(max(dated, key=lambda year: dated[year])) if dated else date.today().year  # noqa: DTZ011


async def _seconds(work: Any) -> float:
    started = time.perf_counter()
    await work
    return time.perf_counter() - started


def _figures(found: Found, mentions: int) -> list[Figure]:
    size = f"{mentions:,} mentions"
    seconds = tuple(found["ours"])
    figures = [
        Figure(
            "releases", f"build without protection, {size}", median(seconds), "s", median(found["sql"]),
            "the aggregate SQL of its tables alone", 2, runs=seconds,
        )
    ]  # fmt: skip
    for name, told in found["protection"].items():
        what = (
            f"{told['suppressed']} of {told['cells']} cells, {told['proven']} of {told['sets']} sets proven"
        )
        figures += [
            Figure(
                "releases", f"protection of the {name} bimester, {size} ({what})", told["seconds"], "s",
                asked=600, of_ratio=False,
            ),
            Figure("releases", f"largest optimality gap of the {name} bimester, {size}", told["gap"], "gap"),
        ]  # fmt: skip
    return figures
