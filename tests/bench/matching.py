"""Reconciliation beside Splink alone, on the same mentions, turn by turn; then what arrives later."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.asking import figures_of_overview, figures_of_single, overview, single_records
from bench.figures import Figure
from bench.rig import Rig
from bench.sizes import Sizes
from bench.worlds import Town, town

Say = Callable[[str], None]
Found = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Held:
    """A town's files in a database: landed and translated; linked where it says so."""

    town: Town
    url: str

    @property
    def measure(self) -> dict[str, str]:
        folder = self.town.folder
        return {
            "truth": str(self.town.truth),
            "traits": str(self.town.traits),
            "links": str(folder / "links.csv"),
        }


@contextmanager
def filled(rig: Rig, mentions: int, say: Say) -> Iterator[Held]:
    say(f"world of {mentions:,} mentions")
    made = town(rig.home, mentions)
    with rig.database() as url:
        say(f"filling a database with {made.mentions:,} mentions")
        files = [(feed.value, str(path)) for feed, paths in made.files.items() for path in paths]
        rig.measure("feeding:fill", url=url, files=files)
        yield Held(made, url)


def reconciliation(rig: Rig, sizes: Sizes, say: Say, parts: frozenset[str]) -> tuple[list[Figure], Found]:
    """``parts``: of ``reconciliation``, ``single`` and ``overview``; the last two at the largest size."""
    figures: list[Figure] = []
    details: Found = {}
    for mentions in sizes.mentions:
        largest = mentions == sizes.mentions[-1]
        if not largest and "reconciliation" not in parts:
            continue
        with filled(rig, mentions, say) as held:
            found: Found = {}
            if "reconciliation" in parts:
                found["candidates"] = rig.measure("reconciling:candidates", url=held.url)
                figures += _candidates(held.town, found["candidates"])
                found |= _beside_splink(rig, held, sizes, say)
                figures += _figures(held.town, found)
            with rig.database(held.url) as linked:
                found["first"] = rig.measure("reconciling:full", url=linked, **held.measure)
                figures += _later(rig, Held(held.town, linked), sizes, say, (found, parts, largest))
            details[str(mentions)] = found
    if "reconciliation" in parts and len(sizes.mentions) > 1:
        figures += _growth(details, sizes.mentions)
    return figures, details


def _candidates(of: Town, found: Found) -> list[Figure]:
    name = f"candidates of a mention, {of.mentions:,} mentions"
    return [
        Figure("reconciliation", f"{name}, {what}", found[key], "")
        for key, what in (("mean", "mean"), ("p99", "p99"), ("most", "most"))
    ]


def _beside_splink(rig: Rig, held: Held, sizes: Sizes, say: Say) -> Found:
    ours: list[Found] = []
    splink: list[Found] = []
    for turn in range(sizes.repeats):
        say(f"reconciliation of {held.town.mentions:,} mentions {turn + 1}/{sizes.repeats}")
        with rig.database(held.url) as url:
            splink.append(rig.measure("splink_alone:alone", url=url, sweep=turn == 0, **held.measure))
        with rig.database(held.url) as url:
            ours.append(rig.measure("reconciling:full", url=url, **held.measure))
    return {"ours": ours, "splink": splink}


