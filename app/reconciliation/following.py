"""Which case a follow-up call joins: that of the call it names, and of no other. Pure.

Two calls may bear one number in two spellings. Which of them is meant is told by names alone, never by the
order in which they came.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from app.reconciliation.features import ReportFeatures
from app.reconciliation.reports import follows

_Calls = Mapping[tuple[str, str], Sequence[int]]  # (feed, citation key) to record ids


def attach_follow_ups(clusters: list[list[int]], by_id: Mapping[int, ReportFeatures]) -> None:
    """Adds to ``clusters`` (of makers of cases) every follow-up that leads to one of them."""
    place = {member: index for index, cluster in enumerate(clusters) for member in cluster}
    followers = sorted((r for r in by_id.values() if not r.makes_case), key=lambda r: r.name)
    calls: dict[tuple[str, str], list[int]] = defaultdict(list)
    if followers:
        for record_id, report in by_id.items():
            calls[report.feed, report.citation_key].append(record_id)
    for follower in followers:
        first = _first_call(follower, by_id, calls)
        if first in place:
            clusters[place[first]].append(follower.record_id)


def _first_call(follower: ReportFeatures, by_id: Mapping[int, ReportFeatures], calls: _Calls) -> int | None:
    """The call at the end of the chain of those named, if it makes a case."""
    seen = {follower.record_id}
    named = follower
    while not named.makes_case:
        found = _named(named, by_id, calls, seen)
        if found is None:
            return None
        seen.add(found.record_id)
        named = found
    return named.record_id


def _named(
    call: ReportFeatures, by_id: Mapping[int, ReportFeatures], calls: _Calls, seen: set[int]
) -> ReportFeatures | None:
    """Of several calls under the number that this one names: the one that is written so, then one that makes
    a case, then the first by name."""
    if call.first_call is None:
        return None
    under = (by_id[i] for i in calls.get((call.feed, call.first_call), ()) if i not in seen)
    meant = [report for report in under if follows(call, report)]
    return min(meant, key=lambda r: (r.key != call.first_call, not r.makes_case, r.name), default=None)
