"""Candidates and weights of everything at once, set by set, in DuckDB. No names leave this process.

Mentions and records are known here by their place in the sorted list of their ids.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa

from app.reconciliation.batch_table import feature_table, pair_sql
from app.reconciliation.bulk import Ids, Keys
from app.reconciliation.held import Held
from app.reconciliation.resolve import Pair, linkable
from app.reconciliation.scoring import Model

# Bits that the context of one case may add at most, generously: what is below cannot reach the threshold.
_CONTEXT_MOST: Final = 16.0

_KEYED: Final = """
CREATE TABLE keyed AS
SELECT DISTINCT least(x.m, y.m) AS a, greatest(x.m, y.m) AS b
FROM mention_key x JOIN mention_key y ON x.key = y.key AND x.m < y.m
JOIN mention p ON p.m = x.m JOIN mention q ON q.m = y.m
WHERE p.r <> q.r
"""
_RECORD_PAIRS: Final = """
SELECT DISTINCT least(a, b) AS a, greatest(a, b) AS b FROM (
    SELECT x.r AS a, y.r AS b FROM record_key x JOIN record_key y ON x.key = y.key AND x.r < y.r
    UNION ALL
    SELECT p.r, q.r FROM keyed JOIN mention p ON p.m = keyed.a JOIN mention q ON q.m = keyed.b)
"""
_CROSS: Final = """
CREATE TABLE pairs AS
SELECT a, b FROM keyed
UNION
SELECT least(x.m, y.m), greatest(x.m, y.m)
FROM gated JOIN mention x ON x.r = gated.a JOIN mention y ON y.r = gated.b
"""
_FELLOWS: Final = """
CREATE TABLE fellow AS
SELECT x.m AS a, y.m AS b FROM grouped x JOIN grouped y ON x.c = y.c AND x.m < y.m
"""
_UNSCORED: Final = "CREATE TABLE more AS SELECT a, b FROM fellow ANTI JOIN scored USING (a, b)"
_LIKELY: Final = """
SELECT s.a, s.b, s.weight, true AS together
FROM fellow JOIN scored s USING (a, b) JOIN mention p ON p.m = s.a JOIN mention q ON q.m = s.b
WHERE s.weight >= $together OR p.hint OR q.hint
UNION ALL
SELECT s.a, s.b, s.weight, false
FROM keyed JOIN scored s USING (a, b) JOIN grouped x ON x.m = s.a JOIN grouped y ON y.m = s.b
WHERE x.c <> y.c AND s.weight >= $apart
"""


class BatchPairs:
    """One database in memory; ``close`` it."""

    def __init__(self, held: Held, mention_keys: Keys, record_keys: Keys, model: Model) -> None:
        self._model = model
        self._held = held
        self.records = np.array(sorted(held.records), dtype=np.int64)
        self.mentions = np.array(sorted(held.mentions), dtype=np.int64)
        self._database: Any = duckdb.connect(":memory:")
        self._register_mentions()
        self._register("mention_key", "m", mention_keys, self.mentions)
        self._register("record_key", "r", record_keys, self.records)

    def close(self) -> None:
        self._database.close()

    def record_pairs(self) -> list[Pair]:
        """Candidate pairs of records, as ids."""
        self._database.execute(_KEYED)
        found = self._database.execute(_RECORD_PAIRS).fetchnumpy()
        return list(zip(self.records[found["a"]].tolist(), self.records[found["b"]].tolist(), strict=True))

    def score(self, gated: Iterable[Pair]) -> dict[Pair, float]:
        """Weights of the cross pairs of mentions of the records given, and of those that share a key."""
        rows = np.array(list(gated), dtype=np.int64).reshape(-1, 2)
        left, right = (np.searchsorted(self.records, rows[:, side]) for side in (0, 1))
        self._table("gated", {"a": left, "b": right})
        self._database.execute(_CROSS)
        self._database.execute(f"CREATE TABLE scored AS {pair_sql(self._model)}")
        found = self._database.execute("SELECT a, b, weight FROM scored").fetchnumpy()
        return self._by_id(found)

    def likely(self, case_of: Mapping[int, int]) -> Iterable[tuple[int, int, float, bool]]:
        """Mention pairs that may reach the lower threshold: ids, weight, whether of one case."""
        records = [self._held.record_of[mention] for mention in self.mentions.tolist()]
        cases = np.array([case_of[record] for record in records], dtype=np.int64)
        self._table("grouped", {"m": np.arange(len(records)), "c": cases})
        self._database.execute(_FELLOWS)
        self._database.execute(_UNSCORED)
        self._database.execute(f"INSERT INTO scored {pair_sql(self._model, pairs='more')}")
        lower = self._model.person.lower
        limits = {"together": lower - _CONTEXT_MOST, "apart": lower - self._model.context.apart}
        found = self._database.execute(_LIKELY, limits).fetchnumpy()
        columns = (self.mentions[found["a"]], self.mentions[found["b"]], found["weight"], found["together"])
        return zip(*(column.tolist() for column in columns), strict=True)

    def _by_id(self, found: Mapping[str, Any]) -> dict[Pair, float]:
        a, b = self.mentions[found["a"]].tolist(), self.mentions[found["b"]].tolist()
        return dict(zip(zip(a, b, strict=True), found["weight"].tolist(), strict=True))

    def _register_mentions(self) -> None:
        ids = self.mentions.tolist()
        features = [self._held.mentions[mention] for mention in ids]
        records = np.array([self._held.record_of[mention] for mention in ids], dtype=np.int64)
        places = np.searchsorted(self.records, records)
        hints = pa.array([not linkable(f) for f in features], pa.bool_())
        self._table("mention", {"m": np.arange(len(ids)), "r": places, "hint": hints})
        self._database.register("features", feature_table(list(range(len(ids))), features, self._model))

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
        self._database.register(f"{name}_in", pa.table(arrays))
        self._database.execute(f"CREATE TABLE {name} AS SELECT * FROM {name}_in")  # noqa: S608  own names
