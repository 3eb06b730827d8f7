"""Writing what linking concluded: edges and the ledger of judgements, members, redirects, the queue of
doubtful pairs, the change feed.

Only differences are written, so that linking twice writes once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from uuid import UUID

from app.reconciliation import person_projection, projection
from app.reconciliation.identity import Event
from app.reconciliation.neighbourhood import Kind, Settled, Weights
from app.reconciliation.repository import Edges, Standing
from app.reconciliation.resolve import Judged, Pair, pair
from app.reconciliation.review_items import ReviewItems, as_sets

_BULK: Final = 2000  # rows from which working in sets is worth its extra trips
MACHINE: Final = "machine"
EDGE: Final = ("kind", "a", "b", "weight", "outcome", "probability")
JUDGEMENT: Final = ("kind", "a", "b", "outcome", "weight", "probability", "model", "judge")

_DROP_EDGES: Final = """
DELETE FROM edge e USING unnest($1::text[], $2::bigint[], $3::bigint[]) AS g (kind, a, b)
WHERE e.kind = g.kind AND e.a = g.a AND e.b = g.b
"""

# Everything of a small linking in one trip. The parts touch different rows, so that their order says nothing.
_WRITE: Final = f"""
WITH gone AS ({_DROP_EDGES}), came AS (
    INSERT INTO edge (kind, a, b, weight, outcome, probability)
    SELECT * FROM unnest($4::text[], $5::bigint[], $6::bigint[], $7::float8[], $8::text[], $9::float8[])
    ON CONFLICT (kind, a, b) DO UPDATE
    SET weight = excluded.weight, outcome = excluded.outcome, probability = excluded.probability
), told AS (
    INSERT INTO judgement (kind, a, b, outcome, weight, probability, model, judge)
    SELECT * FROM unnest($10::text[], $11::bigint[], $12::bigint[], $13::text[], $14::float8[], $15::float8[],
                         $16::text[], $17::text[])
), left_case AS (DELETE FROM case_member WHERE record_id = ANY($18::bigint[])
), left_person AS (DELETE FROM person_member WHERE mention_id = ANY($19::bigint[])
), in_case AS (
    INSERT INTO case_member (record_id, case_id) SELECT * FROM unnest($20::bigint[], $21::uuid[])
    ON CONFLICT (record_id) DO UPDATE SET case_id = excluded.case_id
)
INSERT INTO person_member (mention_id, person_id) SELECT * FROM unnest($22::bigint[], $23::uuid[])
ON CONFLICT (mention_id) DO UPDATE SET person_id = excluded.person_id
"""  # noqa: S608  constants

_MEMBER_TABLE: Final[dict[Kind, tuple[str, tuple[str, str]]]] = {
    "case": ("case_member", ("record_id", "case_id")),
    "person": ("person_member", ("mention_id", "person_id")),
}

_WRITE_ENTITIES: Final = """
WITH told AS (
    INSERT INTO redirect (kind, event, from_id, to_id)
    SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::uuid[])
), no_case AS (DELETE FROM case_entity WHERE id = ANY($5::uuid[])
), no_person AS (DELETE FROM person_entity WHERE id = ANY($6::uuid[])
), changed AS (UPDATE person_entity SET changed_at = now() WHERE id = ANY($7::uuid[])
), again AS (DELETE FROM former_member WHERE entity_id = ANY($9::uuid[])
), ended AS (
    INSERT INTO former_member (kind, entity_id, member)
    SELECT * FROM unnest($10::text[], $11::uuid[], $12::bigint[])
)
INSERT INTO person_entity (id) SELECT unnest($8::uuid[])
"""

_CHANGED_PERSONS: Final = "UPDATE person_entity SET changed_at = now() WHERE id = ANY($1::uuid[])"

# The cursor's row lock is held to the end of the transaction: positions appear in order and without a gap.
_WRITE_CHANGES: Final = """
WITH said AS (
    SELECT 0 AS part, r.id AS place, 'record' AS kind, r.feed || '|' || r.number AS entity_id,
           CASE WHEN (SELECT count(*) FROM record_version v WHERE v.record_id = r.id) < 2
                THEN 'created' ELSE 'updated' END AS event
    FROM record r WHERE r.id = ANY($4::bigint[])
    UNION ALL
    SELECT 1, n.place, n.kind, n.entity_id, n.event
    FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS n (kind, event, entity_id, place)
), handed AS (
    UPDATE change_cursor SET last = last + (SELECT count(*) FROM said)
    RETURNING last - (SELECT count(*) FROM said) AS base
)
INSERT INTO change (position, kind, event, entity_id)
SELECT handed.base + row_number() OVER (ORDER BY part, place), kind, event, entity_id FROM handed, said
"""

_WRITE_DECISIONS: Final = """
INSERT INTO judgement (kind, a, b, outcome, judge, reason, act_id)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::uuid[])
"""


@dataclass(frozen=True, slots=True)
class Decision:
    """A reviewer's word on a pair of records (case) or of mentions (person).

    ``same`` and ``different`` bind; ``unsure`` and ``withdrawn`` end what bound before.
    """

    kind: Kind
    a: int
    b: int
    outcome: Literal["same", "different", "unsure", "withdrawn"]
    judge: str
    reason: str | None = None
    act: UUID | None = None  # what it is part of, where the reason is sealed

    @property
    def pair(self) -> Pair:
        return pair(self.a, self.b)


@dataclass(slots=True)
class _Differences:
    """Rows to write; ``dropped`` edges may come again among ``came``."""

    gone: list[tuple[Any, ...]] = field(default_factory=list)  # kind, a, b
    came: list[tuple[Any, ...]] = field(default_factory=list)  # kind, a, b, weight, outcome, probability
    changed: list[tuple[Any, ...]] = field(
        default_factory=list
    )  # kind, a, b: of those that came, edges before
    told: list[tuple[Any, ...]] = field(default_factory=list)  # rows of the ledger


class Ledger:
    """Writes inside the caller's transaction. ``edges`` and ``members`` collect, ``write`` writes them."""

    def __init__(self, connection: Any, model: str) -> None:
        self._connection = connection
        self._model = model
        self._found = _Differences()
        self._settled: dict[Kind, Settled] = {}

    def edges(self, kind: Kind, before: Edges, weights: Weights, judged: dict[Pair, Judged]) -> None:
        """Let ``weights`` stand where ``before`` stood; the ledger says what came, changed or ended."""
        found = self._found
        for key in sorted(before.keys() - weights.keys()):
            found.gone.append((kind, *key))
            if before[key].outcome is not None:
                found.told.append(self._told(kind, key, None))
        for key, weight in sorted(weights.items()):
            said = judged.get(key)
            now, was = _standing(weight, said), before.get(key)
            if now == was:
                continue
            found.came.append((kind, *key, now.weight, now.outcome, now.probability))
            if was is not None:
                found.changed.append((kind, *key))
            if (was.outcome, was.probability) != (now.outcome, now.probability) if was else said is not None:
                found.told.append(self._told(kind, key, said))

    def _told(self, kind: Kind, key: Pair, said: Judged | None) -> tuple[Any, ...]:
        if said is None:
            return (kind, *key, "withdrawn", None, None, self._model, MACHINE)
        return (kind, *key, said.verdict.value, said.weight, said.probability, self._model, MACHINE)

    def members(self, kind: Kind, settled: Settled) -> None:
        self._settled[kind] = settled

    async def write(self, touched: Iterable[UUID], everything: bool = False) -> None:
        """What was collected; redirects; persons and cases that come, change and go.

        ``touched`` cases have the members they had, of which something changed: they are computed anew.
        ``everything``: so is the whole queue of doubtful pairs.
        """
        cases, persons = self._settled["case"], self._settled["person"]
        found = self._found
        if self._many():
            await self._copy_all()
        else:
            moved = (sorted(cases.moved.items()), sorted(persons.moved.items()))
            columns = (*_columns(3, found.gone), *_columns(6, found.came), *_columns(8, found.told))
            members = (cases.removed, persons.removed, *_columns(2, moved[0]), *_columns(2, moved[1]))
            await self._connection.execute(_WRITE, *columns, *members)
        await self._entities(cases, persons)
        again = sorted((cases.changed | set(touched)) - set(cases.created) - set(cases.gone))
        wanted = [*cases.created, *again]
        if wanted:
            await self._refresh(wanted)
        people = sorted(persons.changed | set(persons.created))
        if wanted or people or persons.gone:
            await self._refresh_people(wanted, people, persons.gone)
        if everything:
            await ReviewItems(self._connection).rebuild()
        else:
            await self._doubtful({*wanted, *cases.gone}, persons)

    async def _doubtful(self, cases: set[UUID], persons: Settled) -> None:
        """The rows of the queue that speak of whatever was written."""
        ends: dict[str, set[int]] = {"case": set(), "person": set()}
        for kind, a, b, *_ in (*self._found.gone, *self._found.came):
            ends[kind] |= {a, b}
        other = {*persons.created, *persons.changed, *persons.gone}
        await ReviewItems(self._connection).refresh(cases, other, ends["person"], ends["case"])

    async def _refresh(self, cases: Sequence[UUID]) -> None:
        """Many are joined as sets: of members written in this transaction the planner knows nothing, takes
        them for few and would look up a million one by one."""
        if len(cases) <= _BULK:
            await self._connection.execute(projection.REFRESH_CASES, cases)
            return
        await as_sets(self._connection, projection.REFRESH_MANY_CASES, cases)

    async def _refresh_people(
        self, cases: Sequence[UUID], persons: Sequence[UUID], gone: Sequence[UUID]
    ) -> None:
        """Of everybody in these cases, and of these persons, whichever cases they stand in."""
        if len(cases) + len(persons) <= _BULK:
            await self._connection.execute(person_projection.REFRESH_PERSONS, cases, persons, gone)
            return
        await as_sets(self._connection, person_projection.REFRESH_MANY_PERSONS, cases, persons, gone)

    def _many(self) -> bool:
        moved = sum(len(settled.moved) for settled in self._settled.values())
        return len(self._found.gone) + len(self._found.came) + moved > _BULK

    async def _copy_all(self) -> None:
        found = self._found
        dropped = [*found.gone, *found.changed]
        if dropped:
            await self._connection.execute(_DROP_EDGES, *_columns(3, dropped))
        await self._copy("edge", EDGE, found.came)
        await self._copy("judgement", JUDGEMENT, found.told)
        for kind, settled in self._settled.items():
            table, columns = _MEMBER_TABLE[kind]
            delete = f"DELETE FROM {table} WHERE {columns[0]} = ANY($1::bigint[])"  # noqa: S608  constants
            left = [node for node in settled.moved if node in settled.before]
            await self._connection.execute(delete, [*settled.removed, *left])
            await self._copy(table, columns, settled.moved.items())

    async def _entities(self, cases: Settled, persons: Settled) -> None:
        told: list[tuple[Any, ...]] = [("case", f.event, f.source, f.target) for f in cases.fates]
        told.extend(("person", f.event, f.source, f.target) for f in persons.fates)
        last = [(kind, *each) for kind, settled in self._settled.items() for each in settled.last_members()]
        revived = [*cases.revived, *persons.revived]
        if told or persons.created or persons.changed or revived:
            gone, changed = (cases.gone, persons.gone), sorted(persons.changed)
            entities = (*_columns(4, told), *gone, changed, persons.created)
            await self._connection.execute(_WRITE_ENTITIES, *entities, revived, *_columns(3, last))

    async def publish(self, record_ids: Sequence[int], touched: Mapping[Kind, Iterable[UUID]]) -> None:
        """The last step: tell the change feed of these records, and of the cases and persons they changed.

        ``touched`` have the members they had, one of which says something else now.
        """
        rows: list[tuple[str, str, str]] = []
        for kind, settled in self._settled.items():
            rows.extend(_events(kind, settled, touched[kind]))
        await self._connection.execute(_WRITE_CHANGES, *_columns(3, rows), list(record_ids))

    async def retell(self, cases: Sequence[UUID], persons: Sequence[UUID]) -> None:
        """Cases and persons of whom something else is told now, though their members are what they were."""
        await self._connection.execute(projection.REFRESH_CASES, list(cases))
        await self._refresh_people(list(cases), list(persons), [])
        await self._connection.execute(_CHANGED_PERSONS, list(persons))
        await ReviewItems(self._connection).refresh(cases, persons)
        told = [("case", "updated", str(each)) for each in cases]
        told += [("person", "updated", str(each)) for each in persons]
        await self._connection.execute(_WRITE_CHANGES, *_columns(3, told), [])

    async def decisions(self, decided: Iterable[Decision]) -> None:
        """Words of persons. They have no weight and no model, and stand until another word of a person."""
        rows = [(each.kind, *each.pair, each.outcome, each.judge, each.reason, each.act) for each in decided]
        await self._connection.execute(_WRITE_DECISIONS, *_columns(7, rows))

    @property
    def settled(self) -> Mapping[Kind, Settled]:
        """What ``members`` collected."""
        return self._settled

    async def _copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        await self._connection.copy_records_to_table(table, columns=columns, records=rows)


def _events(kind: Kind, settled: Settled, touched: Iterable[UUID]) -> Iterable[tuple[str, str, str]]:
    told: list[tuple[str, Iterable[UUID]]] = [
        ("created", settled.created),
        ("updated", sorted((settled.changed | set(touched)) - set(settled.created))),
    ]
    for event in Event:
        told.append((event, sorted({fate.source for fate in settled.fates if fate.event is event})))
    return ((kind, event, str(cluster_id)) for event, ids in told for cluster_id in ids)


def _standing(weight: float, judged: Judged | None) -> Standing:
    return Standing(weight, judged.verdict.value, judged.probability) if judged else Standing(weight)


def _columns(count: int, rows: Iterable[Sequence[Any]]) -> tuple[list[Any], ...]:
    """Rows turned into ``count`` arrays for ``unnest``."""
    turned = list(zip(*rows, strict=True))
    return tuple(list(column) for column in turned) if turned else tuple([] for _ in range(count))
