"""Reading what linking needs. One trip per question, whatever the number of records asked for."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from app.reconciliation import queries
from app.reconciliation.held import HeldRecord, open_record
from app.reconciliation.neighbourhood import Kind, Weights
from app.reconciliation.resolve import Pair, pair
from app.security.sealing import Sealer

# Linking is one at a time: each transaction of it takes this advisory lock and holds it to its end.
LINK_LOCK: Final = 0x1A7E_11A7A


@dataclass(slots=True, frozen=True)
class Standing:
    """An edge as it is kept: its own weight, and what the machine said of it."""

    weight: float
    outcome: str | None = None
    probability: float | None = None


Edges = dict[Pair, Standing]


@dataclass(slots=True)
class Component:
    """What stands of the neighbourhood of some nodes: closed under strong edges and decisions."""

    nodes: dict[int, int] = field(default_factory=dict)  # node to its record
    clusters: dict[int, UUID] = field(default_factory=dict)
    edges: Edges = field(default_factory=dict)  # every edge of a node, also to what is outside
    far: Weights = field(default_factory=dict)  # edges between others, which are rivals of those
    ends: dict[int, int] = field(default_factory=dict)  # mentions outside to their records
    roles: dict[int, str] = field(default_factory=dict)  # of mentions, inside and outside
    decisions: dict[Pair, str] = field(default_factory=dict)  # same or different, standing
    former: dict[int, UUID] = field(default_factory=dict)  # ids that ended, by their oldest last member


@dataclass(slots=True)
class Candidates:
    records: set[Pair] = field(default_factory=set)
    mentions: set[Pair] = field(default_factory=set)
    record_of: dict[int, int] = field(default_factory=dict)  # of those mentions


class LinkRepository:
    """Over one raw connection, inside the transaction that its caller has begun."""

    def __init__(self, connection: Any, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    async def lock(self) -> None:
        await self._connection.execute(queries.LOCK, LINK_LOCK)

    async def state(self) -> tuple[str, str | None] | None:
        """Model and blocking rules that everything was linked with; None where nothing ever was."""
        row = await self._connection.fetchrow("SELECT model, blocking FROM link_state")
        return (row["model"], row["blocking"]) if row else None

    async def set_model(self, version: str, blocking: str) -> None:
        """``blocking`` counts only where nothing was linked before: it says how the keys held were made."""
        await self._connection.execute(queries.SET_MODEL, version, blocking)

    async def set_blocking(self, version: str) -> None:
        await self._connection.execute("UPDATE link_state SET blocking = $1", version)

    async def sizes(self, least: int) -> tuple[int, int | None]:
        """Dirty records, and records held: None where fewer than ``least`` are dirty."""
        row = await self._connection.fetchrow(queries.SIZES, least)
        return row["dirty"], row["records"]

    async def dirty(self, limit: int | None, after: int = 0) -> dict[int, str]:
        """Records marked dirty, by id, with the version of the mark."""
        return {row[0]: row[1] for row in await self._connection.fetch(queries.DIRTY, limit, after)}

    async def clean(self, record_ids: Sequence[int]) -> None:
        """Records that the caller's own transaction marked, or nobody."""
        await self._connection.execute(queries.CLEAN, record_ids)

    async def clean_seen(self, seen: Mapping[int, str]) -> None:
        """What ``dirty`` gave, unless it was marked again since."""
        await self._connection.execute(queries.CLEAN_SEEN, list(seen), list(seen.values()))

    async def candidates(self, record_ids: Sequence[int]) -> Candidates:
        """Pairs with one end among the records given: of records that share a record key, of mentions that
        share a mention key, and of the records of those mentions."""
        found = Candidates()
        for a_record, a, b_record, b in await self._connection.fetch(queries.CANDIDATES, record_ids):
            found.records.add(pair(a_record, b_record))
            if a is not None:
                found.mentions.add(pair(a, b))
                found.record_of[a], found.record_of[b] = a_record, b_record
        return found

    async def records(self, record_ids: Collection[int]) -> list[HeldRecord]:
        rows = await self._connection.fetch(queries.RECORDS, list(record_ids)) if record_ids else []
        return [open_record(row, row["citations"], row["mentions"], self._sealer) for row in rows]

    async def case_component(self, seeds: Iterable[int], changed: Sequence[int], upper: float) -> Component:
        rows = await self._connection.fetch(queries.CASE_COMPONENT, "case", sorted(seeds), changed, upper)
        return _component(rows)

    async def person_component(self, seeds: Iterable[int], changed: Sequence[int], upper: float) -> Component:
        """Around the mentions ``seeds``, and every mention that the ``changed`` records have or once had."""
        rows = await self._connection.fetch(queries.PERSON_COMPONENT, "person", sorted(seeds), changed, upper)
        return _component(rows)

    async def decisions(self, kind: Kind) -> dict[Pair, str]:
        """Every binding decision, for the run over everything."""
        rows = await self._connection.fetch(queries.DECISIONS, kind)
        return {(a, b): outcome for a, b, outcome in rows if outcome in ("same", "different")}

    async def cases_of(self, record_ids: Collection[int]) -> dict[int, UUID]:
        return {row[0]: row[1] for row in await self._connection.fetch(queries.CASES_OF, list(record_ids))}

    async def records_behind(self, kind: Kind, ends: Collection[int]) -> list[int] | None:
        """The records of some records or mentions; None where one of them is not held."""
        query = queries.HELD if kind == "case" else queries.HELD_MENTIONS
        found = {row[0]: row[1] for row in await self._connection.fetch(query, list(ends))}
        return sorted(set(found.values())) if len(found) == len(ends) else None


def _component(rows: Iterable[Any]) -> Component:
    found = Component()
    for what, a, b, weight, probability, word, cluster in rows:
        if what == "node":
            found.nodes[a] = b
            if word is not None:
                found.roles[a] = word
            if cluster is not None:
                found.clusters[a] = cluster
        elif what == "edge":
            found.edges[(a, b)] = Standing(weight, word, probability)
        elif what == "former":
            found.former[a] = cluster
        elif what == "far":
            found.far[(a, b)] = weight
        elif what == "end":
            found.ends[a] = b
            found.roles[a] = word
        elif word in ("same", "different"):
            found.decisions[(a, b)] = word
    return found
