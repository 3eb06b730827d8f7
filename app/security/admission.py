"""What only the database knows of a token or a proof: taken back, closed, or shown before."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from app.db.engine import Database
from app.security import dpop, repository
from app.security.dpop import Proof
from app.security.tokens import AccessClaims

FORGET_EVERY: Final = 60.0  # seconds, per process
MARGIN: Final = timedelta(minutes=5)  # processes' clocks may differ


class Admissions:
    """One statement per request, so that a revocation holds from the next request on, in every process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._forgot_at = time.monotonic()

    async def admits(self, claims: AccessClaims, proof: Proof | None, now: datetime) -> bool:
        """False for a disabled client, a revoked token, a proof used before. No database: nobody enters."""
        if proof is None:
            async with self._database.read() as session:
                return not await repository.revoked(session, claims.client_id, claims.jti)
        until = now + dpop.REMEMBERED
        async with self._database.write() as session:
            refused = await repository.revoked_or_repeated(
                session, claims.client_id, claims.jti, proof.use_digest, until
            )
        await self._forget(now)
        return not refused

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
