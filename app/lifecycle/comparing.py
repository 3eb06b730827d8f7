"""Two models on the same data: which pairs flip, how sure each is, what becomes of ids. Pure.

Of pairs and clusters only numbers and ids are told: nothing of anybody.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any, Final
from uuid import UUID

from app.reconciliation.identity import Fate
from app.reconciliation.neighbourhood import Settled
from app.reconciliation.resolve import Judged, Pair, Verdict

EXAMPLES: Final = 100  # ids told of each kind of change; all are counted
APART: Final = "apart"


@dataclass(frozen=True, slots=True)
class Side:
    """What one model makes of one kind. ``reviewed``: of pairs that a reviewer decided, the reviewer's word
    and what this model says by itself (same, unsure, apart)."""

    judged: Mapping[Pair, Judged]
    clusters: Sequence[Sequence[int]]
    reviewed: Sequence[tuple[str, str]]


def said(weight: float | None, upper: float, lower: float) -> str:
    """A pair's verdict by its weight alone."""
    if weight is None or weight < lower:
        return APART
    return Verdict.SAME.value if weight >= upper else Verdict.UNSURE.value


def compared(before: Side, after: Side, settled: Settled, standing: frozenset[UUID]) -> dict[str, Any]:
    """The report's part on one kind. ``settled``: from the partition before to that after; ids that are not
    ``standing`` were made for this comparison and are told as null."""
    return {
        "clusters": {"before": len(before.clusters), "after": len(after.clusters)},
        "flips": flips(before.judged, after.judged),
        "precision": {"before": precision(before), "after": precision(after)},
        "ids": ids(settled.fates, standing),
    }


def flips(before: Mapping[Pair, Judged], after: Mapping[Pair, Judged]) -> dict[str, Any]:
    """Pairs of which the two say something else: all counted by what was said, the first ones named."""
    counts: Counter[tuple[str, str]] = Counter()
    examples: list[dict[str, Any]] = []
    for key in sorted(before.keys() | after.keys()):
        change = (_word(before, key), _word(after, key))
        if change[0] == change[1]:
            continue
        counts[change] += 1
        if counts[change] <= EXAMPLES:
            examples.append({"a": key[0], "b": key[1], "from": change[0], "to": change[1]})
    told = [{"from": was, "to": now, "pairs": n} for (was, now), n in sorted(counts.items())]
    return {"pairs": counts.total(), "counts": told, "examples": examples}


def _word(judged: Mapping[Pair, Judged], key: Pair) -> str:
    found = judged.get(key)
    return found.verdict.value if found else APART


def precision(side: Side) -> dict[str, Any]:
    """``estimated``: the mean calibrated probability of the pairs that stand together. ``reviewed``: of the
    pairs that reviewers decided and this model would link by itself, how many they call the same; null
    where there is none. Reviewers see what is doubtful: theirs is no share of all pairs."""
    same = [each.probability for each in side.judged.values() if each.verdict is Verdict.SAME]
    linked = [word for word, own in side.reviewed if own == Verdict.SAME.value]
    right = linked.count(Verdict.SAME.value)
    return {
        "linked_pairs": len(same),
        "estimated": round(fsum(same) / len(same), 6) if same else None,
        "decisions": len(side.reviewed),
        "decisions_linked": len(linked),
        "reviewed": round(right / len(linked), 6) if linked else None,
    }


def ids(fates: Iterable[Fate[UUID]], standing: frozenset[UUID]) -> dict[str, Any]:
    """How many ids would be merged, split or emptied; the first ones named."""
    sources: dict[str, set[UUID]] = {}
    examples: list[dict[str, Any]] = []
    for fate in sorted(fates, key=lambda each: (each.event, each.source, str(each.target))):
        of_event = sources.setdefault(fate.event.value, set())
        of_event.add(fate.source)
        if len(of_event) <= EXAMPLES and fate.source in standing:
            target = str(fate.target) if fate.target in standing else None
            examples.append({"event": fate.event.value, "from": str(fate.source), "to": target})
    return {"counts": {event: len(found) for event, found in sources.items()}, "examples": examples}


def moved(before: Mapping[str, int], after: Mapping[str, int]) -> list[dict[str, Any]]:
    """Published figures that would change."""
    names = sorted(before.keys() | after.keys())
    pairs = ((name, before.get(name, 0), after.get(name, 0)) for name in names)
    return [{"figure": name, "before": was, "after": now} for name, was, now in pairs if was != now]
