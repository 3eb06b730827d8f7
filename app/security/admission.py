"""What only the database knows of a request: its token taken back, its client closed or limited to some rows,
its proof shown before, its pace used up."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from app.db.engine import Database
from app.security import dpop, repository
from app.security.dpop import Proof
from app.security.reach import UNLIMITED, RowScope
from app.security.repository import Use
from app.security.request_pace import RequestPace
from app.security.tokens import AccessClaims
from schemas.vocabulary import Feed

FORGET_EVERY: Final = 60.0  # seconds, per process
MARGIN: Final = timedelta(minutes=5)  # processes' clocks may differ


@dataclass(frozen=True, slots=True)
class Standing:
    """What the database says of a request: ``row_scope`` is what is kept of the client, nothing where it is
    another issuer's; ``wait`` seconds until the pace lets it in, 0 where it did."""

    admitted: bool
    row_scope: RowScope = UNLIMITED
    wait: float = 0.0


class Admissions:
    """One statement per request, so that a revocation, a row scope and a pace hold from the next request on,
    in every process."""

    def __init__(self, database: Database, pace: RequestPace) -> None:
        self._database = database
        self._pace = pace
        self._forgot_at = time.monotonic()

    async def standing(
        self, claims: AccessClaims, proof: Proof | None, officer: str | None, now: datetime
    ) -> Standing:
        """Not admitted: a disabled client, a revoked token, a proof used before.

        No database: nobody enters.
        """
        steps = self._pace.steps(claims.client_id, officer)
        digest = None if proof is None else proof.use_digest
        use = Use(claims.client_id, claims.jti, digest, now + dpop.REMEMBERED, steps)
        async with self._database.statement() as connection:
            found = await repository.admit(connection, use)
            over = {who: step for who, step in steps.items() if who not in set(found.taken)}
            wait = await self._pace.waiting(connection, over) if found.admitted and over else 0.0
        if proof is not None:
            await self._forget(now)
        limit = RowScope(Feed(found.feed) if found.feed else None, found.department)
        return Standing(found.admitted, limit, wait)

    async def first_use(self, uses: Iterable[tuple[bytes, datetime]], now: datetime) -> bool:
        """Mark digests as used until their instants; False where one was. Durable before it answers."""
        async with self._database.write() as session:
            found = [await repository.use_once(session, digest, until) for digest, until in sorted(uses)]
        await self._forget(now)
        return all(found)

    async def revoke(self, claims: AccessClaims) -> None:
        until = datetime.fromtimestamp(claims.exp, tz=UTC)
        async with self._database.write() as session:
            await repository.revoke_token(session, claims.jti, until)

    async def _forget(self, now: datetime) -> None:
        """Now and then drop what is too old to be accepted anyway."""
        if time.monotonic() - self._forgot_at < FORGET_EVERY:
            return
        self._forgot_at = time.monotonic()
        async with self._database.write() as session:
            await repository.forget_expired(session, now - MARGIN)
