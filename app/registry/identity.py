"""Who a person is: the sealed identities of one person, opened for one officer with a case and a reason."""

from typing import Final
from uuid import UUID

from sqlalchemy import RowMapping, text

from app.db.engine import ReadSession
from app.registry.ages import is_minor
from app.registry.service import RegistryService
from app.security.reach import Reach
from app.security.row_security import enter
from app.security.sealing import Sealer
from schemas.access import PersonIdentity, StatedIdentity
from schemas.observations import Identity
from schemas.registry import Source
from schemas.vocabulary import Feed, Role

_SEALED: Final = text("""
    SELECT n.record_id, n.role, n."order", n.age_min, n.age_max, r.feed, r.number, r.stamp, d.data_key,
        i.identity
    FROM person_member p
    JOIN mention n ON n.id = p.mention_id
    JOIN mention_identity i ON i.mention_id = n.id
    JOIN report r ON r.record_id = n.record_id
    JOIN record d ON d.id = n.record_id
    WHERE p.person_id = :person AND n.present AND NOT r.annulled
    ORDER BY r.feed, r.number, n.role DESC, n."order"
""")
_TOLD: Final = (
    "paternal",
    "maternal",
    "given",
    "alias",
    "initials",
    "protected_key",
    "document",
    "birth_date",
)


class IdentityService:
    def __init__(self, session: ReadSession, sealer: Sealer) -> None:
        self._session = session
        self._sealer = sealer

    async def open(self, person_id: UUID, reach: Reach) -> PersonIdentity:
        """What each record in reach says of who this person is; nobody else's identity can be read meanwhile.

        Raises ``PersonNotFound``, ``EntityMoved`` or ``EntityGone``, as reading the person does.
        """
        await RegistryService(self._session, reach).stands("person", person_id)
        await enter(self._session, reach, person_id)
        rows = (await self._session.execute(_SEALED, {"person": person_id})).mappings().all()
        await enter(self._session, reach)
        return PersonIdentity(
            id=person_id,
            minor=any(is_minor(row["age_min"], row["age_max"]) for row in rows),
            identities=tuple(map(self._stated, rows)),
        )

    def _stated(self, row: RowMapping) -> StatedIdentity:
        aad = f"identity|{row['record_id']}|{row['role']}|{row['order']}".encode()
        opened = self._sealer.unwrap(row["data_key"]).open(row["identity"], aad)
        identity = Identity.model_validate_json(opened)
        return StatedIdentity(
            source=Source(feed=Feed(row["feed"]), number=row["number"], stamp=row["stamp"]),
            role=Role(row["role"]),
            order=row["order"],
            **{name: getattr(identity, name) for name in _TOLD},
        )
