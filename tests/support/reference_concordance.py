"""The concordance once more, slow and obvious: one case after the other, by plain loops."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise, product
from typing import Any

import numpy as np

from schemas.vocabulary import DateBasis
from support.reference_statistics import BITS, Reference, earliest

FEED_OF = {
    "call": "linea-1818",
    "complaint": "reta-pnp",
    "prosecution": "sistra",
    "court": "poder-judicial",
    "sentence": "poder-judicial",
}
CELLS = sorted(("".join(bits) for bits in product("01", repeat=4)), reverse=True)[:-1]
Admits = Callable[[date | None], bool]


class Case:
    def __init__(self, reports: list[dict[str, Any]], convicted: bool, facts: date | None) -> None:
        self.facts = facts
        self.feeds = {report["feed"] for report in reports}
        self.began = earliest(report["report_date"] for report in reports)
        self.first = {
            name: earliest(report["report_date"] for report in reports if report["feed"] == feed)
            for name, feed in FEED_OF.items()
        }
        rulings = [x for report in reports if report["feed"] == "poder-judicial" for x in report["rulings"]]
        sentences = [ruling for ruling in rulings if ruling["type"] in ("convicted", "acquitted")]
        self.first["sentence"] = earliest(
            date.fromisoformat(ruling["date"]) if ruling["date"] else None for ruling in sentences
        )
        self.sentenced, self.ruled, self.convicted = bool(sentences), bool(rulings), convicted

    def has(self, milestone: str) -> bool:
        return self.sentenced if milestone == "sentence" else FEED_OF[milestone] in self.feeds

    @property
    def cell(self) -> str:
        return "".join("1" if feed in self.feeds else "0" for feed in BITS)


def cases_of(reference: Reference, family: str) -> list[Case]:
    held = reference.held
    convicted = {held.case_of[report["record_id"]] for _, report, _ in reference.standing()}
    grouped: dict[Any, list[dict[str, Any]]] = {}
    for report in reference.told:
        if reference.family(report) == family:
            grouped.setdefault(held.case_of[report["record_id"]], []).append(report)
    return [Case(reports, case in convicted, held.facts_of[case]) for case, reports in grouped.items()]


def quartiles(days: list[int]) -> dict[str, float] | None:
    if not days:
        return None
    found = np.quantile(days, [0.25, 0.5, 0.75], method="linear")
    return dict(zip(("lower", "median", "upper"), map(float, found), strict=True))


def lag(cases: list[Case], start: str, end: str, heard: date | None) -> dict[str, Any]:
    ended: Counter[str] = Counter()
    days: list[int] = []
    waited: list[int] = []
    for case in cases:
        one, two = case.first[start], case.first[end]
        if not case.has(start):
            ended["without_start"] += case.has(end)
        elif not case.has(end):
            ended["not_arrived"] += 1
            if one is not None and heard is not None:
                waited.append(max((heard - one).days, 0))
        elif one is None or two is None:
            ended["undated"] += 1
        elif two < one:
            ended["contradicting"] += 1
        else:
            ended["measured"] += 1
            days.append((two - one).days)
    parts = ("measured", "contradicting", "undated", "not_arrived")
    return {
        "start": start,
        "end": end,
        "cases": sum(case.has(start) for case in cases),
        **{part: ended[part] for part in (*parts, "without_start")},
        "days": quartiles(days),
        "waited": quartiles(waited),
        "heard_until": str(heard) if heard else None,
    }


def funnel(cases: list[Case]) -> list[dict[str, Any]]:
    steps: dict[str, Callable[[Case], bool]] = {
        "police": lambda case: case.has("complaint"),
        "prosecution": lambda case: case.has("prosecution"),
        "court": lambda case: case.has("court"),
        "ruling": lambda case: case.ruled,
        "conviction": lambda case: case.convicted,
    }
    left, told = list(cases), []
    for name, reached in steps.items():
        left = [case for case in left if reached(case)]
        told.append({"step": name, "cases": len(left), "anyway": sum(map(reached, cases))})
    return told


def victims_by_facts(reference: Reference, family: str) -> dict[Any, date | None]:
    """The first of the facts of the cases of the family that name each of them."""
    facts: dict[Any, list[date | None]] = {}
    for person, report in reference.named("victim"):
        if reference.family(report) == family:
            case = reference.held.case_of[report["record_id"]]
            facts.setdefault(person, []).append(reference.held.facts_of[case])
    return {person: earliest(days) for person, days in facts.items()}


def expected_concordance(
    reference: Reference, family: str, admits: Admits, basis: DateBasis = DateBasis.REPORT
) -> dict[str, Any]:
    everything = cases_of(reference, family)
    by_facts = basis is DateBasis.FACTS
    if by_facts:
        for case in everything:
            case.began = case.facts
    cases = [case for case in everything if admits(case.began)]
    days = victims_by_facts(reference, family) if by_facts else dict(reference.units(family)["victims"])
    victims = {person: cell for person, cell in reference.known_by(family).items() if admits(days[person])}
    heard = {
        feed: max(report["stamp"] for report in reference.held.reports if report["feed"] == feed)
        for feed in BITS
    }
    until = {feed: (stamp - timedelta(hours=5)).date() for feed, stamp in heard.items()}
    by_case, by_victim = Counter(case.cell for case in cases), Counter(victims.values())

    def source(feed: str) -> dict[str, Any]:
        dated = "facts_date" if by_facts else "report_date"
        own = [r for r in reference.told if r["feed"] == feed and r["offence_family"] == family]
        records = [r for r in own if admits(r[dated])]
        mentioned = [report for _, report in reference.named("victim") if report in records]
        return {
            "feed": feed,
            "records": len(records),
            "victim_mentions": len(mentioned),
            "cases": sum(feed in case.feeds for case in cases),
            "victims": sum(cell[BITS[feed]] == "1" for cell in victims.values()),
            "heard_until": str(until[feed]),
        }

    return {
        "sources": [source(feed) for feed in BITS],
        "reconciled": {
            "cases": len(cases),
            "victims": len(victims),
            "undated_cases": sum(case.began is None for case in everything),
            "undated_victims": sum(day is None for day in days.values()),
        },
        "membership": [{"feeds": cell, "cases": by_case[cell], "victims": by_victim[cell]} for cell in CELLS],
        "lags": [lag(cases, start, end, until[FEED_OF[end]]) for start, end in pairwise(FEED_OF)],
        "funnel": funnel(cases),
    }
