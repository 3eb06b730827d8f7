"""A weight taken apart: named parts that add up to it, to the bit. Pure.

The parts are taken from the same rules that weigh; a test holds their sum to the weight over many pairs of
both kinds. Every part is a multiple of 2**-32, so that no order of adding rounds.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from app.reconciliation import wording
from app.reconciliation.comparisons import COMPARISONS
from app.reconciliation.features import MentionFeatures, ReportFeatures
from app.reconciliation.placing import placements
from app.reconciliation.reports import (
    PERSON_MIN,
    Cap,
    cap_of,
    may_link,
    report_weight,
    telling,
)
from app.reconciliation.resolve import (
    Pair,
    PersonNode,
    Rule,
    context_bits,
    person_cap,
    person_weight,
    refusal,
    veto,
)
from app.reconciliation.rivals import without_rivals
from app.reconciliation.scoring import Model, exact, score
from app.reconciliation.scoring import weight as mention_weight
from schemas.judgements import Alignment, Step, StepKind
from schemas.vocabulary import Role

_TERMS: Final[Mapping[tuple[str, str], bool]] = {
    (comparison.name, level.name): level.term is not None
    for comparison in COMPARISONS
    for level in comparison.levels
}
_STRONG: Final = 12.0  # bits of an aligned pair of mentions, as ``reports`` counts them
_FAIR: Final = 8.0


@dataclass(frozen=True, slots=True)
class Part:
    """One named part of a weight, in bits."""

    kind: StepKind
    name: str
    level: str
    bits: float


def total(parts: Iterable[Part]) -> float:
    return math.fsum(part.bits for part in parts)


# --- two mentions -------------------------------------------------------------------------------


def mention_parts(a: PersonNode, b: PersonNode, same_case: bool, model: Model) -> tuple[Part, ...]:
    """The parts of ``resolve.person_weight``: prior, comparisons, and what a rule or a cap does to their
    sum. Where who somebody is cannot be told, nothing is compared."""
    weight = person_weight(a, b, same_case, model)
    refused = refusal(a, b, same_case)
    if refused is not None and veto(a, b) is None:
        return (Part(StepKind.RULE, "rule", refused.value, weight),)
    parts = [*_prior(a, b, same_case, model), *_compared(a.features, b.features, model)]
    if refused is not None:
        parts.append(Part(StepKind.RULE, "rule", refused.value, weight - total(parts)))
    elif weight > total(parts):
        parts.append(Part(StepKind.RULE, "rule", Rule.ONE_DOCUMENT.value, weight - total(parts)))
    elif (cap := person_cap(a, b, same_case, model)) is not None:
        parts.append(Part(StepKind.CAP, "cap", cap.value, weight - total(parts)))
    return tuple(parts)


def _prior(a: PersonNode, b: PersonNode, same_case: bool, model: Model) -> list[Part]:
    """``resolve.context_bits``: where two mentions start from, and what is evidence inside one case only."""
    bits = context_bits(a, b, same_case, model)
    if not same_case:
        return [Part(StepKind.PRIOR, "prior", "apart", bits)]
    if a.features.role != b.features.role:
        return [Part(StepKind.PRIOR, "prior", "other_role", bits)]
    beside: list[Part] = []
    if a.features.protected_key and b.features.protected_key:
        equal = a.features.protected_key == b.features.protected_key
        found = ("equal", model.context.key_equal) if equal else ("differs", model.context.key_differs)
        beside.append(Part(StepKind.COMPARISON, "key", found[0], exact(found[1])))
    if not (a.features.nameable and b.features.nameable):
        beside.append(Part(StepKind.COMPARISON, "nameless", "one_case", exact(model.context.nameless)))
    return [Part(StepKind.PRIOR, "prior", "one_case", bits - total(beside)), *beside]


def _compared(a: MentionFeatures, b: MentionFeatures, model: Model) -> list[Part]:
    """A level that weighs by how rare the name is comes in two parts: what it weighs with a name of usual
    frequency, and what this name's frequency adds or takes."""
    parts: list[Part] = []
    found = score(a, b, model)
    for (name, level), bits in zip(found.levels, found.bits, strict=True):
        usual = model.levels[name][level].bits if _TERMS[name, level] else bits
        parts.append(Part(StepKind.COMPARISON, name, level, usual))
        if _TERMS[name, level]:
            parts.append(Part(StepKind.RARITY, name, level, bits - usual))
    return parts