def _figures(of: Town, found: Found) -> list[Figure]:
    ours, splink, best = found["ours"], found["splink"], found["splink"][0]["best"]
    size = f"{of.mentions:,} mentions"
    seconds = tuple(run["seconds"] for run in ours)
    theirs = median(run["seconds"] for run in splink)

    def middle(runs: list[Found], name: str) -> float:
        return median(run[name] for run in runs)

    quality = [
        Figure(
            "reconciliation", f"{kind} F1 of persons, {size}", middle(ours, f"person_{key}_f1"), "",
            best[f"person_{key}_f1"], f"Splink at its best threshold ({best[f'{key}_threshold']})",
            1, "above",
        )
        for key, kind in (("pairwise", "pairwise"), ("bcubed", "B-cubed"))
    ]  # fmt: skip
    return [
        Figure(
            "reconciliation", f"full, {size}", median(seconds), "s", theirs,
            "Splink: train, predict, cluster", 1, runs=seconds,
        ),
        Figure(
            "reconciliation", f"full, {size}, processor time", middle(ours, "cpu_seconds"),
            "s", middle(splink, "cpu_seconds"), "Splink",
        ),
        Figure(
            "reconciliation", f"full, {size}, peak memory", middle(ours, "peak_mib"), "MiB",
            middle(splink, "peak_mib"), "Splink", 1024, of_ratio=False,
        ),
        *quality,
        Figure("reconciliation", f"largest person, {size}", middle(ours, "biggest_person"), "mentions"),
        Figure("reconciliation", f"pairwise F1 of cases, {size}", middle(ours, "case_pairwise_f1"), ""),
        Figure("reconciliation", f"B-cubed F1 of cases, {size}", middle(ours, "case_bcubed_f1"), ""),
    ]  # fmt: skip


def _later(
    rig: Rig, held: Held, sizes: Sizes, say: Say, about: tuple[Found, frozenset[str], bool]
) -> list[Figure]:
    """What happens on top of a linked registry. ``about``: findings, parts wanted, whether the largest."""
    found, parts, largest = about
    figures: list[Figure] = []
    arriving, rest = held.town.later[: sizes.increment], held.town.later[sizes.increment :]
    mentions = held.town.mentions
    if "overview" in parts and largest:
        say(f"overview of {mentions:,} mentions")
        found["overview"] = overview(rig.home, held.url, sizes.overviews)
        figures += figures_of_overview(found["overview"], mentions)
    if "reconciliation" in parts:
        say(f"{len(arriving)} records on top of {mentions:,} mentions")
        files = [(feed.value, str(path)) for feed, path in arriving]
        with rig.database(held.url) as url:
            found["increment"] = rig.measure("reconciling:increment", url=url, files=files)
        figures += _increment(found, mentions)
    if "single" in parts and largest:
        say(f"single records on top of {mentions:,} mentions")
        wanted = (rest + arriving)[: sizes.puts + sizes.warm_up]
        with rig.database() as bare_url:
            found["single"] = single_records(rig.home, held.url, bare_url, wanted, sizes.warm_up)
        figures += figures_of_single(found["single"], mentions)
    return figures


def _increment(found: Found, mentions: int) -> list[Figure]:
    took = found["increment"]
    name = f"incremental, {took['records']} records on {mentions:,} mentions"
    again = median(run["predicting"] + run["clustering"] for run in found["splink"])
    return [
        Figure("reconciliation", name, took["seconds"], "s", again, "Splink: predict and cluster all again"),
        Figure("reconciliation", f"{name}, a record", took["seconds"] / max(took["records"], 1) * 1000, "ms"),
    ]


def _growth(details: Found, mentions: tuple[int, ...]) -> list[Figure]:
    """e where time grows as size to the power e."""
    small, large = (details[str(size)] for size in (mentions[0], mentions[-1]))
    ratio = math.log(large["splink"][0]["mentions"] / small["splink"][0]["mentions"])

    def exponent(whose: str) -> float:
        took = [median(run["seconds"] for run in found[whose]) for found in (small, large)]
        return math.log(took[1] / took[0]) / ratio

    sizes = f"{mentions[0]:,} to {mentions[-1]:,} mentions"
    name = f"growth of full reconciliation, {sizes}"
    means = [found["candidates"]["mean"] for found in (small, large)]
    of_candidates = math.log(max(means[1], 1e-9) / max(means[0], 1e-9)) / ratio
    return [
        Figure("reconciliation", name, exponent("ours"), "exponent", exponent("splink"), "Splink"),
        Figure("reconciliation", f"growth of candidates of a mention, {sizes}", of_candidates, "exponent"),
    ]
