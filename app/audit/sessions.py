"""A route that must leave a mark says so in its signature, and gets the session to do its work in.

``reading: CaseReading``: the endpoint works with ``reading.session`` and, before it answers, names what it is
about to tell: ``await reading.witness(thing("case", id), ...)``. The mark is committed before the answer
leaves; an endpoint that forgets it answers nothing. A refusal of the endpoint itself (not there, gone, moved)
leaves its mark too, with its code as the outcome.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any, Final
from urllib.parse import quote
from uuid import UUID

import sqlalchemy.exc
from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant

from app.audit.acts import OFFICER_KEY, Act, ActKind, Purpose, thing
from app.audit.errors import AuditUnavailable, Unwitnessed
from app.audit.service import AuditLog
from app.core.errors import IntertrataError
from app.db.engine import WriteSession, database_of
from app.security.callers import Caller, PurposedCaller, caller_of
from app.security.row_security import enter

TOLD: Final = "told"
_NAMED: Final = {"case_id": "case", "person_id": "person", "batch_id": "batch", "client_id": "client"}


def audit_of(request: Request) -> AuditLog:
    """The application keeps its one in ``app.state.audit``."""
    log: AuditLog = request.app.state.audit
    return log


class Reading:
    """One act under way: its session, and the duty to witness."""

    def __init__(self, request: Request, kind: ActKind, session: WriteSession) -> None:
        self.session = session
        self.witnessed = False
        self._request = request
        self._kind = kind

    async def witness(self, *objects: str, outcome: str = TOLD) -> None:
        """Write the act with the ids of what it touched. May be called for several acts of one request.

        Raises ``AuditUnavailable``.
        """
        act = act_of(self._request, self._kind, objects, outcome)
        await audit_of(self._request).witness(self.session, act)
        self.witnessed = True


class Audits:
    """The dependency. ``snapshot``: all statements see one snapshot (readings); else as ``WriteDep``.
    ``reach``: the session sees the caller's part of the registry only, and may write nothing but the mark.
    """

    def __init__(self, kind: ActKind, *, snapshot: bool = True, reach: bool = False) -> None:
        self.kind = kind
        self.reach = reach
        self._snapshot = snapshot

    async def __call__(self, request: Request) -> AsyncIterator[Reading]:
        request.state.audited_body = await request.body()  # read already where the endpoint takes one
        database = database_of(request)
        begun = database.snapshot_write() if self._snapshot else database.write()
        try:
            async with begun as session:
                if self.reach:
                    await enter(session, caller_of(request).reach)
                reading = Reading(request, self.kind, session)
                yield reading
                if not reading.witnessed:
                    raise Unwitnessed
                await _commit(session)
        except (AuditUnavailable, Unwitnessed):
            raise
        except IntertrataError as error:
            await self._witness_failure(request, error)
            raise

    async def _witness_failure(self, request: Request, error: IntertrataError) -> None:
        """In a transaction of its own: that of the act was rolled back."""
        act = act_of(request, self.kind, tuple(sought(request)), error.code)
        try:
            async with database_of(request).write() as session:
                await audit_of(request).witness(session, act)
        except sqlalchemy.exc.SQLAlchemyError as failure:
            raise AuditUnavailable from failure
        request.state.failure_witnessed = True


def act_of(request: Request, kind: ActKind, objects: tuple[str, ...], outcome: str) -> Act:
    """The act of this request: its caller was admitted, and said officer and purpose where asked for."""
    # Not there yet where the gate itself refused.
    caller: Caller | None = getattr(request.state, "caller", None)
    said = caller.purpose if isinstance(caller, PurposedCaller) else None
    try:
        return Act(
            kind=kind,
            actor=request.state.client_id,
            officer=said.officer if said else None,
            purpose=Purpose(said.case, said.reason) if said else None,
            objects=(*objects, *_vouching(caller)),
            outcome=outcome,
            request=audit_of(request).request_digest(_canonical(request)),
        )
    except ValueError:  # an issuer outside may name a client as no entry can
        raise AuditUnavailable from None


def _vouching(caller: Caller | None) -> tuple[str, ...]:
    """The key that proved the officer is one of the act's objects; without one the officer was declared."""
    if not isinstance(caller, PurposedCaller) or caller.officer_key is None:
        return ()
    return (thing(OFFICER_KEY, quote(caller.officer_key, safe="")),)


def audits_of(dependant: Dependant) -> Iterator[Audits]:
    """What a route declares to witness, wherever in its tree of dependencies."""
    for dependency in dependant.dependencies:
        call: Any = dependency.call
        if isinstance(call, Audits):
            yield call
        yield from audits_of(dependency)


async def _commit(session: WriteSession) -> None:
    try:
        await session.commit()
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise AuditUnavailable from error


def _canonical(request: Request) -> bytes:
    """Method, path, query and body as they came; of what was refused before it was read, no body."""
    body: bytes = getattr(request.state, "audited_body", b"")
    query: bytes = request.scope.get("query_string", b"")
    return b"\n".join((request.method.encode(), request.url.path.encode(), query, body))


def sought(request: Request) -> Iterator[str]:
    """The objects that the path names."""
    for name, value in request.path_params.items():
        if name in _NAMED:
            try:
                yield thing(_NAMED[name], UUID(str(value)))
            except ValueError:  # not an id: refused before it meant anything
                continue


def audits(kind: ActKind, *, snapshot: bool = True, reach: bool = False) -> Any:
    """``Depends`` for ``Annotated[Reading, audits(...)]``: the transaction ends before the answer leaves."""
    return Depends(Audits(kind, snapshot=snapshot, reach=reach), scope="function")


CaseReading = Annotated[Reading, audits(ActKind.CASE_READ, reach=True)]
PersonReading = Annotated[Reading, audits(ActKind.PERSON_READ, reach=True)]
JudgementReading = Annotated[Reading, audits(ActKind.PERSON_READ)]  # nationwide: it weighs sealed features
IdentityReading = Annotated[Reading, audits(ActKind.IDENTITY_READ, reach=True)]
AuditReading = Annotated[Reading, audits(ActKind.AUDIT_READ)]
Deciding = Annotated[Reading, audits(ActKind.DECISION, snapshot=False)]
Exporting = Annotated[Reading, audits(ActKind.EXPORT)]
