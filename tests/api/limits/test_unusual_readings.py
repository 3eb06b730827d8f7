"""Auditors are told of whoever opens more identities in a day than a limit or their own past explains."""

from datetime import timedelta

import httpx
from sqlalchemy import text

from app.audit.unusual import UnusualReadings
from app.core.clock import FixedClock
from app.security.pace import IdentityPace
from app.security.unusual import FEW, Reason, findings
from app.wiring import Services
from support.ingestion_kit import NOW
from support.web_fixtures import Bearer


def test_few_are_nothing_to_tell_of_and_a_past_explains_its_like() -> None:
    assert findings(FEW, [], 100) == ()
    assert [found.reason for found in findings(FEW + 1, [1, 1], 100)] == [Reason.OWN_PAST]
    assert findings(60, [20, 20], 100) == ()
    assert [found.reason for found in findings(61, [20, 20], 100)] == [Reason.OWN_PAST]
    assert [found.reason for found in findings(101, [90], 100)] == [Reason.LIMIT]


async def opened(services: Services, clock: FixedClock, count: int, officer: str) -> UnusualReadings:
    pace = IdentityPace(services.database, clock, 1000)
    unusual = UnusualReadings(services.database, services.audit, clock, 30)
    for _ in range(count):
        await pace.spend("cl-mirona", officer)
        await unusual.look("cl-mirona", officer)
    return unusual


async def test_auditors_are_told_once_a_day_for_each_reason(
    services: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    clock = FixedClock(NOW)
    for _ in range(3):  # a past of 8 a day
        await opened(services, clock, 8, "oficial-1")
        clock.advance(timedelta(days=1))
    unusual = await opened(services, clock, 32, "oficial-1")
    assert unusual.told == 3  # the client as a whole has the same past
    answer = await api.get("/v1/audit/unusual-readings", headers=bearer("audit:read"))
    told = [(each["officer"], each["reason"], each["opened"]) for each in answer.json()["items"]]
    assert told == [("oficial-1", "own_past", 25), (None, "own_past", 25), ("oficial-1", "limit", 31)]
    async with services.database.read() as session:
        witnessed = await session.execute(
            text("SELECT officer, outcome FROM audit_entry WHERE kind = 'unusual_reading' ORDER BY at")
        )
        assert sorted(map(str, witnessed)) == sorted(
            ["('oficial-1', 'own_past')", "(None, 'own_past')", "('oficial-1', 'limit')"]
        )
    assert services.unusual.told == 0  # counted by the process that told


async def test_by_the_api_every_opening_is_looked_at(
    services: Services, api: httpx.AsyncClient, bearer: Bearer
) -> None:
    body = {"case": "EXP-00123-2026", "reason": "Ubicación inmediata"}
    path = "/v1/persons/00000000-0000-4000-8000-000000000000/identity"
    for _ in range(FEW + 1):
        await api.post(path, json=body, headers=bearer("identity:read"))
    assert services.unusual.told == 2
    answer = await api.get("/metrics", headers=bearer("operator"))
    assert "intertrata_unusual_readings 2.0" in answer.text
