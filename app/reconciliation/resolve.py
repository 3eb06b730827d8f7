"""From weighed pairs of one component to cases and persons.

Everything here is a function of the component: its members, the edges at or above the lower threshold, and
the decisions that bind. Other cross pairs are weighed on demand. Ids are only handles; ties go by natural
keys.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.reconciliation.clusters import Rules, agglomerate
from app.reconciliation.comparisons import BIRTH, DOCUMENT, MATERNAL, PATERNAL, level_of
from app.reconciliation.features import MentionFeatures, ReportFeatures
from app.reconciliation.following import attach_follow_ups
from app.reconciliation.kin import (
    BIRTHS_APART,
    OtherGiven,
    copied_document,
    cousins,
    one_document,
    other_altogether,
    other_given,
    other_sex,
    renewed_document,
    shared_document,
    siblings,
    strangers,
    twins_by_document,
    unfit,
)
from app.reconciliation.placing import among, placements
from app.reconciliation.reports import NEVER, bound_by_number, report_weight
from app.reconciliation.rivals import without_rivals
from app.reconciliation.scoring import Model, Thresholds, exact
from app.reconciliation.scoring import weight as mention_weight
from app.reconciliation.setting import Setting

Pair = tuple[int, int]  # ids, the lower first
Limits = Callable[[int, int], Thresholds]  # of two ids


class Verdict(StrEnum):
    SAME = "same"
    UNSURE = "unsure"


class Rule(StrEnum):
    """What no sum of evidence about two mentions may do."""

    ONE_RECORD = "one_record"
    COPIED_DOCUMENT = "copied_document"
    SIBLINGS = "siblings"
    STRANGERS = "strangers"
    DOCUMENTS = "documents"
    TWIN_DOCUMENTS = "twin_documents"
    NAMELESS = "nameless"  # nothing but an alias: a hint at most
    LOCAL = "local"  # initials and keys mean nothing in another case
    ONE_DOCUMENT = "one_document"  # however little else agrees: never less than a hint
    HALF_A_NAME = "half_a_name"  # this and what follows: caps, not vetoes
    DOCUMENT_SHARED = "document_shared"
    RENEWED_DOCUMENT = "renewed_document"
    SIBLING_NAMES = "sibling_names"
    OTHER_SEX = "other_sex"
    OTHER_GIVEN = "other_given"
    OTHER_MATERNAL = "other_maternal"
    BIRTHS_APART = "births_apart"
    OTHER_NAMES = "other_names"
    KEY_ALONE = "key_alone"
    TWO_KEYS = "two_keys"
    KEY_WITHOUT_AGE = "key_without_age"
    SURNAMES_MOVED = "surnames_moved"
    NAMES_ALONE = "names_alone"
    ONE_DAY = "one_day"
    COMMON_NAME = "common_name"


@dataclass(frozen=True, slots=True)
class Judged:
    """What the machine says of one edge. ``weight`` is the effective one, rivals counted."""

    a: int
    b: int
    verdict: Verdict
    weight: float
    probability: float  # calibrated


@dataclass(frozen=True, slots=True)
class Decisions:
    """Reviewers' standing decisions, as pairs of ids. ``different`` outweighs ``same``."""

    same: frozenset[Pair] = frozenset()
    different: frozenset[Pair] = frozenset()


@dataclass(frozen=True, slots=True)
class Resolution:
    """A partition of the component's members, and a judgement per edge."""

    clusters: tuple[tuple[int, ...], ...]
    judged: tuple[Judged, ...]


@dataclass(slots=True)
class PersonNode:
    """A mention with what its context says. ``id`` is the mention's; ``report`` carries its record's
    counts and key."""

    id: int
    features: MentionFeatures
    report: ReportFeatures

    @property
    def stable_key(self) -> tuple[str, str, str, int]:
        return (self.report.feed, self.report.key, self.features.role, self.features.order)


def pair(a: int, b: int) -> Pair:
    return (a, b) if a < b else (b, a)


