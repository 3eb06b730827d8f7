"""The pull of SISTRA over a real socket: nothing is lost, whatever the server does."""

import json
import random
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta, timezone

import httpx
import pytest

from adapters.sistra.pull import PulledPage, Source, pull
from adapters.transport.paged_http import (
    PatientClient,
    PullFailed,
    PullFault,
    RetryPolicy,
    Waiting,
    stated_wait,
)
from support.fake_sistra import TOKEN, FakeSistra, fake_sistra

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
START = datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=-5)))


@pytest.fixture
def server() -> Iterator[FakeSistra]:
    with fake_sistra() as running:
        yield running


class Puller:
    """Pulls from the fake server without waiting; remembers how long it would have waited."""

    def __init__(self, server: FakeSistra, http: httpx.AsyncClient) -> None:
        self.waits: list[float] = []
        self.watermark: str | None = None
        self.received: list[dict[str, object]] = []
        self._server = server
        self._http = http

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def run(
        self, page_size: int = 10, token: str = TOKEN, stop_after: int | None = None, **policy: float
    ) -> None:
        client = PatientClient(
            self._http,
            RetryPolicy(**policy),
            Waiting(self.sleep, lambda: 0.5, lambda: NOW),  # type: ignore[arg-type]
        )
        pages = pull(client, Source(self._server.address, token, page_size), self.watermark)
        async for page in pages:
            self._take(page)
            if stop_after is not None and len(self.received) >= stop_after:
                await pages.aclose()  # type: ignore[attr-defined]
                return

    def _take(self, page: PulledPage) -> None:
        lines = page.ndjson.splitlines()
        assert len(lines) == page.count > 0
        self.received += [json.loads(line) for line in lines]
        self.watermark = page.watermark

    @property
    def versions(self) -> set[tuple[object, object]]:
        return {(each["numero"], each["actualizado"]) for each in self.received}


@pytest.fixture
async def puller(server: FakeSistra) -> AsyncIterator[Puller]:
    async with httpx.AsyncClient() as http:
        yield Puller(server, http)


def stamp(minutes: int) -> str:
    return (START + timedelta(minutes=minutes)).isoformat()


def held(server: FakeSistra) -> set[tuple[object, object]]:
    return {(each["numero"], each["actualizado"]) for each in server.carpetas.values()}


def fill(server: FakeSistra, count: int) -> None:
    for number in range(count):
        server.put(f"2706014507-2024-{number}-0", stamp(number))


async def test_all_pages_arrive_oldest_change_first_with_their_watermark(
    server: FakeSistra, puller: Puller
) -> None:
    fill(server, 35)
    await puller.run()
    assert puller.versions == held(server)
    assert len(puller.received) == 35
    assert [each["actualizado"] for each in puller.received] == [stamp(number) for number in range(35)]
    assert puller.watermark == stamp(34)


async def test_the_next_pull_asks_from_the_watermark_inclusive(server: FakeSistra, puller: Puller) -> None:
    fill(server, 12)
    await puller.run()
    server.requests.clear()
    puller.received.clear()
    server.put("2706014507-2024-100-0", stamp(11))  # same stamp, committed later
    server.put("2706014507-2024-101-0", stamp(50))
    await puller.run()
    assert server.requests[0]["desde"] == stamp(11)
    assert {"2706014507-2024-100-0", "2706014507-2024-101-0"} <= {each["numero"] for each in puller.received}
    assert puller.watermark == stamp(50)


async def test_carpetas_that_change_while_pages_are_read_push_none_out(
    server: FakeSistra, puller: Puller
) -> None:
    fill(server, 60)
    originals = set(server.carpetas)
    later = iter(range(1_000, 2_000))
    chance = random.Random(7)

    def change() -> None:
        if len(server.requests) < 20:
            server.put(chance.choice(sorted(server.carpetas)), stamp(next(later)))

    server.before_answer = change
    await puller.run(page_size=7)
    assert {each["numero"] for each in puller.received} == originals
    assert held(server) <= puller.versions


async def test_more_carpetas_of_one_stamp_than_fit_a_page(server: FakeSistra, puller: Puller) -> None:
    fill(server, 5)
    for number in range(40):
        server.put(f"1006014508-2024-{number}-0", stamp(5))
    server.put("1006014508-2024-99-0", stamp(6))
    moved = iter([f"1006014508-2024-{number}-0" for number in (1, 2, 3)])

    def change() -> None:
        if len(server.requests) >= 3 and (number := next(moved, None)):
            server.put(number, stamp(500))

    server.before_answer = change
    everything = set(server.carpetas)
    await puller.run(page_size=6)
    assert {each["numero"] for each in puller.received} == everything
    assert held(server) <= puller.versions


