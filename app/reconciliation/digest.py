"""One digest of everything that linking concluded: two registries are compared without their data.

Only natural keys, roles and orders go in, never an id and never a name: two registries that hold the same
records, decisions and model have one digest, however and in whatever order the records came.
"""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from app.core.raw import raw_connection
from app.db.engine import ReadSession

# A cluster is named by its least member. Weights are written so that reading gives the same bits again.
_RECORD: Final = "r.feed || '|' || r.key"
_MENTION: Final = "r.feed || '|' || r.key || '|' || m.role || '|' || m.\"order\""
_PARTS: Final[dict[str, str]] = {
    "cases": f"""
SELECT name, min(name) OVER (PARTITION BY cluster) FROM (
    SELECT ({_RECORD}) COLLATE "C" AS name, c.case_id AS cluster
    FROM case_member c JOIN record r ON r.id = c.record_id) members
ORDER BY name
""",  # noqa: S608  constants
    "persons": f"""
SELECT name, min(name) OVER (PARTITION BY cluster) FROM (
    SELECT ({_MENTION}) COLLATE "C" AS name, p.person_id AS cluster
    FROM person_member p JOIN mention m ON m.id = p.mention_id JOIN record r ON r.id = m.record_id) members
ORDER BY name
""",  # noqa: S608  constants
    "edges": f"""
SELECT kind, least(a, b) AS low, greatest(a, b) AS high, weight, outcome FROM (
    SELECT e.kind, x.name AS a, y.name AS b, e.weight, e.outcome
    FROM edge e
    JOIN (SELECT r.id, ({_RECORD}) COLLATE "C" AS name FROM record r) x ON x.id = e.a
    JOIN (SELECT r.id, ({_RECORD}) COLLATE "C" AS name FROM record r) y ON y.id = e.b
    WHERE e.kind = 'case'
    UNION ALL
    SELECT e.kind, x.name, y.name, e.weight, e.outcome
    FROM edge e
    JOIN (SELECT m.id, ({_MENTION}) COLLATE "C" AS name FROM mention m JOIN record r ON r.id = m.record_id) x
      ON x.id = e.a
    JOIN (SELECT m.id, ({_MENTION}) COLLATE "C" AS name FROM mention m JOIN record r ON r.id = m.record_id) y
      ON y.id = e.b
    WHERE e.kind = 'person') edges
ORDER BY kind COLLATE "C", low, high
""",  # noqa: S608  constants
}


@dataclass(frozen=True, slots=True)
class LinksDigest:
    """SHA-256 in hexadecimal: of each part, and ``links`` of all of them together.

    ``cases`` and ``persons`` are the two partitions; ``edges`` what pairs weigh and what is unsure.
    """

    links: str
    cases: str
    persons: str
    edges: str
    records: int  # in cases
    mentions: int  # of persons


async def links_digest(session: ReadSession) -> LinksDigest:
    """Of what stands in the caller's transaction. Streamed: its size asks for no room."""
    connection = await raw_connection(session)
    found: dict[str, str] = {}
    rows: dict[str, int] = {}
    for part, query in _PARTS.items():
        digest = hashlib.sha256()
        status: str = await connection.copy_from_query(query, output=_into(digest), format="text")
        found[part], rows[part] = digest.hexdigest(), int(status.removeprefix("COPY "))
    links = hashlib.sha256("|".join(found.values()).encode()).hexdigest()
    return LinksDigest(links=links, **found, records=rows["cases"], mentions=rows["persons"])


def _into(digest: Any) -> Any:
    async def take(piece: bytes) -> None:
        digest.update(piece)

    return take