# --- cases --------------------------------------------------------------------------------------


def resolve_cases(
    reports: Sequence[ReportFeatures],
    edges: Mapping[Pair, float],
    model: Model,
    decisions: Decisions = Decisions(),
    known: dict[Pair, float] | None = None,
) -> Resolution:
    """Cases of one component; members are ``record_id``s. Follow-ups join the case of the call they name.

    A follow-up whose call makes no case, or is not there, is in no cluster. ``known``: evidence of pairs that
    the caller has already; what is asked beside it is added.
    """
    clusters = case_clusters(reports, edges, model, decisions, known)
    return _resolution(clusters, edges, lambda a, b: model.case, decisions)


def case_clusters(
    reports: Sequence[ReportFeatures],
    edges: Mapping[Pair, float],
    model: Model,
    decisions: Decisions = Decisions(),
    known: dict[Pair, float] | None = None,
) -> list[list[int]]:
    """The partition of ``resolve_cases`` alone, for who judges the edges of many components at once."""
    by_id = {report.record_id: report for report in reports}
    makers = [i for i, report in by_id.items() if report.makes_case]
    scores: dict[Pair, float] = {} if known is None else known

    def evidence(a: int, b: int) -> float:
        key = pair(a, b)
        if key not in scores:
            scores[key] = report_weight(by_id[a], by_id[b], model).evidence
        return scores[key]

    rules: Rules[int] = Rules(
        stable_key=lambda i: by_id[i].name,
        evidence=evidence,
        vetoed=lambda a, b: False,
        upper=lambda a, b: model.case.upper,
        floor=model.case.floor,
        forbidden=lambda a, b: pair(a, b) in decisions.different,
    )
    between = {
        key: bits for key, bits in edges.items() if by_id[key[0]].makes_case and by_id[key[1]].makes_case
    }
    clusters = agglomerate(makers, between, rules, _present(decisions.same, set(makers)))
    attach_follow_ups(clusters, by_id)
    return clusters


def _present(pairs: Iterable[Pair], members: set[int]) -> list[Pair]:
    return [p for p in pairs if p[0] in members and p[1] in members]


def verdict_of(together: bool, placed: bool, bits: float, of: Thresholds) -> Verdict | None:
    """What the machine says of an edge: nothing where its own weight, rivals counted, is under the lower
    threshold, together or not; of people who are only placed together, that it does not know."""
    if together and placed:
        return Verdict.UNSURE
    if bits < of.lower:
        return None
    return Verdict.SAME if together else Verdict.UNSURE


def _resolution(
    clusters: list[list[int]],
    edges: Mapping[Pair, float],
    limits: Limits,
    decisions: Decisions,
    placed: frozenset[Pair] = frozenset(),
) -> Resolution:
    place = {member: index for index, cluster in enumerate(clusters) for member in cluster}
    judged = []
    for (a, b), bits in sorted(edges.items()):
        ends = (place.get(a), place.get(b))
        if ends == (None, None) or (a, b) in decisions.different:
            continue
        verdict = verdict_of(ends[0] == ends[1], (a, b) in placed, bits, limits(a, b))
        if verdict is not None:
            judged.append(Judged(a, b, verdict, bits, limits(a, b).probability(bits)))
    return Resolution(tuple(tuple(c) for c in clusters), tuple(judged))


# --- persons ------------------------------------------------------------------------------------


def person_weight(
    a: PersonNode, b: PersonNode, same_case: bool, model: Model, mention_bits: float | None = None
) -> float:
    """Posterior bits of two mentions being one person, before rivals. ``NEVER`` where a hard rule says so.

    Who bears one valid document is at least doubtful: under two names it was borrowed, or copied.
    ``mention_bits`` is their ``scoring.weight`` where the caller has it already.
    """
    if vetoed(a, b):
        return NEVER
    if not (linkable(a.features) and linkable(b.features)):
        return _hint(a.features, b.features, same_case, model)
    if not same_case and not _comparable_across(a.features, b.features):
        return NEVER
    bits = mention_weight(a.features, b.features, model) if mention_bits is None else mention_bits
    bits += context_bits(a, b, same_case, model)
    limits = model.between(a.features.role, b.features.role)
    most = capped(limits)
    if bits > most:
        return bits if person_cap(a, b, same_case, model) is None else most
    return max(bits, doubtful(limits)) if one_document(a.features, b.features) else bits


