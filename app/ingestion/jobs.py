"""The jobs of this stage and when the recurring ones run. ``wiring`` hands them to the worker."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.core.queue import Every, Handler
from app.ingestion.landing import TRANSLATE
from app.ingestion.pulling import Puller
from app.ingestion.service import IngestionService
from app.ingestion.translating import LINK

ERASE = "erase_landed"
FORGET = "forget_answers"
PULL = "pull_sistra"
REINDEX = "reindex"
SCHEDULES = (Every("*/10 * * * *", ERASE), Every("17 3 * * *", FORGET), Every("*/30 * * * *", REINDEX))


def jobs(service: IngestionService, puller: Puller | None = None) -> Mapping[str, Handler]:
    """``puller`` where a source is configured. Every handler may run twice for one job."""

    async def translate(payload: dict[str, Any]) -> None:
        await service.translate_batch(UUID(payload["batch"]))

    async def link(payload: dict[str, Any]) -> None:
        await service.link_batch(UUID(payload["batch"]))

    async def erase(payload: dict[str, Any]) -> None:
        await service.erase_overdue()

    async def forget(payload: dict[str, Any]) -> None:
        await service.forget_answers()

    async def pull_sistra(payload: dict[str, Any]) -> None:
        if puller is not None:
            await puller.pull()

    async def reindex(payload: dict[str, Any]) -> None:
        await service.reindex()

    return {
        REINDEX: reindex,
        TRANSLATE: translate,
        LINK: link,
        ERASE: erase,
        FORGET: forget,
        PULL: pull_sistra,
    }


def schedules(pull_cron: str | None = None) -> tuple[Every, ...]:
    """``pull_cron``: when SISTRA is asked, where a source is configured."""
    return (*SCHEDULES, Every(pull_cron, PULL)) if pull_cron else SCHEDULES
