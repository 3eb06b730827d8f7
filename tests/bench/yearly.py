"""A year of releases, one after the other, each protected together with all that was published before.

Facts are those of a registry; what reaches it late, is moved to another department or is annulled is drawn by
the hash of its key, so that every release corrects what the ones before told.
"""

import asyncio
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from app.db.engine import Database
from app.releases.building import facts_of
from app.releases.disclosure.policy import PUBLIC_EDITION
from app.releases.facts import Fact, Facts
from app.releases.periods import Period, told_by
from app.releases.protected import Earlier
from app.releases.protection import PublicEdition, public_edition
from app.releases.standard import PUBLIC
from app.statistics.service import StatisticsService
from bench.figures import Figure
from bench.releasing import Say, fullest
from bench.rig import Rig
from bench.sizes import Sizes
from schemas.query import Grain

# In a thousand: told one release late, told of another department until then, annulled after one release.
LATE: Final = 40
MOVED: Final = 15
ANNULLED: Final = 10
_DEPARTMENTS: Final = ("08", "13", "15-metropolitana", "17", "20")
Found = dict[str, Any]


def releases_of_a_year(rig: Rig, sizes: Sizes, say: Say) -> tuple[list[Figure], Found]:
    with rig.database() as url:
        say(f"a registry of {sizes.year:,} mentions, filled from a world and its truth")
        later = str(rig.home / "later-year.pickle")
        rig.measure("filling:fill", url=url, mentions=sizes.year, later=later, arriving=10)
        say("its fullest year, released bimester by bimester")
        found = rig.measure("yearly:year", url=url)
    return [
        Figure(
            "releases",
            f"protection of {each['release']} of a year of {found['facts']:,} facts, with corrections"
            f" ({each['suppressed']} of {each['cells']} cells, {each['held']} held)",
            each["seconds"],
            "s",
            asked=600,
            of_ratio=False,
        )
        for each in found["releases"]
    ], found


def year(home: str, url: str) -> Found:
    """A task for ``bench.child``. Of every bimester of the fullest year, and of a second fifth one:
    seconds, cells, those withheld, sets proven cheapest, the largest proven gap.
    """

    async def facts() -> tuple[int, dict[str, Facts]]:
        database = Database(url)
        async with database.read() as session:
            which = await fullest(session)
            found = await facts_of(StatisticsService(session), which)
        await database.close()
        return which, found

    which, whole = asyncio.run(facts())
    releases: list[Found] = []
    earlier: list[Earlier] = []
    for turn, number in enumerate((1, 2, 3, 4, 5, 6, 5)):
        period = Period(which, Grain.BIMESTER, number)
        last = Period(which, Grain.BIMESTER, min(turn + 1, 6)).last
        held = {name: replace(each, rows=tuple(_known(each, turn, last))) for name, each in whole.items()}
        started = time.perf_counter()
        made = public_edition(held, told_by(period), earlier, PUBLIC_EDITION)
        told = {"release": f"B{number}.{1 + (turn == 6)}", "seconds": time.perf_counter() - started}
        releases.append(told | _counts(made))
        earlier += _published(made, held, period, f"{turn}")
    return {"releases": releases, "facts": sum(len(each.rows) for each in whole.values())}


def _known(facts: Facts, turn: int, last: Any) -> Iterator[Fact]:
    """What the registry held of the year when the release of that turn was built."""
    place = facts.dimensions.index("department") if "department" in facts.dimensions else None
    for row in facts.rows:
        drawn = zlib.crc32(row.key.encode()) % 1000
        since = (row.day.month - 1) // 2  # the turn of its own bimester
        first = turn <= since
        if row.day > last or (drawn < LATE and first):
            continue
        if LATE <= drawn < LATE + ANNULLED and not first:
            continue
        if place is not None and LATE + ANNULLED <= drawn < LATE + ANNULLED + MOVED and first:
            other = _DEPARTMENTS[drawn % len(_DEPARTMENTS)]
            yield replace(row, codes=(*row.codes[:place], other, *row.codes[place + 1 :]))
            continue
        yield row


def _published(
    made: PublicEdition, held: Mapping[str, Facts], period: Period, release: str
) -> Iterator[Earlier]:
    tables = {table.id: table for table in made.tables}
    for table in PUBLIC:
        yield Earlier(release, tables[table.id], held[table.indicator], told_by(period))


def _counts(made: PublicEdition) -> Found:
    gaps = [each.gap for each in made.reports if each.gap is not None]
    return {
        "cells": sum(each.cells for each in made.reports),
        "suppressed": sum(each.suppressed for each in made.reports),
        "held": sum(each.held for each in made.reports),
        "proven": len(gaps),
        "sets": len(made.reports),
        "gap": max(gaps, default=0),
    }
