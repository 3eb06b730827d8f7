"""Which record's word survives, and that nothing said otherwise is lost."""

from datetime import UTC, date, datetime
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from app.registry.golden_identity import Named, golden_identity
from app.registry.survivorship import RULES, Of, Pinned, Statement, golden, union
from schemas.observations import Identity
from schemas.pins import CaseAttribute, PersonAttribute
from schemas.registry import (
    CaseAttributes,
    CasePerson,
    Golden,
    PersonCase,
    PersonDetail,
    PinMark,
    Source,
    Stated,
)
from schemas.vocabulary import Feed, OffenceFamily, Sex, Stage


def said(feed: Feed, number: str = "1", day: int = 1) -> Source:
    return Source(feed=feed, number=number, stamp=datetime(2024, 1, day, tzinfo=UTC))


def test_trafficking_wins_over_a_higher_authority_and_the_conflict_is_kept() -> None:
    found = golden(
        RULES["offence_family"],
        [
            Statement(OffenceFamily.RELATED, said(Feed.PODER_JUDICIAL)),
            Statement(OffenceFamily.TRAFFICKING, said(Feed.LINEA_1818)),
        ],
    )
    assert found.value is OffenceFamily.TRAFFICKING
    assert [conflict.value for conflict in found.conflicts] == [OffenceFamily.RELATED]


def test_between_other_families_the_court_is_believed_first() -> None:
    found = golden(
        RULES["offence_family"],
        [
            Statement(OffenceFamily.RELATED, said(Feed.RETA_PNP)),
            Statement(OffenceFamily.SMUGGLING, said(Feed.PODER_JUDICIAL)),
        ],
    )
    assert found.value is OffenceFamily.SMUGGLING


def test_the_prosecutions_date_of_the_facts_survives_and_the_later_stamp_among_equals() -> None:
    found = golden(
        RULES["facts_date"],
        [
            Statement(date(2024, 1, 1), said(Feed.RETA_PNP, day=9)),
            Statement(date(2024, 1, 2), said(Feed.SISTRA, "1", day=2)),
            Statement(date(2024, 1, 3), said(Feed.SISTRA, "2", day=3)),
        ],
    )
    assert found.value == date(2024, 1, 3)
    assert {conflict.value for conflict in found.conflicts} == {date(2024, 1, 1), date(2024, 1, 2)}


def test_sex_is_by_majority_before_authority() -> None:
    found = golden(
        RULES["sex"],
        [
            Statement(Sex.MALE, said(Feed.SISTRA)),
            Statement(Sex.FEMALE, said(Feed.RETA_PNP, "1")),
            Statement(Sex.FEMALE, said(Feed.RETA_PNP, "2")),
        ],
    )
    assert found.value is Sex.FEMALE


def test_unknown_is_no_statement() -> None:
    found = golden(RULES["department"], [Statement(None, said(Feed.SISTRA))])
    assert found.value is None
    assert found.sources == ()


def test_several_purposes_are_all_kept_with_who_states_them() -> None:
    found = union(
        [
            Statement(("servitude", "begging"), said(Feed.RETA_PNP)),
            Statement(("begging",), said(Feed.SISTRA)),
        ]
    )
    assert [(item.value, len(item.sources)) for item in found] == [("begging", 2), ("servitude", 1)]


def test_the_order_of_statements_does_not_matter() -> None:
    statements = [
        Statement("08", said(Feed.SISTRA, "2")),
        Statement("15", said(Feed.SISTRA, "1")),
        Statement("15", said(Feed.RETA_PNP)),
    ]
    assert golden(RULES["department"], statements) == golden(RULES["department"], reversed(statements))


def test_a_value_that_does_not_fit_what_survived_elsewhere_is_only_a_conflict() -> None:
    statements = [Statement("200701", said(Feed.SISTRA)), Statement("170102", said(Feed.LINEA_1818))]
    found = golden(RULES["district"], statements, lambda code: code.startswith("17"))
    assert found.value == "170102"
    assert [conflict.value for conflict in found.conflicts] == ["200701"]
    nowhere = golden(RULES["district"], statements, lambda code: code.startswith("15"))
    assert nowhere.value is None
    assert [conflict.value for conflict in nowhere.conflicts] == ["200701", "170102"]


# --- the table is total, whatever the order, and a pin outweighs it ---------------------------------

KEPT_APART = {"initials", "protected_key", "legal_name", "situation"}  # local to their record: never chosen
PARTS_OF = {"paternal": "names", "maternal": "names", "given": "names"}


def goldens_of(contract: type[BaseModel]) -> set[str]:
    """The fields of an answer that are chosen among records, or kept all."""
    chosen = (Golden, Stated)
    return {
        name
        for name, field in contract.model_fields.items()
        if any(issubclass(part, chosen) for part in parts_of(field.annotation))
    }


def parts_of(annotation: Any) -> list[type]:
    found = [annotation] if isinstance(annotation, type) else []
    return found + [part for inner in get_args(annotation) for part in parts_of(inner)]


def test_every_attribute_that_is_told_has_its_rule_and_no_rule_is_for_nothing() -> None:
    told = {
        name for each in (CaseAttributes, CasePerson, PersonCase, PersonDetail) for name in goldens_of(each)
    }
    named = {PARTS_OF.get(name, name) for name in Identity.model_fields} - KEPT_APART
    assert told | named == RULES.keys()
    assert goldens_of(CaseAttributes) == {name for name, rule in RULES.items() if rule.of is Of.CASE}
    assert named == {name for name, rule in RULES.items() if rule.of is Of.IDENTITY}
    assert all(set(rule.authority) == set(Feed) for rule in RULES.values())


