"""A comparison foretells a promotion exactly, and changes nothing."""

import json
from random import Random

import pytest

from app.db.engine import Database
from app.lifecycle.errors import ComparisonMissing, ModelUnknown
from app.lifecycle.figures import first_statistics
from app.lifecycle.readable import readable
from app.lifecycle.service import Word
from app.lifecycle.shelf import digest
from app.reconciliation.ledger import Decision
from app.reconciliation.scoring import CURRENT
from support.keeping import Registry
from support.model_kit import LAX, STRICT, comparer, keep, lifecycle, shifted
from support.small_worlds import SURNAMES, latest, observations

WORD = Word("operadora", "compararon")
TABLES = (
    *("case_entity", "case_member", "person_entity", "person_member", "edge", "judgement", "redirect"),
    *("change", "change_cursor", "link_state", "link_dirty", "model_promotion"),
)
EDGES = "SELECT kind, a, b, outcome FROM edge WHERE outcome IS NOT NULL"


@pytest.fixture
async def registry(database: Database) -> Registry:
    found = Registry(database)
    await found.keep_all(*latest(observations(Random(5), 50)))
    await found.linker.link_pending()
    await keep(found, shifted(STRICT, 12.0))
    await keep(found, shifted(LAX, -6.0))
    return found


async def everything(registry: Registry) -> dict[str, list]:
    return {table: sorted(await registry.rows(f"SELECT * FROM {table}"), key=str) for table in TABLES}


async def words(registry: Registry) -> dict[tuple, str]:
    return {tuple(row[:3]): row[3] for row in await registry.rows(EDGES)}


async def figures(registry: Registry) -> dict[str, int]:
    async with registry.database.read() as session:
        return await first_statistics(session)


async def test_a_comparison_changes_nothing(registry: Registry) -> None:
    before = await everything(registry)
    await comparer(registry).compare(STRICT, "operadora")
    assert await everything(registry) == before


@pytest.mark.parametrize("version", [STRICT, LAX])
async def test_what_is_foretold_comes_true(registry: Registry, version: str) -> None:
    report = (await comparer(registry).compare(version, "operadora")).report
    words_before, figures_before = await words(registry), await figures(registry)
    change = await lifecycle(registry).promote(version, WORD)

    for kind, table in (("case", "case_entity"), ("person", "person_entity")):
        (count,) = (await registry.rows(f"SELECT count(*) FROM {table}"))[0]
        assert report[kind]["clusters"]["after"] == count
        assert report[kind]["ids"]["counts"] == change.ids[kind]
    words_after = await words(registry)
    flipped = {
        key: (words_before.get(key, "apart"), words_after.get(key, "apart"))
        for key in words_before.keys() | words_after.keys()
        if words_before.get(key) != words_after.get(key)
    }
    told = {
        (kind, each["a"], each["b"]): (each["from"], each["to"])
        for kind in ("case", "person")
        for each in report[kind]["flips"]["examples"]
    }
    assert told == flipped
    assert flipped
    figures_after = await figures(registry)
    moved = {each["figure"]: (each["before"], each["after"]) for each in report["figures"]}
    assert moved == {
        name: (figures_before.get(name, 0), figures_after.get(name, 0))
        for name in figures_before.keys() | figures_after.keys()
        if figures_before.get(name, 0) != figures_after.get(name, 0)
    }
    assert moved


async def test_a_model_compared_with_itself_changes_no_pair_id_or_figure(registry: Registry) -> None:
    report = (await comparer(registry).compare(CURRENT, "operadora")).report
    for kind in ("case", "person"):
        assert report[kind]["flips"]["pairs"] == 0
        assert report[kind]["ids"]["counts"] == {}
    assert report["figures"] == []


async def test_a_promotion_names_the_comparison_it_was_decided_on(registry: Registry) -> None:
    kept = await comparer(registry).compare(STRICT, "operadora")
    change = await lifecycle(registry).promote(STRICT, WORD)
    assert change.comparison == kept.digest
    (report,) = (await registry.rows("SELECT report FROM model_comparison"))[0]
    assert digest(report) == kept.digest
    assert json.loads(report) == kept.report


async def test_a_comparison_of_older_data_is_none(registry: Registry) -> None:
    await comparer(registry).compare(STRICT, "operadora")
    await registry.keep_all(*latest(observations(Random(8), 3)))
    with pytest.raises(ComparisonMissing):  # kept, and not linked yet
        await lifecycle(registry).promote(STRICT, WORD)
    await registry.linker.link_pending()
    with pytest.raises(ComparisonMissing):
        await lifecycle(registry).promote(STRICT, WORD)
    await comparer(registry).compare(STRICT, "operadora")
    await lifecycle(registry).promote(STRICT, WORD)


async def test_the_comparison_with_another_model_than_the_running_one_is_none(registry: Registry) -> None:
    await comparer(registry).compare(STRICT, "operadora", against=LAX)
    with pytest.raises(ComparisonMissing):
        await lifecycle(registry).promote(STRICT, WORD)


async def test_reviewers_words_are_what_precision_is_held_against(registry: Registry) -> None:
    (pair,) = await registry.rows("SELECT a, b FROM edge WHERE kind = 'person' AND outcome = 'same' LIMIT 1")
    async with registry.database.write() as session:
        await registry.linker.decide(session, Decision("person", *pair, "different", "revisora-1"))
    precision = (await comparer(registry).compare(LAX, "operadora")).report["person"]["precision"]
    assert precision["after"]["decisions"] == precision["after"]["decisions_linked"] == 1
    assert precision["after"]["reviewed"] == 0.0
    assert 0.0 < precision["after"]["estimated"] <= 1.0


async def test_a_report_holds_no_identity(registry: Registry) -> None:
    kept = await comparer(registry).compare(LAX, "operadora")
    told = json.dumps(kept.report) + readable(kept.digest, kept.report)
    assert kept.digest in told
    for name in (*SURNAMES, "29150731", "TURCO", "YULI"):
        assert name not in told.upper()


async def test_an_unknown_model_is_not_compared(registry: Registry) -> None:
    with pytest.raises(ModelUnknown):
        await comparer(registry).compare("9.none", "operadora")
