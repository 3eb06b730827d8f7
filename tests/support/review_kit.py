"""A registry with doubtful pairs, and reviewers who call the API over it."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx

from app.core.raw import raw_connection
from app.reconciliation.review_items import ReviewItems
from app.security.purpose import Purpose, purpose_headers
from app.wiring import Services
from support.keeping import Registry
from support.small_worlds import latest, observations

ROWS = "SELECT * FROM review_item ORDER BY kind, a, b"
REASON = {"reason": "Comparado con los expedientes"}


@dataclass
class Reviewer:
    """One client with the scope ``review``; its answers as JSON, with the status that is expected."""

    services: Services
    api: httpx.AsyncClient
    number: int

    @property
    def name(self) -> str:
        return f"cl-{self.number:016x}"

    @property
    def headers(self) -> dict[str, str]:
        """With a token of now."""
        issuer, now = self.services.authorisation.issuer, self.services.clock.now()
        token = issuer.issue(self.name, ("review", "registry:read", "statistics:exact"), now)
        purpose = Purpose(f"revisora-{self.number}", "REV-2025-1", "Revisión de pares dudosos")
        return {"Authorization": f"Bearer {token}", **purpose_headers(purpose)}

    async def get(self, path: str, expect: int = 200, **query: Any) -> Any:
        answer = await self.api.get(path, headers=self.headers, params=query)
        assert answer.status_code == expect, answer.text
        return answer.json()

    async def post(
        self, path: str, body: Any = None, expect: int = 200, version: str | None = None, **query: Any
    ) -> Any:
        headers = self.headers if version is None else {**self.headers, "If-Match": f'"{version}"'}
        answer = await self.api.post(path, headers=headers, params=query, json=body)
        assert answer.status_code == expect, answer.text
        return answer.json()

    async def queue(self, **query: Any) -> list[Any]:
        """Every item, page by page."""
        found: list[Any] = []
        after: dict[str, str] = {}
        while True:
            page = await self.get("/v1/review/queue", **query, **after)
            found += page["items"]
            if page["next"] is None:
                return found
            after = {"after": page["next"]}

    async def claim(self, item: str) -> None:
        await self.post(f"/v1/review/{item}/claim")

    async def decide(self, item: str, outcome: str, expect: int = 200, **query: Any) -> Any:
        body = {"outcome": outcome, **REASON}
        return await self.post(f"/v1/review/{item}/decision", body, expect, **query)

    async def settle(self, item: str, outcome: str) -> Any:
        """Claimed and decided."""
        await self.claim(item)
        return await self.decide(item, outcome)

    async def undo(self, decision: str, expect: int = 200, **query: Any) -> Any:
        return await self.post(f"/v1/review/decisions/{decision}/undo", REASON, expect, **query)

    async def members(self, kind: str, entity: str) -> tuple[str, list[Any]]:
        found = await self.get(f"/v1/{kind}s/{entity}/members")
        return found["version"], found["members"]


async def doubtful_registry(services: Services, seed: int = 59, count: int = 40) -> Registry:
    """A small world in which everything collides, linked: some ten to twenty doubtful pairs."""
    registry = Registry(services.database, services.keyring)
    await registry.keep_all(*latest(observations(Random(seed), count)))
    await registry.linker.link_pending()
    return registry


async def kept_and_rebuilt(registry: Registry) -> tuple[list[Any], list[Any]]:
    """The rows of the queue as they stand, and as all of them computed anew would be. Nothing is changed."""
    async with registry.database.write() as session:
        connection = await raw_connection(session)
        kept = await connection.fetch(ROWS)
        await ReviewItems(connection).rebuild()
        rebuilt = await connection.fetch(ROWS)
        await session.rollback()
    return [tuple(row) for row in kept], [tuple(row) for row in rebuilt]


def of_kind(items: list[Any], kind: str) -> Iterator[Any]:
    return (item for item in items if item["kind"] == kind)
