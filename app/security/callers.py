"""Who may call is a type in the endpoint's signature: ``caller: CaseReader``, ``caller: FeedWriter``.

Each is the ``Caller`` admitted by its requirement, before any parameter is looked at. It stands before the
session in the signature, for the gate needs a connection of its own. A route that is open to all says so
too (``caller: OpenToAll``), and is called at a pace. Tests walk all routes and hold all of it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant

from app.core.errors import Forbidden, NotFound
from app.core.parameters import refuse_unknown
from app.security import scopes
from app.security.gate import Admitted, Gate
from app.security.glass import Glass
from app.security.granting import Authorisation
from app.security.officers import OfficerAssertionMissing, check_same
from app.security.purpose import (
    HEADERS,
    OFFICER,
    Purpose,
    checked_case,
    checked_reason,
    officer_of,
    purpose_of,
)
from app.security.reach import EVERYTHING, UNLIMITED, Reach, RowScope
from app.security.request_pace import RequestPace
from app.security.scopes import FeedAct, feed_scope
from schemas.vocabulary import Feed


class ScopeMissing(Forbidden):
    code = "scope-missing"
    es = "Su credencial no tiene el permiso que hace falta: {scope}."
    en = "Your credential lacks the scope that is needed: {scope}."


class ExactScopeMissing(ScopeMissing):
    es = "Las cifras exactas piden el permiso {scope}. Las ediciones publicadas están en /v1/releases."
    en = "Exact figures need the scope {scope}. Published editions are at /v1/releases."


class BeyondReach(Forbidden):
    code = "beyond-reach"
    es = "Su credencial se limita a una institución o un departamento; esta operación es del registro entero."
    en = "Your credential is limited to an institution or department; this is of the whole registry."


@dataclass(frozen=True)
class Caller:
    """A client whose token was verified for this request."""

    client_id: str
    scopes: frozenset[str]
    token_id: str
    row_scope: RowScope = UNLIMITED
    reach: Reach = EVERYTHING

    def may(self, scope: str) -> bool:
        return scope in self.scopes

    def serves(self, feed: Feed) -> bool:
        """True where it may see deliveries of the feed; to anybody else they do not exist (404)."""
        within = self.row_scope.feed in {None, feed}
        return within and any(self.may(feed_scope(feed, act)) for act in FeedAct)


@dataclass(frozen=True)
class PurposedCaller(Caller):
    """A caller that said who asks, for which case and why: what every route on persons demands."""

    purpose: Purpose = field(kw_only=True)
    officer_key: str | None = field(
        default=None, kw_only=True
    )  # by which the officer was proven; else declared

    @property
    def officer(self) -> str:
        return self.purpose.officer


@dataclass(frozen=True)
class OfficialCaller(Caller):
    """A caller that said who asks; case and reason are in the body."""

    officer: str = field(kw_only=True)
    officer_key: str | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class Requirement:
    """Admits a caller that has any one of the scopes. Where ``of_path_feed`` is set, the scopes are that
    act on the feed that the path names, and an unknown feed is not found.

    ``limited`` says that the route works inside the caller's reach; any other refuses callers with a row
    scope, so that a route which was never thought through for them tells them nothing.
    """

    any_of: tuple[str, ...]
    of_path_feed: tuple[FeedAct, ...] = ()
    limited: bool = False

    async def __call__(self, request: Request) -> Caller:
        caller = await self._admitted(request)
        request.state.caller = caller
        return caller

    async def _admitted(self, request: Request) -> Caller:
        gate: Gate = request.app.state.gate
        admitted = request.state.admitted = await gate.admit(request)
        claims, row_scope = admitted.claims, admitted.row_scope
        request.state.claims = claims
        reach = Reach.of(claims.scopes, row_scope)
        caller = Caller(claims.client_id, claims.scopes, claims.jti, row_scope, reach)
        wanted = (*self._of_feed(request), *self.any_of)
        if not any(map(caller.may, wanted)):
            raise self._missing(request, wanted[0])
        if caller.row_scope.limited and not self.limited:
            raise BeyondReach
        refuse_unknown(request)  # last: who may not call is told so, whatever else is wrong
        return caller

    def _missing(self, request: Request, scope: str) -> ScopeMissing:
        return scope_missing(request, scope)

    def alternatives(self) -> tuple[str, ...]:
        """Every scope that may open the route, for its description."""
        of_feeds = tuple(feed_scope(feed, act) for act in self.of_path_feed for feed in Feed)
        return (*of_feeds, *self.any_of)

    def _of_feed(self, request: Request) -> tuple[str, ...]:
        if not self.of_path_feed:
            return ()
        try:
            feed = Feed(request.path_params["feed"])
        except ValueError:
            raise NotFound from None
        return tuple(feed_scope(feed, act) for act in self.of_path_feed)


@dataclass(frozen=True)
class PurposeRequirement(Requirement):
    """A requirement of a route on persons: who asks, for which case and why stand in the headers.

    ``glass`` names the kind of object in the path (``case_id``, ``person_id``) that urgent access may open.
    """

    glass: str | None = None

    async def __call__(self, request: Request) -> PurposedCaller:
        caller = await self._admitted(request)
        purpose = purpose_of({header: request.headers.getlist(header) for header in HEADERS})
        key = officer_key(request, purpose.officer, purpose.case)
        purposed = PurposedCaller(**vars(caller), purpose=purpose, officer_key=key)
        request.state.caller = purposed
        if self.glass is None or caller.reach.registry or not await glass_held(request, purposed, self.glass):
            return purposed
        return widened(request, purposed)


@dataclass(frozen=True)
class ExactRequirement(Requirement):
    """A requirement of exact figures: who may not have them is told where the published ones are."""

    def _missing(self, request: Request, scope: str) -> ScopeMissing:
        return ExactScopeMissing(headers=insufficient(request, scope), scope=scope)


@dataclass(frozen=True)
class OfficerRequirement(Requirement):
    """A requirement of a route whose body carries case and reason; the officer stands in the header."""

    async def __call__(self, request: Request) -> OfficialCaller:
        caller = await self._admitted(request)
        officer = officer_of(request.headers.getlist(OFFICER))
        key = officer_key(request, officer)
        official = OfficialCaller(**vars(caller), officer=officer, officer_key=key)
        request.state.caller = official
        return official


@dataclass(frozen=True)
class Anybody:
    """Who calls a route that is open to all: nothing is known of them, and nothing asked."""


async def _admit_anybody(request: Request) -> Anybody:
    """Counts the network address and tells it to nobody. Raises ``TooManyRequests``."""
    authorisation: Authorisation = request.app.state.authorisation
    pace: RequestPace = request.app.state.request_pace
    await pace.spend_open(authorisation.certificates.address_of(request.scope))
    refuse_unknown(request)
    return Anybody()


def officer_key(request: Request, officer: str, case: str | None = None) -> str | None:
    """The id of the key by which the officer was proven; None where the institution's word must do.

    Raises ``OfficerAssertionMissing`` where it must not, ``OfficerAssertionInvalid``.
    """
    admitted: Admitted = request.state.admitted
    if admitted.officer is None:
        if admitted.officer_required:
            raise OfficerAssertionMissing
        return None
    check_same(admitted.officer, officer, case)
    return admitted.officer.key_id


def with_purpose(request: Request, caller: OfficialCaller, case: str, reason: str) -> PurposedCaller:
    """The caller with what the body says. Raises ``PurposeInvalid``, ``OfficerAssertionInvalid``."""
    purpose = Purpose(caller.officer, checked_case(case), checked_reason(reason))
    check_same(request.state.admitted.officer, purpose.officer, purpose.case)
    fields = {name: value for name, value in vars(caller).items() if name != "officer"}
    purposed = PurposedCaller(**fields, purpose=purpose)
    request.state.caller = purposed
    return purposed


def widened(request: Request, caller: PurposedCaller) -> PurposedCaller:
    """The caller as urgent access makes it, for this request and its one object."""
    request.state.caller = replace(caller, reach=EVERYTHING)
    return request.state.caller  # type: ignore[no-any-return]


def scope_missing(request: Request, scope: str) -> ScopeMissing:
    """For a caller whose token was verified and does not carry ``scope``."""
    return ScopeMissing(headers=insufficient(request, scope), scope=scope)


def insufficient(request: Request, scope: str) -> dict[str, str]:
    gate: Gate = request.app.state.gate
    return gate.insufficient(request.state.claims, scope)


async def glass_held(request: Request, caller: PurposedCaller, kind: str) -> bool:
    """Whether the caller's officer took urgent access to the object in the path and it is not over."""
    if not caller.may(scopes.BREAK_GLASS):
        return False
    try:
        entity_id = UUID(request.path_params[f"{kind}_id"])
    except ValueError:
        return False  # no id: the route will say so
    glass: Glass = request.app.state.services.glass
    return await glass.held(caller.client_id, caller.officer, kind, entity_id)


