"""Candidates and weights of everything at once, set by set, on an engine.

Mentions and records are known here by their place in the sorted list of their ids.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.reconciliation import batch_sql
from app.reconciliation.batch_table import feature_table, pair_sql
from app.reconciliation.bulk import Keys
from app.reconciliation.columns import Bits, Flags, Ids, PairEdges
from app.reconciliation.engine import Columns, Engine
from app.reconciliation.features import MentionFeatures
from app.reconciliation.held import Held
from app.reconciliation.neighbourhood import person_node
from app.reconciliation.person_gate import ASK, CAPPED, FREE, gate_sql
from app.reconciliation.report_gate import (
    cited_table,
    following_sql,
    hopeful,
    levels_sql,
    report_table,
    step,
    weighed,
)
from app.reconciliation.reports import PERSON_MIN, edge_weight, people_level, tells
from app.reconciliation.resolve import PersonNode, capped, linkable, person_weight
from app.reconciliation.scoring import Model
from app.reconciliation.setting import Setting
from schemas.vocabulary import Feed, Role

PeopleWeights = list[tuple[float, int, int]]  # weight, order of mention here and there
_AT_A_TIME: Final = 200_000  # pairs of records
_OF_PROSPECTS: Final = ("a", "b", "turned", "code")
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
        self._calls = np.array([report.feed == Feed.LINEA_1818 for report in reports], dtype=np.bool_)
        self._table("report", report_table(range(len(reports)), reports))
        self._table("cited", cited_table(range(len(reports)), reports))
        self._register("mention_key", "m", keys[0], self.mentions)
        self._register("record_key", "r", keys[1], self.records)

    def close(self) -> None:
        self._engine.close()

    def record_edges(self) -> PairEdges:
        """Pairs of records at or above the lower threshold; those that both make a case as ``edge_weight``
        has them one by one."""
        self._engine.make("keyed", batch_sql.KEYED)
        self._engine.drop("mention_key")
        self._engine.make("scored", pair_sql(self._model, pairs="keyed"))
        self._engine.make("found", batch_sql.RECORD_PAIRS)
        self._engine.drop("record_key")
        self._engine.make("levelled", levels_sql("found"))
        following = self._engine.rows(following_sql("found"))
        self._engine.drop("found")
        edges = self._weighed(self._prospects())
        self._engine.drop("levelled")
        return PairEdges.joined(*edges, self._following(following["a"], following["b"]))

    def _prospects(self) -> Columns:
        codes = self._engine.rows("SELECT DISTINCT code FROM levelled")["code"]
        self._table("hopeful", {"code": hopeful(codes, self._model)})
        return self._engine.rows(batch_sql.PROSPECTS)

    def _weighed(self, found: Columns) -> Iterator[PairEdges]:
        """Some at a time: their people take much room."""
        for start in range(0, len(found["code"]), _AT_A_TIME):
            a, b, turned, codes = (found[name][start : start + _AT_A_TIME] for name in _OF_PROSPECTS)
            codes = codes + self._people(np.where(turned, b, a), np.where(turned, a, b))
            yield self._edges(a, b, *weighed(codes, self._model))

    def _following(self, a: Ids, b: Ids) -> PairEdges:
        """Of records of which one makes no case. Their weight alone says what they are to each other."""
        report = self._held.report
        pairs = zip(self.records[a].tolist(), self.records[b].tolist(), strict=True)
        weights = np.array([edge_weight(report(x), report(y), self._model) for x, y in pairs], np.float64)
        return self._edges(a, b, weights, weights)

    def _edges(self, a: Ids, b: Ids, weights: Bits, known: Bits) -> PairEdges:
        fit = np.ones(len(a), np.bool_)
        found = PairEdges(self.records[a], self.records[b], weights, known, fit)
        return found.where(weights >= self._model.case.lower)

    def _people(self, first: Ids, second: Ids) -> Ids:
        """What the people of each pair of records (by place, the lower name first) add to its code."""
        calls = self._calls[first] | self._calls[second]
        self._table("prospect", {"p": np.arange(len(first)), "a": first, "b": second})
        self._engine.make("crossed", batch_sql.CROSS)
        self._engine.make("pairs", batch_sql.PAIRS)
        self._engine.add("scored", pair_sql(self._model))
        self._engine.make("weighed", batch_sql.WEIGHED)
        found = np.zeros(len(first), np.int64)
        for role, part in ((Role.VICTIM, "victims"), (Role.SUSPECT, "suspects")):
            levels = np.full(len(first), step(part, "unknown"))
            self._alone(role, part, calls, levels)
            self._several(role, part, calls, levels)
            found += levels
        return found

    def _alone(self, role: str, part: str, calls: Flags, levels: Ids) -> None:
        """Pairs of records of whose people one pair at most can be aligned: its weight tells."""
        found = self._engine.rows(batch_sql.SIMPLE.format(least=PERSON_MIN, role=role))
        different, place = np.unique(found["most"], return_inverse=True)
        for of_calls in (False, True):
            said = [step(part, people_level([(bits, 0, 0)], of_calls)) for bits in different.tolist()]
            these = calls[found["p"]] == of_calls
            levels[found["p"][these]] = np.array(said, np.int64)[place[these]]

    def _several(self, role: str, part: str, calls: Flags, levels: Ids) -> None:
        """The others: every weight that can be part of an alignment."""
        found = self._engine.rows(batch_sql.SEVERAL.format(least=PERSON_MIN, role=role))
        people: dict[int, PeopleWeights] = {}
        rows = (found[name].tolist() for name in ("p", "weight", "here", "there"))
        for place, *pair in zip(*rows, strict=True):
            people.setdefault(place, []).append(tuple(pair))
        for place, weights in people.items():
            levels[place] = step(part, people_level(weights, bool(calls[place])))

    def person_edges(self, case_of: Ids) -> PairEdges:
        """Pairs of mentions at or above the lower threshold, as ``person_weight`` has them one by one; what
        is known of each is its weight without context. ``case_of``: of every record by its place."""
        found = self._likely(case_of)
        context = self._context(found["setting"])
        weights = found["weight"] + context
        upper, lower = (self._limit(found["victims"], name) for name in ("upper", "lower"))
        asked = (weights >= lower) | found["paper"] | ~found["linkable"]
        found = {name: column[asked] for name, column in found.items()}
        whole, upper, lower = weights[asked], upper[asked], lower[asked]
        said, fit = self._said(found, whole > upper)
        weights = np.where(said == CAPPED, upper, whole)
        ask = np.flatnonzero((said == ASK) | (found["paper"] & (weights < upper)))
        weights[ask] = self._ruled(*(found[name][ask] for name in ("a", "b", "together", "weight")))
        fit &= (whole > upper) & ((said == FREE) | ((weights == whole) & ~found["paper"]))
        ids = self.mentions[found["a"]], self.mentions[found["b"]]
        return PairEdges(*ids, weights, found["weight"], fit).where(weights >= lower)

    def _likely(self, case_of: Ids) -> Columns:
        self._table("grouped", {"m": np.arange(len(self.mentions)), "c": case_of[self._record_at]})
        self._engine.make("fellow", batch_sql.FELLOWS)
        self._engine.make("more", batch_sql.UNSCORED)
        self._engine.add("scored", pair_sql(self._model, pairs="more"))
        return self._engine.rows(batch_sql.LIKELY.format(**_limits(self._model)))

    def _context(self, settings: Ids) -> Bits:
        different, place = np.unique(settings, return_inverse=True)
        bits = [Setting.of(code).bits(self._model) for code in different.tolist()]
        return np.array(bits, np.float64)[place]

    def _limit(self, victims: Flags, name: str) -> Bits:
        """The most under a cap, or the lower threshold, of every pair."""
        of = (self._model.victim, self._model.suspect)
        ours, others = (capped(each) if name == "upper" else each.lower for each in of)
        return np.where(victims, ours, others)

    def _said(self, found: Columns, strong: Flags) -> tuple[Ids, Flags]:
        """ASK, FREE or CAPPED, of every pair; and which of those that are free are fit."""
        columns = {name: found[name] for name in ("a", "b", "together")}
        self._table("weighty", {"i": np.arange(len(strong)), "strong": strong} | columns)
        rows = self._engine.rows(gate_sql(self._model, "weighty"))
        said, fit = np.full(len(strong), ASK, np.int64), np.zeros(len(strong), np.bool_)
        said[rows["i"]] = rows["said"]
        fit[rows["i"]] = rows["fit"]
        return said, fit

    def _ruled(self, *columns: NDArray[Any]) -> Bits:
        """``person_weight`` of pairs (a, b, whether of one case, weight) of which it has to be asked."""
        nodes: dict[int, PersonNode] = {}

        def node(place: int) -> PersonNode:
            if place not in nodes:
                nodes[place] = person_node(self._held, int(self.mentions[place]))
            return nodes[place]

        rows = zip(*(column.tolist() for column in columns), strict=True)
        found = [
            person_weight(node(a), node(b), together, self._model, bits) for a, b, together, bits in rows
        ]
        return np.array(found, np.float64)

    def _register_mentions(self) -> None:
        ids = self.mentions.tolist()
        features = [self._held.mentions[mention] for mention in ids]
        records = np.array([self._held.record_of[mention] for mention in ids], dtype=np.int64)
        self._record_at = np.searchsorted(self.records, records)
        columns: dict[str, Any] = {
            "m": np.arange(len(ids)),
            "r": self._record_at,
            "place": pa.array([f.order for f in features], pa.int32()),
            "role": pa.array([f.role for f in features], pa.string()),
            "tells": pa.array([tells(f) for f in features], pa.bool_()),
            "alias": pa.array([f.alias for f in features], pa.string()),
            "linkable": pa.array([linkable(f) for f in features], pa.bool_()),
            "nameable": pa.array([f.nameable for f in features], pa.bool_()),
            "secret": pa.array([f.protected_key or None for f in features], pa.string()),
            "of_role": self._counted(ids),
            "paper": pa.array([_paper(f) for f in features], pa.string()),
        }
        self._table("mention", columns)
        self._engine.keep("features", feature_table(range(len(ids)), features, self._model))

    def _counted(self, ids: Sequence[int]) -> "pa.Array[Any]":
        """How many of its role the record of each mention names."""
        record_of, mentions = self._held.record_of, self._held.mentions
        ends = [(record_of[mention], mentions[mention].role) for mention in ids]
        return pa.array(map(Counter(ends).__getitem__, ends), pa.int64())

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