def person_cap(a: PersonNode, b: PersonNode, same_case: bool, model: Model) -> Rule | None:
    """Why no evidence of the machine may link these two, however heavy: they are for a reviewer at best."""
    x, y = a.features, b.features
    if not same_case and not _enough_across(x, y):
        return Rule.HALF_A_NAME
    if one_document(x, y):
        return Rule.DOCUMENT_SHARED if shared_document(x, y) else None
    if (found := _cap_whatever_the_birth(x, y, model)) is not None:
        return found
    birth = "equal" if x.birth is not None and x.birth == y.birth else level_of(BIRTH, x, y)
    if birth in BIRTHS_APART:
        return Rule.BIRTHS_APART
    found = _cap_of_names(a, b, birth) or _cap_of_kin(x, y, birth, model)
    return found or (None if same_case else _cap_across(a, b, birth, model))


def _cap_whatever_the_birth(x: MentionFeatures, y: MentionFeatures, model: Model) -> Rule | None:
    if renewed_document(x, y):
        return Rule.RENEWED_DOCUMENT
    if siblings(x, y):
        return Rule.SIBLING_NAMES
    return Rule.OTHER_SEX if other_sex(x, y, model.terms) else None


def _cap_of_kin(x: MentionFeatures, y: MentionFeatures, birth: str, model: Model) -> Rule | None:
    """Sisters share surnames by birth, cousins one of them: however rare, they say little where a given name
    or the other surname is another's. A date of birth outweighs one name of several, but not consecutive
    documents."""
    if (other := other_given(x, y, model.terms)) is not OtherGiven.NONE:
        twins = birth == "equal" and level_of(DOCUMENT, x, y) == "one_edit"
        if birth != "equal" or twins or other is OtherGiven.WHOLLY:
            return Rule.OTHER_GIVEN
    apart = birth != "equal" and level_of(DOCUMENT, x, y) != "one_edit" and cousins(x, y)
    return Rule.OTHER_MATERNAL if apart else None


def _cap_of_names(a: PersonNode, b: PersonNode, birth: str) -> Rule | None:
    if birth != "equal" and other_altogether(a.features, b.features):
        return Rule.OTHER_NAMES
    return _cap_of_keys(a, b, birth)


BIRTHS_AGREE = frozenset({"equal", "typo", "dates_near", "age_agrees", "age_possible"})
HOME = "PER"


def _cap_across(a: PersonNode, b: PersonNode, birth: str, model: Model) -> Rule | None:
    """Of two cases. In a whole country every name has namesakes: without a document within one edit or a date
    of birth, surnames have to stand in their places, and beside the names something else has to speak for the
    two. That is a department in common; or, of people of one country, an age under the very same given names
    where few bear them, and not on one day in two departments. Of foreigners, whose names no table counts
    and who are at home in no department, both."""
    x, y = a.features, b.features
    if birth in ("equal", "typo") or level_of(DOCUMENT, x, y) in ("equal", "one_edit"):
        return None
    if level_of(PATERNAL, x, y) in ("swapped", "crossed") or level_of(MATERNAL, x, y) == "crossed":
        return Rule.SURNAMES_MOVED
    near = not set(a.report.departments).isdisjoint(b.report.departments)
    agree = birth in BIRTHS_AGREE
    if _foreign(x) or _foreign(y):
        return None if near and agree else Rule.NAMES_ALONE
    if near:
        return None
    return _cap_far(a, b, model) if agree and x.given == y.given else Rule.NAMES_ALONE


# Bits of a full name that hardly two people of one age bear: 19 would leave one namesake among 33 million
# people of fifty ages; the rest is for names that run in families and regions.
RARE = 24.0


