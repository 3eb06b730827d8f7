"""Every column of the database has a privacy class, and the classes say what is in it."""

from sqlalchemy import text

from app.db.engine import Database
from app.models.privacy import CLASSES, Privacy, columns_of

_COLUMNS = """
SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'
"""


async def held(database: Database) -> dict[tuple[str, str], str]:
    async with database.read() as session:
        rows = (await session.execute(text(_COLUMNS))).all()
    return {(row.table_name, row.column_name): row.data_type for row in rows}


async def test_every_column_has_a_privacy_class_and_every_class_a_column(database: Database) -> None:
    columns = await held(database)
    assert sorted(columns.keys() - CLASSES.keys()) == []
    assert sorted(CLASSES.keys() - columns.keys()) == []


async def test_what_is_sealed_or_wrapped_is_bytes(database: Database) -> None:
    columns = await held(database)
    for privacy in (Privacy.SEALED, Privacy.WRAPPED_KEY):
        assert {columns[place] for place in columns_of(privacy)} == {"bytea"}


# Documents as they are served, hashed and signed; and ids with codes, which stand unsealed elsewhere too.
FROZEN = {
    ("release_table", "content"),
    ("release_manifest", "content"),
    ("release_manifest", "signature"),
    ("release_fact", "content"),
}


async def test_bytes_are_sealed_blind_or_secret(database: Database) -> None:
    secret = {Privacy.SEALED, Privacy.WRAPPED_KEY, Privacy.BLIND, Privacy.CREDENTIAL}
    plain = {
        place
        for place, kind in (await held(database)).items()
        if kind == "bytea" and CLASSES[place] not in secret and not place[0].startswith("pgqueuer")
    }
    assert plain == FROZEN
