"""A promotion changes the model and everything linked with it at once; a rollback gives back what stood."""

import asyncio
from random import Random

import asyncpg
import pytest
from sqlalchemy import text

from app.core.errors import IntertrataError
from app.db.engine import Database
from app.lifecycle.errors import (
    AlreadyRunning,
    ComparisonMissing,
    ModelUnknown,
    NothingToRollBack,
    ReasonMissing,
    VersionTaken,
)
from app.lifecycle.service import Word
from app.reconciliation.ledger import Decision
from app.reconciliation.scoring import CURRENT
from support.keeping import Registry
from support.model_kit import LAX, STRICT, comparer, keep, lifecycle, shifted
from support.partitions import partition_of
from support.small_worlds import latest, observations

WORD = Word("operadora", "pesos nuevos")
BACK = Word("operadora", "unía de más")
IDS = """
SELECT 'r', record_id, case_id FROM case_member UNION SELECT 'm', mention_id, person_id FROM person_member
"""
ENTITIES = "SELECT id FROM case_entity UNION SELECT id FROM person_entity"


async def world(registry: Registry, seed: int = 5, count: int = 50) -> None:
    await registry.keep_all(*latest(observations(Random(seed), count)))
    await registry.linker.link_pending()


@pytest.fixture
async def registry(database: Database) -> Registry:
    found = Registry(database)
    await world(found)
    await keep(found, shifted(STRICT, 12.0))
    await keep(found, shifted(LAX, -6.0))
    return found


async def ids(registry: Registry) -> list[tuple]:
    return sorted(await registry.rows(IDS), key=str)


@pytest.mark.parametrize("version", [STRICT, LAX])
async def test_a_rollback_restores_the_partition_and_every_id(registry: Registry, version: str) -> None:
    models = lifecycle(registry)
    before, stood = await partition_of(registry), await ids(registry)
    change = await models.promote(version, WORD, compared=False)
    assert (change.previous, change.version) == (CURRENT, version)
    moved = await ids(registry)
    assert moved != stood, "the model changes something, or this test shows nothing"
    assert sum(change.ids["person"].values()) + sum(change.ids["case"].values()) > 0

    back = await models.rollback(BACK)
    assert (back.previous, back.version) == (version, CURRENT)
    assert await partition_of(registry) == before
    assert await ids(registry) == stood
    entities = await registry.rows(ENTITIES)
    assert {entity for (entity,) in entities} == {row[2] for row in stood}
    gone = {row[2] for row in moved} - {row[2] for row in stood}
    told = {row[0] for row in await registry.rows("SELECT from_id FROM redirect")}
    assert gone <= told, "an id that only the other model had says what became of it"


async def test_both_models_judgements_stay_in_the_ledger(registry: Registry) -> None:
    models = lifecycle(registry)
    before = await registry.rows("SELECT * FROM judgement ORDER BY id")
    await models.promote(STRICT, WORD, compared=False)
    await models.rollback(BACK)
    after = await registry.rows("SELECT * FROM judgement ORDER BY id")
    assert after[: len(before)] == before
    named = {row[0] for row in await registry.rows("SELECT DISTINCT model FROM judgement")}
    assert {CURRENT, STRICT} <= named


async def test_a_reviewer_s_decision_survives_promotion_and_rollback(registry: Registry) -> None:
    pairs = await registry.rows("SELECT a, b FROM edge WHERE kind = 'person' AND outcome = 'same' LIMIT 1")
    (a, b) = pairs[0]
    async with registry.database.write() as session:
        await registry.linker.decide(session, Decision("person", a, b, "different", "revisora-1"))

    async def apart() -> bool:
        rows = await registry.rows(
            "SELECT count(DISTINCT person_id) FROM person_member WHERE mention_id IN ($1, $2)", a, b
        )
        return rows == [(2,)]

    models = lifecycle(registry)
    assert await apart()
    await models.promote(LAX, WORD, compared=False)
    assert await apart()
    await models.rollback(BACK)
    assert await apart()


async def test_another_process_links_with_the_promoted_model_without_a_restart(registry: Registry) -> None:
    """The registry's own linker was made before the promotion, by what might be another process."""
    await lifecycle(registry).promote(STRICT, WORD, compared=False)
    late = latest(observations(Random(9), 60))[-1]
    await registry.put(late)
    assert await registry.rows("SELECT count(*) FROM link_dirty") == [(0,)], "it was linked at once"
    assert await registry.rows("SELECT model FROM link_state") == [(STRICT,)]
    assert await registry.rows("SELECT model FROM judgement ORDER BY id DESC LIMIT 1") == [(STRICT,)]
    await registry.linker.reconcile_full()
    assert await registry.rows("SELECT model FROM link_state") == [(STRICT,)]


