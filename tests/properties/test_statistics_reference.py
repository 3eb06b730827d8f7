"""The statistics in SQL equal a slow, obvious count in Python, over small random worlds of hard records.

The worlds come in by the path of real files and are spoilt (``support.statistics_worlds``).
"""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Any

import pytest
import pytest_asyncio

from app.db.engine import Database
from app.statistics.service import StatisticsService
from schemas.query import Grain, Query
from schemas.vocabulary import Feed, OffenceFamily
from support.databases import Server
from support.reference_statistics import Reference, admitting, tables
from support.statistics_worlds import PERIODS, spoilt_world


@pytest_asyncio.fixture(scope="module", params=[(1, "normal"), (2, "hard"), (3, "hard")])
async def world(
    request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Database, Reference]]:
    seed, difficulty = request.param
    folder = tmp_path_factory.mktemp("world")
    async with spoilt_world(server, folder, seed, difficulty) as database:
        yield database, Reference(await tables(database))


async def held_equal(world: tuple[Database, Reference], since: date | None, until: date | None) -> None:
    database, reference = world
    async with database.read() as session:
        overview = (await StatisticsService(session).overview(since, until)).model_dump(mode="json")
    admits = admitting(since, until)
    assert overview["calls"] == reference.calls(admits)
    for found in overview["families"]:
        family = found["offence_family"]
        units = reference.units(family)
        overlap = found["reconciled"].pop("victims_by_feeds")
        assert found["reconciled"] == {n: sum(admits(day) for _, day in unit) for n, unit in units.items()}
        assert found["undated"] == {n: sum(day is None for _, day in unit) for n, unit in units.items()}
        known_by = reference.known_by(family)
        assert overlap == Counter(known_by[person] for person, day in units["victims"] if admits(day))
        for feed in found["feeds"]:
            assert feed == reference.feed(family, feed["feed"], admits)


@pytest.mark.parametrize(("since", "until"), PERIODS)
async def test_every_figure_equals_the_obvious_count(
    world: tuple[Database, Reference], since: date | None, until: date | None
) -> None:
    await held_equal(world, since, until)


