"""Worlds unlike our own: each changes what it says it changes, and the linker holds in all of them."""

from dataclasses import fields

import pytest

from app.commands.rehearsing import UnknownWorld, figures, read_world, world_named
from app.reconciliation.scoring import LinkKind, Model
from app.world.rates import Rates
from app.world.variation import PLAIN, VARIATIONS, Variation
from app.world.world import World
from schemas.observations import Observation

SIZE = 400
BY_NAME = {variation.name: variation for variation in VARIATIONS}


def world(variation: Variation, seed: int = 51) -> World:
    return World.generate(None, seed, "normal", mentions=SIZE, variation=variation)


def seen(name: str) -> list[Observation]:
    return list(world(BY_NAME[name]).observations())


def test_variations_have_names_of_their_own_and_change_rates_that_exist() -> None:
    known = {field.name for field in fields(Rates)}
    assert len(BY_NAME) == len(VARIATIONS)
    for variation in VARIATIONS:
        assert variation.rates.keys() <= known
        assert variation is PLAIN or variation != Variation(variation.name)


@pytest.mark.parametrize("name", ["hyphens", "names_in_one_column", "homonyms", "facts_by_the_month"])
def test_a_varied_world_is_the_same_every_time_and_not_the_plain_one(name: str) -> None:
    assert seen(name) == seen(name)
    assert seen(name) != seen("plain")


def test_the_plain_world_is_the_world_without_a_variation() -> None:
    assert seen("plain") == list(World.generate(None, 51, "normal", mentions=SIZE).observations())


def test_fewer_names_make_more_namesakes() -> None:
    def surnames(name: str) -> set[str | None]:
        return {m.identity.paternal for s in seen(name) for m in s.mentions}

    assert len(surnames("homonyms")) < 0.75 * len(surnames("plain"))


def test_empty_columns_are_empty() -> None:
    assert all(m.sex is None and m.nationality is None for s in seen("empty_columns") for m in s.mentions)


def test_a_rewritten_world_has_no_files(tmp_path: object) -> None:
    with pytest.raises(ValueError, match="has no files"):
        world(BY_NAME["hyphens"]).write(tmp_path)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name", ["plain", "few_documents", "ages_only", "hyphens", "andean", "empty_columns"]
)
def test_the_linker_holds_in_worlds_it_was_not_made_in(name: str) -> None:
    """Well under what larger worlds give: a fall of whole points is what this is to catch."""
    found = figures(read_world(world_named("51:normal:1200", name)), Model.load())
    assert found.report.persons.pairwise.precision > 0.985
    assert found.report.persons.bcubed.f1 > found.ceiling.persons.bcubed.f1 - 0.012
    assert found.report.cases.bcubed.f1 > found.ceiling.cases.bcubed.f1 - 0.012
    assert found.report.persons.biggest <= found.report.persons.true_biggest + 2


def test_figures_tell_every_kind_and_every_rule_of_blocking() -> None:
    found = figures(read_world(world_named("52:hard:1200")), Model.load()).as_json()
    assert found["kinds"].keys() == set(LinkKind)
    for told in found["kinds"].values():
        assert 0.9 < told["precision"] <= 1.0
        assert told["linked"] > 100
    blocks = found["blocking"]["mentions"]
    assert blocks["found"] <= blocks["pairs"]
    assert max(blocks["by_rule"].values()) <= blocks["found"] - blocks["in_case"]
    assert sum(blocks["by_rule"].values()) >= blocks["found"] - blocks["in_case"]
    assert 0.5 < blocks["recall"] <= 1.0


@pytest.mark.parametrize(
    "name", ["51", "51:normal", "51:odd:100", "x:normal:100", "51:normal:0", f"51:normal:{10**14 - 1}"]
)
def test_a_world_of_another_name_is_refused(name: str) -> None:
    with pytest.raises(UnknownWorld):
        world_named(name)


def test_a_variation_of_another_name_is_refused() -> None:
    with pytest.raises(UnknownWorld):
        world_named("51:normal:100", "martian")