def _cap_far(a: PersonNode, b: PersonNode, model: Model) -> Rule | None:
    """One name and one age, in two departments."""
    if a.report.facts_date is not None and a.report.facts_date == b.report.facts_date:
        return Rule.ONE_DAY
    return None if min(model.name_bits(m.features) for m in (a, b)) >= RARE else Rule.COMMON_NAME


def _foreign(m: MentionFeatures) -> bool:
    return m.nationality is not None and m.nationality != HOME


def _cap_of_keys(a: PersonNode, b: PersonNode, birth: str) -> Rule | None:
    """Of a key without name and initials. Every carpeta numbers its victims in an order of its own: where
    there are several, two keys say nothing of each other. One key links by an age that fits, or where a
    number binds the two records; never where the sexes differ."""
    x, y = a.features, b.features
    bare = [not _says_name(m) for m in (x, y)]
    if not any(bare) or birth == "equal" or level_of(DOCUMENT, x, y) == "one_edit":
        return None
    if birth == "age_near" or (x.sex is not None and y.sex is not None and x.sex != y.sex):
        return Rule.KEY_ALONE
    if all(bare) and max(a.report.count(x.role), b.report.count(y.role)) > 1:
        return Rule.TWO_KEYS
    unbound = birth == "null" and not bound_by_number(a.report, b.report)
    return Rule.KEY_WITHOUT_AGE if unbound else None


def _says_name(m: MentionFeatures) -> bool:
    return bool(m.given or m.paternal or m.maternal or m.initials)


def refusal(a: PersonNode, b: PersonNode, same_case: bool) -> Rule | None:
    """Why evidence is not even weighed: a veto, or somebody who is nobody, or local to another case."""
    if (found := veto(a, b)) is not None:
        return found
    if not (linkable(a.features) and linkable(b.features)):
        return Rule.NAMELESS
    return None if same_case or _comparable_across(a.features, b.features) else Rule.LOCAL


def _comparable_across(a: MentionFeatures, b: MentionFeatures) -> bool:
    """Keys and initials are local: across cases they need a document or a birth date on both sides."""
    if (a.document and b.document) or (a.birth and b.birth):
        return a.nameable and b.nameable
    return bool(a.given or a.paternal) and bool(b.given or b.paternal)


_JUST_UNDER = 0.5  # bits under the upper threshold: for a reviewer at best


def _enough_across(a: MentionFeatures, b: MentionFeatures) -> bool:
    """Across cases the machine links on documents of one type, birth dates or both surnames: never on half a
    name."""
    if (a.document and b.document and a.document_type == b.document_type) or (a.birth and b.birth):
        return True
    return all((a.paternal, a.maternal, b.paternal, b.maternal))


def context_bits(a: PersonNode, b: PersonNode, same_case: bool, model: Model) -> float:
    """``Setting.bits`` of two mentions."""
    x, y = a.features, b.features
    if not same_case or x.role != y.role:
        return Setting(same_case, x.role == y.role).bits(model)
    keys = x.protected_key == y.protected_key if x.protected_key and y.protected_key else None
    most = max(a.report.count(x.role), b.report.count(y.role))
    return Setting(True, True, most, keys, x.nameable and y.nameable).bits(model)


def linkable(features: MentionFeatures) -> bool:
    """False for NN and for an alias alone: hints for a reviewer, never a link."""
    known = features.sex is not None or features.birth_lo is not None
    return features.nameable or (features.protected_key is not None and known)


def _hint(a: MentionFeatures, b: MentionFeatures, same_case: bool, model: Model) -> float:
    if same_case and a.role == b.role and a.alias is not None and a.alias == b.alias:
        return doubtful(model.between(a.role, b.role))
    return NEVER


def capped(limits: Thresholds) -> float:
    """The most that a pair under a cap weighs."""
    return exact(limits.upper - _JUST_UNDER)