async def test_promotions_are_taken_back_one_by_one(registry: Registry) -> None:
    models = lifecycle(registry)
    stood = await ids(registry)
    await models.promote(STRICT, WORD, compared=False)
    strict = await ids(registry)
    await models.promote(LAX, WORD, compared=False)
    assert (await models.rollback(BACK)).version == STRICT
    assert await ids(registry) == strict
    assert (await models.rollback(BACK)).version == CURRENT
    assert await ids(registry) == stood
    with pytest.raises(NothingToRollBack):
        await models.rollback(BACK)
    async with registry.database.read() as session:
        told = await models.all(session)
    assert [each.kind for each in told.history] == ["promote", "promote", "rollback", "rollback"]
    assert (told.running, told.standing, told.relinking) == (CURRENT, CURRENT, False)


async def test_what_arrived_after_a_promotion_is_linked_after_the_rollback(registry: Registry) -> None:
    models = lifecycle(registry)
    await models.promote(LAX, WORD, compared=False)
    await registry.put(*latest(observations(Random(77), 20)))
    await models.rollback(BACK)
    stands = await partition_of(registry)
    await registry.linker.reconcile_full()
    assert await partition_of(registry) == stands


@pytest.mark.parametrize(
    ("version", "compared", "refused"),
    [("9.none", False, ModelUnknown), (CURRENT, False, AlreadyRunning), (STRICT, True, ComparisonMissing)],
)
async def test_a_promotion_refused_changes_nothing(
    registry: Registry, version: str, compared: bool, refused: type[IntertrataError]
) -> None:
    with pytest.raises(refused):
        await lifecycle(registry).promote(version, WORD, compared=compared)
    assert await registry.rows("SELECT count(*) FROM model_promotion") == [(0,)]


async def test_a_record_marked_again_wants_a_new_comparison_which_then_counts(registry: Registry) -> None:
    """Though it finds the same: what it measured is another state."""
    marked = text("INSERT INTO link_dirty (record_id) SELECT min(record_id) FROM report"
                  " ON CONFLICT (record_id) DO UPDATE SET since = now()")  # fmt: skip
    for _ in range(2):
        async with registry.database.write() as session:
            await session.execute(marked)
        with pytest.raises(ComparisonMissing):
            await lifecycle(registry).promote(STRICT, WORD, compared=True)
        await comparer(registry).compare(STRICT, "operadora")
    assert await registry.rows("SELECT count(*) FROM model_comparison") == [(2,)]
    assert (await lifecycle(registry).promote(STRICT, WORD, compared=True)).version == STRICT


def test_a_promotion_says_who_and_why() -> None:
    for who, reason in (("", "porque"), ("operadora", "  ")):
        with pytest.raises(ReasonMissing):
            Word(who, reason)


async def test_a_model_kept_is_never_edited(registry: Registry) -> None:
    with pytest.raises(VersionTaken):
        await keep(registry, shifted(STRICT, 3.0))
    await keep(registry, shifted(STRICT, 12.0))  # the same again is nothing new
    for statement in ("UPDATE model_version SET made_by = 'otra'", "DELETE FROM model_version"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await registry.rows(statement)
    with pytest.raises(asyncpg.CheckViolationError):
        await registry.rows(
            "INSERT INTO model_version (version, content, digest, provenance, made_by)"
            " VALUES ('9.false', '{}', repeat('0', 64), '{}', 'otra')"
        )


async def test_of_two_promotions_at_once_one_waits_for_the_other(registry: Registry) -> None:
    await asyncio.gather(
        lifecycle(registry).promote(STRICT, WORD, compared=False),
        lifecycle(registry).promote(LAX, WORD, compared=False),
    )
    rows = await registry.rows("SELECT previous, version FROM model_promotion ORDER BY id")
    assert rows[0][0] == CURRENT
    assert rows[1][0] == rows[0][1], "the second knows of the first"
    assert await registry.rows("SELECT model FROM link_state") == [(rows[1][1],)]


async def test_a_change_of_model_is_witnessed(registry: Registry) -> None:
    await lifecycle(registry).promote(STRICT, WORD, compared=False)
    rows = await registry.rows("SELECT kind, actor, objects FROM audit_entry")
    assert rows == [("model_change", "operadora", ["promotion/1"])]
