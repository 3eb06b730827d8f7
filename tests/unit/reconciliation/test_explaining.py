"""The parts of a weight add up to it, to the bit; each has words; no name shows to who may not know it."""

from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest

from app.reconciliation import wording
from app.reconciliation.comparisons import COMPARISONS
from app.reconciliation.explaining import (
    alignments,
    mention_parts,
    report_parts,
    rivals_part,
    steps,
    total,
)
from app.reconciliation.features import ReportFeatures, report_features
from app.reconciliation.reports import NEVER, PARTS, Cap, report_weight
from app.reconciliation.resolve import PersonNode, Rule, person_weight
from app.reconciliation.rivals import without_rivals
from app.reconciliation.scoring import Model
from app.reconciliation.waterfall import waterfall
from app.world.world import World
from schemas.judgements import Basis, Explanation, Member, Step, StepKind, Thresholds
from schemas.observations import Mention
from schemas.vocabulary import Feed, Role
from support.sample_story import person, record

MODEL = Model.load()
VETOES = {
    Rule.ONE_RECORD,
    Rule.COPIED_DOCUMENT,
    Rule.SIBLINGS,
    Rule.STRANGERS,
    Rule.DOCUMENTS,
    Rule.TWIN_DOCUMENTS,
    Rule.NAMELESS,
    Rule.LOCAL,
    Rule.ONE_DOCUMENT,  # no veto, and no cap: a rule that raises
}
CODE_RULES = {"not_joined", "follow_up", "not_followed", "nothing_near"}  # of records
SVG = "{http://www.w3.org/2000/svg}"


def reports(seed: int, cases: int = 40) -> list[ReportFeatures]:
    world = World.generate(cases=cases, seed=seed, difficulty="hard")
    return [report_features(o, i) for i, o in enumerate(world.observations(), start=1)]


def nodes(found: list[ReportFeatures]) -> list[PersonNode]:
    people = [(m, r) for r in found for m in r.mentions]
    return [PersonNode(i, m, r) for i, (m, r) in enumerate(people, start=1)]


@pytest.mark.parametrize("same_case", [True, False])
def test_the_parts_of_two_mentions_add_up_to_their_weight_to_the_bit(same_case: bool) -> None:
    people = nodes(reports(5))[:110]
    kinds: set[StepKind] = set()
    for a, b in combinations(people, 2):
        parts = mention_parts(a, b, same_case, MODEL)
        assert total(parts) == person_weight(a, b, same_case, MODEL)
        kinds |= {part.kind for part in parts}
    assert kinds >= {StepKind.PRIOR, StepKind.COMPARISON, StepKind.RARITY, StepKind.RULE}


def test_the_parts_of_two_records_add_up_to_their_weight_to_the_bit() -> None:
    kinds: set[StepKind] = set()
    for a, b in combinations(reports(6, 30), 2):
        parts = report_parts(a, b, MODEL)
        assert total(parts) == report_weight(a, b, MODEL).weight
        kinds |= {part.kind for part in parts}
    assert kinds >= {StepKind.PRIOR, StepKind.COMPARISON, StepKind.CAP, StepKind.RULE}


def test_what_rivals_take_off_adds_up_to_the_bit() -> None:
    edges = {(1, 3): 9.25, (2, 3): 7.5, (1, 4): 3.0}
    record_of = {1: 10, 2: 10, 3: 20, 4: 20}
    part = rivals_part((1, 3), edges, record_of, 3.5)
    assert part is not None and part.bits < 0  # noqa: PT018
    assert edges[1, 3] + part.bits == without_rivals(record_of, edges)[1, 3]
    assert rivals_part((1, 3), {(1, 3): 9.25}, record_of, 3.5) is None


def victims(*people: Mention) -> list[PersonNode]:
    """One record each, all of one day and place."""
    found = []
    for number, each in enumerate(people, start=1):
        seen = record(Feed.SISTRA, f"C-{number}", [each], facts="2024-03-01", reported="2024-03-10")
        report = report_features(seen, number)
        found.append(PersonNode(number, report.mentions[0], report))
    return found


def victim(name: str, **more: object) -> Mention:
    return person(Role.VICTIM, 1, name, **more)


@pytest.mark.parametrize(
    ("rule", "one", "other"),
    [
        (Rule.SIBLINGS, victim("QUISPE/HUAMAN/ROSA"), victim("QUISPE/HUAMAN/ELVIRA")),
        (
            Rule.DOCUMENTS,
            victim("QUISPE/HUAMAN/ROSA", doc="DNI 29150731"),
            victim("A/B/C", doc="DNI 40417765"),
        ),
        (Rule.NAMELESS, victim("", alias="CHITO"), victim("QUISPE/HUAMAN/ROSA")),
    ],
)
def test_a_rule_that_fired_is_named_and_outweighs_what_was_compared(
    rule: Rule, one: Mention, other: Mention
) -> None:
    parts = mention_parts(*victims(one, other), True, MODEL)
    assert (parts[-1].kind, parts[-1].level) == (StepKind.RULE, rule)
    assert total(parts) == NEVER


