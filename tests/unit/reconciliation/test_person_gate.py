"""Pairs of mentions that columns decide are decided as the rules decide them, one by one."""

from collections.abc import Iterator
from itertools import combinations
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from app.reconciliation.batch_pairs import BatchPairs
from app.reconciliation.kin import unfit
from app.reconciliation.neighbourhood import person_node
from app.reconciliation.person_gate import ASK, CAPPED, FREE, gate_sql
from app.reconciliation.resolve import person_cap, person_weight, refusal
from app.reconciliation.scoring import Model, weight
from app.world.world import World
from schemas.observations import Observation
from support.everybody import everybody, gathered, hard, mixed, small

MODEL = Model.load()


class Told(BatchPairs):
    """Counts what it asks the rules."""

    asked = 0

    def _ruled(self, *columns: NDArray[Any]) -> NDArray[np.float64]:
        self.asked += len(columns[0])
        return super()._ruled(*columns)


def worlds() -> Iterator[Any]:
    for seed in range(6):
        yield pytest.param(small(seed), id=f"small-{seed}")
    for seed in (51, 52):
        yield pytest.param(hard(seed, 250), id=f"hard-{seed}")
    for seed in (53, 54):
        yield pytest.param(mixed(seed), id=f"mixed-{seed}")


@pytest.mark.parametrize("seen", list(worlds()))
def test_free_pairs_break_no_rule_and_capped_ones_a_cap_alone(seen: list[Observation]) -> None:
    held = gathered(seen)
    pairs = everybody(held, MODEL)
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
    case_of = np.array([random.choice((1, 2, record + 3)) for record in held.records])
    pairs = everybody(held, MODEL)
    pairs.record_edges()
    found = pairs.person_edges(case_of)
    pairs.close()
    expected = {}
    for a, b in combinations(sorted(held.mentions), 2):
        together = case_of[held.record_of[a]] == case_of[held.record_of[b]]
        bits = person_weight(person_node(held, a), person_node(held, b), bool(together), MODEL)
        if bits >= MODEL.between(held.role(a), held.role(b)).lower:
            expected[a, b] = bits, weight(held.mentions[a], held.mentions[b], MODEL)
    told = zip(found.weights.tolist(), found.known.tolist(), strict=True)
    assert dict(zip(found.pairs(), told, strict=True)) == expected
    assert expected


@pytest.mark.parametrize("seed", [56, 57, 58])
def test_whoever_is_fit_in_pairs_is_fit_in_sides(seed: int) -> None:
    held, random = gathered(mixed(seed)), Random(seed)
    pairs = everybody(held, MODEL)
    pairs.record_edges()
    found = pairs.person_edges(np.zeros(len(held.records), np.int64))
    pairs.close()
    beside: dict[int, set[int]] = {}
    for a, b in found.where(found.fit).pairs():
        beside.setdefault(a, set()).add(b)
        beside.setdefault(b, set()).add(a)
    looked = 0
    for start in sorted(beside):
        group = [start]
        for other in random.sample(sorted(beside[start]), len(beside[start])):
            if all(other in beside[one] for one in group):
                group.append(other)
        for cut in range(1, len(group)):
            sides = ([held.mentions[one] for one in side] for side in (group[:cut], group[cut:]))
            assert not unfit(*sides, MODEL.terms)
            looked += len(group) > 2
    assert looked > 50


def test_the_rules_are_asked_of_few() -> None:
    held = gathered(World.generate(mentions=1_500, seed=55).observations())
    pairs = everybody(held, MODEL, Told)
    pairs.record_edges()
    found = pairs.person_edges(np.arange(len(held.records)))
    pairs.close()
    assert len(found.a) > 200
    assert pairs.asked < len(found.a) / 4
