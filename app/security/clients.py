"""Machine clients: made by the operator, known by keys or certificates of their own.

Only the demo gives secrets: what a client sends with every request can be stolen with any of them.
"""

import asyncio
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import Argon2Error, InvalidHashError

from adapters.reference import departments
from app.core.errors import NotFound, TooManyRequests, Unauthenticated, Unprocessable
from app.db.engine import Database, WriteSession
from app.models.security import Client, ClientCredential
from app.security import assertions, credentials, repository, scopes
from app.security.assertions import Assertion, AssertionRefused
from app.security.certificates import PeerCertificate
from app.security.credentials import Credential, CredentialInvalid, CredentialKind
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
CREDENTIALS_AT_MOST: Final = 20


class OfficerProof(StrEnum):
    """Whether a client's officers are proven where it says so (``OPTIONAL``), or always."""

    OPTIONAL = "optional"
    REQUIRED = "required"


class ClientRefused(Unauthenticated):
    code = "client-refused"
    es = "El cliente o su secreto no valen."
    en = "The client or its secret is not valid."


class ClientUnknown(NotFound):
    code = "client-unknown"
    es = "No hay ningún cliente con ese id."
    en = "There is no client with that id."


class ClientNeedsKey(Unprocessable):
    code = "client-needs-key"
    es = "Fuera de la demostración un cliente necesita una clave o un certificado suyo, no un secreto."
    en = "Outside the demo a client needs a key or certificate of its own, not a secret."


