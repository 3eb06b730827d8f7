"""``AuditLog.witness``: an act is written where it is done, in its transaction, or it is not done.

No lock is taken: entries get their positions afterwards, from the sequencer (``app.audit.log``).
"""

import hmac
from typing import Final
from uuid import uuid4

import orjson
from sqlalchemy.exc import SQLAlchemyError

from app.audit import repository
from app.audit.acts import Act, Entry, Purpose, leaf
from app.audit.errors import AuditUnavailable
from app.audit.merkle import leaf_hash
from app.audit.repository import SealedPurpose
from app.core.clock import Clock
from app.db.engine import WriteSession
from app.security.blind import BlindIndex
from app.security.sealing import Sealer

PURPOSE: Final = "audit_purpose"
REQUEST: Final = "audit_request"


class AuditLog:
    def __init__(self, clock: Clock, sealer: Sealer, blind: BlindIndex) -> None:
        self._clock = clock
        self._sealer = sealer
        self._blind = blind

    async def witness(self, session: WriteSession, act: Act) -> None:
        """Write ``act`` in the caller's transaction. Raises ``AuditUnavailable``: nothing may be answered."""
        purpose = None if act.purpose is None else _written(act.purpose)
        entry = Entry(
            id=uuid4(),
            at=self._clock.now(),
            kind=act.kind.value,
            actor=act.actor,
            officer=act.officer,
            purpose=None if purpose is None else self._blind.digest(PURPOSE, purpose),
            objects=act.objects,
            outcome=act.outcome,
            request=act.request,
        )
        sealed = None if purpose is None else self._sealed(entry.id.bytes, purpose)
        try:
            await repository.keep(session, entry, leaf_hash(leaf(entry)), sealed)
        except SQLAlchemyError as error:
            raise AuditUnavailable from error

    def _sealed(self, entry_id: bytes, purpose: bytes) -> SealedPurpose:
        key, wrapped = self._sealer.new_key()
        return SealedPurpose(wrapped, key.seal(purpose, purpose_aad(entry_id)))

    def request_digest(self, request: bytes) -> bytes:
        """32 bytes under the installation's key: a question may hold a number that could be guessed."""
        return self._blind.digest(REQUEST, request)

    def opened(self, entry_id: bytes, data_key: bytes, sealed: bytes) -> Purpose:
        """What was sealed apart. Raises ``SealError``."""
        case_number, reason = orjson.loads(self._sealer.unwrap(data_key).open(sealed, purpose_aad(entry_id)))
        return Purpose(case_number, reason)

    def is_purpose(self, purpose: Purpose, digest: bytes) -> bool:
        """Whether this is the purpose whose digest stands in the log."""
        return hmac.compare_digest(self._blind.digest(PURPOSE, _written(purpose)), digest)


def purpose_aad(entry_id: bytes) -> bytes:
    return b"audit_purpose|" + entry_id


def _written(purpose: Purpose) -> bytes:
    return orjson.dumps([purpose.case_number, purpose.reason])
