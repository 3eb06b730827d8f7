"""Writing what linking concluded: edges and the ledger of judgements, members, redirects, the change feed.

Only differences are written, so that linking twice writes once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from uuid import UUID

from app.reconciliation import projection
from app.reconciliation.identity import Event
from app.reconciliation.neighbourhood import Kind, Settled, Weights
from app.reconciliation.repository import Edges, Standing
from app.reconciliation.resolve import Judged, Pair, pair

_BULK: Final = 2000  # rows from which COPY is worth its extra trips
_MACHINE: Final = "machine"

_WRITE_EDGES: Final = """
WITH gone AS (
    DELETE FROM edge e USING unnest($2::bigint[], $3::bigint[]) AS g (a, b)
    WHERE e.kind = $1 AND e.a = g.a AND e.b = g.b
), came AS (
    INSERT INTO edge (kind, a, b, weight, outcome, probability)
    SELECT $1, n.* FROM unnest($4::bigint[], $5::bigint[], $6::float8[], $7::text[], $8::float8[]) AS n
    ON CONFLICT (kind, a, b) DO UPDATE
    SET weight = excluded.weight, outcome = excluded.outcome, probability = excluded.probability
)
INSERT INTO judgement (kind, a, b, outcome, weight, probability, model, judge)
SELECT $1, n.*, $14, 'machine'
FROM unnest($9::bigint[], $10::bigint[], $11::text[], $12::float8[], $13::float8[]) AS n
"""

_WRITE_DECISION: Final = """
INSERT INTO judgement (kind, a, b, outcome, judge, reason) VALUES ($1, $2, $3, $4, $5, $6)
"""

_DROP_EDGES: Final = """
DELETE FROM edge e USING unnest($2::bigint[], $3::bigint[]) AS g (a, b)
WHERE e.kind = $1 AND e.a = g.a AND e.b = g.b
"""

_WRITE_MEMBERS: Final = {
    "case": """
WITH gone AS (DELETE FROM case_member WHERE record_id = ANY($1::bigint[]))
INSERT INTO case_member (record_id, case_id) SELECT * FROM unnest($2::bigint[], $3::uuid[])
ON CONFLICT (record_id) DO UPDATE SET case_id = excluded.case_id
""",
    "person": """
WITH gone AS (DELETE FROM person_member WHERE mention_id = ANY($1::bigint[]))
INSERT INTO person_member (mention_id, person_id) SELECT * FROM unnest($2::bigint[], $3::uuid[])
ON CONFLICT (mention_id) DO UPDATE SET person_id = excluded.person_id
""",
}
_MEMBER_TABLE: Final = {
    "case": ("case_member", ("record_id", "case_id")),
    "person": ("person_member", ("mention_id", "person_id")),
}

_WRITE_ENTITIES: Final = """
WITH told AS (
    INSERT INTO redirect (kind, event, from_id, to_id)
    SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::uuid[])
), no_case AS (DELETE FROM case_entity WHERE id = ANY($5::uuid[])
), no_person AS (DELETE FROM person_entity WHERE id = ANY($6::uuid[])
), changed AS (UPDATE person_entity SET changed_at = now() WHERE id = ANY($7::uuid[]))
INSERT INTO person_entity (id) SELECT unnest($8::uuid[])
"""

# The cursor's row lock is held to the end of the transaction: positions appear in order and without a gap.
_WRITE_CHANGES: Final = """
WITH handed AS (UPDATE change_cursor SET last = last + $4 RETURNING last - $4 AS base)
INSERT INTO change (position, kind, event, entity_id)
SELECT handed.base + n.place, n.kind, n.event, n.entity_id
FROM handed, unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS n (kind, event, entity_id, place)
"""


@dataclass(frozen=True, slots=True)
class Decision:
    """A reviewer's binding word on a pair of records (case) or of mentions (person)."""

    kind: Kind
    a: int
    b: int
    outcome: Literal["same", "different", "withdrawn"]
    judge: str
    reason: str | None = None

    @property
    def pair(self) -> Pair:
        return pair(self.a, self.b)


@dataclass(slots=True)
class Changes:
    """What the feed will say, in order."""

    rows: list[tuple[str, str, str]] = field(default_factory=list)  # kind, event, entity

    def partition(self, kind: Kind, settled: Settled, touched: Iterable[UUID]) -> None:
        """``touched`` clusters have the members they had, and one of those says something else now."""
        self._add(kind, "created", settled.created)
        self._add(kind, "updated", sorted((settled.changed | set(touched)) - set(settled.created)))
        for event in Event:
            self._add(kind, event, sorted({fate.source for fate in settled.fates if fate.event is event}))

    def records(self, names: Iterable[tuple[str, bool]]) -> None:
        self.rows.extend(("record", "created" if first else "updated", name) for name, first in names)

    def _add(self, kind: Kind, event: str, ids: Iterable[UUID]) -> None:
        self.rows.extend((kind, event, str(cluster_id)) for cluster_id in ids)


