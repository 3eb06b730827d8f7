"""Levels of pairs of records in SQL, and edges in columns, are those of the rules, pair by pair."""

from itertools import combinations
from random import Random

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from app.reconciliation import reports
from app.reconciliation.features import ReportFeatures, report_features
from app.reconciliation.report_gate import (
    STEPS,
    cited_table,
    following_sql,
    hopeful,
    levels_of,
    levels_sql,
    report_table,
    step,
    weighed,
)
from app.reconciliation.scoring import Model
from app.world.world import World
from schemas.observations import Observation
from support.everybody import everybody, gathered, hard
from support.everybody import small as small_world
from support.small_worlds import observations

MODEL = Model.load()
PEOPLE = ("victims", "suspects")


def small() -> list[ReportFeatures]:
    return [report_features(seen, n) for n, seen in enumerate(observations(Random(3), 120))]


def large() -> list[ReportFeatures]:
    world = World.generate(mentions=700, seed=44, difficulty="hard")
    return [report_features(seen, n) for n, seen in enumerate(world.observations())]


@pytest.fixture(scope="module", params=[small, large], ids=["small", "large"])
def held(request: pytest.FixtureRequest) -> list[ReportFeatures]:
    found: list[ReportFeatures] = request.param()
    return found


@pytest.fixture
def database(held: list[ReportFeatures]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.register("report", pa.table(report_table(range(len(held)), held)))
    connection.register("cited", pa.table(cited_table(range(len(held)), held)))
    a, b = zip(*combinations(range(len(held)), 2), strict=True)
    connection.register("found", pa.table({"a": a, "b": b}))
    return connection


def test_every_pair_falls_into_the_levels_of_the_rules(
    held: list[ReportFeatures], database: duckdb.DuckDBPyConnection
) -> None:
    rows = database.execute(levels_sql("found")).fetchall()
    seen = set()
    for a, b, turned, code in rows:
        levels = levels_of(code)
        bare = {part: level for part, level in levels.items() if part not in PEOPLE}
        assert bare == reports.cheap_levels(held[a], held[b])
        assert turned == (held[b].name < held[a].name)
        seen |= set(bare.items())
    assert len(rows) == sum(x.makes_case and y.makes_case for x, y in combinations(held, 2))
    assert len(seen) > 26


def test_every_call_that_follows_another_is_looked_at(
    held: list[ReportFeatures], database: duckdb.DuckDBPyConnection
) -> None:
    rows = set(database.execute(following_sql("found")).fetchall())
    following = {
        (a, b)
        for a, b in combinations(range(len(held)), 2)
        if reports.follows(held[a], held[b]) or reports.follows(held[b], held[a])
    }
    assert following
    assert following <= rows
    assert all(not (held[a].makes_case and held[b].makes_case) for a, b in rows)


def test_codes_say_levels_and_weigh_what_the_rules_say() -> None:
    random = Random(5)
    codes = []
    for _ in range(3_000):
        levels = {part: random.choice(said) for part, said in reports.PARTS.items()}
        codes.append(sum(step(part, level) for part, level in levels.items()))
        assert levels_of(codes[-1]) == levels
    bare = np.array([code % STEPS["victims"] for code in codes])
    passed = set(hopeful(np.unique(bare), MODEL).tolist())
    weights, known = weighed(np.array(codes), MODEL)
    for code, without, weight, evidence in zip(codes, bare.tolist(), weights, known, strict=True):
        levels = levels_of(code)
        victims, suspects = levels.pop("victims"), levels.pop("suspects")
        prospect = reports.prospect_of(levels, MODEL)
        assert (prospect is not None) == (without in passed)
        if prospect is not None:
            assert weight == reports.concluded(prospect, victims, suspects, MODEL)
            assert evidence == reports.evidence(prospect, victims, suspects, MODEL)
    assert 0 < len(passed) < len(set(bare.tolist()))


@pytest.mark.parametrize("seen", [*(small_world(seed) for seed in range(12)), hard(45, 500), hard(46, 500)])
def test_edges_are_those_of_every_pair_by_itself(seen: list[Observation]) -> None:
    held = gathered(seen)
    pairs = everybody(held, MODEL)
    found = pairs.record_edges()
    pairs.close()
    records = [held.report(record) for record in sorted(held.records)]
    weights = {
        (a.record_id, b.record_id): reports.edge_weight(a, b, MODEL) for a, b in combinations(records, 2)
    }
    expected = {key: weight for key, weight in weights.items() if weight >= MODEL.case.lower}
    assert dict(zip(found.pairs(), found.weights.tolist(), strict=True)) == expected
    for (a, b), known in zip(found.pairs(), found.known.tolist(), strict=True):
        if records[a].makes_case and records[b].makes_case:
            assert known == reports.report_weight(records[a], records[b], MODEL).evidence
    assert expected
