"""The facts of one moment from those of an earlier one: what changed since is read again, nothing else."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from app.statistics.cube.facts import Facts
from app.statistics.cube.measures import HELD
from app.statistics.cube.repository import CubeRepository, Touched
from app.statistics.memory import Mark
from schemas.vocabulary import Feed

MOST: Final = 20_000  # changed records, cases and persons, beyond which everything is read


@dataclass(frozen=True, slots=True)
class Held:
    """Every measure's facts of one snapshot of the registry: as reconciled, or as one feed alone says."""

    mark: Mark
    at: datetime
    pending: Mapping[int, str]  # records not linked yet, with the version of their mark
    facts: Mapping[str, Facts]


async def advanced(session: AsyncSession, source: Feed | None, before: Held | None) -> Held:
    """Of the session's snapshot, which is not older than ``before``. Raises ``Unknown``."""
    repository = CubeRepository(session)
    await repository.unbound()
    mark, at = await repository.mark()
    pending = await repository.pending()
    if before is None or before.mark.generation != mark.generation:
        return Held(mark, at, pending, await repository.facts(source))
    marked = {record for record, _ in before.pending.items() ^ pending.items()}
    touched = await repository.touched(before.mark.position, marked, MOST)
    if touched is None:
        return Held(mark, at, pending, await repository.facts(source))
    come = await repository.facts_of(source, touched) if touched.records else {}
    facts = await asyncio.to_thread(_replaced, before.facts, touched, come)
    return Held(mark, at, pending, facts)


def _replaced(
    before: Mapping[str, Facts], touched: Touched, come: Mapping[str, Facts]
) -> Mapping[str, Facts]:
    return {
        measure: facts.replaced(touched.owners[HELD[measure].owner], come.get(measure, facts.none()))
        for measure, facts in before.items()
    }


def differing(one: Held, other: Held) -> Collection[str]:
    """Measures whose facts are not the same."""
    return [measure for measure, facts in one.facts.items() if not facts.same(other.facts[measure])]
