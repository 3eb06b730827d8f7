"""The concordance equals a slow, obvious count, case by case, over small random worlds of hard records."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
import pytest_asyncio
from sqlalchemy import text

from app.db.engine import Database
from app.statistics.concordance.service import ConcordanceService
from app.statistics.service import StatisticsService
from schemas.query import Query
from schemas.vocabulary import OffenceFamily
from support.database_fixtures import fresh, opened
from support.databases import Server
from support.reference_concordance import expected_concordance
from support.reference_statistics import Reference, admitting, tables
from support.registry_fixtures import composed
from support.statistics_worlds import spoil, take_in

EARLY = "UPDATE report SET report_date = report_date - 200 WHERE feed = 'sistra' AND random() < .15"
"""Files that were there before the complaint."""
PERIODS = [
    (None, None),
    (date(2022, 1, 1), None),
    (None, date(2022, 1, 1)),
    (date(2021, 3, 1), date(2023, 8, 31)),
]


@pytest_asyncio.fixture(scope="module", params=[(21, "normal"), (22, "hard"), (23, "hard")])
async def world(
    request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Database, Reference]]:
    seed, difficulty = request.param
    folder = tmp_path_factory.mktemp("world")
    async with fresh(server) as url, opened(url) as database:
        services = composed(url, database, folder)
        await take_in(services, folder, seed, difficulty)
        async with database.write() as session:
            await session.execute(text(f"SELECT setseed(0.{seed})"))
            await session.execute(text(EARLY))
        await spoil(database, seed)
        await services.linker.link_pending()
        yield database, Reference(await tables(database))


@pytest.mark.parametrize(("since", "until"), PERIODS)
@pytest.mark.parametrize("family", list(OffenceFamily))
async def test_the_concordance_equals_the_obvious_count(
    world: tuple[Database, Reference], since: date | None, until: date | None, family: OffenceFamily
) -> None:
    database, reference = world
    async with database.read() as session:
        told = await ConcordanceService(session).concordance(family, since, until)
    expected = expected_concordance(reference, family, admitting(since, until))
    found = told.model_dump(mode="json")
    for part in ("sources", "reconciled", "membership", "lags", "funnel"):
        assert found[part] == expected[part], part


async def test_the_concordance_agrees_with_the_overview_and_with_questions(
    world: tuple[Database, Reference],
) -> None:
    """Three ways to one figure: no two of them may tell a reader otherwise."""
    database, _ = world
    since, until = PERIODS[-1]
    family = OffenceFamily.TRAFFICKING
    async with database.read() as session:
        told = await ConcordanceService(session).concordance(family, since, until)
        overview = (await StatisticsService(session).overview(since, until)).families[0]
        asked = Query(
            measures=("cases", "victims"),
            dimensions=("feeds",),
            filters={"offence_family": (family,)},
            since=since,
            until=until,
        )
        answer = await StatisticsService(session).query(asked)
    assert {
        (cell.feeds,): (cell.cases, cell.victims) for cell in told.membership if cell.cases or cell.victims
    } == {row.codes: row.values for row in answer.rows}
    assert answer.totals == (told.reconciled.cases, told.reconciled.victims)
    assert overview.offence_family is family
    assert (overview.reconciled.cases, overview.reconciled.victims) == answer.totals
    assert (overview.undated.cases, overview.undated.victims) == (
        told.reconciled.undated_cases,
        told.reconciled.undated_victims,
    )
    assert [(each.feed, each.records, each.victim_mentions) for each in overview.feeds] == [
        (each.feed, each.records, each.victim_mentions) for each in told.sources
    ]
    assert told.position == answer.position


async def test_the_worlds_try_every_part_of_the_concordance(world: tuple[Database, Reference]) -> None:
    database, _ = world
    async with database.read() as session:
        told = await ConcordanceService(session).concordance(OffenceFamily.TRAFFICKING, None, None)
    assert len([cell for cell in told.membership if cell.cases]) > 5
    for ending in ("measured", "contradicting", "undated", "not_arrived", "without_start"):
        assert any(getattr(lag, ending) for lag in told.lags), ending
    assert sum(lag.days is not None for lag in told.lags) >= 3
    passed = [step.cases for step in told.funnel]
    assert passed == sorted(passed, reverse=True)
    assert passed[-1] > 0
    assert any(step.anyway > step.cases for step in told.funnel)
