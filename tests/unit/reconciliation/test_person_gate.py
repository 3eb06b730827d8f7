"""Pairs of mentions that columns decide are decided as the rules decide them, one by one."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from app.reconciliation.batch_pairs import BatchPairs
from app.reconciliation.engine import DuckDBEngine
from app.reconciliation.features import ReportFeatures, report_features
from app.reconciliation.held import Held, HeldRecord
from app.reconciliation.neighbourhood import person_node
from app.reconciliation.person_gate import ASK, CAPPED, FREE, gate_sql
from app.reconciliation.resolve import person_cap, person_weight, refusal
from app.reconciliation.scoring import Model, weight
from app.world.world import World
from schemas.observations import Mention, Observation
from support.small_worlds import observations

MODEL = Model.load()
IDENTITY = ("paternal", "maternal", "given", "initials", "document", "birth_date", "protected_key", "alias")
OTHERS = ("sex", "nationality", "age_min", "age_max", "age_approximate", "role")


class Told(BatchPairs):
    """Counts what it asks the rules."""

    asked = 0

    def _ruled(self, *columns: NDArray[Any]) -> NDArray[np.float64]:
        self.asked += len(columns[0])
        return super()._ruled(*columns)


def gathered(seen: Sequence[Observation]) -> Held:
    held, mention = Held(), 0
    for number, observation in enumerate(seen):
        report: ReportFeatures = report_features(observation, number)
        held.add(HeldRecord(report, tuple(range(mention, mention + len(report.mentions)))))
        mention += len(report.mentions)
    return held


def everybody(held: Held) -> Told:
    """All under one key: all are candidates of all."""
    ids = [np.array(sorted(ids), dtype=np.int64) for ids in (held.mentions, held.records)]
    keys = tuple((np.ones(len(found), np.int64), found) for found in ids)
    return Told(held, (keys[0], keys[1]), MODEL, DuckDBEngine())


def hard(seed: int, mentions: int) -> list[Observation]:
    return list(World.generate(mentions=mentions, seed=seed, difficulty="hard").observations())


def small(seed: int) -> list[Observation]:
    random = Random(seed)
    return list({(seen.feed, seen.key): seen for seen in observations(random, 40)}.values())


def hybrids(seed: int) -> list[Observation]:
    """Records of a hard world three times over, their people mixed with others: half a name of another, a
    document lost, a sex changed."""
    random = Random(seed)
    seen = [one for one in hard(seed, 300) if one.mentions]
    pool = [mention for one in seen for mention in one.mentions]
    found = []
    for turn in range(3):
        for one in random.sample(seen, 60) if turn else seen[:60]:
            mixed = tuple(_mixed(random, mention, pool) for mention in one.mentions)
            found.append(one.model_copy(update={"key": f"{one.key}/{turn}", "mentions": mixed}))
    return found


def _mixed(random: Random, mention: Mention, pool: Sequence[Mention]) -> Mention:
    other = random.choice(pool)
    identity: dict[str, Any] = {}
    for name in IDENTITY:
        if (drawn := random.random()) < 0.2:
            identity[name] = None if drawn < 0.07 else getattr(other.identity, name)
    rest = {name: getattr(other, name) for name in OTHERS if random.random() < 0.1}
    return mention.model_copy(update={"identity": mention.identity.model_copy(update=identity), **rest})


def worlds() -> Iterator[Any]:
    for seed in range(6):
        yield pytest.param(small(seed), id=f"small-{seed}")
    for seed in (51, 52):
        yield pytest.param(hard(seed, 250), id=f"hard-{seed}")
    for seed in (53, 54):
        yield pytest.param(hybrids(seed), id=f"mixed-{seed}")


@pytest.mark.parametrize("seen", list(worlds()))
def test_free_pairs_break_no_rule_and_capped_ones_a_cap_alone(seen: list[Observation]) -> None:
    held = gathered(seen)
    pairs = everybody(held)
    ends = np.array(list(combinations(sorted(held.mentions), 2)), dtype=np.int64)
    told = [0, 0, 0]
    for together in (False, True):
        for strong in (False, True):
            columns = {"i": np.arange(len(ends)), "a": ends[:, 0], "b": ends[:, 1]}
            whole = {"together": np.full(len(ends), together), "strong": np.full(len(ends), strong)}
            pairs._engine.keep("asked", pa.table(columns | whole))
            rows = pairs._engine.rows(gate_sql(MODEL, "asked"))
            for i, said in zip(rows["i"].tolist(), rows["said"].tolist(), strict=True):
                told[said] += 1
                if said == ASK:
                    continue
                a, b = (person_node(held, end) for end in ends[i].tolist())
                assert refusal(a, b, together) is None
                assert not strong or (person_cap(a, b, together, MODEL) is None) == (said == FREE)
    pairs.close()
    assert all(told[said] for said in (ASK, FREE, CAPPED))


@pytest.mark.parametrize("seen", list(worlds()))
def test_edges_are_those_of_every_pair_by_itself(seen: list[Observation]) -> None:
    held, random = gathered(seen), Random(9)
    case_of = {record: random.choice((1, 2, record + 3)) for record in held.records}
    pairs = everybody(held)
    pairs.record_edges()
    found = pairs.person_edges(case_of)
    pairs.close()
    expected = {}
    for a, b in combinations(sorted(held.mentions), 2):
        together = case_of[held.record_of[a]] == case_of[held.record_of[b]]
        bits = person_weight(person_node(held, a), person_node(held, b), together, MODEL)
        if bits >= MODEL.between(held.role(a), held.role(b)).lower:
            expected[a, b] = bits, weight(held.mentions[a], held.mentions[b], MODEL)
    rows = zip(found.a.tolist(), found.b.tolist(), found.weights.tolist(), found.known.tolist(), strict=True)
    assert {(a, b): (bits, known) for a, b, bits, known in rows} == expected
    assert expected


def test_the_rules_are_asked_of_few() -> None:
    seen = list(World.generate(mentions=1_500, seed=55).observations())
    held = gathered(seen)
    pairs = everybody(held)
    pairs.record_edges()
    alone = {record: record for record in held.records}
    found = pairs.person_edges(alone)
    pairs.close()
    assert len(found.a) > 200
    assert pairs.asked < len(found.a) / 4
