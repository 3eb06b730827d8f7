"""Random questions: every cell and total equals the slow, obvious count, over small random worlds."""

import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import date
from typing import Any

import pytest
import pytest_asyncio

from app.db.engine import Database
from app.statistics.asking import DIMENSIONS, MEASURES, QuestionInvalid, checked
from app.statistics.dimensions import BY_ID
from app.statistics.service import StatisticsService
from schemas.query import Grain, Query
from schemas.vocabulary import DateBasis, Feed, Relation
from support.databases import Server
from support.reference_cells import Cells
from support.reference_statistics import Reference, tables
from support.statistics_worlds import spoilt_world

QUESTIONS = 150
FEW = {  # of which a small world may hold none
    *("sentenced_files", "convicted", "acquitted", "feed_convicted", "calls_derived_within_3_hours"),
    *(each for each in MEASURES if each.startswith("complaint_calls")),
}
RELATIONS = [*list(Relation)[:3], None]
OFFICES = (
    ["Lima Centro", "Áncash", "Madre de Dios", "A District That No List Has", None],
    ["Lima", "Áncash", "Madre de Dios", "A District That No List Has", None],
)
SAID_TOO = (
    "UPDATE mention SET relation = (CAST(:relations AS text[]))[1 + floor(random() * 4)] WHERE random() < .6",
    "UPDATE mention SET nationality = NULL WHERE random() < .2",
    "UPDATE mention SET sex = CASE WHEN random() < .5 THEN 'female' ELSE 'male' END WHERE random() < .2",
    "UPDATE mention SET age_min = 15, age_max = 19 WHERE random() < .1",
    """UPDATE mention SET measures = '[{"type": "other"}, {"type": "other"}]' WHERE random() < .3""",
    """UPDATE mention SET measures = '[{"type": "police_protection"}]' WHERE random() < .2""",
    "UPDATE report SET facts_date = NULL WHERE random() < .15",
    """UPDATE report SET office_district = (CAST(:fiscal AS text[]))[1 + floor(random() * 5)]
    WHERE feed = 'sistra' AND random() < .3""",
    """UPDATE report SET office_district = (CAST(:judicial AS text[]))[1 + floor(random() * 5)]
    WHERE feed = 'poder-judicial' AND random() < .3""",
    """UPDATE mention SET services = '[{"type": "legal"}, {"type": "legal"}]' WHERE random() < .3""",
)


@pytest_asyncio.fixture(scope="module", params=[(11, "normal"), (12, "hard")])
async def world(
    request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Database, Cells]]:
    seed, difficulty = request.param
    folder = tmp_path_factory.mktemp("world")
    async with spoilt_world(
        server,
        folder,
        seed,
        difficulty,
        *SAID_TOO,
        relations=RELATIONS,
        fiscal=OFFICES[0],
        judicial=OFFICES[1],
    ) as database:
        held = await tables(database)
        yield database, Cells(Reference(held), held.people)


def codes(dimension: str) -> tuple[str, ...]:
    return BY_ID[dimension].dimension.codes or ("PER", "VEN", "COL", "ZZZ", "unknown")


def question(rng: random.Random) -> Query | None:
    """A question that may be asked, or None where the dice made none."""
    measures = tuple(rng.sample(sorted(MEASURES), rng.choice((1, 1, 2, 3))))
    common = [
        each
        for each in DIMENSIONS
        if all(each in {of.id for of in MEASURES[measure].dimensions} for measure in measures)
    ]
    filtered = [
        each for each in rng.sample(common, min(len(common), rng.choice((0, 0, 1, 2)))) if each != "period"
    ]
    since, until = rng.choice(
        [(None, None), (None, None), (date(2022, 1, 1), None), (date(2021, 3, 1), date(2023, 8, 31))]
    )
    asked = Query(
        measures=measures,
        dimensions=tuple(rng.sample(common, rng.randint(0, min(4, len(common))))),
        filters={
            each: tuple(rng.sample(codes(each), rng.randint(1, min(4, len(codes(each))))))
            for each in filtered
        },
        grain=rng.choice(list(Grain)),
        since=since,
        until=until,
        source=rng.choice((None, None, None, *Feed)),
        date_basis=rng.choice((None, None, *DateBasis)),
    )
    try:
        checked(asked)
    except QuestionInvalid:
        return None
    return asked


async def answered(database: Database, asked: Query) -> tuple[dict[tuple[str, ...], tuple[int, ...]], Any]:
    async with database.read() as session:
        answer = await StatisticsService(session).query(asked)
    return {row.codes: row.values for row in answer.rows}, answer.totals


async def held_equal(world: tuple[Database, Cells], asked: Query) -> bool:
    """Whether anything was counted."""
    database, cells = world
    found, totals = await answered(database, asked)
    expected, expected_totals = cells.answer(asked)
    assert totals == expected_totals, asked
    if asked.dimensions:
        assert found == expected, asked
    return any(totals)


@pytest.mark.parametrize("seed", [1, 2])
async def test_any_question_equals_the_obvious_count(world: tuple[Database, Cells], seed: int) -> None:
    rng, counted = random.Random(seed), Counter[str]()
    for _ in range(QUESTIONS):
        asked = question(rng)
        if asked is not None and await held_equal(world, asked):
            counted.update(asked.measures)
    assert len(counted) > len(MEASURES) - 4


async def test_every_measure_in_each_of_its_date_bases(world: tuple[Database, Cells]) -> None:
    """Each basis puts something into another period than the definition's own does, where it is another."""
    moved = set()
    for measure, indicator in MEASURES.items():
        for source in (None, Feed.SISTRA if Feed.SISTRA in indicator.feeds else indicator.feeds[0]):
            told = {}
            for basis in indicator.date_bases:
                asked = Query(
                    measures=(measure,),
                    dimensions=("period",),
                    grain=Grain.MONTH,
                    source=source,
                    date_basis=basis,
                )
                await held_equal(world, asked)
                told[basis] = (await answered(world[0], asked))[0]
            moved |= {(measure, basis) for basis in told if told[basis] != told[indicator.date_basis]}
    for measure in ("cases", "victims", "victimisations", "complaints", "feed_records", "calls", "services"):
        assert {(measure, DateBasis.FACTS), (measure, DateBasis.UPDATE)} <= moved, measure


EVERY: list[tuple[str, str]] = [
    (measure, each.id) for measure, indicator in MEASURES.items() for each in indicator.dimensions
]


def _one_by_one() -> Iterator[Query]:
    for measure, dimension in EVERY:
        yield Query(measures=(measure,), dimensions=(dimension,), grain=Grain.BIMESTER)


async def test_every_measure_by_each_of_its_dimensions(world: tuple[Database, Cells]) -> None:
    """Each has something to count, in several cells."""
    for asked in _one_by_one():
        (measure,), (dimension,) = asked.measures, asked.dimensions
        try:
            checked(asked)
        except QuestionInvalid:
            assert dimension == "feeds", asked  # told by what the courts or the prosecution alone know
            continue
        assert await held_equal(world, asked) or measure in FEW, asked
        found, _ = await answered(world[0], asked)
        assert len(found) > 1 or measure in FEW, asked
