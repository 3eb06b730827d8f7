"""Spark gives what DuckDB gives: every weight to the last bit, and one partition."""

import shutil
from importlib.util import find_spec

import pytest

from app.db.engine import Database
from app.reconciliation.digest import LinksDigest, links_digest
from app.reconciliation.engine import DuckDBEngine, SparkEngine, spark_sql
from app.world.world import World
from support.keeping import Registry

MENTIONS = 2_000
MISSING = "pyspark and Java are needed" if not (find_spec("pyspark") and shutil.which("java")) else ""


@pytest.fixture(scope="module")
def world() -> list:
    return list(World.generate(mentions=MENTIONS, seed=71, difficulty="hard").observations())


async def digest(database: Database) -> LinksDigest:
    async with database.read() as session:
        return await links_digest(session)


@pytest.mark.slow
@pytest.mark.skipif(bool(MISSING), reason=MISSING)
async def test_spark_links_as_duckdb_does(database: Database, world: list) -> None:
    registry = Registry(database)
    await registry.keep_all(*world)
    await registry.linker.reconcile_full(engine=lambda: SparkEngine("local[2]"))
    spark = await digest(database)
    judged = await registry.rows("SELECT count(*) FROM judgement")
    await registry.linker.reconcile_full(engine=DuckDBEngine)
    assert await digest(database) == spark
    assert await registry.rows("SELECT count(*) FROM judgement") == judged, "and judges nothing anew"
    assert spark.mentions >= MENTIONS


def test_statements_are_said_as_spark_says_them() -> None:
    said = spark_sql(
        "SELECT jaro_winkler_similarity(a, b), c[1], list_has_any(d, e) FROM t ANTI JOIN u USING (a)"
    )
    assert said == (
        "SELECT INTERTRATA_JARO_WINKLER(a, b), c[0], ARRAYS_OVERLAP(d, e) FROM t ANTI JOIN u USING (a)"
    )
