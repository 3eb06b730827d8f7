"""The samples in a database with a deployment's own roles, and clients of every described role.

``guarded`` is shared by the tests of ``tests/api/access``: what they write is told apart by officer.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from app.core.clock import FixedClock
from app.core.settings import Settings
from app.db.engine import Database
from app.security import installation
from app.security.keyring import KeyRing
from app.security.purpose import Purpose, purpose_headers
from app.security.reach import UNLIMITED, RowScope
from app.security.roles import ROLES, LimitedTo, Role
from app.wiring import Services, build_services
from schemas.vocabulary import Feed
from support.databases import Server
from support.ingestion_kit import NOW
from support.registry_fixtures import application, ingest_samples
from support.roles import deployed

DEPARTMENT = "17"  # Madre de Dios
OWN_FEED = Feed.SISTRA
LIMITS: Mapping[LimitedTo, RowScope] = {
    LimitedTo.REGISTRY: UNLIMITED,
    LimitedTo.FEED: RowScope(feed=OWN_FEED),
    LimitedTo.DEPARTMENT: RowScope(department=DEPARTMENT),
}
ASKING = {"case": "CASO-DE-PRUEBA-1", "reason": "Prueba automática del servicio"}


@dataclass
class Guarded:
    services: Services
    api: httpx.AsyncClient
    clock: FixedClock
    superuser: str
    clients: dict[Role, str] = field(default_factory=dict)

    def headers(self, role: Role, officer: str = "oficial-000") -> dict[str, str]:
        return self.headers_of(self.clients[role], self.scopes(role), officer)

    def scopes(self, role: Role) -> tuple[str, ...]:
        return ROLES[role].scopes_for(LIMITS[ROLES[role].limited_to].feed)

    def headers_of(self, client_id: str, scopes: tuple[str, ...], officer: str) -> dict[str, str]:
        token = self.services.authorisation.issuer.issue(client_id, scopes, self.clock.now())
        said = Purpose(officer, ASKING["case"], ASKING["reason"])
        return {"Authorization": f"Bearer {token}", **purpose_headers(said)}

    async def client(
        self, scopes: tuple[str, ...], limit: RowScope = UNLIMITED, officer: str = "oficial-000"
    ) -> dict[str, str]:
        """The headers of a new client."""
        new = await self.services.clients.create("De una prueba", scopes, limit=limit)
        return self.headers_of(new.id, new.scopes, officer)

    async def get(self, path: str, headers: dict[str, str], **params: Any) -> Any:
        answer = await self.api.get(path, headers=headers, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()


@asynccontextmanager
async def guarded_services(server: Server, folder: Path) -> AsyncIterator[Guarded]:
    async with deployed(server, folder) as deployment:
        database, clock = Database(deployment.app, pool_size=5), FixedClock(NOW)
        keyring = KeyRing.generate()
        await installation.claim(database, keyring)
        services = build_services(Settings(home=folder), deployment.app, database, keyring, clock)
        await ingest_samples(services.ingestion)
        async with application(services) as api:
            made = Guarded(services, api, clock, deployment.superuser)
            for role, described in ROLES.items():
                limit = LIMITS[described.limited_to]
                made.clients[role] = (await services.clients.create(f"Papel {role}", (), role, limit)).id
            yield made
        await database.close()
