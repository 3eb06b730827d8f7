"""Three ways to one weight: our scorer, our SQL, and Splink 5 itself with the shipped weights and terms."""

import math
import random
from collections.abc import Iterator

import duckdb
import pyarrow as pa
import pytest
from splink import DuckDBAPI, Linker

from app.reconciliation.batch_table import feature_table, pair_sql
from app.reconciliation.features import MentionFeatures, report_features
from app.reconciliation.scoring import Model, score, weight
from app.reconciliation.splink_model import register_terms, splink_settings
from app.world.world import World

PAIRS = 4000
RARE = {("document", "one_edit"), ("birth", "typo"), ("given", "shared"), ("paternal", "swapped")}


@pytest.fixture(scope="module")
def mentions() -> list[MentionFeatures]:
    """Of a hard world, so that every level is met."""
    world = World.generate(cases=250, seed=77, difficulty="hard")
    return [mention for o in world.observations() for mention in report_features(o).mentions]


@pytest.fixture(scope="module")
def pairs(mentions: list[MentionFeatures]) -> list[tuple[int, int]]:
    """Random pairs, and as many of one sound, of which most are interesting; ids are positions."""
    rng = random.Random(5)
    ids = range(len(mentions))
    found = {tuple(sorted(rng.sample(ids, 2))) for _ in range(PAIRS // 2)}
    order = sorted(ids, key=lambda i: (mentions[i].paternal_sound or "", mentions[i].given_sound or "", i))
    near = [
        tuple(sorted((order[i], order[i + step]))) for step in (1, 2, 3) for i in ids if i + step < len(order)
    ]
    found.update(near[: PAIRS // 2 + len(near) // 2])
    return sorted(found)[: PAIRS * 2]


@pytest.fixture(scope="module")
def database(
    mentions: list[MentionFeatures], pairs: list[tuple[int, int]]
) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.register("features", feature_table(range(len(mentions)), mentions, Model.load()))
        connection.register("pairs", pa.table({"a": [a for a, _ in pairs], "b": [b for _, b in pairs]}))
        yield connection


def test_there_are_enough_pairs_and_every_level_is_met(
    mentions: list[MentionFeatures], pairs: list[tuple[int, int]]
) -> None:
    met = {level for a, b in pairs for level in score(mentions[a], mentions[b], Model.load()).levels}
    wanted = {(name, level) for name, levels in Model.load().levels.items() for level in levels}
    assert len(pairs) >= 3000
    assert not wanted - met - RARE


def test_the_explained_score_is_the_bare_one(
    mentions: list[MentionFeatures], pairs: list[tuple[int, int]]
) -> None:
    model = Model.load()
    for a, b in pairs:
        explained = score(mentions[a], mentions[b], model)
        assert explained.weight == weight(mentions[a], mentions[b], model)
        assert explained.weight == weight(mentions[b], mentions[a], model)


def test_the_sql_of_the_batch_gives_the_same_weight_to_the_last_bit(
    mentions: list[MentionFeatures], database: duckdb.DuckDBPyConnection
) -> None:
    model = Model.load()
    rows = database.execute(pair_sql(model)).fetchall()
    assert len(rows) >= 3000
    assert [w for _, _, w in rows] == [weight(mentions[a], mentions[b], model) for a, b, _ in rows]


def test_splink_gives_the_same_weight(
    mentions: list[MentionFeatures], pairs: list[tuple[int, int]], database: duckdb.DuckDBPyConnection
) -> None:
    model = Model.load()
    api = DuckDBAPI(connection=database)
    table = database.table("features").to_arrow_table()
    settings = splink_settings(model) | {
        "blocking_rules_to_generate_predictions": ["l.part = r.part"],
        "retain_intermediate_calculation_columns": False,
    }
    parted = table.append_column("part", pa.array([i // 60 for i in range(len(mentions))]))
    linker = Linker(api.register(parted), settings)
    register_terms(linker, api, mentions, model)
    predicted = linker.inference.predict().as_record_list()
    prior = -math.log2(2.0**16 - 1)  # the odds of the settings' 2**-16
    assert len(predicted) >= 3000
    for row in predicted:
        ours = weight(mentions[row["id_l"]], mentions[row["id_r"]], model) + prior
        assert row["match_weight"] == pytest.approx(ours, abs=1e-6)
