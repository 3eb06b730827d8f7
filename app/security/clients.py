"""Machine clients: made by the operator, known by an id and a secret that is shown once."""

import asyncio
import re
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import Argon2Error, InvalidHashError

from adapters.reference import departments
from app.core.clock import Clock
from app.core.errors import NotFound, TooManyRequests, Unauthenticated, Unprocessable
from app.db.engine import Database
from app.models.security import Client
from app.security import repository, scopes, tokens
from app.security.ports import PermissionWitness, unwitnessed
from app.security.reach import UNLIMITED, RowScope
from app.security.roles import LIMITABLE, ROLES, LimitedTo, Role
from app.security.scopes import FeedAct, feed_scope
from schemas.vocabulary import Feed

NAME_CHARACTERS: Final = 80
ID_FORM: Final = re.compile(r"cl-[0-9a-f]{16}")
SECRET_FORM: Final = re.compile(r"its_[A-Za-z0-9_-]{43}")
HASHES_AT_ONCE: Final = 2  # each takes 19 MiB and a core for some 20 ms
HASHES_WAITING: Final = 32
REVOCATION_SECONDS: Final = 1.0  # how old a list of disabled clients may be


class ClientRefused(Unauthenticated):
    code = "client-refused"
    es = "El cliente o su secreto no valen."
    en = "The client or its secret is not valid."


class ClientUnknown(NotFound):
    code = "client-unknown"
    es = "No hay ningún cliente con ese id."
    en = "There is no client with that id."


class ClientNameInvalid(Unprocessable):
    code = "client-name-invalid"
    es = "El nombre del cliente debe tener de 1 a {limit} caracteres visibles."
    en = "A client's name must have 1 to {limit} printable characters."


class ScopeUnknown(Unprocessable):
    code = "scope-unknown"
    es = "Hay un permiso que no existe. Los que hay: {known}."
    en = "One of the scopes does not exist. Those that do: {known}."


class RowScopeInvalid(Unprocessable):
    code = "row-scope-invalid"
    es = "El límite no va con ese papel o esos permisos: una fuente o un departamento (UBIGEO), no ambos."
    en = (
        "The row scope does not fit that role or those scopes: one feed or one department (UBIGEO), not both."
    )


class HashingBusy(TooManyRequests):
    code = "authentication-busy"
    es = "Hay demasiadas autenticaciones a la vez. Espere un segundo."
    en = "Too many authentications at once. Wait a second."


@dataclass(frozen=True, slots=True)
class ClientView:
    id: str
    name: str
    scopes: tuple[str, ...]
    made_at: datetime
    disabled_at: datetime | None
    role: Role | None = None
    row_scope: RowScope = UNLIMITED


@dataclass(frozen=True, slots=True)
class NewClient:
    """The only time that the secret is known: what is kept of it is a hash."""

    id: str
    name: str
    scopes: tuple[str, ...]
    secret: str = field(repr=False)


