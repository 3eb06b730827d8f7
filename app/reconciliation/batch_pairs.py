"""Candidates and weights of everything at once, set by set, on an engine.

Mentions and records are known here by their place in the sorted list of their ids.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from app.reconciliation import batch_sql
from app.reconciliation.batch_table import feature_table, pair_sql
from app.reconciliation.bulk import Ids, Keys
from app.reconciliation.engine import Engine
from app.reconciliation.features import MentionFeatures
from app.reconciliation.held import Held
from app.reconciliation.report_gate import cited_table, gate_sql, report_table
from app.reconciliation.reports import PERSON_MIN, tells
from app.reconciliation.resolve import Pair, linkable
from app.reconciliation.scoring import Model

PeopleWeights = list[tuple[float, int, int]]  # weight, order of mention here and there
_AT_A_TIME: Final = 200_000  # pairs of records
_MARGIN: Final = 1e-6  # bits: limits are computed another way than weights


class BatchPairs:
    """Over an engine of its own; ``close`` it."""

    def __init__(self, held: Held, keys: tuple[Keys, Keys], model: Model, engine: Engine) -> None:
        """``keys``: of mentions and of records."""
        self._model = model
        self._held = held
        self.records = np.array(sorted(held.records), dtype=np.int64)
        self.mentions = np.array(sorted(held.mentions), dtype=np.int64)
        self._engine = engine
        self._register_mentions()
        reports = [held.records[record].report for record in self.records.tolist()]
        self._table("report", report_table(range(len(reports)), reports))
        self._table("cited", cited_table(range(len(reports)), reports))
        self._register("mention_key", "m", keys[0], self.mentions)
        self._register("record_key", "r", keys[1], self.records)

    def close(self) -> None:
        self._engine.close()

    def record_pairs(self) -> Iterator[list[Pair]]:
        """Candidate pairs of records that may be one case, as ids, some at a time: they take much room."""
        self._engine.make("keyed", batch_sql.KEYED)
        self._engine.drop("mention_key")
        self._engine.make("scored", pair_sql(self._model, pairs="keyed"))
        self._engine.make("found", batch_sql.RECORD_PAIRS)
        found = self._engine.rows(gate_sql(self._model, "found"))
        self._engine.drop("found")
        self._engine.drop("record_key")
        for start in range(0, len(found["a"]), _AT_A_TIME):
            some = slice(start, start + _AT_A_TIME)
            a, b = (self.records[found[side][some]].tolist() for side in ("a", "b"))
            yield list(zip(a, b, strict=True))

    def people(self, prospects: Sequence[Pair]) -> dict[tuple[int, str], PeopleWeights]:
        """For each pair of records by its place, and each role: what its people weigh against each other.

        Only what decides: every weight that can be part of an alignment, or the highest where none can.
        """
        rows = np.array(prospects, dtype=np.int64).reshape(-1, 2)
        left, right = (np.searchsorted(self.records, rows[:, side]) for side in (0, 1))
        self._table("prospect", {"p": np.arange(len(rows)), "a": left, "b": right})
        self._engine.make("crossed", batch_sql.CROSS)
        self._engine.make("pairs", batch_sql.PAIRS)
        self._engine.add("scored", pair_sql(self._model))
        self._engine.make("weighed", batch_sql.WEIGHED)
        found: dict[tuple[int, str], PeopleWeights] = {}
        for place, role, most in self._rows(batch_sql.SIMPLE.format(least=PERSON_MIN)):
            found[(place, role)] = [(most, 0, 0)]
        for place, role, weight, here, there in self._rows(batch_sql.SEVERAL.format(least=PERSON_MIN)):
            found.setdefault((place, role), []).append((weight, here, there))
        return found

    def likely(self, case_of: Mapping[int, int]) -> Iterable[tuple[int, int, float, bool]]:
        """Mention pairs that may reach the lower threshold: ids, weight, whether of one case."""
        records = [self._held.record_of[mention] for mention in self.mentions.tolist()]
        cases = np.array([case_of[record] for record in records], dtype=np.int64)
        self._table("grouped", {"m": np.arange(len(records)), "c": cases})
        self._engine.make("fellow", batch_sql.FELLOWS)
        self._engine.make("more", batch_sql.UNSCORED)
        self._engine.add("scored", pair_sql(self._model, pairs="more"))
        found = self._engine.rows(batch_sql.LIKELY.format(**_limits(self._model)))
        columns = (self.mentions[found["a"]], self.mentions[found["b"]], found["weight"], found["together"])
        return zip(*(column.tolist() for column in columns), strict=True)

    def _rows(self, select: str) -> Iterable[tuple[Any, ...]]:
        columns = self._engine.rows(select).values()
        return zip(*(column.tolist() for column in columns), strict=True)

    def _register_mentions(self) -> None:
        ids = self.mentions.tolist()
        features = [self._held.mentions[mention] for mention in ids]
        records = np.array([self._held.record_of[mention] for mention in ids], dtype=np.int64)
        columns: dict[str, Any] = {
            "m": np.arange(len(ids)),
            "r": np.searchsorted(self.records, records),
            "place": pa.array([f.order for f in features], pa.int32()),
            "role": pa.array([f.role for f in features], pa.string()),
            "tells": pa.array([tells(f) for f in features], pa.bool_()),
            "alias": pa.array([f.alias for f in features], pa.string()),
            "linkable": pa.array([linkable(f) for f in features], pa.bool_()),
            "local": pa.array([f.protected_key is not None for f in features], pa.bool_()),
            "paper": pa.array([_paper(f) for f in features], pa.string()),
        }
        self._table("mention", columns)
        self._engine.keep("features", feature_table(range(len(ids)), features, self._model))

    def _register(self, table: str, column: str, keys: Keys, known: Ids) -> None:
        values, owners = keys
        if not len(known):
            values, owners = values[:0], owners[:0]
        place = np.searchsorted(known, owners)
        here = place < len(known)
        here[here] = known[place[here]] == owners[here]
        self._table(table, {"key": values[here], column: place[here]})

    def _table(self, name: str, columns: Mapping[str, Any]) -> None:
        arrays = {
            column: values if isinstance(values, pa.Array) else pa.array(values)
            for column, values in columns.items()
        }
        self._engine.keep(name, pa.table(arrays))


def _paper(features: MentionFeatures) -> str | None:
    return features.document and f"{features.document_type}|{features.document}"


def _limits(model: Model) -> dict[str, float]:
    """The least weight that can reach the lower threshold, by the most that its context can add."""
    context, lower = model.context, model.person.lower - _MARGIN
    most = math.log2(context.overlap / (1.0 - context.overlap)) + max(context.nameless, 0.0)
    return {
        "together": lower - most,
        "local": lower - most - max(context.key_equal, context.key_differs, 0.0),
        "other_role": lower - context.other_role,
        "apart": lower - context.apart,
    }
