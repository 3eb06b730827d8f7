"""GET over HTTP that survives what servers do: asks again where that can help, gives up at once where not."""

import asyncio
import email.utils
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import httpx


class PullFault(StrEnum):
    """Why a pull stopped. What was received before stands, and the next pull resumes there."""

    UNAUTHORISED = "pull_unauthorised"  # 401, 403
    REFUSED = "pull_refused"  # another answer that asking again cannot mend
    EXHAUSTED = "pull_exhausted"  # asked again as often as the policy allows
    TOO_LARGE = "pull_response_too_large"
    OUT_OF_ORDER = "pull_out_of_order"  # the server does not keep its contract's order
    UNSTABLE = "pull_unstable"  # pages kept shifting while they were read


class PullFailed(Exception):
    """Carries a code and the last status; neither address nor content."""

    def __init__(self, fault: PullFault, status: int | None = None) -> None:
        super().__init__(fault.value if status is None else f"{fault.value} ({status})")
        self.fault = fault
        self.status = status


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    attempts: int = 8
    first_wait: float = 1.0  # seconds; doubles with every attempt
    longest_wait: float = 60.0
    longest_stated_wait: float = 600.0  # a Retry-After beyond it counts as this much
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    attempt_timeout: float = 300.0  # a body that trickles has to end, too
    response_bytes: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Waiting:
    """Time and chance from outside."""

    sleep: Callable[[float], Awaitable[None]]
    chance: Callable[[], float]  # in [0, 1)
    now: Callable[[], datetime]


class _AskAgain(Exception):
    """This attempt failed in a way that another may mend; ``wait`` where the server stated one."""

    def __init__(self, status: int | None, wait: float | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.wait = wait


class PatientClient:
    """One client for many GETs. Follows no redirects: they would carry the token elsewhere."""

    def __init__(self, client: httpx.AsyncClient, policy: RetryPolicy, waiting: Waiting) -> None:
        self._client = client
        self._policy = policy
        self._waiting = waiting

    async def get_json(
        self,
        url: str,
        parameters: Mapping[str, str],
        headers: Mapping[str, str],
        expected: Callable[[object], bool],
    ) -> bytes:
        """Body of a 200 answer that is whole JSON and ``expected``. Raises ``PullFailed``."""
        status: int | None = None
        for attempt in range(self._policy.attempts):
            try:
                return await self._attempt(url, parameters, headers, expected)
            except _AskAgain as failure:
                status = failure.status
                if attempt + 1 < self._policy.attempts:
                    await self._waiting.sleep(self._wait(attempt, failure.wait))
        raise PullFailed(PullFault.EXHAUSTED, status)

    def _wait(self, attempt: int, stated: float | None) -> float:
        """As the server states; else exponential backoff with full jitter."""
        if stated is not None:
            return min(stated, self._policy.longest_stated_wait)
        longest = min(self._policy.longest_wait, self._policy.first_wait * 2.0**attempt)
        return self._waiting.chance() * longest

    async def _attempt(
        self,
        url: str,
        parameters: Mapping[str, str],
        headers: Mapping[str, str],
        expected: Callable[[object], bool],
    ) -> bytes:
        try:
            async with asyncio.timeout(self._policy.attempt_timeout):
                body = await self._body(url, parameters, headers)
        except (httpx.TransportError, TimeoutError):
            raise _AskAgain(None) from None
        except (httpx.InvalidURL, httpx.HTTPError):
            raise PullFailed(PullFault.REFUSED) from None
        if not _is_expected(body, expected):  # cut, or an error page sent as 200
            raise _AskAgain(200)
        return body

    async def _body(self, url: str, parameters: Mapping[str, str], headers: Mapping[str, str]) -> bytes:
        timeout = httpx.Timeout(self._policy.read_timeout, connect=self._policy.connect_timeout)
        asked = {**headers, "Accept": "application/json", "Accept-Encoding": "identity"}
        async with self._client.stream(
            "GET", url, params=parameters, headers=asked, timeout=timeout, follow_redirects=False
        ) as response:
            self._judge(response)
            body = bytearray()
            async for part in response.aiter_raw():
                body += part
                if len(body) > self._policy.response_bytes:
                    raise PullFailed(PullFault.TOO_LARGE, response.status_code)
            return bytes(body)

    def _judge(self, response: httpx.Response) -> None:
        status = response.status_code
        if status in (401, 403):
            raise PullFailed(PullFault.UNAUTHORISED, status)
        if status in (408, 425, 429) or status >= 500:
            raise _AskAgain(status, stated_wait(response.headers.get("Retry-After"), self._waiting.now()))
        if status != 200 or response.headers.get("Content-Encoding", "identity") != "identity":
            raise PullFailed(PullFault.REFUSED, status)


def _is_expected(body: bytes, expected: Callable[[object], bool]) -> bool:
    try:
        return expected(json.loads(body))
    except (ValueError, RecursionError):
        return False


def stated_wait(value: str | None, now: datetime) -> float | None:
    """Seconds of a ``Retry-After`` (RFC 9110: seconds or a date); None where absent or unreadable."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