def rivals_part(
    key: Pair, edges: Mapping[Pair, float], record_of: Mapping[int, int], upper: float
) -> Part | None:
    """What the rivals of an edge take off it; None where it has none. ``edges``: it and its rivals;
    ``upper``: the threshold of its kind. Who is only placed, not told apart, is said to be."""
    lessened = without_rivals(record_of, edges)[key] - edges[key]
    placed = key in placements(edges, record_of, lambda _, bits: bits >= upper)
    level = "interchangeable" if placed else "claimed"
    return Part(StepKind.RIVALS, "rivals", level, lessened) if lessened else None


# --- two records --------------------------------------------------------------------------------


def report_parts(a: ReportFeatures, b: ReportFeatures, model: Model) -> tuple[Part, ...]:
    """The parts of ``reports.report_weight``."""
    found = report_weight(a, b, model)
    if not (a.joins_case and b.joins_case):
        return (Part(StepKind.RULE, "rule", "not_joined", found.weight),)
    if not (a.makes_case and b.makes_case):
        level = "follow_up" if found.weight > 0 else "not_followed"
        return (Part(StepKind.RULE, "rule", level, found.weight),)
    parts = [Part(StepKind.PRIOR, "prior", "records", model.report_bits["prior"]["prior"])]
    parts += [Part(StepKind.COMPARISON, *part) for part in found.parts]
    left = found.weight - total(parts)
    if not may_link(a, b):
        parts.append(Part(StepKind.RULE, "rule", "nothing_near", left))
    elif left:
        cap = cap_of({part: level for part, level, _ in found.parts})
        parts.append(Part(StepKind.CAP, "cap", cap.value if isinstance(cap, Cap) else "certain", left))
    return tuple(parts)


def alignments(a: ReportFeatures, b: ReportFeatures, model: Model) -> tuple[Alignment, ...]:
    """Who of one record may be who of the other: one to one, heaviest first, as ``reports`` aligns them."""
    if not (a.makes_case and b.makes_case):
        return ()
    return tuple(
        Alignment(role=role, a_order=x.order, b_order=y.order, strength=_strength(bits))
        for role in (Role.VICTIM, Role.SUSPECT)
        for bits, x, y in _aligned(telling(a, role.value), telling(b, role.value), model)
    )


def _aligned(
    left: Sequence[MentionFeatures], right: Sequence[MentionFeatures], model: Model
) -> Iterable[tuple[float, MentionFeatures, MentionFeatures]]:
    weighed = [(mention_weight(x, y, model), x, y) for x, y in product(left, right)]
    seen: set[tuple[str, int]] = set()
    for bits, x, y in sorted(weighed, key=lambda each: (-each[0], each[1].order, each[2].order)):
        if bits >= PERSON_MIN and seen.isdisjoint({("a", x.order), ("b", y.order)}):
            seen |= {("a", x.order), ("b", y.order)}
            yield bits, x, y


def _strength(bits: float) -> str:
    return "strong" if bits >= _STRONG else "fair" if bits >= _FAIR else "weak"


# --- telling ------------------------------------------------------------------------------------

_UNTOLD: Final = frozenset({StepKind.RULE, StepKind.CAP, StepKind.RIVALS})


def steps(parts: Iterable[Part], exactly: bool) -> tuple[Step, ...]:
    """In words. Where not ``exactly``, nothing that depends on which name it is, only on how two names
    compare: no rarity, and no bits of what follows from the sum."""
    return tuple(_step(part, exactly) for part in parts if exactly or part.kind is not StepKind.RARITY)


def _step(part: Part, exactly: bool) -> Step:
    rare = part.kind is StepKind.RARITY
    said = wording.RARITY if rare else wording.sentence(part.name, part.level)
    name = wording.title(part.name)
    return Step(
        kind=part.kind,
        name=part.name,
        level=part.level,
        bits=part.bits if exactly or part.kind not in _UNTOLD else None,
        es=f"{name.es}: {said.es}",
        en=f"{name.en}: {said.en}",
    )
