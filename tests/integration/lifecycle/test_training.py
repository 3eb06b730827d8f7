"""A model is learnt on what is held, or what is missing is said; it links nothing before it is promoted."""

import json
from random import Random

import pytest

from app.db.engine import Database
from app.lifecycle.errors import TrainingImpossible, VersionTaken, VersionUnusable
from app.lifecycle.service import Word
from app.reconciliation.scoring import CURRENT, Model
from app.world.observe import observation
from app.world.world import World
from support.keeping import Registry
from support.model_kit import STRICT, comparer, keep, lifecycle, shifted, trainer
from support.small_worlds import observations

WORD = Word("operadora", "primer año de datos")


async def test_a_model_learnt_on_what_is_held_can_be_compared_and_promoted(database: Database) -> None:
    registry = Registry(database)
    made = World.generate(420, 41, "normal")
    records = (h.final for _, histories in made.histories() for h in histories if h.stands)
    await registry.keep_all(*(observation(record) for record in records))
    await registry.linker.link_pending()

    model = await trainer(registry).train("2027.01", WORD)
    base, learnt = Model.load(), Model.parse(model.content)
    assert learnt.levels != base.levels, "something was learnt"
    assert learnt.levels["birth"] == base.levels["birth"]
    assert learnt.report == base.report, "without reviewers' decisions"
    assert learnt.provenance["base"] == CURRENT
    assert learnt.provenance["reason"] == WORD.reason
    await nobody_is_told(registry, model.content)
    assert await registry.rows("SELECT model FROM link_state") == [(CURRENT,)]

    report = (await comparer(registry).compare("2027.01", "operadora")).report
    before, after = (report["person"]["clusters"][side] for side in ("before", "after"))
    assert abs(before - after) < 0.1 * before, "it is a neighbour of the model it came from"
    change = await lifecycle(registry).promote("2027.01", WORD)
    assert change.version == "2027.01"
    with pytest.raises(VersionTaken):
        await trainer(registry).train("2027.01", WORD)


async def nobody_is_told(registry: Registry, content: str) -> None:
    """Every name in the file was in the shipped one, or many bear it."""
    base, terms = Model.load().terms, json.loads(content)["terms"]
    assert terms["surnames"].keys() == base.surnames.keys()
    assert terms["given"].keys() - base.given.keys() == set()
    moved = [name for name, share in terms["surnames"].items() if share != base.surnames[name]]
    assert len(moved) < len(terms["surnames"]) / 2, "shares of names that few bear here stay"


async def test_too_little_is_refused_and_said(database: Database) -> None:
    registry = Registry(database)
    await registry.keep_all(*observations(Random(1), 20))
    with pytest.raises(TrainingImpossible) as refused:
        await trainer(registry).train("2027.01", WORD)
    assert "1000" in refused.value.sentence("es")
    assert await registry.rows("SELECT count(*) FROM model_version") == [(0,)]


async def test_a_version_that_is_taken_or_no_name_is_refused(database: Database) -> None:
    registry = Registry(database)
    await keep(registry, shifted(STRICT, 12.0))
    for version in (STRICT, CURRENT):
        with pytest.raises(VersionTaken):
            await trainer(registry).train(version, WORD)
    for version in ("../2026", "start", "", "9" * 41):
        with pytest.raises(VersionUnusable):
            await trainer(registry).train(version, WORD)
