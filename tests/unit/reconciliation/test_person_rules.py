"""Who may be one person with whom: context, vetoes, rivals, and what the machine leaves to a reviewer."""

import math
from dataclasses import replace

import pytest

from app.reconciliation.features import report_features
from app.reconciliation.resolve import (
    NEVER,
    Decisions,
    PersonNode,
    Rule,
    Verdict,
    pair,
    person_cap,
    person_weight,
    resolve_persons,
)
from app.reconciliation.rivals import without_rivals
from app.reconciliation.scoring import Model
from schemas.observations import Mention
from schemas.vocabulary import Feed, Role
from support.sample_story import person, record

MODEL = Model.load()
UPPER, LOWER = MODEL.victim.upper, MODEL.victim.lower


def nodes(*records: list[Mention], start: int = 1) -> list[PersonNode]:
    """One record per list, all of one day and place; ids in order."""
    out: list[PersonNode] = []
    for number, people in enumerate(records, start=start):
        report = report_features(
            record(Feed.SISTRA, f"C-{number}", people, facts="2024-03-01", reported="2024-03-10"), number
        )
        out += [PersonNode(len(out) + n, m, report) for n, m in enumerate(report.mentions, start=1)]
    return out


def victim(order: int = 1, name: str = "", **more: object) -> Mention:
    return person(Role.VICTIM, order, name, **more)


def resolve(
    found: list[PersonNode], same_case: bool = True, decisions: Decisions | None = None
) -> list[set[int]]:
    edges = {
        pair(a.id, b.id): w
        for a in found
        for b in found
        if a.id < b.id and (w := person_weight(a, b, same_case, MODEL)) >= LOWER
    }
    return [set(c) for c in resolve_persons(found, edges, MODEL, decisions or Decisions()).clusters]


def test_initials_link_inside_a_case_and_never_across() -> None:
    named, initialled = nodes(
        [victim(1, "CCORI/HUAMAN/ODALIS", sex="F", age=15)], [victim(1, initials="OCH", sex="F", age=15)]
    )
    assert person_weight(named, initialled, True, MODEL) >= UPPER
    assert person_weight(named, initialled, False, MODEL) == NEVER


def test_two_equally_good_candidates_are_no_candidate() -> None:
    sisters = [
        victim(1, "CCORI/HUAMAN/MARIA", sex="F", age=15),
        victim(2, "CCORI/HUAMAN/MARTA", sex="F", age=15),
    ]
    found = nodes(sisters, [victim(1, initials="MCH", sex="F", age=15)])
    assert resolve(found) == [{1}, {2}, {3}]


def test_of_two_candidates_the_clearly_better_one_is_taken() -> None:
    sisters = [
        victim(1, "CCORI/HUAMAN/MARIA", sex="F", age=15),
        victim(2, "CCORI/HUAMAN/ODALIS", sex="F", age=15),
    ]
    found = nodes(sisters, [victim(1, initials="MCH", sex="F", age=15)])
    assert resolve(found) == [{1, 3}, {2}]


def test_a_rival_takes_its_share_of_the_odds() -> None:
    three = nodes([victim(1, "ROJAS//ANA"), victim(2, "ROJAS//ANA")], [victim(1, "ROJAS//ANA")])
    found = without_rivals({n.id: n.report.record_id for n in three}, {(1, 3): 6.0, (2, 3): 4.0})
    assert found[1, 3] == pytest.approx(6.0 - math.log2(1 + 2.0**4))
    assert found[2, 3] == pytest.approx(4.0 - math.log2(1 + 2.0**6))


def test_different_documents_of_one_type_veto_and_one_edit_does_not() -> None:
    name = "SILUPU/PANDURO/BELINDA"
    a, b, c = nodes(*([victim(1, name, doc=f"DNI {n}")] for n in ("45671230", "45671231", "40000009")))
    assert person_weight(a, b, True, MODEL) >= UPPER
    assert person_weight(a, c, True, MODEL) == NEVER


def test_a_veto_holds_through_a_third_mention() -> None:
    name = "SILUPU/PANDURO/BELINDA"
    found = nodes(
        [victim(1, name, doc="DNI 45671230")], [victim(1, name, doc="DNI 40000009")], [victim(1, name)]
    )
    clusters = resolve(found)
    assert not any({1, 2} <= cluster for cluster in clusters)


