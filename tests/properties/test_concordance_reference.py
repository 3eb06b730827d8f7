"""The concordance equals a slow, obvious count, case by case, over small random worlds of hard records."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
import pytest_asyncio

from app.db.engine import Database
from app.statistics.asking import QuestionInvalid
from app.statistics.concordance import rules
from app.statistics.concordance.service import ConcordanceService
from app.statistics.service import StatisticsService
from schemas.query import Query
from schemas.vocabulary import DateBasis, OffenceFamily
from support.databases import Server
from support.reference_concordance import expected_concordance
from support.reference_statistics import Reference, admitting, tables
from support.statistics_worlds import PERIODS, spoilt_world

EARLY = "UPDATE report SET report_date = report_date - 200 WHERE feed = 'sistra' AND random() < .15"
"""Files that were there before the complaint."""
UNKNOWN_FACTS = "UPDATE report SET facts_date = NULL WHERE random() < .15"


@pytest_asyncio.fixture(scope="module", params=[(21, "normal"), (22, "hard"), (23, "hard")])
async def world(
    request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Database, Reference]]:
    seed, difficulty = request.param
    folder = tmp_path_factory.mktemp("world")
    async with spoilt_world(server, folder, seed, difficulty, EARLY, UNKNOWN_FACTS) as database:
        yield database, Reference(await tables(database))


@pytest.mark.parametrize(("since", "until"), PERIODS)
@pytest.mark.parametrize("family", list(OffenceFamily))
@pytest.mark.parametrize("basis", [DateBasis.REPORT, DateBasis.FACTS])
async def test_the_concordance_equals_the_obvious_count(
    world: tuple[Database, Reference],
    since: date | None,
    until: date | None,
    family: OffenceFamily,
    basis: DateBasis,
) -> None:
    database, reference = world
    async with database.read() as session:
        told = await ConcordanceService(session).concordance(family, since, until, basis)
    expected = expected_concordance(reference, family, admitting(since, until), basis)
    found = told.model_dump(mode="json")
    for part in ("sources", "reconciled", "membership", "lags", "funnel"):
        assert found[part] == expected[part], part


async def test_cases_begin_by_their_facts_or_by_their_first_report(
    world: tuple[Database, Reference],
) -> None:
    """Another cohort, and the same one that a question counts; by an update nothing begins."""
    database, _ = world
    since, until = PERIODS[-1]
    family = OffenceFamily.TRAFFICKING
    async with database.read() as session:
        service = ConcordanceService(session)
        told = [await service.concordance(family, since, until, basis) for basis in rules.BASES]
        asked = Query(
            measures=("cases", "victims"),
            filters={"offence_family": (family,)},
            since=since,
            until=until,
            date_basis=DateBasis.FACTS,
        )
        answer = await StatisticsService(session).query(asked)
        with pytest.raises(QuestionInvalid):
            await service.concordance(family, since, until, DateBasis.UPDATE)
    assert answer.totals == (told[1].reconciled.cases, told[1].reconciled.victims)
    assert told[0].reconciled.cases != told[1].reconciled.cases


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
