"""Ingestion beside its ceiling, feed by feed, turn by turn."""

from collections.abc import Callable
from statistics import median
from typing import Any

from bench.figures import Figure
from bench.rig import Rig
from bench.sizes import Sizes
from bench.worlds import feed_file
from schemas.vocabulary import Feed

Say = Callable[[str], None]
Found = dict[str, Any]


def ingestion(rig: Rig, sizes: Sizes, say: Say) -> tuple[list[Figure], Found]:
    """RETA-PNP at its full size, the others smaller; each into an empty registry."""
    figures: list[Figure] = []
    details: Found = {}
    for feed in sizes.feeds:
        records = sizes.reta_records if feed is Feed.RETA_PNP else sizes.other_records
        file = str(feed_file(rig.home, feed, records))
        ours: list[Found] = []
        ceiling: list[Found] = []
        for turn in range(sizes.repeats):
            say(f"ingestion {feed} {turn + 1}/{sizes.repeats}")
            with rig.database() as url:
                ceiling.append(rig.measure("ceiling:copy_only", url=url, feed=feed.value, file=file))
            with rig.database() as url:
                ours.append(rig.measure("feeding:ingest", url=url, feed=feed.value, file=file))
        details[feed.value] = {"ours": ours, "ceiling": ceiling}
        figures += _figures(feed, ours, ceiling)
    return figures, details


def _figures(feed: Feed, ours: list[Found], ceiling: list[Found]) -> list[Figure]:
    records = ours[0]["records"]
    rates = tuple(run["records"] / run["seconds"] for run in ours)
    translated = median(run["records"] / (run["landing"] + run["translating"]) for run in ours)
    most = median(run["records"] / run["seconds"] for run in ceiling)
    asked = 0.25 if feed is Feed.RETA_PNP else None
    name = f"{feed}, {records:,} record versions"
    peer = "parsed, sealed, COPYed"
    return [
        Figure(
            "ingestion", f"{name}, end to end", median(rates), "records/s", most, peer, asked, "at least",
            runs=rates,
        ),
        Figure("ingestion", f"{name}, until linking", translated, "records/s", most, peer),
        Figure(
            "ingestion", f"{name}, peak memory", max(run["peak_mib"] for run in ours), "MiB",
            median(run["peak_mib"] for run in ceiling), peer, 1024, of_ratio=False,
        ),
    ]  # fmt: skip