def test_half_a_name_is_capped_across_cases_and_the_cap_says_what_it_took() -> None:
    parts = mention_parts(*victims(victim("CCORI//ODALIS"), victim("CCORI//ODALIS")), False, MODEL)
    assert (parts[-1].kind, parts[-1].level) == (StepKind.CAP, Rule.HALF_A_NAME)
    assert total(parts) < MODEL.person.upper


def test_every_level_rule_and_cap_has_its_words() -> None:
    for comparison in COMPARISONS:
        assert {level.name for level in comparison.levels} == wording.LEVELS[comparison.name].keys()
    for part, levels in PARTS.items():
        assert set(levels) == wording.LEVELS[part].keys()
    caps = {rule for rule in Rule if rule not in VETOES}
    assert len(caps) == 16
    assert wording.LEVELS["rule"].keys() == {*set(Rule) - caps, *CODE_RULES}
    assert wording.LEVELS["cap"].keys() == {*Cap, *caps, "certain"}
    assert wording.LEVELS.keys() <= wording.TITLES.keys()
    assert all(all(said) for levels in wording.LEVELS.values() for said in levels.values())


def pair_told(name: str, exactly: bool) -> tuple[Step, ...]:
    one = victim(name, sex="F", age=15)
    return steps(mention_parts(*victims(one, one), True, MODEL), exactly)


def test_two_names_of_one_level_are_told_alike_to_who_may_not_see_identities() -> None:
    common, rare = "QUISPE/HUAMAN/MARIA", "TTITO/ZUÑAGA/HERMENEGILDA"
    assert pair_told(common, False) == pair_told(rare, False)
    assert pair_told(common, True) != pair_told(rare, True)


def test_no_rarity_and_no_bits_of_what_follows_from_the_sum_are_told_coarsely() -> None:
    parts = mention_parts(*victims(victim("CCORI//ODALIS"), victim("CCORI//ODALIS")), False, MODEL)
    told = steps(parts, False)
    assert StepKind.RARITY not in {step.kind for step in told}
    assert [step.bits for step in told if step.kind is StepKind.CAP] == [None]


def test_shared_people_of_two_records_are_aligned_one_to_one() -> None:
    people = [victim("CCORI/HUAMAN/ODALIS", doc="DNI 29150731"), person(Role.VICTIM, 2, "ROJAS/PEÑA/MARIA")]
    seen = [
        report_features(record(Feed.SISTRA, "C-1", people)),
        report_features(record(Feed.RETA_PNP, "D-1", people[:1])),
    ]
    found = alignments(seen[0], seen[1], MODEL)
    assert [(each.role, each.a_order, each.b_order, each.strength) for each in found] == [
        (Role.VICTIM, 1, 1, "strong")
    ]


def explained(exactly: bool, number: str = "COM-A-2023-1") -> Explanation:
    parts = mention_parts(*victims(victim("CCORI/HUAMAN/ODALIS"), victim("CCORI/HUAMAN/ODALIS")), True, MODEL)
    weight = total(parts) if exactly else None
    return Explanation(
        kind="person",
        a=Member(feed=Feed.RETA_PNP, number=number, role=Role.VICTIM, order=1),
        b=Member(feed=Feed.SISTRA, number="C-2", role=Role.VICTIM, order=1),
        basis=Basis.RECOMPUTED,
        exact=exactly,
        steps=steps(parts, exactly),
        weight=weight,
        probability=0.99 if exactly else None,
        outcome="same",
        thresholds=Thresholds(upper=MODEL.person.upper, lower=MODEL.person.lower, policy="2026"),
        model=MODEL.version,
    )


@pytest.mark.parametrize("exactly", [True, False])
def test_the_picture_is_well_formed_names_itself_and_draws_every_step_that_has_bits(exactly: bool) -> None:
    told = explained(exactly)
    tree = ElementTree.fromstring(waterfall(told))
    assert tree.tag == f"{SVG}svg"
    assert tree.findtext(f"{SVG}title")
    described = tree.findtext(f"{SVG}desc") or ""
    assert all(step.es in described for step in told.steps)
    bars = [each for each in tree.iter(f"{SVG}rect") if each.get("height") == "18"]
    assert len(bars) == sum(step.bits is not None for step in told.steps) + 1
    assert all(float(bar.get("width", "0")) > 0 for bar in bars)


def test_the_bars_of_the_picture_hang_together() -> None:
    tree = ElementTree.fromstring(waterfall(explained(True)))
    bars = [each for each in tree.iter(f"{SVG}rect") if each.get("height") == "18"][:-1]
    edges = [(float(b.get("x", "")), float(b.get("x", "")) + float(b.get("width", ""))) for b in bars]
    for before, after in pairwise(edges):
        assert any(abs(x - y) <= 1.1 for x in before for y in after)


def test_what_a_number_holds_cannot_break_out_of_the_picture() -> None:
    drawn = waterfall(explained(True, number='"><script>alert(1)</script>&'))
    tree = ElementTree.fromstring(drawn)
    assert "<script" not in drawn
    assert not list(tree.iter(f"{SVG}script"))