class Ledger:
    """Writes inside the caller's transaction, whose last step is ``publish``."""

    def __init__(self, connection: Any, model: str) -> None:
        self._connection = connection
        self._model = model

    async def edges(self, kind: Kind, before: Edges, weights: Weights, judged: dict[Pair, Judged]) -> None:
        """Let ``weights`` stand where ``before`` stood; the ledger says what came, changed or ended."""
        after = {key: _standing(weight, judged.get(key)) for key, weight in sorted(weights.items())}
        gone = sorted(key for key in before if key not in after)
        came = {key: now for key, now in after.items() if before.get(key) != now}
        told = [(*key, "withdrawn", None, None) for key in gone if before[key].outcome is not None]
        told.extend(_told(key, now, judged) for key, now in came.items() if _news(before.get(key), now))
        if len(gone) + len(came) > _BULK:
            await self._copy_edges(kind, [*gone, *(key for key in came if key in before)], came, told)
        elif gone or came:
            columns = (*_columns(2, gone), *_columns(5, (_row(key, now) for key, now in came.items())))
            await self._connection.execute(_WRITE_EDGES, kind, *columns, *_columns(5, told), self._model)

    async def _copy_edges(
        self, kind: Kind, dropped: Sequence[Pair], came: Edges, told: Sequence[tuple[Any, ...]]
    ) -> None:
        if dropped:
            await self._connection.execute(_DROP_EDGES, kind, *_columns(2, dropped))
        await self._copy(
            "edge",
            ("kind", "a", "b", "weight", "outcome", "probability"),
            ((kind, *_row(key, now)) for key, now in came.items()),
        )
        await self._copy(
            "judgement",
            ("kind", "a", "b", "outcome", "weight", "probability", "model", "judge"),
            ((kind, *row, self._model, _MACHINE) for row in told),
        )

    async def members(self, kind: Kind, settled: Settled) -> None:
        came = sorted(settled.moved.items())
        if len(came) > _BULK:
            table, columns = _MEMBER_TABLE[kind]
            dropped = [*settled.removed, *settled.moved]
            delete = f"DELETE FROM {table} WHERE {columns[0]} = ANY($1::bigint[])"  # noqa: S608  constants
            await self._connection.execute(delete, dropped)
            await self._copy(table, columns, came)
        elif settled.removed or came:
            await self._connection.execute(_WRITE_MEMBERS[kind], settled.removed, *_columns(2, came))

    async def entities(self, cases: Settled, persons: Settled, touched: Sequence[UUID]) -> None:
        """Redirects; persons come and go; cases go, and those changed or ``touched`` are computed anew."""
        told = [("case", f.event, f.source, f.target) for f in cases.fates]
        told.extend(("person", f.event, f.source, f.target) for f in persons.fates)
        if told or persons.created or persons.changed:
            await self._connection.execute(
                _WRITE_ENTITIES,
                *_columns(4, told),
                cases.gone,
                persons.gone,
                sorted(persons.changed),
                persons.created,
            )
        again = sorted((cases.changed | set(touched)) - set(cases.created) - set(cases.gone))
        if cases.created or again:
            await self._connection.execute(projection.REFRESH_CASES, [*cases.created, *again])

    async def decision(self, decided: Decision) -> None:
        """A person's word. It has no weight and no model, and stands until another word of a person."""
        await self._connection.execute(
            _WRITE_DECISION, decided.kind, *decided.pair, decided.outcome, decided.judge, decided.reason
        )

    async def publish(self, changes: Changes) -> None:
        if changes.rows:
            columns = _columns(3, changes.rows)
            await self._connection.execute(_WRITE_CHANGES, *columns, len(changes.rows))

    async def _copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        await self._connection.copy_records_to_table(table, columns=columns, records=rows)


def _standing(weight: float, judged: Judged | None) -> Standing:
    return Standing(weight, judged.verdict.value, judged.probability) if judged else Standing(weight)


def _row(key: Pair, now: Standing) -> tuple[Any, ...]:
    return (*key, now.weight, now.outcome, now.probability)


def _news(before: Standing | None, now: Standing) -> bool:
    """Whether the judgement is another, not only the edge's own weight."""
    said = (before.outcome, before.probability) if before else (None, None)
    return said != (now.outcome, now.probability)


def _told(key: Pair, now: Standing, judged: dict[Pair, Judged]) -> tuple[Any, ...]:
    if now.outcome is None:
        return (*key, "withdrawn", None, None)
    return (*key, now.outcome, judged[key].weight, now.probability)


def _columns(count: int, rows: Iterable[Sequence[Any]]) -> tuple[list[Any], ...]:
    """Rows turned into ``count`` arrays for ``unnest``."""
    turned = list(zip(*rows, strict=True))
    return tuple(list(column) for column in turned) if turned else tuple([] for _ in range(count))