def doubtful(limits: Thresholds) -> float:
    """Midway between the thresholds: what a reviewer is to see, and no machine to link."""
    return exact((limits.lower + limits.upper) / 2)


def veto(a: PersonNode, b: PersonNode) -> Rule | None:
    """Same record without the same valid document (or with it, under another given name); siblings and
    strangers without the same document or birth date; different valid documents of one type, more
    than one edit apart (unless renewed), or one edit apart under other given names."""
    x, y = a.features, b.features
    same = one_document(x, y)
    if a.report.record_id == b.report.record_id:
        if not same:
            return Rule.ONE_RECORD
        return Rule.COPIED_DOCUMENT if copied_document(x, y) else None
    if not same and not (x.birth and x.birth == y.birth):
        if siblings(x, y):
            return Rule.SIBLINGS
        if strangers(x, y):
            return Rule.STRANGERS
    if level_of(DOCUMENT, x, y) == "conflict":
        return None if renewed_document(x, y) else Rule.DOCUMENTS
    return Rule.TWIN_DOCUMENTS if twins_by_document(x, y) else None


def vetoed(a: PersonNode, b: PersonNode) -> bool:
    return veto(a, b) is not None


def resolve_persons(
    mentions: Sequence[PersonNode],
    edges: Mapping[Pair, float],
    model: Model,
    decisions: Decisions = Decisions(),
    effective: Mapping[Pair, float] | None = None,
    known: dict[Pair, float] | None = None,
) -> Resolution:
    """Persons of one component. ``edges`` are ``person_weight``s at or above the lower threshold, context in.

    An edge loses what its rivals claim: where a record names two people who could be this one, neither is
    linked unless one is clearly better. ``effective``: ``without_rivals`` of the edges, where the caller
    knows of rivals that stand outside this component. ``known``: as for cases.
    """
    if effective is None:
        effective = without_rivals({node.id: node.report.record_id for node in mentions}, edges)
    roles = {node.id: node.features.role for node in mentions}

    def limits(a: int, b: int) -> Thresholds:
        return model.between(roles[a], roles[b])

    record_of = {node.id: node.report.record_id for node in mentions}
    placed = placements(edges, record_of, lambda key, bits: bits >= limits(*key).upper)
    clusters = person_clusters(mentions, effective, model, decisions, known, placed)
    return _resolution(clusters, effective, limits, decisions, placed)


def person_clusters(
    mentions: Sequence[PersonNode],
    effective: Mapping[Pair, float],
    model: Model,
    decisions: Decisions = Decisions(),
    known: dict[Pair, float] | None = None,
    placed: frozenset[Pair] = frozenset(),
) -> list[list[int]]:
    """The partition of ``resolve_persons`` alone; ``effective``: its edges, rivals counted; ``placed``: those
    of ``placements``.

    A pair that has an edge is under no veto (``person_weight`` would have been ``NEVER``): it is not asked
    again whenever clusters of these two try to join.
    """
    nodes = {node.id: node for node in mentions}
    scores: dict[Pair, float] = {} if known is None else known

    def limits(a: int, b: int) -> Thresholds:
        return model.between(nodes[a].features.role, nodes[b].features.role)

    def evidence(a: int, b: int) -> float:
        key = pair(a, b)
        if key not in scores:
            scores[key] = mention_weight(nodes[a].features, nodes[b].features, model)
        return scores[key]

    rules: Rules[int] = Rules(
        stable_key=lambda i: nodes[i].stable_key,
        evidence=evidence,
        vetoed=lambda a, b: pair(a, b) not in effective and vetoed(nodes[a], nodes[b]),
        upper=lambda a, b: limits(a, b).upper,
        floor=model.person.floor,
        forbidden=lambda a, b: pair(a, b) in decisions.different,
        unfit=lambda left, right: unfit(
            [nodes[i].features for i in left], [nodes[i].features for i in right], model.terms
        ),
    )
    same = _present(decisions.same, set(nodes))
    return agglomerate(nodes, effective, rules, same, among(placed, effective))
