"""What was counted as an answer, and as its JSON. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime

import orjson

from app.statistics.cube.answering import Counted
from schemas.query import Answer, MeasureOf, Query, Row


def as_answer(
    query: Query, measures: Sequence[MeasureOf], told: Counted, position: int, at: datetime
) -> Answer:
    rows = zip(told.words, told.values, strict=True)
    return Answer.model_construct(
        query=query,
        measures=tuple(measures),
        rows=tuple(Row.model_construct(codes=codes, values=values) for codes, values in rows),
        totals=told.totals,
        position=position,
        counted_at=at,
    )


def as_json(query: Query, measures: Sequence[MeasureOf], told: Counted, position: int, at: datetime) -> bytes:
    """The same answer, as it leaves."""
    rows = zip(told.words, told.values, strict=True)
    return orjson.dumps(
        {
            "query": query.model_dump(mode="json"),
            "measures": [each.model_dump(mode="json") for each in measures],
            "rows": [{"codes": codes, "values": values} for codes, values in rows],
            "totals": told.totals,
            "position": position,
            "counted_at": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        }
    )