async def test_both_bounds_of_a_period_are_in_it(world: tuple[Database, Reference]) -> None:
    """A period of one day on which something was reported, and one that ends on such a day."""
    days = sorted({report["report_date"] for report in world[1].told if report["report_date"]})
    for day in days[:: len(days) // 4]:
        await held_equal(world, day, day)
        await held_equal(world, None, day)


async def test_the_worlds_try_every_unit(world: tuple[Database, Reference]) -> None:
    """A figure that is 0 in every world would be held equal to nothing."""
    _, reference = world
    units = reference.units(OffenceFamily.TRAFFICKING)
    assert all(units.values())
    calls = reference.calls(admitting(None, None))
    assert calls["derived_unmeasured"]
    assert calls["derived_late"]
    assert calls["derived_within_3_hours"]


ASKED = (
    ("complaints", "prosecution_files", "court_files", "sentenced_files", "cases", "victimisations"),
    ("victims", "suspects", "accused", "convicted", "acquitted"),
)


@pytest.mark.parametrize("measures", ASKED)
@pytest.mark.parametrize(("since", "until"), PERIODS)
async def test_an_answer_equals_the_obvious_count_cell_by_cell(
    world: tuple[Database, Reference],
    since: date | None,
    until: date | None,
    measures: tuple[str, ...],
) -> None:
    """By family and year; a total is of distinct things, whatever the families they stand in."""
    database, reference = world
    asked = Query(measures=measures, dimensions=("offence_family", "period"), since=since, until=until)
    async with database.read() as session:
        answer = await StatisticsService(session).query(asked)
    admits = admitting(since, until)
    expected: Counter[tuple[str, str, str]] = Counter()
    things: dict[str, set[Any]] = {name: set() for name in measures}
    for family in OffenceFamily:
        units = reference.units(family) | {"acquitted": reference.acquitted(family)}
        for name in measures:
            for key, day in units[name]:
                if admits(day):
                    expected[name, family, str(day.year) if day else "undated"] += 1
                    things[name].add(key)
    told = {
        (name, *row.codes): value
        for row in answer.rows
        for name, value in zip(measures, row.values, strict=True)
        if value
    }
    assert told == dict(expected)
    assert answer.totals == tuple(len(things[name]) for name in measures)


async def asked_of_trafficking(database: Database, measure: str, **more: Any) -> dict[str, int]:
    asked = Query(measures=(measure,), filters={"offence_family": (OffenceFamily.TRAFFICKING,)}, **more)
    async with database.read() as session:
        answer = await StatisticsService(session).query(asked)
    return {row.codes[0]: row.values[0] for row in answer.rows}


async def test_victims_by_feeds_and_by_stage(world: tuple[Database, Reference]) -> None:
    database, reference = world
    told = await asked_of_trafficking(database, "victims", dimensions=("feeds",))
    assert told == Counter(reference.known_by(OffenceFamily.TRAFFICKING).values())
    told = await asked_of_trafficking(database, "victims", dimensions=("stage",))
    by_stage = reference.victims_by_stage(OffenceFamily.TRAFFICKING)
    assert told == {stage: len(found) for stage, found in by_stage.items()}


@pytest.mark.parametrize("feed", list(Feed))
async def test_what_one_feed_alone_says(world: tuple[Database, Reference], feed: Feed) -> None:
    """By the family that its records state."""
    database, reference = world
    for family in OffenceFamily:
        own = reference.feed(family, feed, admitting(None, None))
        stated = ("victims", "suspects", *(["convicted"] if feed is Feed.PODER_JUDICIAL else []))
        asked = Query(measures=stated, filters={"offence_family": (family,)}, source=feed)
        async with database.read() as session:
            answer = await StatisticsService(session).query(asked)
        assert answer.totals == tuple(own[each] for each in stated)
        assert feed is Feed.PODER_JUDICIAL or own["convicted"] is None


@pytest.mark.parametrize(
    ("grain", "code"),
    [
        (Grain.MONTH, lambda day: f"{day.year}-M{day.month:02}"),
        (Grain.BIMESTER, lambda day: f"{day.year}-B{(day.month + 1) // 2}"),
        (Grain.QUARTER, lambda day: f"{day.year}-Q{(day.month + 2) // 3}"),
        (Grain.SEMESTER, lambda day: f"{day.year}-S{(day.month + 5) // 6}"),
    ],
)
async def test_periods_of_every_length(
    world: tuple[Database, Reference], grain: Grain, code: Callable[[date], str]
) -> None:
    database, reference = world
    told = await asked_of_trafficking(database, "complaints", dimensions=("period",), grain=grain)
    days = [day for _, day in reference.units(OffenceFamily.TRAFFICKING)["complaints"]]
    assert told == Counter(code(day) if day else "undated" for day in days)


OF_CASES = ("department", "purpose", "recruitment", "stage")


@pytest.mark.parametrize("feed", [None, Feed.RETA_PNP, Feed.SISTRA])
async def test_four_dimensions_of_cases_at_once(world: tuple[Database, Reference], feed: Feed | None) -> None:
    """Things stand in every combination of codes of their cases; totals are of distinct things."""
    database, reference = world
    cases: dict[tuple[str, ...], set[Any]] = defaultdict(set)
    victims: dict[tuple[str, ...], set[Any]] = defaultdict(set)
    people = reference.named("victim")
    for report in reference.told:
        if feed in (None, report["feed"]):
            case = reference.held.case_of[report["record_id"]]
            for codes in reference.codes(case, feed):
                cases[codes].add(case)
                victims[codes] |= {person for person, of in people if of is report}
    asked = Query(measures=("cases", "victims"), dimensions=OF_CASES, source=feed)
    async with database.read() as session:
        answer = await StatisticsService(session).query(asked)
    assert {row.codes: row.values for row in answer.rows} == {
        codes: (len(found), len(victims[codes])) for codes, found in cases.items()
    }
    assert answer.totals == (
        len(set().union(*cases.values())),
        len(set().union(*victims.values())),
    )
    assert len({codes[0] for codes in cases}) > 3
    assert any(len(reference.stated(case, "purposes")) > 1 for case in set().union(*cases.values()))


async def test_a_filter_keeps_what_has_one_of_its_codes(world: tuple[Database, Reference]) -> None:
    database, reference = world
    wanted = {"sexual_exploitation", "labour_exploitation"}
    asked = Query(measures=("cases",), filters={"purpose": tuple(sorted(wanted))})
    async with database.read() as session:
        answer = await StatisticsService(session).query(asked)
    cases = {reference.held.case_of[report["record_id"]] for report in reference.told}
    kept = {case for case in cases if reference.stated(case, "purposes") & wanted}
    assert 0 < len(kept) < len(cases)
    assert answer.totals == (len(kept),)
