"""Columns arrive in the database as the rows that they are."""

import numpy as np

from app.core.raw import raw_connection
from app.db.binary_copy import copy_packed, packed
from app.db.engine import Database


async def test_columns_arrive_as_rows(database: Database) -> None:
    whole, halves = np.array([-(2**62), 0, 7]), np.array([-0.5, 1e300, 0.1])
    names = ("n", "x", "word", "nothing")
    async with database.write() as session:
        connection = await raw_connection(session)
        await connection.execute(
            "CREATE TEMP TABLE arriving (n bigint, x float8, word text, nothing float8) ON COMMIT DROP"
        )
        parts = [packed(3, (whole, halves, "año", None)), packed(0, (whole[:0], halves[:0], "", None))]
        await copy_packed(
            connection, "arriving", names, [*parts, packed(1, (whole[:1], None, "", halves[:1]))]
        )
        rows = [tuple(row) for row in await connection.fetch("SELECT * FROM arriving")]
    assert rows == [
        *((n, x, "año", None) for n, x in zip(whole.tolist(), halves.tolist(), strict=True)),
        (-(2**62), None, "", -0.5),
    ]
