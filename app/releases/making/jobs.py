"""The job of this room."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.core.queue import Handler
from app.releases.making.service import BUILD, MakingService


def jobs(service: MakingService) -> Mapping[str, Handler]:
    """The handler may run twice for one job."""

    async def build(payload: dict[str, Any]) -> None:
        await service.run(UUID(payload["build"]))

    return {BUILD: build}
