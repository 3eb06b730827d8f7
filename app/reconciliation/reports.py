"""How far two records speak for being one case, from the two records alone.

A weight is a sum: a prior, and one term per part (numbers, dates, place, offence, victims, suspects), each
part in one named level. Caps stand above the sum: people alone never make two records one case.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from rapidfuzz.distance.DamerauLevenshtein import distance as edits

from app.reconciliation.features import MentionFeatures, ReportFeatures
from app.reconciliation.scoring import Model
from app.reconciliation.scoring import weight as mention_weight
from schemas.identifiers import citation_key
from schemas.vocabulary import Feed, Role

NEVER = -64.0
CERTAIN = 64.0

MentionWeight = Callable[[MentionFeatures, MentionFeatures], float]

_COURT = Feed.PODER_JUDICIAL.value
_CALLS = Feed.LINEA_1818.value

PARTS: dict[str, tuple[str, ...]] = {
    "feeds": ("same", "cross"),
    "numbers": (
        "court_case", "one_number", "first_call", "both", "one", "one_contradicted", "third", "near",
        "elsewhere", "none",
    ),
    "dates": (
        "facts_equal", "facts_days", "facts_weeks", "facts_far", "lag_days", "lag_months", "lag_years",
        "lag_impossible", "reports_days", "reports_months", "reports_far", "unknown",
    ),
    "place": (
        "district", "district_differs", "province", "province_differs", "department", "office", "conflict",
        "unknown",
    ),
    "family": ("equal", "differs", "unknown"),
    "victims": ("several", "strong", "fair", "weak", "open", "call_disagrees", "disagree", "unknown"),
    "suspects": ("several", "strong", "fair", "weak", "open", "call_disagrees", "disagree", "unknown"),
}  # fmt: skip

_LINKING_NUMBERS = frozenset(set(PARTS["numbers"]) - {"elsewhere", "none"})
_BINDING_NUMBERS = _LINKING_NUMBERS - {"near"}
_DATES_CLOSE = frozenset({"facts_equal", "facts_days", "lag_days", "reports_days"})
_DATES_BAD = frozenset({"facts_far", "lag_impossible", "reports_far"})
_PLACE_GOOD = frozenset({"district", "district_differs", "province"})
_PEOPLE_SHARED = frozenset({"several", "strong", "fair"})


@dataclass(frozen=True, slots=True)
class ReportScore:
    """``weight``: posterior bits, capped. ``evidence``: the parts alone, without prior, for the
    average-link check."""

    weight: float
    evidence: float
    parts: tuple[tuple[str, str, float], ...]  # part, level, bits


def report_weight(
    a: ReportFeatures, b: ReportFeatures, model: Model, mention_weight: MentionWeight | None = None
) -> ReportScore:
    """Symmetric. Follow-up calls are certain of the call they name and of nothing else.

    ``mention_weight`` overrides where the weights of the mentions come from (the batch has them already).
    """
    if not (a.joins_case and b.joins_case):
        return ReportScore(NEVER, NEVER, ())
    if not (a.makes_case and b.makes_case):
        bits = CERTAIN if follows(a, b) or follows(b, a) else NEVER
        return ReportScore(bits, bits, (("numbers", "first_call", bits),))
    levels = cheap_levels(a, b)
    if not _may_link(levels):
        return ReportScore(NEVER, *_sum(levels | people_levels(a, b, model, mention_weight), model)[1:])
    levels |= people_levels(a, b, model, mention_weight)
    total, evidence, parts = _sum(levels, model)
    return ReportScore(min(total, _cap(levels, model)), evidence, parts)


def may_link(a: ReportFeatures, b: ReportFeatures) -> bool:
    """Necessary for ``report_weight`` to exceed ``NEVER``; cheap, so that sharing a person's blind key
    costs nothing."""
    if not (a.makes_case and b.makes_case):
        return follows(a, b) or follows(b, a)
    return _near_enough(_dates(a, b), _place(a, b)) or _numbers(a, b) in _LINKING_NUMBERS


@dataclass(frozen=True, slots=True)
class Prospect:
    """A pair that may reach the lower threshold, before its people are looked at."""

    levels: dict[str, str]  # of every part but the people
    bits: float  # of those, prior in


def prospect(a: ReportFeatures, b: ReportFeatures, model: Model) -> Prospect | None:
    """Of records that both make a case. None where no people could bring them to the lower threshold."""
    return prospect_of(cheap_levels(a, b), model)


def prospect_of(levels: dict[str, str], model: Model) -> Prospect | None:
    """As ``prospect``, of the levels of every part but the people."""
    if not _may_link(levels):
        return None
    bits = model.report_bits
    total = bits["prior"]["prior"] + sum(bits[part][level] for part, level in levels.items())
    if total + most_of_people(model) < model.case.lower:
        return None
    return Prospect(levels, total)


def most_of_people(model: Model) -> float:
    return sum(max(model.report_bits[part].values()) for part in ("victims", "suspects"))


def concluded(found: Prospect, victims: str, suspects: str, model: Model) -> float:
    """The weight of a prospect whose people fell into these levels."""
    bits = model.report_bits
    levels = found.levels | {"victims": victims, "suspects": suspects}
    total = found.bits + bits["victims"][victims] + bits["suspects"][suspects]
    return min(total, _cap(levels, model)) if total >= model.case.lower else total


def evidence(found: Prospect, victims: str, suspects: str, model: Model) -> float:
    """As ``ReportScore.evidence``."""
    bits = model.report_bits
    people = bits["victims"][victims] + bits["suspects"][suspects]
    return found.bits - bits["prior"]["prior"] - bits["feeds"][found.levels["feeds"]] + people


def edge_weight(a: ReportFeatures, b: ReportFeatures, model: Model) -> float:
    """The weight where it can reach the lower threshold; something below it as soon as it cannot."""
    if not (a.makes_case and b.makes_case):
        return report_weight(a, b, model).weight
    found = prospect(a, b, model)
    if found is None:
        return NEVER
    bits = model.report_bits
    suspects = _people(a, b, Role.SUSPECT.value, model, None)
    best = found.bits + bits["suspects"][suspects] + max(bits["victims"].values())
    if best < model.case.lower:
        return NEVER
    return concluded(found, _people(a, b, Role.VICTIM.value, model, None), suspects, model)


def follows(call: ReportFeatures, named: ReportFeatures) -> bool:
    """``call`` is a follow-up that names ``named``."""
    return (
        not call.makes_case
        and call.joins_case
        and named.joins_case
        and named.feed == call.feed
        and call.first_call == named.citation_key
        and call.name != named.name
    )


def cheap_levels(a: ReportFeatures, b: ReportFeatures) -> dict[str, str]:
    """The levels of every part but the people."""
    return {
        "feeds": "same" if a.feed == b.feed else "cross",
        "numbers": _numbers(a, b),
        "dates": _dates(a, b),
        "place": _place(a, b),
        "family": _family(a, b),
    }


def _family(a: ReportFeatures, b: ReportFeatures) -> str:
    if a.family is None or b.family is None:
        return "unknown"
    return "equal" if a.family == b.family else "differs"


def people_levels(
    a: ReportFeatures, b: ReportFeatures, model: Model, weigh: MentionWeight | None = None
) -> dict[str, str]:
    return {
        "victims": _people(a, b, Role.VICTIM.value, model, weigh),
        "suspects": _people(a, b, Role.SUSPECT.value, model, weigh),
    }


def _sum(levels: dict[str, str], model: Model) -> tuple[float, float, tuple[tuple[str, str, float], ...]]:
    parts = tuple((part, level, model.report_bits[part][level]) for part, level in levels.items())
    evidence = sum(bits for part, _, bits in parts if part != "feeds")
    total = model.report_bits["prior"]["prior"] + sum(bits for _, _, bits in parts)
    return total, evidence, parts


def _may_link(levels: dict[str, str]) -> bool:
    return levels["numbers"] in _LINKING_NUMBERS or _near_enough(levels["dates"], levels["place"])


def _near_enough(dates: str, place: str) -> bool:
    if dates in _DATES_BAD:
        return place in _PLACE_GOOD
    return place != "conflict" or dates == "facts_equal"


def _anybody(levels: Mapping[str, str]) -> bool:
    """Whether somebody in both may be one person."""
    return any(levels[part] in _PEOPLE_SHARED or levels[part] == "weak" for part in ("victims", "suspects"))


class Cap(StrEnum):
    """What no sum may exceed: shared people need numbers, close dates, or each other (a victim and a
    suspect). Of one institution, a night and a district do not make two records one case: nobody in common,
    no number, that is for a reviewer."""

    NOBODY_IN_COMMON = "nobody_in_common"
    PEOPLE_ALONE = "people_alone"
    FACTS_DISAGREE = "facts_disagree"
    FACTS_DISAGREE_FEW = "facts_disagree_few"  # apart, not even for a reviewer


def cap_of(levels: Mapping[str, str]) -> Cap | None:
    """Which cap stands above these levels of every part."""
    if levels["numbers"] in _LINKING_NUMBERS:
        return None
    if levels["feeds"] == "same" and not _anybody(levels):
        return Cap.NOBODY_IN_COMMON
    if levels["dates"] in _DATES_CLOSE and levels["place"] != "conflict":
        return None
    shared = sum(levels[part] in _PEOPLE_SHARED for part in ("victims", "suspects"))
    shared += "several" in (levels["victims"], levels["suspects"])
    if levels["dates"] in _DATES_BAD or levels["place"] == "conflict":
        return Cap.FACTS_DISAGREE if shared >= 2 else Cap.FACTS_DISAGREE_FEW
    return None if shared >= 2 else Cap.PEOPLE_ALONE


def _cap(levels: Mapping[str, str], model: Model) -> float:
    cap = cap_of(levels)
    if cap is None:
        return CERTAIN
    return (model.case.lower if cap is Cap.FACTS_DISAGREE_FEW else model.case.upper) - 1.0


# --- numbers ------------------------------------------------------------------------------------


def _numbers(a: ReportFeatures, b: ReportFeatures) -> str:
    if a.feed == b.feed and a.citation_key == b.citation_key:
        return "court_case" if a.feed == _COURT else "one_number" if readable(a) else "none"
    if a.feed == b.feed == _CALLS and (a.first_call == b.citation_key or b.first_call == a.citation_key):
        return "first_call"
    if not a.cited and not b.cited:
        return "none"
    return _citations(a, b)


def readable(report: ReportFeatures) -> bool:
    """Its own number is one, in a known form: of one feed the same number in two spellings is one file. What
    is no number ("S/N") is nobody's."""
    return citation_key(Feed(report.feed), report.citation_key) is not None


