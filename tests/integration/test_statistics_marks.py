"""What is remembered is of the state that it says, whoever commits first; facts are of one snapshot."""

from datetime import date

from sqlalchemy import text

from app.statistics.cube.service import Cube
from app.statistics.memory import Memory
from app.statistics.published.service import PublishedService
from app.statistics.repository import StatisticsRepository
from app.statistics.service import StatisticsService
from app.wiring import Services
from schemas.vocabulary import Feed
from support.registry_fixtures import ingest_samples

AS_IT_WAS = "SELECT (SELECT last FROM change_cursor), count(*), max(since) FROM link_dirty"
"""The mark before: position, how many records wait, and the latest moment at which one was marked."""
MARKED = "INSERT INTO link_dirty (record_id) VALUES (:id) ON CONFLICT (record_id) DO UPDATE SET since = now()"
REDATED = "UPDATE report SET report_date = '1999-01-01' WHERE record_id = :id"


async def test_a_record_marked_again_by_who_began_first_and_commits_last_is_not_missed(
    services: Services,
) -> None:
    """``since`` is when a transaction began: an earlier one moves neither the count nor the latest."""
    await ingest_samples(services.ingestion)
    database, memory = services.database, Memory()
    async with database.read() as session:
        slow, quick = list(
            await session.scalars(
                text("SELECT record_id FROM report WHERE feed = 'reta-pnp' ORDER BY 1 LIMIT 2")
            )
        )
    async with database.write() as session:
        await session.execute(text(MARKED), {"id": slow})
    year = (date(1999, 1, 1), date(1999, 12, 31))
    async with database.write() as first:
        await first.execute(text(REDATED), {"id": slow})
        async with database.write() as second:
            await second.execute(text(MARKED), {"id": quick})
        async with database.read() as session:
            before = await StatisticsService(session, memory).overview(*year)
            old, new = await both(session)
        await first.execute(text(MARKED), {"id": slow})
    async with database.read() as session:
        after = await StatisticsService(session, memory).overview(*year)
        counted_anew = await StatisticsService(session).overview(*year)
        assert old == (await both(session))[0], "by the mark as it was nothing has happened"
        assert new != (await both(session))[1]
    assert after == counted_anew
    assert after != before


async def both(session: object) -> tuple[object, object]:
    row = (await session.execute(text(AS_IT_WAS))).one()  # type: ignore[attr-defined]
    return tuple(row), await StatisticsRepository(session, None, None).mark()  # type: ignore[arg-type]


async def test_printed_figures_beside_the_cube_are_those_beside_the_count_in_sql(services: Services) -> None:
    await ingest_samples(services.ingestion)
    async with services.database.write() as session:  # the samples are later than what was printed
        await session.execute(text("UPDATE report SET report_date = '2016-05-04' WHERE makes_case"))
    cube = Cube(services.database, patience=60)
    async with services.database.read() as session:
        held = await cube.of_snapshot(session, Feed)
        assert held is not None
        by_cube = await PublishedService(session, held=held).compared()
        in_sql = await PublishedService(session).compared()
    assert by_cube == in_sql
    assert len({each.registry for each in by_cube.comparisons}) > 6
    await cube.close()


async def test_facts_of_another_moment_are_not_given_for_those_of_the_snapshot(services: Services) -> None:
    cube = Cube(services.database, patience=60)
    async with services.database.read() as session:
        assert await cube.of_snapshot(session, Feed) is not None
        await ingest_samples(services.ingestion)
        assert await cube.of_snapshot(session, Feed) is None
    async with services.database.read() as session:
        assert await cube.of_snapshot(session, Feed) is not None
    await cube.close()
