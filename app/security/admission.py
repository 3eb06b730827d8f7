"""What only the database knows of a request: its token taken back, its client closed or limited to some rows,
its proof shown before, its pace used up."""

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from app.db.engine import Database
from app.security import dpop, jws, officers, repository
from app.security.dpop import Proof
from app.security.officers import OfficerAssertion, OfficerKey
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
    officer_required: bool = False  # it must prove who asks
    first_shown: bool = False  # of the officer's assertion
    officer_key: OfficerKey | None = None  # the one that the assertion names


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request shows that counts once: who sends it, and who asks."""

    proof: Proof | None
    assertion: OfficerAssertion | None

    def use(self, claims: AccessClaims, steps: Mapping[bytes, float], now: datetime) -> Use:
        said = self.assertion
        return Use(
            claims.client_id,
            claims.jti,
            steps,
            None if self.proof is None else (self.proof.use_digest, now + dpop.REMEMBERED),
            None if said is None else (said.use_digest(claims.client_id), now + officers.REMEMBERED),
            None if said is None else said.key_id,
        )


class Admissions:
    """One statement per request, so that a revocation, a row scope and a pace hold from the next request on,
    in every process."""

    def __init__(self, database: Database, pace: RequestPace) -> None:
        self._database = database
        self._pace = pace
        self._forgot_at = time.monotonic()

    async def standing(
        self, claims: AccessClaims, shown: Shown, officer: str | None, now: datetime
    ) -> Standing:
        """Not admitted: a disabled client, a revoked token, a proof used before.

        No database: nobody enters.
        """
        steps = self._pace.steps(claims.client_id, officer)
        use = shown.use(claims, steps, now)
        async with self._database.statement() as connection:
            found = await repository.admit(connection, use)
            over = {who: step for who, step in steps.items() if who not in set(found.taken)}
            wait = await self._pace.waiting(connection, over) if found.admitted and over else 0.0
        if shown.proof is not None or shown.assertion is not None:
            await self._forget(now)
        limit = RowScope(Feed(found.feed) if found.feed else None, found.department)
        return Standing(
            found.admitted,
            limit,
            wait,
            found.officer_required,
            found.assertion_first,
            _officer_key(found.officer_key, found.key_officer),
        )

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


def _officer_key(material: str | None, officer: str | None) -> OfficerKey | None:
    return None if material is None else OfficerKey(jws.public_key(json.loads(material)), officer)