def bound_by_number(a: ReportFeatures, b: ReportFeatures) -> bool:
    """One cites the other, both cite a third, or they are of one number or one court case."""
    return _numbers(a, b) in _BINDING_NUMBERS


def _citations(a: ReportFeatures, b: ReportFeatures) -> str:
    found = {_cites(a, b), _cites(b, a)}
    if found == {"yes"}:
        return "both"
    if "yes" in found:
        return "one_contradicted" if "other" in found else "one"
    if not set(a.cited).isdisjoint(b.cited):
        return "third"
    return "near" if "near" in found else "elsewhere" if "other" in found else "none"


def _cites(a: ReportFeatures, b: ReportFeatures) -> str:
    """yes: a cites b; near: a number one edit from b's; other: a number of b's feed that is another; no:
    none."""
    found = "no"
    for feed, key in a.cited:
        if feed != b.feed:
            continue
        if key == b.citation_key:
            return "yes"
        if found != "near":
            found = "near" if edits(key, b.citation_key, score_cutoff=1) == 1 else "other"
    return found


# --- dates --------------------------------------------------------------------------------------


def _dates(a: ReportFeatures, b: ReportFeatures) -> str:
    if a.facts_date and b.facts_date:
        return _between_facts(abs(a.facts_date - b.facts_date))
    if a.facts_date and b.report_date:
        return _lag(b.report_date - a.facts_date)
    if b.facts_date and a.report_date:
        return _lag(a.report_date - b.facts_date)
    if a.report_date and b.report_date:
        return _between_reports(abs(a.report_date - b.report_date), _COURT in (a.feed, b.feed))
    return "unknown"


