"""Reading facts: all of them, or those of what changed. Every method works in the caller's one snapshot."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import md5
from typing import Any, Final

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.raw import raw_connection
from app.statistics.counting import day_column, items, told
from app.statistics.cube.coding import Unknown, coding
from app.statistics.cube.facts import NO_DAY, Array, Facts, Keys
from app.statistics.cube.measures import CODED, DIMENSIONS, HELD, Held, Owner
from app.statistics.memory import Mark
from schemas.identifiers import natural_key
from schemas.vocabulary import DateBasis, Feed

_MARK: Final = """
SELECT (SELECT last FROM change_cursor) AS position, (SELECT generation FROM statistics_cube) AS generation,
  count(*) AS pending, coalesce(sum(xmin::text::bigint), 0)::text AS versions, clock_timestamp() AS at
FROM link_dirty
"""
_ASK_ANEW: Final = """
UPDATE statistics_cube SET generation = generation + 1, asked_at = now() RETURNING generation
"""
_PENDING: Final = "SELECT record_id, xmin::text AS version FROM link_dirty"
_UNBOUND: Final = (  # what reads everything takes what it takes, and sorts in memory
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
    "SET LOCAL work_mem = '128MB'",
)
_CHANGES: Final = "SELECT DISTINCT kind, entity_id FROM change WHERE position > $1 LIMIT $2"
_RECORDS: Final = """
SELECT r.id FROM unnest($1::text[], $2::text[]) AS said (feed, key) JOIN record r USING (feed, key)
"""
_CASES_OF: Final = "SELECT DISTINCT case_id FROM case_member WHERE record_id = ANY($1::bigint[])"
_OF_CASES: Final = "SELECT record_id FROM case_member WHERE case_id = ANY($1::uuid[])"
_PERSONS_OF: Final = """
SELECT DISTINCT p.person_id FROM mention m JOIN person_member p ON p.mention_id = m.id
WHERE m.record_id = ANY($1::bigint[])
"""
_OF_PERSONS: Final = """
SELECT DISTINCT m.record_id FROM person_member p JOIN mention m ON m.id = p.mention_id
WHERE p.person_id = ANY($1::uuid[])
"""
_MENTIONS_OF: Final = "SELECT id FROM mention WHERE record_id = ANY($1::bigint[])"
_FILES_OF: Final = "SELECT DISTINCT citation_key FROM report WHERE record_id = ANY($1::bigint[])"
_OF_FILES: Final = "SELECT record_id FROM report WHERE citation_key = ANY($1::text[])"
_PIECE: Final = 4 * 2**20  # bytes that are taken over at a time
_HEAD: Final = 19  # bytes before the first row of a binary COPY, as asyncpg asks for it


@dataclass(frozen=True, slots=True)
class Touched:
    """Whose facts may be others now, and the records that all of these are told from."""

    owners: Mapping[Owner, Keys]
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Layout:
    """A row of a binary COPY in which no column is null: the same number of bytes each."""

    names: tuple[str, ...]
    dtype: np.dtype[Any]

    @classmethod
    def of(cls, columns: Sequence[tuple[str, str]]) -> "_Layout":
        fields: list[tuple[str, str]] = [("fields", ">i2")]
        for name, kind in columns:
            fields += [(f"{name} bytes", ">i4"), (name, kind)]
        return cls(tuple(name for name, _ in columns), np.dtype(fields))


_LAYOUT: Final = _Layout.of(
    (
        ("measure", ">i2"),
        ("key", "V16"),
        ("owner", "V16"),
        *((day_column(basis), ">i4") for basis in DateBasis),
        ("offence_family", ">i2"),
        ("feeds", ">i2"),
        *((name, ">i2") for name in DIMENSIONS),
    )
)


class _Received:
    """Takes a binary COPY piece by piece and keeps its columns."""

    def __init__(self, measures: Sequence[Held]) -> None:
        self._measures = measures
        self._bytes = bytearray()
        self._begun = False
        self._parts: dict[str, list[dict[str, Array]]] = {held.measure: [] for held in measures}

    async def take(self, data: bytes) -> None:
        self._bytes += data
        if len(self._bytes) > _PIECE:
            self._convert()

    def _convert(self) -> None:
        if not self._begun:
            del self._bytes[:_HEAD]
            self._begun = True
        size = _LAYOUT.dtype.itemsize
        whole = len(self._bytes) // size
        rows = np.frombuffer(bytes(self._bytes[: whole * size]), dtype=_LAYOUT.dtype)
        del self._bytes[: whole * size]
        for ordinal, held in enumerate(self._measures):
            of = rows[rows["measure"] == ordinal]
            if len(of):
                self._parts[held.measure].append(_columns(of, held))

    def facts(self) -> dict[str, Facts]:
        """All that came, put in order: takes a while. Raises ``Unknown`` for what no list of words holds."""
        self._convert()
        return {held.measure: _facts(held, self._parts[held.measure]) for held in self._measures}


def _columns(rows: Array, held: Held) -> dict[str, Array]:
    found: dict[str, Array] = {}
    for name in ("key", *(("owner",) if held.owner_sql else ())):
        keys = Keys.of(rows[name].tobytes())
        found |= {f"{name} upper": keys.upper, f"{name} lower": keys.lower}
    for name in ("offence_family", "feeds", *held.dimensions):
        if (rows[name] < 0).any():
            raise Unknown
        found[name] = rows[name].astype(np.uint8 if coding(name).size <= 256 else np.uint16)
    return found | {day: rows[day].astype(np.int32) for day in map(day_column, held.bases)}


def _facts(held: Held, parts: Sequence[Mapping[str, Array]]) -> Facts:
    parts = parts or [_columns(np.zeros(0, dtype=_LAYOUT.dtype), held)]
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    keys = Keys(whole.pop("key upper"), whole.pop("key lower"))
    owners = Keys(whole.pop("owner upper"), whole.pop("owner lower")) if held.owner_sql else None
    days = {basis: whole.pop(day_column(basis)) for basis in held.bases}
    return Facts(keys, owners, days, whole, held.lists)


async def mark_of(session: AsyncSession | AsyncConnection) -> tuple[Mark, datetime]:
    """The state of the registry as the session sees it, and the moment."""
    row = (await session.execute(text(_MARK))).one()
    return Mark(row.position, row.generation, row.pending, row.versions), row.at


async def ask_anew(session: AsyncSession) -> int:
    """Have every process read all facts anew before its next answer; how often that was asked."""
    return int((await session.execute(text(_ASK_ANEW))).scalar_one())


class CubeRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def unbound(self) -> None:
        for statement in _UNBOUND:
            await self._session.execute(text(statement))

    async def mark(self) -> tuple[Mark, datetime]:
        return await mark_of(self._session)

    async def pending(self) -> dict[int, str]:
        """Records that are not linked yet, with the version of their mark."""
        return {row.record_id: row.version for row in await self._session.execute(text(_PENDING))}

    async def facts(self, source: Feed | None) -> dict[str, Facts]:
        """All, by measure: as reconciled, or as one feed alone says. Raises ``Unknown``."""
        return await self._read(source, None)

    async def facts_of(self, source: Feed | None, touched: Touched) -> dict[str, Facts]:
        """Those of the owners touched. Raises ``Unknown``."""
        found = await self._read(source, touched.records)
        return {
            measure: facts.owned_by(touched.owners[HELD[measure].owner]) for measure, facts in found.items()
        }

    async def _read(self, source: Feed | None, records: Sequence[int] | None) -> dict[str, Facts]:
        connection = await raw_connection(self._session)
        received = _Received(tuple(HELD.values()))
        given = () if records is None else (list(records),)
        statement = _statement(source, of_records=records is not None)
        await connection.copy_from_query(statement, *given, output=received.take, format="binary")
        return await asyncio.to_thread(received.facts)

    async def touched(self, position: int, pending: Collection[int], most: int) -> Touched | None:
        """By what the change feed tells after that position, and by these records, which are not linked yet.
        None where it is more than ``most``."""
        connection = await raw_connection(self._session)
        changes = await connection.fetch(_CHANGES, position, most + 1)
        if len(changes) + len(pending) > most:
            return None
        named: dict[str, list[str]] = {"record": [], "case": [], "person": []}
        for kind, entity_id in changes:
            named[kind].append(entity_id)
        return await _Closure(connection).of(named, pending)


class _Closure:
    """From what changed to all that has to be read again with it."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def of(self, named: Mapping[str, Sequence[str]], pending: Collection[int]) -> Touched:
        said = [entity.split("|", 1) for entity in named["record"]]
        feeds, keys = [feed for feed, _ in said], [natural_key(Feed(feed), number) for feed, number in said]
        records = {*pending, *await self._all(_RECORDS, feeds, keys)}
        cases = {*named["case"], *map(str, await self._all(_CASES_OF, list(records)))}
        records.update(await self._all(_OF_CASES, list(cases)))
        persons = {*named["person"], *map(str, await self._all(_PERSONS_OF, list(records)))}
        files = await self._all(_FILES_OF, list(records))
        read = records.union(await self._all(_OF_PERSONS, list(persons)), await self._all(_OF_FILES, files))
        cases.update(map(str, await self._all(_CASES_OF, list(read))))
        read.update(await self._all(_OF_CASES, list(cases)))  # what a case lists, all its records say
        owners = {
            Owner.RECORD: _keys(map(str, read)),
            Owner.MENTION: _keys(map(str, await self._all(_MENTIONS_OF, list(read)))),
            Owner.FILE: _keys(files),
            Owner.CASE: _keys(cases),
            Owner.PERSON: _keys(persons),
        }
        return Touched(owners, tuple(sorted(read)))

    async def _all(self, statement: str, *values: Any) -> list[Any]:
        return [row[0] for row in await self._connection.fetch(statement, *values)]


