"""What clients see: single records and the overview, one request at a time, on what a database holds."""

import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from bench.feeding import form_of
from bench.figures import Figure, percentile
from bench.serving import bare, service
from schemas.vocabulary import Feed

_MEDIA = {"json": "application/json", "ndjson": "application/json", "xml": "application/xml"}
_OVERVIEW_WARM_UP = 2
_LONG_AGO = date(2000, 1, 1)  # before any invented record
_THREE_YEARS = (date(2021, 1, 1), date(2023, 12, 31))
Later = Sequence[tuple[Feed, Path]]


def single_records(home: Path, url: str, bare_url: str, later: Later, warm_up: int) -> dict[str, Any]:
    """Milliseconds of ``PUT`` with linking and of the bare insert of the same bytes, turn by turn."""
    scopes = [f"feed:{feed}:write" for feed in Feed]
    ours: list[float] = []
    peer: list[float] = []
    outcomes: dict[str, int] = {}
    with (
        service(home, url, scopes) as served,
        bare(bare_url) as plain,
        served.client() as client,
        plain.client() as other,
    ):
        for turn, (feed, file) in enumerate(later):
            body, media = file.read_bytes(), _MEDIA[form_of(file)]
            taken, answer = _put(client, f"/v1/feeds/{feed}/record", body, media)
            plainly, _ = _put(other, "/row", body, media)
            if turn >= warm_up:
                ours.append(taken)
                peer.append(plainly)
            outcome = answer.json()["outcome"]
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
    return {"ours": summary(ours), "bare": summary(peer), "outcomes": outcomes}


def overview(home: Path, url: str, requests: int) -> dict[str, Any]:
    """Milliseconds of ``GET /v1/statistics/overview``.

    The service remembers an answer as long as nothing changed. Counted anew is what was never asked before:
    each time another period, all of it or three years. Remembered is the same question again.
    """
    found: dict[str, list[float]] = {"whole": [], "years": [], "remembered": []}
    with service(home, url, ["statistics:exact"]) as served, served.client() as client:
        for turn in range(-_OVERVIEW_WARM_UP, requests):
            day = timedelta(days=turn)
            asked = {
                "whole": {"from": str(_LONG_AGO + day)},
                "years": {"from": str(_THREE_YEARS[0] + day), "to": str(_THREE_YEARS[1] + day)},
                "remembered": {},
            }
            for name, period in asked.items():
                taken, _ = _timed(partial(client.get, "/v1/statistics/overview", params=period))
                if turn >= 0:
                    found[name].append(taken)
    return {name: summary(taken) for name, taken in found.items()}


def _put(client: httpx.Client, path: str, body: bytes, media: str) -> tuple[float, httpx.Response]:
    return _timed(partial(client.put, path, content=body, headers={"Content-Type": media}))


def _timed(call: Callable[[], httpx.Response]) -> tuple[float, httpx.Response]:
    started = time.perf_counter()
    answer = call()
    taken = (time.perf_counter() - started) * 1000
    answer.raise_for_status()
    return taken, answer


def summary(taken: Sequence[float]) -> dict[str, float]:
    """Milliseconds."""
    return {
        "requests": len(taken),
        "p50": round(percentile(taken, 0.5), 3),
        "p95": round(percentile(taken, 0.95), 3),
        "max": round(max(taken), 3),
    }


def figures_of_single(found: dict[str, Any], mentions: int) -> list[Figure]:
    ours, peer = found["ours"], found["bare"]
    name, row = f"PUT with linking, {mentions:,} mentions held", "bare FastAPI + asyncpg insert"
    return [
        Figure("single", f"{name}, p50", ours["p50"], "ms", peer["p50"], row),
        Figure("single", f"{name}, p95", ours["p95"], "ms", peer["p95"], row, asked=10),
    ]


def figures_of_overview(found: dict[str, Any], mentions: int) -> list[Figure]:
    names = {
        "whole": "everything, counted anew",
        "years": "three years, counted anew",
        "remembered": "asked again, nothing changed",
    }
    return [
        Figure("overview", f"{name}, {mentions:,} mentions, {share}", found[key][share], "ms")
        for key, name in names.items()
        for share in ("p50", "p95")
    ]
