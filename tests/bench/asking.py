"""What clients see: single records and the overview, one request at a time, on what a database holds."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from bench.feeding import form_of
from bench.figures import Figure, percentile
from bench.serving import bare, service
from schemas.vocabulary import Feed

_MEDIA = {"json": "application/json", "ndjson": "application/json", "xml": "application/xml"}
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
    """Milliseconds of ``GET /v1/statistics/overview``, whole and of a period in turn."""
    paths = ("/v1/statistics/overview", "/v1/statistics/overview?from=2021-01-01&to=2023-12-31")
    found: list[list[float]] = [[], []]
    with service(home, url, ["statistics:read"]) as served, served.client() as client:
        for turn in range(-4, requests):
            taken, _ = _timed(partial(client.get, paths[turn % 2]))
            if turn >= 0:
                found[turn % 2].append(taken)
    return {"whole": summary(found[0]), "period": summary(found[1])}


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
    return [
        Figure("overview", f"overview {name}, {mentions:,} mentions, {share}", found[key][share], "ms")
        for key, name in (("whole", "of everything"), ("period", "of three years"))
        for share in ("p50", "p95")
    ]
