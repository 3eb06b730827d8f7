"""What was decoded of the public edition is not read again; whether it may be told is asked every time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from app.core.errors import NotFound
from app.releases.memory import Bounded
from app.releases.reading import outsiders
from schemas.releases import Edition, ReleaseTable
from support.release_kit import APPROVER, BEFORE, HOUR, Releasing

TABLE = "cases-department"


@contextmanager
def statements(registry: Releasing) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    engine = registry.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def read(
    registry: Releasing, of: Any, release: str, edition: Edition, *, look: bool = True
) -> tuple[ReleaseTable, int]:
    """A table as one request reads it, and how many statements read bytes of documents."""
    with statements(registry) as seen:
        async with registry.database.read() as session:
            reader = of(session)
            if look:
                await reader.published(edition)
            table = await reader.table(release, edition, TABLE)
    return table, sum(".content" in each for each in seen)


async def test_bytes_are_read_once_and_visibility_every_time(registry: Releasing) -> None:
    release = await registry.published()
    of = outsiders(registry.clock)
    with pytest.raises(NotFound):  # under embargo
        await read(registry, of, release, Edition.PUBLIC)
    registry.clock.advance(HOUR - BEFORE)
    first, reads = await read(registry, of, release, Edition.PUBLIC)
    assert reads == 2  # manifest and table
    again, reads = await read(registry, of, release, Edition.PUBLIC)
    assert (again, reads) == (first, 0)
    alone, reads = await read(registry, of, release, Edition.PUBLIC, look=False)
    assert (alone, reads) == (first, 1)  # nobody looked in this session whether it may be told
    exact, reads = await read(registry, of, release, Edition.RESTRICTED)
    _, reads_again = await read(registry, of, release, Edition.RESTRICTED)
    assert reads == reads_again == 2
    assert exact != first
    registry.clock.advance(timedelta(seconds=-1))
    for look in (True, False):
        with pytest.raises(NotFound):  # before its hour, by a clock that was put right
            await read(registry, of, release, Edition.PUBLIC, look=look)
    registry.clock.advance(timedelta(seconds=1))
    await registry.services.releases.withdraw(release, APPROVER)
    for look in (True, False):
        with pytest.raises(NotFound):
            await read(registry, of, release, Edition.PUBLIC, look=look)


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    held: Bounded[str] = Bounded(10)
    held.keep("a", "A", 4)
    held.keep("b", "B", 4)
    assert held.get("a") == "A"
    held.keep("c", "C", 4)
    assert [held.get(key) for key in "abc"] == ["A", None, "C"]
    held.keep("d", "D", 11)  # larger than all there is
    assert [held.get(key) for key in "acd"] == ["A", "C", None]
    held.keep("a", "another", 1)  # named by its bytes: it is what is there
    assert held.get("a") == "A"
