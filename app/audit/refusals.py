"""Refusals of known clients leave their mark: who tries doors is who an auditor wants to know of."""

import time
from typing import Final

import sqlalchemy.exc
from fastapi import Request

from app.audit.acts import ActKind, thing
from app.audit.errors import AuditUnavailable
from app.audit.sessions import act_of, audit_of, sought
from app.core.errors import IntertrataError
from app.core.logging import get_logger
from app.db.engine import database_of

log = get_logger(__name__)

WITNESSED: Final = frozenset({401, 403, 429})
NOT_REFUSED: Final = "proof-nonce-needed"  # a step of DPoP (RFC 9449 8), not a closed door
QUIET_SECONDS: Final = 10.0  # a client that is told to slow down must not be able to fill the log


class Refusals:
    """Which clients were told lately to slow down, in this process. Kept in ``app.state.refusals``."""

    def __init__(self) -> None:
        self._told: dict[str, float] = {}

    def worth_telling(self, client: str, status: int) -> bool:
        """Every refusal but a further 429 of the same client within ``QUIET_SECONDS``."""
        if status != 429:
            return True
        now = time.monotonic()
        self._told = {each: at for each, at in self._told.items() if now - at < QUIET_SECONDS}
        return self._told.setdefault(client, now) == now


async def witness_refusal(request: Request, error: IntertrataError) -> None:
    """Where the log cannot be written the refusal stands all the same: nothing is told in it."""
    client: str | None = getattr(request.state, "client_id", None)
    if error.status not in WITNESSED or error.code == NOT_REFUSED or client is None:
        return
    if getattr(request.state, "failure_witnessed", False):  # as the end of the act itself
        return
    refusals: Refusals = request.app.state.refusals
    if not refusals.worth_telling(client, error.status):
        return
    route = thing("route", getattr(request.scope.get("route"), "name", "unrouted"))
    try:
        act = act_of(request, ActKind.REFUSAL, (route, *sought(request)), error.code)
        async with database_of(request).write() as session:
            await audit_of(request).witness(session, act)
    except (AuditUnavailable, sqlalchemy.exc.SQLAlchemyError, OSError) as failure:
        log.error("refusal_not_witnessed", code=error.code, kind=type(failure).__name__)
