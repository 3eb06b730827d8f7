"""Which record's word survives, and that nothing said otherwise is lost."""

from datetime import UTC, date, datetime

from app.registry.survivorship import RULES, Statement, golden, union
from schemas.registry import Source
from schemas.vocabulary import Feed, OffenceFamily, Sex


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
