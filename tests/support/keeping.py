"""Keeps observations as ingestion leaves them: records with their report, citations, mentions and blind keys.

For tests of linking, which start where ingestion ends. Obvious statements, one record after the other.
"""

from dataclasses import dataclass, field
from typing import Any

from app.core.raw import raw_connection
from app.db.engine import Database, WriteSession
from app.ingestion.aligning import KnownMention, aligned
from app.reconciliation.indexer import FeatureIndexer
from app.reconciliation.service import ReconciliationService
from app.security.blind import BlindIndex
from app.security.keyring import KeyRing
from app.security.sealing import DataKey, Sealer
from schemas.observations import Identity, Mention, Observation

RECORD = """
INSERT INTO record (feed, key, number, stamp, content_digest, annulled, data_key)
VALUES ($1, $2, $3, $4, '', $5, $6)
ON CONFLICT (feed, key) DO UPDATE SET stamp = excluded.stamp, annulled = excluded.annulled
RETURNING id, data_key
"""
FORGET = (
    "DELETE FROM mention_key USING mention m WHERE mention_id = m.id AND m.record_id = $1",
    "UPDATE mention_identity SET features = NULL FROM mention m WHERE mention_id = m.id AND m.record_id = $1",
    "UPDATE mention SET present = false WHERE record_id = $1",
    "DELETE FROM record_key WHERE record_id = $1",
    "DELETE FROM report WHERE record_id = $1",
)
REPORT = """
INSERT INTO report (record_id, feed, number, citation_key, stamp, annulled, makes_case, joins_case, category,
    offence_family, facts_date, report_date, office_district, department, province, district, purposes,
    recruitment, stage, exploitation_place, rulings)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, '{}', '{}', $17, $18, '[]')
"""
KNOWN = """
SELECT m.id, m.role, m."order", m.present, i.identity
FROM mention m LEFT JOIN mention_identity i ON i.mention_id = m.id WHERE m.record_id = $1
"""
MENTION = """
INSERT INTO mention (record_id, role, "order", kind, present, measures, services, sex, age_min, age_max,
    nationality, relation, id)
OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, true, '[]', '[]', $5, $6, $7, $8, $9,
    coalesce($10, nextval(pg_get_serial_sequence('mention', 'id'))))
ON CONFLICT (id) DO UPDATE SET "order" = excluded."order", kind = excluded.kind, present = true,
    sex = excluded.sex, age_min = excluded.age_min, age_max = excluded.age_max,
    nationality = excluded.nationality, relation = excluded.relation
RETURNING id
"""
DIRTY = "INSERT INTO link_dirty (record_id) VALUES ($1) ON CONFLICT (record_id) DO UPDATE SET since = now()"


@dataclass
class Registry:
    """One database with its keys and its linker."""

    database: Database
    keys: KeyRing = field(default_factory=KeyRing.generate)

    def __post_init__(self) -> None:
        self.sealer = Sealer(self.keys)
        self.indexer = FeatureIndexer(BlindIndex(self.keys))
        self.linker = ReconciliationService(self.database, self.sealer, self.indexer)

    async def keep(self, session: WriteSession, *observations: Observation) -> list[int]:
        """The ids of their records, in the order given."""
        connection = await raw_connection(session)
        return [await self._keep(connection, observation) for observation in observations]

    async def keep_all(self, *observations: Observation) -> list[int]:
        async with self.database.write() as session:
            return await self.keep(session, *observations)

    async def put(self, *observations: Observation) -> list[int]:
        """Kept and linked in one transaction each, as a ``PUT`` does it."""
        ids = []
        for observation in observations:
            async with self.database.write() as session:
                (record_id,) = await self.keep(session, observation)
                await self.linker.link_now(session, [record_id])
                ids.append(record_id)
        return ids

    async def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        async with self.database.write() as session:
            connection = await raw_connection(session)
            return [tuple(row) for row in await connection.fetch(query, *values)]

    async def _keep(self, connection: Any, seen: Observation) -> int:
        key, wrapped = self.sealer.new_key()
        row = await connection.fetchrow(
            RECORD, seen.feed.value, seen.key, seen.number, seen.stamp, seen.annulled, wrapped
        )
        record_id: int = row["id"]
        key = self.sealer.unwrap(row["data_key"])
        ids = await self._aligned(connection, record_id, key, seen)
        for statement in FORGET:
            await connection.execute(statement, record_id)
        index = self.indexer.index(seen)
        await connection.execute(REPORT, *_report(record_id, seen))
        for ordinal, cited in enumerate(seen.citations):
            await connection.execute(
                "INSERT INTO citation VALUES ($1, $2, $3, $4, $5, $6)",
                *(record_id, ordinal, cited.feed.value, cited.raw, cited.key, cited.relation.value),
            )
        for value in index.record_keys:
            await connection.execute("INSERT INTO record_key VALUES ($1, $2)", value, record_id)
        for mention in seen.mentions:
            await self._mention(connection, record_id, mention, (key, index, ids))
        await connection.execute(DIRTY, record_id)
        return record_id

    async def _aligned(
        self, connection: Any, record_id: int, key: DataKey, seen: Observation
    ) -> dict[tuple[str, int], int]:
        known = []
        for id_, role, order, present, sealed in await connection.fetch(KNOWN, record_id):
            place = f"identity|{record_id}|{role}|{order}".encode()
            identity = Identity.model_validate_json(key.open(sealed, place)) if sealed else None
            known.append(KnownMention(id_, (role, order), present, identity))
        return aligned(known, {(m.role.value, m.order): m.identity for m in seen.mentions})

    async def _mention(self, connection: Any, record_id: int, mention: Mention, with_: Any) -> None:
        key, index, ids = with_
        role, order = mention.role.value, mention.order
        said = (mention.age_min, mention.age_max, mention.nationality)
        mention_id = await connection.fetchval(
            *(MENTION, record_id, role, order, mention.kind.value, mention.sex and mention.sex.value),
            *(*said, mention.relation and mention.relation.value, ids.get((role, order))),
        )
        indexed = index.mentions.get((mention.role, order))
        place = f"|{record_id}|{role}|{order}".encode()
        identity = key.seal(mention.identity.model_dump_json().encode(), b"identity" + place)
        features = key.seal(indexed.features, b"features" + place) if indexed else None
        await connection.execute(
            "INSERT INTO mention_identity VALUES ($1, $2, $3) ON CONFLICT (mention_id)"
            " DO UPDATE SET identity = excluded.identity, features = excluded.features",
            *(mention_id, identity, features),
        )
        for value in indexed.keys if indexed else ():
            await connection.execute("INSERT INTO mention_key VALUES ($1, $2)", value, mention_id)


def _report(record_id: int, seen: Observation) -> tuple[Any, ...]:
    return (
        record_id,
        seen.feed.value,
        seen.number,
        seen.citation_key,
        seen.stamp,
        seen.annulled,
        seen.makes_case,
        seen.joins_case,
        seen.category and seen.category.value,
        seen.offence and seen.offence.family.value,
        seen.facts_date,
        seen.report_date,
        seen.office_district,
        seen.place.department,
        seen.place.province,
        seen.place.district,
        seen.stage and seen.stage.value,
        seen.exploitation_place and seen.exploitation_place.value,
    )
