"""What was counted as an answer, and as its JSON. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import orjson

from app.statistics.cube.answering import Counted
from app.statistics.periods import cut, running
from schemas.query import Answer, MeasureOf, Query, Row


@dataclass(frozen=True, slots=True)
class Said:
    """What every form of an answer says beside its figures."""

    query: Query
    measures: Sequence[MeasureOf]
    position: int
    at: datetime
    today: date  # of Lima


def as_answer(said: Said, told: Counted) -> Answer:
    rows = zip(told.words, told.values, strict=True)
    return Answer.model_construct(
        query=said.query,
        measures=tuple(said.measures),
        rows=tuple(Row.model_construct(codes=codes, values=values) for codes, values in rows),
        totals=told.totals,
        unfinished=running(said.query, told.words, said.today),
        partial=cut(said.query, told.words, said.today),
        position=said.position,
        counted_at=said.at,
    )


def as_json(said: Said, told: Counted) -> bytes:
    """The same answer, as it leaves."""
    rows = zip(told.words, told.values, strict=True)
    return orjson.dumps(
        {
            "query": said.query.model_dump(mode="json"),
            "measures": [each.model_dump(mode="json") for each in said.measures],
            "rows": [{"codes": codes, "values": values} for codes, values in rows],
            "totals": told.totals,
            "unfinished": running(said.query, told.words, said.today),
            "partial": cut(said.query, told.words, said.today),
            "position": said.position,
            "counted_at": said.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        }
    )