def _between_facts(days: int) -> str:
    if days <= 3:
        return "facts_days" if days else "facts_equal"
    return "facts_weeks" if days <= 60 else "facts_far"


def _between_reports(days: int, courts: bool) -> str:
    """Courts come late."""
    if days <= 10:
        return "reports_days"
    return "reports_months" if days <= (1100 if courts else 120) else "reports_far"


def _lag(days: int) -> str:
    """From facts to another institution's report."""
    if days < -3:
        return "lag_impossible"
    if days <= 14:
        return "lag_days"
    return "lag_months" if days <= 200 else "lag_years" if days <= 1500 else "lag_impossible"


# --- place --------------------------------------------------------------------------------------


def _place(a: ReportFeatures, b: ReportFeatures) -> str:
    if a.department and b.department:
        return _two_places(a, b)
    left = (a.department,) if a.department else a.office_departments
    right = (b.department,) if b.department else b.office_departments
    if not left or not right:
        return "unknown"
    return "office" if not set(left).isdisjoint(right) else "conflict"


def _two_places(a: ReportFeatures, b: ReportFeatures) -> str:
    if a.department != b.department:
        return "conflict"
    if not a.province or not b.province:
        return "department"
    if a.province != b.province:
        return "province_differs"
    if not a.district or not b.district:
        return "province"
    return "district" if a.district == b.district else "district_differs"