def test_people_of_one_record_are_apart_unless_one_document_says_otherwise() -> None:
    doc = "DNI 45671230"
    same = nodes([victim(1, "ROJAS/NIMA/ANA", doc=doc), victim(2, "ROJAS/NIMA/ANA", doc=doc)])
    other = nodes([victim(1, "ROJAS/NIMA/ANA", doc=doc), victim(2, "ROJAS/NIMA/ANA")])
    assert person_weight(*same, True, MODEL) > NEVER
    assert person_weight(*other, True, MODEL) == NEVER


def test_the_same_key_in_two_cases_is_nobody() -> None:
    a, b = nodes([victim(1, key="01-2024", sex="F", age=15)], [victim(1, key="01-2024", sex="F", age=15)])
    assert person_weight(a, b, False, MODEL) == NEVER
    assert person_weight(a, b, True, MODEL) >= UPPER


def test_half_a_name_links_nobody_across_cases() -> None:
    a, b = nodes([victim(1, "AHUANARI//ZORAIDA", sex="F")], [victim(1, "AHUANARI//ZORAIDA", sex="F")])
    assert person_weight(a, b, False, MODEL) < UPPER


def test_an_alias_is_a_hint_inside_a_case_and_nothing_across() -> None:
    people = (
        [person(Role.SUSPECT, 1, alias="CHITO")],
        [person(Role.SUSPECT, 1, "PUMA//JUAN", alias="CHITO")],
    )
    a, b = nodes(*people)
    weight = person_weight(a, b, True, MODEL)
    assert LOWER <= weight < UPPER
    assert person_weight(a, b, False, MODEL) == NEVER
    (judged,) = resolve_persons([a, b], {(1, 2): weight}, MODEL).judged
    assert judged.verdict is Verdict.UNSURE


def test_missing_values_are_no_evidence() -> None:
    full, same, bare = nodes(
        [victim(1, "SILUPU/PANDURO/BELINDA", sex="F", age=20)],
        [victim(1, "SILUPU/PANDURO/BELINDA", sex="F", age=20)],
        [victim(1, "SILUPU/PANDURO/BELINDA")],
    )
    assert UPPER <= person_weight(full, bare, True, MODEL) < person_weight(full, same, True, MODEL)


def test_a_reviewers_decision_binds_either_way() -> None:
    found = nodes([victim(1, "ROJAS/NIMA/ANA")], [victim(1, "ROJAS/NIMA/ANA")], [victim(1, "PUMA/CARI/EVA")])
    assert resolve(found) == [{1, 2}, {3}]
    assert resolve(found, decisions=Decisions(different=frozenset({(1, 2)}))) == [{1}, {2}, {3}]
    assert resolve(found, decisions=Decisions(same=frozenset({(2, 3)}), different=frozenset({(1, 2)}))) == [
        {1},
        {2, 3},
    ]


def for_a_reviewer(one: Mention, other: Mention) -> Rule | None:
    """The cap that keeps two mentions of one case from the machine, checked to do so."""
    a, b = nodes([one], [other])
    cap = person_cap(a, b, True, MODEL)
    assert cap is not None
    assert person_weight(a, b, True, MODEL) < UPPER
    return cap


def test_one_full_name_and_births_a_generation_apart_is_for_a_reviewer() -> None:
    mother = victim(1, "QUISPE/MAMANI/ROSA LUZ", sex="F", born="1984-02-01")
    daughter = victim(1, "QUISPE/MAMANI/ROSA LUZ", sex="F", born="2007-02-01")
    assert for_a_reviewer(mother, daughter) is Rule.BIRTHS_APART


def test_equal_initials_and_ages_years_apart_are_for_a_reviewer() -> None:
    young, older = victim(1, initials="RQM", sex="F", age=16), victim(1, initials="RQM", sex="F", age=25)
    assert for_a_reviewer(young, older) is Rule.BIRTHS_APART


SAME = {"sex": "F", "doc": "DNI 29150731"}


