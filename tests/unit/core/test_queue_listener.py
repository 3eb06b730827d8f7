"""A worker is not ended by a probe of its listener that left too early; one that hears nothing is."""

from datetime import timedelta
from typing import Any

import pytest
from pgqueuer.domain.errors import FailingListenerError
from pgqueuer.domain.models import HealthCheckEvent

from app.core.queue import PatientManager

BRIEF = timedelta(milliseconds=100)


class Deaf:
    """Stands for the database: loses the first probes, as one does that is not listened to yet."""

    def __init__(self, lost: int) -> None:
        self.lost = lost
        self.manager: PatientManager | None = None

    async def notify_health_check(self, probe: Any) -> None:
        self.lost -= 1
        if self.lost < 0:
            assert self.manager is not None
            event = HealthCheckEvent.model_construct(id=probe)
            self.manager.pending_health_check[probe].set_result(event)


def manager_over(deaf: Deaf) -> PatientManager:
    manager = PatientManager.__new__(PatientManager)
    manager.queries = deaf  # type: ignore[assignment]
    manager.pending_health_check = {}
    deaf.manager = manager
    return manager


async def test_a_probe_that_left_before_anybody_listened_is_sent_again() -> None:
    deaf = Deaf(lost=1)
    assert await manager_over(deaf).listener_healthy(BRIEF)
    assert deaf.lost == -1


async def test_a_listener_that_hears_nothing_is_told() -> None:
    with pytest.raises(FailingListenerError):
        await manager_over(Deaf(lost=100)).listener_healthy(BRIEF)