def _keys(names: Iterable[str]) -> Keys:
    return Keys.of(b"".join(md5(name.encode(), usedforsecurity=False).digest() for name in names))


def _statement(source: Feed | None, *, of_records: bool) -> str:
    """Every measure's items, words as numbers; with ``of_records`` from the reports of parameter 1 alone."""
    of_feed = f"r.feed = '{source.value}'" if source else "true"
    records = "r.record_id = ANY($1::bigint[])" if of_records else "true"
    own = source is not None
    head = told(DIMENSIONS, of_feed, own=own, bases=DateBasis, coded=_number, records=records)
    of_which = f"{of_feed} AND {records}"
    return head + "\nUNION ALL ".join(
        _selected(ordinal, held, of_which) for ordinal, held in enumerate(HELD.values())
    )


def _number(dimension: str, words: str) -> str:
    return f"({coding(dimension).sql(words)})::int2"


def _selected(ordinal: int, held: Held, of_which: str) -> str:
    dimensions = "".join(f", {_column(name, held)}" for name in DIMENSIONS)
    days = ", ".join(_day(basis, held) for basis in DateBasis)
    return f"""
SELECT {ordinal}::int2, md5(key)::uuid, md5({held.owner_sql or "''"})::uuid,
  {days}, ({held.family})::int2, feeds::int2{dimensions}
FROM ({items(held.measure, held.dimensions, held.bases, source=of_which)}) item WHERE family IS NOT NULL"""


def _day(basis: DateBasis, held: Held) -> str:
    if basis not in held.bases:
        return f"({NO_DAY})::int4"
    return f"coalesce({day_column(basis)} - date '1970-01-01', {NO_DAY})::int4"


def _column(dimension: str, held: Held) -> str:
    if dimension not in held.dimensions:
        return "0::int2"
    return dimension if dimension in CODED else _number(dimension, dimension)