def caller_of(request: Request) -> Caller:
    """Whom a requirement admitted to this request. Without one there is nobody, and no session for them."""
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is None:
        raise RuntimeError("the requirement must stand before the session in the signature")
    return caller


OpenToAll = Annotated[Anybody, Depends(_admit_anybody)]
"""Anybody may call, without a credential, at the pace of their network address."""

OpenPace: Final[Any] = Depends(_admit_anybody)
"""The same, for all routes of a router."""

_ANY_FEED: Final = tuple(feed_scope(feed, act) for feed in Feed for act in FeedAct)

FeedWriter = Annotated[Caller, Depends(Requirement((), (FeedAct.WRITE,), limited=True))]
"""May deliver records of the feed in the path (``{feed}``)."""
RecordReader = Annotated[
    PurposedCaller, Depends(PurposeRequirement((scopes.REGISTRY_READ,), (FeedAct.READ,), limited=True))
]
"""May read records of the feed in the path, or the whole registry, each inside their reach."""
BatchReader = Annotated[Caller, Depends(Requirement(_ANY_FEED, limited=True))]
"""Serves some feed. The endpoint asks ``caller.serves(feed)`` of the batch: where it does not, 404."""
CaseReader = Annotated[Caller, Depends(Requirement((scopes.REGISTRY_READ,), limited=True))]
"""Lists cases, which tell counts of people and nobody."""
CaseFileReader = Annotated[
    PurposedCaller, Depends(PurposeRequirement((scopes.REGISTRY_READ,), limited=True, glass="case"))
]
"""Reads one case with the persons in it."""
PersonReader = Annotated[
    PurposedCaller, Depends(PurposeRequirement((scopes.REGISTRY_READ,), limited=True, glass="person"))
]
IdentityOfficer = Annotated[
    OfficialCaller, Depends(OfficerRequirement((scopes.IDENTITY_READ, scopes.BREAK_GLASS), limited=True))
]
"""May open an identity, or may where urgent access was taken: the endpoint tells which."""
GlassTaker = Annotated[OfficialCaller, Depends(OfficerRequirement((scopes.BREAK_GLASS,), limited=True))]
GlassReviewer = Annotated[
    OfficialCaller, Depends(OfficerRequirement((scopes.BREAK_GLASS_REVIEW, scopes.REVIEW)))
]
GlassWatcher = Annotated[Caller, Depends(Requirement((scopes.BREAK_GLASS_REVIEW, scopes.REVIEW)))]
NoticeReader = Annotated[
    Caller, Depends(Requirement(tuple(feed_scope(feed, FeedAct.READ) for feed in Feed), limited=True))
]
"""An institution's staff: told of urgent access to records of its own."""
ChangeReader = Annotated[Caller, Depends(Requirement((scopes.CHANGES_READ,), limited=True))]
FeedHealthReader = Annotated[Caller, Depends(Requirement((scopes.FEEDS_READ,), limited=True))]
JudgementReader = Annotated[
    PurposedCaller, Depends(PurposeRequirement((scopes.REGISTRY_READ, scopes.REVIEW)))
]
"""May read why a pair was judged so; with ``identity:read`` also what depends on which name it is."""
Reviewer = Annotated[PurposedCaller, Depends(PurposeRequirement((scopes.REVIEW,)))]
"""Decides on doubtful pairs and pins values, as the officer that the headers name."""
StatisticsReader = Annotated[Caller, Depends(Requirement((scopes.STATISTICS_READ,)))]
ExactReader = Annotated[Caller, Depends(ExactRequirement((scopes.STATISTICS_EXACT,), limited=True))]
"""Asks for figures without disclosure control, inside their reach; others read what was published."""
DefinitionReader = Annotated[
    Caller, Depends(Requirement((scopes.STATISTICS_READ, scopes.STATISTICS_EXACT), limited=True))
]
"""Reads what figures mean, which tells of no row."""
ReleaseReader = Annotated[Caller, Depends(Requirement((scopes.STATISTICS_READ, scopes.RELEASES_RESTRICTED)))]
"""Reads what was published. The endpoint asks for the scope of the restricted edition, and of the embargo."""
ReleaseMaker = Annotated[OfficialCaller, Depends(OfficerRequirement((scopes.RELEASES_MANAGE,)))]
"""Builds, approves, publishes and withdraws releases, as the officer that the header names."""
ModelReader = Annotated[Caller, Depends(Requirement((scopes.MODELS_MANAGE, scopes.OPERATOR)))]
Auditor = Annotated[PurposedCaller, Depends(PurposeRequirement((scopes.AUDIT_READ,)))]
"""Reads who did what, and says why: the log tells of officers and of whose data was opened."""
ProofReader = Annotated[Caller, Depends(Requirement((scopes.AUDIT_READ,)))]
"""Reads checkpoints and proofs, which tell of nobody."""
Operator = Annotated[Caller, Depends(Requirement((scopes.OPERATOR,)))]


def says_open(dependant: Dependant) -> bool:
    """Whether the route is open to all by its signature."""
    return any(each.call is _admit_anybody or says_open(each) for each in dependant.dependencies)


def requirements_of(dependant: Dependant) -> Iterator[Requirement]:
    """The requirements that guard a route, wherever in its tree of dependencies they stand."""
    for dependency in dependant.dependencies:
        call: Callable[..., Any] | None = dependency.call
        if isinstance(call, Requirement):
            yield call
        yield from requirements_of(dependency)