# --- people -------------------------------------------------------------------------------------

_PERSON_CAP = 24.0  # bits that one aligned pair may bring
PERSON_MIN = 2.5  # bits below which two mentions are no pair


def _people(
    a: ReportFeatures, b: ReportFeatures, role: str, model: Model, weigh: MentionWeight | None
) -> str:
    if b.name < a.name:  # equal weights are taken in order of mention: whose comes first must not matter
        a, b = b, a
    left, right = telling(a, role), telling(b, role)
    if not left or not right:
        return "unknown"
    pairs = [
        (weigh(x, y) if weigh else mention_weight(x, y, model), i, j)
        for (i, x), (j, y) in product(enumerate(left), enumerate(right))
    ]
    return people_level(pairs, calls=_CALLS in (a.feed, b.feed))


def people_level(pairs: list[tuple[float, int, int]], calls: bool) -> str:
    """``pairs``: weight and places of every pair that tells something; ``calls``: one record is a call."""
    level = _people_level(pairs)
    # A caller names one of several; that it is another than a second caller's is little against them.
    return "call_disagrees" if level == "disagree" and calls else level


def telling(report: ReportFeatures, role: str) -> list[MentionFeatures]:
    """The mentions of a role that say who they are, in their own order."""
    found = [m for m in report.mentions if m.role == role and tells(m)]
    return sorted(found, key=lambda m: m.order) if len(found) > 1 else found


def tells(mention: MentionFeatures) -> bool:
    """Whether a mention says enough of who it is to be aligned with another."""
    return mention.nameable or (mention.protected_key is not None and mention.birth_lo is not None)


def _people_level(pairs: list[tuple[float, int, int]]) -> str:
    aligned = _aligned(pairs)
    if not aligned:
        return "disagree" if max(pair[0] for pair in pairs) <= -3.0 else "open"
    strong = sum(bits >= 12.0 for bits in aligned)
    total = sum(min(bits, _PERSON_CAP) for bits in aligned)
    if strong >= 2:
        return "several"
    if aligned[0] >= 16.0:
        return "strong"
    return "fair" if total >= 8.0 else "weak"


def _aligned(pairs: list[tuple[float, int, int]]) -> list[float]:
    """Greedy one-to-one: heaviest first. Depends on weights alone, so that order within the records says
    nothing."""
    out: list[float] = []
    left: set[int] = set()
    right: set[int] = set()
    for bits, i, j in sorted(pairs, reverse=True):
        if bits < PERSON_MIN:
            break
        if i not in left and j not in right:
            out.append(bits)
            left.add(i)
            right.add(j)
    return out