def under_one_document(one: Mention, other: Mention) -> Rule | None:
    """The cap, if any; checked that the pair is doubtful at least, and linked where there is none."""
    found = []
    for same_case in (True, False):
        a, b = nodes([one], [other])
        cap, weight = person_cap(a, b, same_case, MODEL), person_weight(a, b, same_case, MODEL)
        assert weight > LOWER
        assert weight < UPPER if cap else True
        found.append(cap)
    assert found[0] == found[1]
    return found[0]


def test_one_document_and_one_name_outweigh_a_wrong_age() -> None:
    one, other = (victim(1, "QUISPE/MAMANI/ROSA", age=age, **SAME) for age in (16, 22))
    a, b = nodes([one], [other])
    assert under_one_document(one, other) is None
    assert person_weight(a, b, True, MODEL) >= UPPER


def test_one_document_of_a_mother_and_her_child_is_for_a_reviewer() -> None:
    mother = victim(1, "QUISPE/MAMANI/ROSA", born="1984-02-01", **SAME)
    child = victim(1, "QUISPE/MAMANI/ROSA", born="2007-02-01", **SAME)
    assert under_one_document(mother, child) is Rule.DOCUMENT_SHARED


@pytest.mark.parametrize(
    ("one", "other", "cap"),
    [
        (("FLORES/CHAMBI/MARIA", "2004-01-01"), ("FLORES/CHAMBI/ELENA", "2007-05-05"), True),
        (("FLORES/CHAMBI/MARIA", "2004-01-01"), ("FLORES/CHAMBI/ELENA", "2004-01-01"), False),
        (("FLORES/CHAMBI/MARIA", "2004-01-01"), ("RIOS/PANDURO/ELENA", "2004-01-01"), True),
        (("FLORES/CHAMBI/MARIA", "2004-01-01"), ("FLORES/PANDURO/MARIA", "2004-01-01"), False),
        (("FLORES/CHAMBI/MARIA", "2004-01-01"), ("FLORES/PANDURO/MARIA", "2007-05-05"), True),
        (("FLORES/CHAMBI/MARIA", "2004-01-01"), ("FLORES/CHAMBI/MARIA", "2007-05-05"), False),
        (("FLORES/CHAMBI/MARIA", "2004-01-01"), ("FLORES/CHAMBI/MARIA", "2004-01-07"), False),
    ],
)
def test_two_people_under_one_document_are_for_a_reviewer(
    one: tuple[str, str], other: tuple[str, str], cap: bool
) -> None:
    people = [victim(1, name, born=born, **SAME) for name, born in (one, other)]
    assert under_one_document(*people) is (Rule.DOCUMENT_SHARED if cap else None)


def test_one_document_is_never_less_than_doubtful() -> None:
    one = person(Role.VICTIM, 1, "FLORES/CHAMBI/MARIA", sex="F", doc="DNI 29150731", born="2004-01-01")
    other = person(Role.SUSPECT, 1, "RIOS/PANDURO/JORGE", sex="M", doc="DNI 29150731", born="1970-05-06")
    a, b = nodes([one], [other])
    for same_case in (True, False):
        assert MODEL.suspect.lower < person_weight(a, b, same_case, MODEL) < MODEL.suspect.upper


def test_the_only_victims_of_two_records_under_other_names_are_for_a_reviewer() -> None:
    one, other = victim(1, "//YULIANA", sex="F", age=17), victim(1, "//ROXANA", sex="F", age=17)
    assert for_a_reviewer(one, other) is Rule.OTHER_NAMES


def test_a_key_of_another_sex_or_age_is_for_a_reviewer() -> None:
    named = victim(1, "QUISPE/MAMANI/ROSA", sex="F", age=15)
    assert for_a_reviewer(named, victim(1, key="01-2024", sex="M", age=15)) is Rule.KEY_ALONE
    assert for_a_reviewer(named, victim(1, key="01-2024", sex="F", age=17)) is Rule.KEY_ALONE


def test_a_key_that_fits_the_only_victim_is_linked() -> None:
    a, b = nodes(
        [victim(1, "QUISPE/MAMANI/ROSA", sex="F", age=15)], [victim(1, key="01-2024", sex="F", age=15)]
    )
    assert person_cap(a, b, True, MODEL) is None
    assert person_weight(a, b, True, MODEL) >= UPPER