class Hashing:
    """Argon2id in threads, a few at a time. Parameters: OWASP Password Storage, argon2id minimum; the
    secrets are 256 random bits, so that guessing is hopeless whatever the hash."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)
        self._turns = asyncio.Semaphore(HASHES_AT_ONCE)
        self._waiting = 0
        self._nobody = self._hasher.hash(secrets.token_urlsafe(32))

    async def hash(self, secret: str) -> str:
        return await asyncio.to_thread(self._hasher.hash, secret)

    async def matches(self, kept: str | None, secret: str) -> bool:
        """False for ``None`` too, after the same work: the time tells nobody which clients exist."""
        if self._waiting >= HASHES_WAITING:
            raise HashingBusy(headers={"Retry-After": "1"})
        self._waiting += 1
        try:
            async with self._turns:
                right = await asyncio.to_thread(self._verify, kept or self._nobody, secret)
        finally:
            self._waiting -= 1
        return right and kept is not None

    def _verify(self, kept: str, secret: str) -> bool:
        try:
            return self._hasher.verify(kept, secret)
        except (Argon2Error, InvalidHashError):
            return False


class ClientService:
    def __init__(self, database: Database, witness: PermissionWitness = unwitnessed) -> None:
        self._database = database
        self._witness = witness
        self._hashing = Hashing()

    async def create(
        self, name: str, wanted: Iterable[str] = (), role: Role | None = None, limit: RowScope = UNLIMITED
    ) -> NewClient:
        """With the scopes of the role and those ``wanted`` besides, limited to the rows of ``limit``.

        Raises ``ClientNameInvalid``, ``ScopeUnknown`` or ``RowScopeInvalid``.
        """
        name = name.strip()
        if not 0 < len(name) <= NAME_CHARACTERS or not name.isprintable():
            raise ClientNameInvalid(limit=NAME_CHARACTERS)
        try:
            granted = granted_to(role, limit, scopes.checked(wanted))
        except scopes.UnknownScope:
            raise ScopeUnknown(known=", ".join(scopes.SCOPES)) from None
        new = NewClient(f"cl-{secrets.token_hex(8)}", name, granted, f"its_{secrets.token_urlsafe(32)}")
        secret_hash = await self._hashing.hash(new.secret)
        async with self._database.write() as session:
            session.add(
                Client(
                    id=new.id,
                    name=name,
                    secret_hash=secret_hash,
                    scopes=list(granted),
                    role=role,
                    feed=limit.feed,
                    department=limit.department,
                )
            )
            await self._witness(session, "client-created", new.id, granted)
        return new

    async def authenticate(self, client_id: str, secret: str) -> ClientView:
        """Raises ``ClientRefused``: unknown, disabled and wrong secret are one answer."""
        client = await self._find(client_id) if ID_FORM.fullmatch(client_id) else None
        usable = client is not None and client.disabled_at is None
        kept = client.secret_hash if client is not None and usable else None
        right = await self._hashing.matches(kept, secret if SECRET_FORM.fullmatch(secret) else "")
        if client is None or not right:
            raise ClientRefused
        return _view(client)

    async def all(self) -> tuple[ClientView, ...]:
        async with self._database.read() as session:
            return tuple(_view(client) for client in await repository.all_clients(session))

    async def disable(self, client_id: str) -> None:
        """Its secret stops at once, its tokens within ``REVOCATION_SECONDS``. Raises ``ClientUnknown``."""
        async with self._database.write() as session:
            known = ID_FORM.fullmatch(client_id) and await repository.disable(session, client_id)
            if known:
                await self._witness(session, "client-disabled", client_id)
        if not known:
            raise ClientUnknown

    async def _find(self, client_id: str) -> Client | None:
        async with self._database.read() as session:
            return await repository.find(session, client_id)


class Revocations:
    """Which clients were disabled while a token of theirs may still be in force."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._disabled: frozenset[str] = frozenset()
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def revoked(self, client_id: str) -> bool:
        """One short query per second serves every request; when it cannot be made, nobody is admitted."""
        if self._stale():
            async with self._reading:
                if self._stale():
                    await self._read()
        return client_id in self._disabled

    def _stale(self) -> bool:
        return time.monotonic() - self._read_at > REVOCATION_SECONDS

    async def _read(self) -> None:
        asked_at = time.monotonic()
        margin = tokens.LIFETIME + timedelta(minutes=5)  # the database's clock may differ from ours
        async with self._database.read() as session:
            self._disabled = await repository.disabled_since(session, self._clock.now() - margin)
        self._read_at = asked_at


def granted_to(role: Role | None, limit: RowScope, wanted: Iterable[str]) -> tuple[str, ...]:
    """The scopes of a client with this role and row scope, in the order of the list.

    Raises ``RowScopeInvalid`` where role, scopes and row scope do not belong together: a limited client with
    a scope over everything would be refused by every route of it, and an unlimited institution would see all.
    """
    if role is not None:
        held = {LimitedTo.FEED: limit.feed, LimitedTo.DEPARTMENT: limit.department}
        needed = ROLES[role].limited_to
        if limit.limited != (needed is not LimitedTo.REGISTRY) or held.get(needed, True) is None:
            raise RowScopeInvalid
        wanted = (*ROLES[role].scopes_for(limit.feed), *wanted)
    granted = scopes.checked(wanted)
    if limit.limited and not _fit(granted, limit):
        raise RowScopeInvalid
    return granted


def _fit(granted: Iterable[str], limit: RowScope) -> bool:
    if limit.department is not None and limit.department not in departments():
        return False
    foreign = {feed_scope(feed, act) for feed in Feed for act in FeedAct if feed is not limit.feed}
    return all(scope in LIMITABLE and scope not in foreign for scope in granted)


def _view(client: Client) -> ClientView:
    return ClientView(
        client.id,
        client.name,
        tuple(client.scopes),
        client.made_at,
        disabled_at=client.disabled_at,
        role=Role(client.role) if client.role else None,
        row_scope=RowScope(Feed(client.feed) if client.feed else None, client.department),
    )
