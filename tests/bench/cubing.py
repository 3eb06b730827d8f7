"""The statistics over the cube: a standard table, an arbitrary distinct count, and following what changed."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import httpx

from app.db.engine import Database
from app.releases.standard import TABLES
from app.statistics.asking import MEASURES, QuestionInvalid, checked
from app.statistics.cube.refreshing import advanced, differing
from bench.asking import summary
from bench.figures import Figure
from bench.filling import arrive
from bench.rig import Rig
from bench.serving import bare, service
from bench.sizes import Sizes
from schemas.query import Grain, Query

Say = Callable[[str], None]
Found = dict[str, Any]
_QUERY = "/v1/statistics/query"
_READY = "/bench/ready"
_ALLOWED = {
    "INTERTRATA_REQUESTS_PER_CLIENT_MINUTE": "1000000",
    "INTERTRATA_REQUEST_SECONDS": "3600",
    "INTERTRATA_BODY_LIMIT_BYTES": str(256 * 2**20),  # the peer is given its answer
}


def statistics(rig: Rig, sizes: Sizes, say: Say) -> tuple[list[Figure], Found]:
    figures: list[Figure] = []
    details: Found = {}
    for mentions in sizes.mentions:
        later = rig.home / f"later-{mentions}.pickle"
        with rig.database() as url:
            say(f"a registry of {mentions:,} mentions, filled from a world and its truth")
            given = {"url": url, "mentions": mentions, "later": str(later), "arriving": sizes.arriving}
            found = {"filled": rig.measure("filling:fill", **given)}
            say(f"questions to {mentions:,} mentions")
            found["questions"] = questions(rig.home, url, sizes)
            say(f"the cube of {mentions:,} mentions, made and refreshed")
            found["cube"] = rig.measure("cubing:following", url=url, later=str(later), repeats=sizes.repeats)
        details[str(mentions)] = found
        figures += _figures(found, found["filled"]["mentions"])
    return figures, details


def following(home: str, url: str, later: str, repeats: int) -> Found:
    """Seconds of making the cube from the registry, and of following the records that then arrive."""

    async def run() -> Found:
        database = Database(url)
        made, followed = [], []
        before = None
        for _ in range(repeats):
            async with database.read() as session:
                started = time.perf_counter()
                before = await advanced(session, None, None)
                made.append(time.perf_counter() - started)
        arrived = await arrive(database, Path(later))
        async with database.read() as session:
            for _ in range(repeats):
                started = time.perf_counter()
                after = await advanced(session, None, before)
                followed.append(time.perf_counter() - started)
            if differing(after, await advanced(session, None, None)):
                raise RuntimeError("the refreshed cube is not the one from scratch")
        await database.close()
        return {
            "made": made,
            "followed": followed,
            "arrived": arrived,
            "facts": sum(map(len, after.facts.values())),
            "mebibytes": round(sum(facts.nbytes for facts in after.facts.values()) / 2**20, 1),
        }

    return asyncio.run(run())


def questions(home: Path, url: str, sizes: Sizes) -> Found:
    """Milliseconds over HTTP, in turn with the same bytes ready-made: in the same service, and bare."""
    with ExitStack() as open_:
        served = open_.enter_context(
            service(home, url, ["statistics:exact"], program="bench.ready_serving", more=_ALLOWED)
        )
        plain = open_.enter_context(bare(url, "bench.bare_ready"))
        clients = [open_.enter_context(endpoint.client()) for endpoint in (served, served, plain)]
        clients[0].timeout = httpx.Timeout(3600.0)
        clients[0].post("/bench/warm").raise_for_status()
        found: dict[str, list[list[float]]] = {"table": [], "anew": [], "arbitrary": []}
        for table in _tables():
            first, *_ = _in_turn(clients, table, anew=True)
            found["anew"].append(first)
            found["table"] += _in_turn(clients, table, anew=False, times=sizes.table_requests)
        for asked in _arbitrary(sizes.arbitrary):
            found["arbitrary"] += _in_turn(clients, asked, anew=True)
    names = ("ours", "same service", "bare")
    return {
        kind: {name: summary(taken) for name, taken in zip(names, zip(*turns, strict=True), strict=True)}
        for kind, turns in found.items()
    }


def _in_turn(clients: list[httpx.Client], asked: Query, *, anew: bool, times: int = 1) -> list[list[float]]:
    """Ours, then both peers with the bytes that ours gave. ``anew``: ours was never asked this before."""
    question = asked.model_dump(mode="json")
    turns = []
    for turn in range(times):
        taken, answer = _timed(partial(clients[0].post, _QUERY, json=question))
        if turn == 0:
            for client in clients[1:]:
                client.put(_READY, content=answer.content).raise_for_status()
                client.post(_READY, json=question).raise_for_status()  # off the clock: ours is known too
        peers = [_timed(partial(client.post, _READY, json=question)) for client in clients[1:]]
        if any(peer.content != answer.content for _, peer in peers):
            raise RuntimeError("a peer must give the same bytes")
        turns.append([taken, *(milliseconds for milliseconds, _ in peers)])
    return turns if anew or times == 1 else turns[1:]


def _timed(call: Callable[[], httpx.Response]) -> tuple[float, httpx.Response]:
    started = time.perf_counter()
    answer = call()
    taken = (time.perf_counter() - started) * 1000
    answer.raise_for_status()
    return taken, answer


def _tables() -> list[Query]:
    """The standard tables of a release that the statistics can be asked for."""
    found = []
    for table in TABLES:
        query = Query(measures=(table.indicator,), dimensions=table.dimensions, grain=Grain.BIMESTER)
        if _allowed(query):
            found.append(query)
    return found


def _arbitrary(count: int) -> Iterator[Query]:
    """Distinct counts by up to four dimensions, one in three filtered, none twice."""
    random, seen = Random(2026), set()
    while len(seen) < count:
        measure = random.choice(sorted(MEASURES))
        common = [of.id for of in MEASURES[measure].dimensions]
        dimensions = random.sample(common, min(len(common), random.randint(1, 4)))
        filtered = "offence_family" in common and random.random() < 0.33
        filters = {"offence_family": ("trafficking",)} if filtered else {}
        query = Query(
            measures=(measure,),
            dimensions=tuple(dimensions),
            filters=filters,
            grain=random.choice((Grain.BIMESTER, Grain.QUARTER, Grain.YEAR)),
        )
        if query.model_dump_json() not in seen and _allowed(query):
            seen.add(query.model_dump_json())
            yield query


def _allowed(query: Query) -> bool:
    try:
        checked(query)
    except QuestionInvalid:
        return False
    return True


def _figures(found: Found, mentions: int) -> list[Figure]:
    told, cube = found["questions"], found["cube"]
    size = f"{mentions:,} mentions"
    kinds = {
        "table": (f"standard table, {size}", 3.0),
        "anew": (f"standard table counted anew, {size}", None),
        "arbitrary": (f"distinct count by 1 to 4 dimensions, {size}", 20.0),
    }
    figures = [
        Figure(
            "statistics", f"{name}, p95", told[kind]["ours"]["p95"], "ms", told[kind][peer]["p95"],
            f"same bytes ready-made, {peer}", asked if peer == "same service" else None,
        )
        for kind, (name, asked) in kinds.items()
        for peer in ("same service", "bare")
    ]  # fmt: skip
    made, followed = sorted(cube["made"]), sorted(cube["followed"])
    middle = len(made) // 2
    name = f"cube after {cube['arrived']} records, {size}"
    return [
        *figures,
        Figure(
            "statistics", name, followed[middle], "s", made[middle], "made anew", 0.1, runs=tuple(followed)
        ),
        Figure("statistics", f"facts of the cube, {size}", cube["mebibytes"], "MiB"),
    ]