def test_a_key_with_an_age_and_no_sex_is_somebody() -> None:
    a, b = nodes([victim(1, "QUISPE/MAMANI/ROSA", age=15)], [victim(1, key="01-2024", age=15)])
    assert person_weight(a, b, True, MODEL) >= UPPER


def test_two_nameless_keys_where_there_are_several_victims_are_for_a_reviewer() -> None:
    here = [victim(1, key="01-2024", sex="F", age=15), victim(2, "ROJAS/NIMA/ANA", sex="F", age=30)]
    a, _, b = nodes(here, [victim(1, key="01-2024", sex="F", age=15)])
    assert person_cap(a, b, True, MODEL) is Rule.TWO_KEYS
    assert person_weight(a, b, True, MODEL) < UPPER
    paper = {"key": "01-2024", "doc": "DNI 29150731"}
    c, _, d = nodes([victim(1, **paper), here[1]], [victim(1, **paper)])
    assert person_cap(c, d, True, MODEL) is None


def test_a_nameless_key_with_a_document_of_its_own_is_still_no_name() -> None:
    here = [
        victim(1, key="01-2024", sex="F", doc="DNI 29150731", age=15),
        victim(2, "ROJAS/NIMA/ANA", sex="F", age=30),
    ]
    a, _, b = nodes(here, [victim(1, key="01-2024", sex="F", age=15)])
    assert person_cap(a, b, True, MODEL) is Rule.TWO_KEYS


def test_a_key_without_an_age_links_only_where_a_number_binds_the_records() -> None:
    named, keyed = victim(1, "QUISPE/MAMANI/ROSA", sex="F"), victim(1, key="01-2024", sex="F")
    assert for_a_reviewer(named, keyed) is Rule.KEY_WITHOUT_AGE
    a, b = nodes([named], [keyed])
    citing = PersonNode(a.id, a.features, replace(a.report, cited=((b.report.feed, b.report.citation_key),)))
    assert person_cap(citing, b, True, MODEL) is None
    assert person_weight(citing, b, True, MODEL) >= UPPER


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("QUISPE/MAMANI/ROSA LUZ", "MAMANI/QUISPE/ROSA LUZ"),
        ("QUISPE/MAMANI/ROSA LUZ", "QUISPE/QUISPE/ROSA LUZ"),
    ],
)
def test_across_cases_surnames_stand_in_their_places(one: str, other: str) -> None:
    a, b = across(victim(1, one, age=20), victim(1, other, age=20), "150101", "150101")
    assert person_cap(a, b, False, MODEL) is Rule.SURNAMES_MOVED
    assert person_cap(a, b, True, MODEL) is None
    born = {"born": "2004-05-06"}
    c, d = across(victim(1, one, **born), victim(1, other, **born), "150101", "150101")
    assert person_cap(c, d, False, MODEL) is None


def test_across_departments_an_age_speaks_only_for_the_very_same_given_names() -> None:
    full, short = victim(1, "SULLCA/LAVERIANO/ROSA LUZ", age=20), victim(1, "SULLCA/LAVERIANO/ROSA", age=20)
    common = victim(1, "QUISPE/MAMANI/ROSA LUZ", age=20)
    assert person_cap(*across(full, full, "150101", "080101"), False, MODEL) is None
    assert person_cap(*across(common, common, "150101", "080101"), False, MODEL) is Rule.COMMON_NAME
    assert person_cap(*across(full, short, "150101", "080101"), False, MODEL) is Rule.NAMES_ALONE
    assert person_cap(*across(full, short, "150101", "150101"), False, MODEL) is None


def test_of_foreigners_a_department_and_an_age_have_to_speak() -> None:
    here, there = ("150101", "150101"), ("150101", "080101")
    aged = victim(1, "BOLIVAR/DIAZ/MARIANGEL", nat="VEN", age=20)
    bare = victim(1, "BOLIVAR/DIAZ/MARIANGEL", nat="VEN")
    assert person_cap(*across(aged, aged, *here), False, MODEL) is None
    assert person_cap(*across(aged, aged, *there), False, MODEL) is Rule.NAMES_ALONE
    assert person_cap(*across(bare, bare, *here), False, MODEL) is Rule.NAMES_ALONE


