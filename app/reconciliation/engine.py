"""Where the run over everything computes sets: DuckDB in this process, or Spark past one machine.

Both stand behind Splink's backend interface. The statements are DuckDB's; on Spark they are translated, and
Splink's function stands for the distance between texts, rapidfuzz's for their similarity. Results are the
same to the last bit. What Spark needs beyond this project is in its extra ``[spark]``, and Java.
"""

import os
import sys
from collections.abc import Mapping
from typing import Any, Final, Protocol

import pyarrow as pa
from numpy.typing import NDArray

from app.reconciliation.in_memory import in_memory

Columns = Mapping[str, NDArray[Any]]


class Engine(Protocol):
    """Tables by name, made of Arrow tables or of SELECTs over each other; one that is kept anew replaces."""

    def keep(self, name: str, table: pa.Table) -> None: ...

    def make(self, name: str, select: str) -> None: ...

    def add(self, name: str, select: str) -> None:
        """Rows to a table that was made."""

    def drop(self, name: str) -> None: ...

    def rows(self, select: str) -> Columns: ...

    def close(self) -> None: ...


class DuckDBEngine:
    """In this process, in its memory: nothing is spilled to a disk."""

    def __init__(self) -> None:
        from splink import DuckDBAPI

        self._database = DuckDBAPI(in_memory()).duckdb_con

    def keep(self, name: str, table: pa.Table) -> None:
        """The Arrow table itself is let go."""
        self._database.register("arriving", table)
        self.make(name, "SELECT * FROM arriving")
        self._database.unregister("arriving")
        pa.default_memory_pool().release_unused()

    def make(self, name: str, select: str) -> None:
        self._database.execute(f"CREATE OR REPLACE TABLE {name} AS {select}")

    def add(self, name: str, select: str) -> None:
        self._database.execute(f"INSERT INTO {name} {select}")

    def drop(self, name: str) -> None:
        self._database.execute(f"DROP TABLE {name}")

    def rows(self, select: str) -> Columns:
        found: Columns = self._database.execute(select).fetchnumpy()
        return found

    def close(self) -> None:
        self._database.close()


class SparkEngine:
    """On a Spark session of its own. Names pass through it: what it spills to disk is encrypted, and it
    listens on this machine alone unless ``master`` names a cluster."""

    def __init__(self, master: str = "local[*]") -> None:
        from splink import SparkAPI

        self._spark = _session(master)
        _register_similarity(self._spark)
        self._api: Any = SparkAPI(  # type: ignore[no-untyped-call]
            spark_session=self._spark, break_lineage_method="persist"
        )

    def keep(self, name: str, table: pa.Table) -> None:
        self._stand(name, self._spark.createDataFrame(table))

    def make(self, name: str, select: str) -> None:
        self._stand(name, self._frame(select))

    def add(self, name: str, select: str) -> None:
        self._stand(name, self._spark.table(name).unionByName(self._frame(select)))

    def drop(self, name: str) -> None:
        self._spark.catalog.dropTempView(name)

    def rows(self, select: str) -> Columns:
        found = self._frame(select).toArrow()
        return {name: found.column(name).to_numpy() for name in found.column_names}

    def close(self) -> None:
        self._spark.stop()

    def _frame(self, select: str) -> Any:
        return self._api.query_sql(spark_sql(select)).as_spark_dataframe()

    def _stand(self, name: str, frame: Any) -> None:
        """Computed now and once: what stands under the name does not depend on what it was made of."""
        frame.localCheckpoint(eager=True).createOrReplaceTempView(name)


_SIMILARITY: Final = "intertrata_jaro_winkler"


def spark_sql(select: str) -> str:
    """A statement of ours, which is DuckDB's, as Spark says it; with the names of Splink's functions."""
    import sqlglot
    from sqlglot import exp

    def named(node: exp.Expression) -> exp.Expression:
        names: dict[type[Any], str] = {
            exp.JarowinklerSimilarity: _SIMILARITY,
            exp.ArrayOverlaps: "arrays_overlap",
        }
        name = names.get(type(node))
        return exp.Anonymous(this=name, expressions=[node.this, node.expression]) if name else node

    tree = sqlglot.parse_one(select, read="duckdb")
    return tree.transform(named).sql(dialect="spark")


def _register_similarity(spark: Any) -> None:
    """The similarity that DuckDB and the online path compute. That of Splink's jar, and of Spark's own kind,
    weighs common beginnings of long names less."""
    from pyspark.sql.types import DoubleType

    def jaro_winkler(a: str | None, b: str | None) -> float | None:
        from rapidfuzz.distance.JaroWinkler import similarity  # where it runs: it cannot be sent there

        return None if a is None or b is None else similarity(a, b)

    spark.udf.register(_SIMILARITY, jaro_winkler, DoubleType())


def _session(master: str) -> Any:
    from pyspark.sql import SparkSession
    from splink.backends.spark import similarity_jar_location

    builder = SparkSession.builder.master(master).appName("intertrata").config("spark.ui.enabled", "false")
    if master.startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = builder.config("spark.driver.bindAddress", "127.0.0.1").config(
            "spark.driver.host", "127.0.0.1"
        )
    settings = {
        "spark.jars": similarity_jar_location(),
        "spark.authenticate": "true",
        "spark.io.encryption.enabled": "true",
        "spark.network.crypto.enabled": "true",
        "spark.sql.ansi.enabled": "false",  # an index beyond a list is NULL, as in DuckDB
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "4" if master.startswith("local") else "200",
        "spark.log.level": "ERROR",
        "spark.ui.showConsoleProgress": "false",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()
