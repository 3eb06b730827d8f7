"""What the gate in SQL leaves out is no prospect; its levels are those of the reports, one by one."""

from itertools import combinations
from random import Random

import duckdb
import pyarrow as pa
import pytest

from app.reconciliation import reports
from app.reconciliation.blocking import record_blocks
from app.reconciliation.features import ReportFeatures, report_features
from app.reconciliation.report_gate import DATES, PLACE, cited_table, gate_sql, report_table
from app.reconciliation.scoring import Model
from app.world.world import World
from support.small_worlds import observations


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
    pairs = list(combinations(range(len(held)), 2))
    blocks = [{block.value for block in record_blocks(r) if block.rule == "number"} for r in held]
    columns = {
        "a": [a for a, _ in pairs],
        "b": [b for _, b in pairs],
        "shared": [not blocks[a].isdisjoint(blocks[b]) for a, b in pairs],
    }
    connection.register("found", pa.table(columns))
    return connection


def test_dates_and_places_fall_into_the_same_levels(
    held: list[ReportFeatures], database: duckdb.DuckDBPyConnection
) -> None:
    joined = "FROM found c JOIN report x ON x.r = c.a JOIN report y ON y.r = c.b"
    rows = database.execute(f"SELECT c.a, c.b, {DATES}, {PLACE} {joined}").fetchall()
    assert rows
    seen = set()
    for a, b, dates, place in rows:
        levels = reports.cheap_levels(held[a], held[b])
        assert (dates, place) == (levels["dates"], levels["place"])
        seen |= {dates, place}
    assert len(seen) > 12


def test_every_prospect_passes_the_gate_and_most_others_do_not(
    held: list[ReportFeatures], database: duckdb.DuckDBPyConnection
) -> None:
    model = Model.load()
    passed = set(database.execute(gate_sql(model, "found")).fetchall())
    pairs = list(combinations(range(len(held)), 2))
    wanted = {
        (a, b)
        for a, b in pairs
        if held[a].makes_case and held[b].makes_case and reports.prospect(held[a], held[b], model)
    }
    assert wanted
    assert wanted <= passed
    makes = [(a, b) for a, b in pairs if held[a].makes_case and held[b].makes_case]
    shared = set(database.execute("SELECT a, b FROM found WHERE shared").fetchall())
    assert passed.intersection(makes) - shared <= wanted
    assert len(wanted) < len(makes)