def test_across_cases_documents_of_two_types_are_no_whole_name() -> None:
    a, b = across(
        victim(1, "BOLIVAR//ANA", doc="DNI 29150731"),
        victim(1, "BOLIVAR//ANA", doc="PAS A1234567"),
        "150101",
        "150101",
    )
    assert person_cap(a, b, False, MODEL) is Rule.HALF_A_NAME


def test_a_spelling_that_the_table_lacks_is_no_rarer_than_what_it_sounds_like() -> None:
    terms = MODEL.terms
    assert "GONZALEZ" not in terms.surnames
    assert terms.surname("GONZALEZ") >= terms.surname("GONZALES")
    assert terms.surname("XUPLQUA") == terms.surname_default


RARE = "TTITO/ZUÑAGA/HERMENEGILDA"


def across(one: Mention, other: Mention, *places: str) -> tuple[PersonNode, PersonNode]:
    """Each in a record of its own, the one here, the other there."""
    found = []
    for number, (each, place) in enumerate(zip((one, other), places, strict=True), start=1):
        seen = record(Feed.SISTRA, f"C-{number}", [each], facts=f"2024-03-0{number}", place=place)
        report = report_features(seen, number)
        found.append(PersonNode(number, report.mentions[0], report))
    return found[0], found[1]


@pytest.mark.parametrize(
    ("one", "other", "places"),
    [
        ({}, {}, ("150101", "080101")),
        ({}, {}, ("", "")),
        ({"age": 20}, {}, ("150101", "080101")),
        ({"doc": "DNI 29150731"}, {}, ("150101", "080101")),
    ],
)
def test_names_alone_in_no_department_in_common_are_for_a_reviewer(
    one: dict[str, object], other: dict[str, object], places: tuple[str, str]
) -> None:
    """However rare the names are."""
    pair_of = across(victim(1, RARE, sex="F", **one), victim(1, RARE, sex="F", **other), *places)
    assert person_cap(*pair_of, False, MODEL) is Rule.NAMES_ALONE
    assert person_weight(*pair_of, False, MODEL) < UPPER
    assert person_cap(*pair_of, True, MODEL) is None, "inside one case the case speaks for them"


@pytest.mark.parametrize(
    ("one", "other", "places"),
    [
        ({}, {}, ("150101", "150140")),
        ({"age": 20}, {"age": 20}, ("150101", "080101")),
        ({"born": "2004-05-01"}, {"born": "2004-05-01"}, ("150101", "080101")),
        ({"doc": "DNI 29150731"}, {"doc": "DNI 29150731"}, ("150101", "080101")),
    ],
)
def test_a_place_a_birth_or_a_document_beside_the_names_links_them(
    one: dict[str, object], other: dict[str, object], places: tuple[str, str]
) -> None:
    pair_of = across(victim(1, RARE, sex="F", **one), victim(1, RARE, sex="F", **other), *places)
    assert person_cap(*pair_of, False, MODEL) is None
    assert person_weight(*pair_of, False, MODEL) >= UPPER


def test_a_name_without_given_name_is_one_of_many_and_no_error() -> None:
    (nameless,) = nodes([victim(1, "ZUMBAYCO/YNQUILTUPA/")])
    named = replace(nameless.features, given=("ROSA",))
    assert 0 < MODEL.name_bits(nameless.features) < MODEL.name_bits(named)


def test_names_in_each_other_s_fields_under_one_document_are_no_other_names() -> None:
    same = {"doc": "DNI 71120034", "born": "2004-05-06", "sex": "F"}
    told, moved = nodes(
        [victim(1, "FLORES/CHAMBI/ELENA", **same)], [victim(1, "ELENA/CHAMBI/FLORES", **same)]
    )
    assert person_cap(told, moved, False, MODEL) is None
    (other,) = nodes([victim(1, "RIOS/PANDURO/MARIA", **same)], start=3)
    assert person_cap(told, other, False, MODEL) is Rule.DOCUMENT_SHARED