class CredentialUnknown(NotFound):
    code = "credential-unknown"
    es = "El cliente no tiene ninguna credencial con ese id."
    en = "The client has no credential with that id."


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
    """The only time that a secret is known: what is kept of it is a hash. None: it has credentials."""

    id: str
    name: str
    scopes: tuple[str, ...]
    secret: str | None = field(repr=False)


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
    """``demo``: clients may have secrets. Elsewhere none is made and none is accepted."""

    def __init__(self, database: Database, witness: PermissionWitness = unwitnessed, *, demo: bool) -> None:
        self._database = database
        self._witness = witness
        self._demo = demo
        self._hashing = Hashing()

    async def create(
        self,
        name: str,
        wanted: Iterable[str] = (),
        role: Role | None = None,
        limit: RowScope = UNLIMITED,
        given: Sequence[Credential] = (),
    ) -> NewClient:
        """With the scopes of the role and those ``wanted`` besides, limited to the rows of ``limit``; known
        by the credentials ``given`` or, in the demo and without any, by a secret.

        Raises ``ClientNameInvalid``, ``ScopeUnknown``, ``RowScopeInvalid``, ``CredentialInvalid`` or
        ``ClientNeedsKey``.
        """
        name, granted = _name(name), _granted(role, limit, wanted)
        if not given and not self._demo:
            raise ClientNeedsKey
        secret = None if given else f"its_{secrets.token_urlsafe(32)}"
        new = NewClient(f"cl-{secrets.token_hex(8)}", name, granted, secret)
        row = Client(
            id=new.id,
            name=name,
            secret_hash=None if secret is None else await self._hashing.hash(secret),
            scopes=list(granted),
            role=role,
            feed=limit.feed,
            department=limit.department,
        )
        async with self._database.write() as session:
            session.add(row)
            await session.flush()
            await _add(session, new.id, given)
            await self._witness(session, "client-created", new.id, granted)
        return new

    async def authenticate(self, client_id: str, secret: str) -> ClientView:
        """By secret, in the demo. Raises ``ClientRefused``: unknown, disabled and wrong are one answer."""
        if not self._demo:
            raise ClientRefused
        client = await self._find(client_id) if ID_FORM.fullmatch(client_id) else None
        usable = client is not None and client.disabled_at is None
        kept = client.secret_hash if client is not None and usable else None
        right = await self._hashing.matches(kept, secret if SECRET_FORM.fullmatch(secret) else "")
        if client is None or not right:
            raise ClientRefused
        return _view(client)

    async def authenticate_by_key(
        self, assertion: Assertion, audiences: frozenset[str], now: datetime
    ) -> ClientView:
        """``private_key_jwt``. Whether the assertion was used before is for the caller.

        Raises ``ClientRefused``.
        """
        client, held = await self._usable(assertion.client_id)
        try:
            assertions.verify(assertion, credentials.keys_of(held), audiences, now)
        except AssertionRefused:
            raise ClientRefused from None
        return client

    async def authenticate_by_certificate(self, client_id: str, shown: PeerCertificate) -> ClientView:
        """RFC 8705 2. Raises ``ClientRefused``."""
        client, held = await self._usable(client_id)
        if not any(each.fits(shown) for each in held):
            raise ClientRefused
        return client

    async def credentials(self, client_id: str) -> tuple[Credential, ...]:
        """Raises ``ClientUnknown``."""
        async with self._database.read() as session:
            if not ID_FORM.fullmatch(client_id) or await repository.find(session, client_id) is None:
                raise ClientUnknown
            return tuple(map(_credential, await repository.credentials_of(session, client_id)))

    async def add_credentials(self, client_id: str, given: Sequence[Credential]) -> None:
        """They count at once. Raises ``ClientUnknown`` or ``CredentialInvalid`` (an id twice, too many)."""
        async with self._database.write() as session:
            if not ID_FORM.fullmatch(client_id) or await repository.find(session, client_id) is None:
                raise ClientUnknown
            await _add(session, client_id, given)
            await self._witness(session, "client-key-added", client_id)

    async def remove_credential(self, client_id: str, credential_id: str) -> None:
        """It opens nothing more; tokens it opened live out their minutes. Raises ``CredentialUnknown``."""
        async with self._database.write() as session:
            known = ID_FORM.fullmatch(client_id) and credentials.ID_FORM.fullmatch(credential_id)
            if not known or not await repository.remove_credential(session, client_id, credential_id):
                raise CredentialUnknown
            await self._witness(session, "client-key-removed", client_id)

    async def all(self) -> tuple[ClientView, ...]:
        async with self._database.read() as session:
            return tuple(_view(client) for client in await repository.all_clients(session))

    async def disable(self, client_id: str) -> None:
        """Its credentials and its tokens stop at once, in every process. Raises ``ClientUnknown``."""
        async with self._database.write() as session:
            known = ID_FORM.fullmatch(client_id) and await repository.disable(session, client_id)
            if known:
                await self._witness(session, "client-disabled", client_id)
        if not known:
            raise ClientUnknown

    async def prove_officers(self, client_id: str, proof: OfficerProof) -> None:
        """Whether its requests on persons must carry a proven officer, from the next one on. Raises
        ``ClientUnknown``."""
        async with self._database.write() as session:
            known = ID_FORM.fullmatch(client_id)
            if not known or not await repository.prove_officers(session, client_id, proof):
                raise ClientUnknown
            await self._witness(session, f"officer-proof-{proof}", client_id)

    async def _find(self, client_id: str) -> Client | None:
        async with self._database.read() as session:
            return await repository.find(session, client_id)

    async def _usable(self, client_id: str) -> tuple[ClientView, tuple[Credential, ...]]:
        """Raises ``ClientRefused`` for one that is unknown or disabled."""
        if not ID_FORM.fullmatch(client_id):
            raise ClientRefused
        async with self._database.read() as session:
            client = await repository.find(session, client_id)
            if client is None or client.disabled_at is not None:
                raise ClientRefused
            return _view(client), tuple(map(_credential, await repository.credentials_of(session, client_id)))


def _name(given: str) -> str:
    name = given.strip()
    if not 0 < len(name) <= NAME_CHARACTERS or not name.isprintable():
        raise ClientNameInvalid(limit=NAME_CHARACTERS)
    return name


def _granted(role: Role | None, limit: RowScope, wanted: Iterable[str]) -> tuple[str, ...]:
    try:
        return granted_to(role, limit, scopes.checked(wanted))
    except scopes.UnknownScope:
        raise ScopeUnknown(known=", ".join(scopes.SCOPES)) from None


async def _add(session: WriteSession, client_id: str, given: Sequence[Credential]) -> None:
    held = {each.id for each in await repository.credentials_of(session, client_id)}
    wanted = [each.id for each in given]
    if held & set(wanted) or len(set(wanted)) != len(wanted):
        raise CredentialInvalid(cause="ese id ya existe / that id exists already")
    if len(held) + len(wanted) > CREDENTIALS_AT_MOST:
        raise CredentialInvalid(cause=f"no más de {CREDENTIALS_AT_MOST} / no more than {CREDENTIALS_AT_MOST}")
    for each in given:
        row = ClientCredential(client_id=client_id, id=each.id, kind=each.kind.value, material=each.material)
        row.officer = each.officer
        session.add(row)
    await session.flush()


def _credential(row: ClientCredential) -> Credential:
    return Credential(row.id, CredentialKind(row.kind), row.material, row.officer)


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