async def test_a_carpeta_on_two_pages_is_handed_over_once(server: FakeSistra, puller: Puller) -> None:
    fill(server, 25)
    for number in range(20):
        server.put(f"1006014508-2024-{number}-0", stamp(30))
    server.repeat_over_pages = True
    await puller.run()
    assert puller.versions == held(server)
    assert len(puller.received) == len(held(server))


@pytest.mark.parametrize("fault", [429, 500, 502, 503, 408, "cut", "cut_quietly", "html", "drop"])
async def test_faults_that_pass_lose_nothing(server: FakeSistra, puller: Puller, fault: object) -> None:
    fill(server, 25)
    server.faults = [None, fault, fault, None, fault]
    await puller.run()
    assert puller.versions == held(server)
    assert len(puller.waits) == 3


async def test_it_resumes_where_it_stopped(server: FakeSistra, puller: Puller) -> None:
    fill(server, 50)
    await puller.run(stop_after=20)
    server.faults = [None, 500, 500, 500]
    with pytest.raises(PullFailed):
        await puller.run(attempts=3)
    await puller.run()
    assert puller.versions == held(server)
    assert server.requests[-1]["desde"] > stamp(30)


async def test_retry_after_is_obeyed_and_capped(server: FakeSistra, puller: Puller) -> None:
    server.faults, server.retry_after = [429], "7"
    await puller.run()
    server.faults, server.retry_after = [503], "Fri, 01 Mar 2024 12:00:20 GMT"
    await puller.run()
    server.faults, server.retry_after = [429], "999999"
    await puller.run(longest_stated_wait=30.0)
    assert puller.waits == [7.0, 20.0, 30.0]


async def test_without_retry_after_waits_double_with_full_jitter(server: FakeSistra, puller: Puller) -> None:
    server.faults, server.retry_after = [500] * 5, None
    await puller.run(first_wait=1.0, longest_wait=5.0)
    assert puller.waits == [0.5, 1.0, 2.0, 2.5, 2.5]  # half, as chance is 0.5


async def test_it_gives_up_after_the_attempts_allowed(server: FakeSistra, puller: Puller) -> None:
    server.faults = [500] * 10
    with pytest.raises(PullFailed) as failed:
        await puller.run(attempts=4)
    assert (failed.value.fault, failed.value.status) == (PullFault.EXHAUSTED, 500)
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (401, PullFault.UNAUTHORISED),
        (403, PullFault.UNAUTHORISED),
        (404, PullFault.REFUSED),
        (302, PullFault.REFUSED),
        (204, PullFault.REFUSED),
    ],
)
async def test_what_asking_again_cannot_mend_is_an_error_at_once(
    server: FakeSistra, puller: Puller, status: int, fault: PullFault
) -> None:
    server.faults = [status]
    with pytest.raises(PullFailed) as failed:
        await puller.run()
    assert (failed.value.fault, len(server.requests)) == (fault, 1)


async def test_a_wrong_token_is_an_error_that_does_not_show_it(server: FakeSistra, puller: Puller) -> None:
    with pytest.raises(PullFailed) as failed:
        await puller.run(token="otra-clave")
    assert failed.value.fault is PullFault.UNAUTHORISED
    assert "otra-clave" not in repr(failed.value) + repr(Source("http://x", "otra-clave"))


async def test_a_response_beyond_the_limit_is_an_error(server: FakeSistra, puller: Puller) -> None:
    fill(server, 50)
    with pytest.raises(PullFailed) as failed:
        await puller.run(response_bytes=500)
    assert failed.value.fault is PullFault.TOO_LARGE


async def test_a_carpeta_that_is_no_strict_json_is_handed_on_alone(
    server: FakeSistra, puller: Puller
) -> None:
    fill(server, 3)
    server.put("2706014507-2024-1-0", stamp(1), edad=float("nan"))
    await puller.run()
    assert len(puller.received) == 3


async def test_pages_out_of_order_are_an_error(
    server: FakeSistra, puller: Puller, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(server, 5)
    page = server.page

    def reversed_page(since: str, number: int, size: int) -> dict[str, object]:
        answer = page(since, number, size)
        assert isinstance(answer["carpetas"], list)
        return {**answer, "carpetas": answer["carpetas"][::-1]}

    monkeypatch.setattr(server, "page", reversed_page)
    with pytest.raises(PullFailed) as failed:
        await puller.run()
    assert failed.value.fault is PullFault.OUT_OF_ORDER


async def test_nothing_changed_is_no_page(server: FakeSistra, puller: Puller) -> None:
    await puller.run()
    assert puller.received == []


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-3", None),
        ("0", 0.0),
        ("12", 12.0),
        ("Fri, 01 Mar 2024 11:00:00 GMT", 0.0),
    ],
)
def test_retry_after_in_every_form(value: str | None, seconds: float | None) -> None:
    assert stated_wait(value, NOW) == seconds