def test_every_attribute_that_can_be_pinned_settles_one_of_the_table() -> None:
    settled = {rule.pinned_as for rule in RULES.values()} - {None}
    assert settled == {*CaseAttribute, *PersonAttribute}
    assert {name for name, rule in RULES.items() if rule.every} == {"purposes", "recruitment"}


VALUES: dict[str, list[Any]] = {
    "offence_family": list(OffenceFamily),
    "facts_date": [date(2023, 3, 10), date(2023, 3, 11)],
    "department": ["08", "15", "17"],
    "stage": list(Stage),
    "sex": list(Sex),
    "names": [("QUISPE", "HUAMAN", "ROSA"), ("QUISPE", "", "ROSA"), ("QUISPE", "HUAMAN", "ROSA ELVIRA")],
    "document": [("DNI", "29150731"), ("CE", "001234567"), ("DNI", "29150732")],
}
SAID = st.tuples(st.sampled_from(Feed), st.sampled_from("123"), st.integers(1, 28))


@given(st.data(), st.sampled_from(sorted(VALUES)))
def test_what_survives_is_the_same_in_any_order_of_records(data: st.DataObject, attribute: str) -> None:
    drawn = data.draw(st.lists(st.tuples(st.sampled_from(VALUES[attribute]), SAID), max_size=6))
    statements = [Statement(value, said(*who)) for value, who in drawn]
    found = golden(RULES[attribute], statements)
    assert golden(RULES[attribute], data.draw(st.permutations(statements))) == found
    kept = [found.value] * bool(found.sources) + [conflict.value for conflict in found.conflicts]
    assert sorted(map(str, kept)) == sorted({str(value) for value, _ in drawn})


def test_a_pin_outweighs_the_rule_and_says_whether_any_record_bears_it_out() -> None:
    statements = [Statement("08", said(Feed.SISTRA)), Statement("17", said(Feed.RETA_PNP))]
    mark = PinMark(id=1, at=datetime(2024, 1, 1, tzinfo=UTC), contradicted=False)
    borne_out = golden(RULES["department"], statements, pinned=Pinned("17", mark))
    assert (borne_out.value, [s.feed for s in borne_out.sources]) == ("17", [Feed.RETA_PNP])
    assert [conflict.value for conflict in borne_out.conflicts] == ["08"]
    alone = golden(RULES["department"], statements, pinned=Pinned("25", mark))
    assert (alone.value, alone.sources) == ("25", ())
    assert alone.pin is not None and alone.pin.contradicted  # noqa: PT018
    silent = golden(RULES["department"], [], pinned=Pinned("25", mark))
    assert silent.pin is not None and not silent.pin.contradicted  # noqa: PT018


def test_the_furthest_stage_survives_whoever_states_it() -> None:
    statements = [
        Statement(Stage.REGISTERED, said(Feed.PODER_JUDICIAL, day=9)),
        Statement(Stage.TRIAL, said(Feed.RETA_PNP)),
    ]
    assert golden(RULES["stage"], statements).value is Stage.TRIAL


# --- who somebody is --------------------------------------------------------------------------------


def named(mention: int, feed: Feed, **identity: Any) -> Named:
    return Named(mention, said(feed), Identity(**identity))


def test_the_most_complete_names_survive_whole_and_national_documents_first() -> None:
    found = golden_identity(
        [
            named(
                1,
                Feed.SISTRA,
                paternal="CCORI",
                given="Odalis",
                document={"type": "CE", "number": "001234567"},
            ),
            named(2, Feed.LINEA_1818, paternal="CCORI", maternal="HUAMAN", given="ODALIS"),
            named(
                3,
                Feed.RETA_PNP,
                paternal="CCORI",
                given="ODALIS",
                document={"type": "DNI", "number": "29150731"},
            ),
        ],
        [],
    )
    assert found["names"].value == ("CCORI", "HUAMAN", "ODALIS")
    assert [len(conflict.sources) for conflict in found["names"].conflicts] == [2]
    assert found["document"].value == ("DNI", "29150731")
    assert (found["alias"].value, found["birth_date"].value) == (None, None)


def test_a_pinned_mention_says_who_somebody_is_while_it_states_it() -> None:
    mentions = [
        named(1, Feed.SISTRA, paternal="CCORI", maternal="HUAMAN", given="ODALIS"),
        named(2, Feed.RETA_PNP, paternal="QORI", given="ODALIS"),
        named(3, Feed.RETA_PNP, alias="CHITO"),
    ]
    at = datetime(2024, 1, 1, tzinfo=UTC)
    pins = [{"id": 7, "member": 2, "attribute": "names", "made_at": at}]
    found = golden_identity(mentions, pins)
    assert found["names"].value == ("QORI", "", "ODALIS")
    assert found["names"].pin is not None
    later = {"id": 8, "member": 3, "attribute": "names", "made_at": at}  # states no name: it has no say
    assert golden_identity(mentions, [*pins, later])["names"].value == ("QORI", "", "ODALIS")


def test_an_identity_does_not_show_where_a_mention_is_printed() -> None:
    assert "CCORI" not in repr(named(1, Feed.SISTRA, paternal="CCORI"))
