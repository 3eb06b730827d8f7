"""The oracle links what is truly the same and can be seen, and nothing else."""

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from app.world.ceiling import ceiling_links, sound
from app.world.evaluate import evaluate
from app.world.truth import TruthRow
from app.world.world import World
from schemas.observations import Citation, Document, Identity, Mention, Observation, Place
from schemas.vocabulary import DocumentType, Feed, Role, Sex

STAMP = datetime(2023, 5, 1, tzinfo=timezone(timedelta(hours=-5)))
PUNO = Place(department="21", province="2101", district="210101")


def report(feed: Feed, number: str, *mentions: Mention, **values: Any) -> Observation:
    return Observation(
        feed=feed, number=number, key=number, citation_key=number, stamp=STAMP, mentions=mentions, **values
    )


def victim(order: int = 1, born: date | None = None, age: int | None = None, **identity: Any) -> Mention:
    who = Identity(birth_date=born, **identity)
    return Mention(role=Role.VICTIM, order=order, identity=who, sex=Sex.FEMALE, age_min=age, age_max=age)


def linked(*observations: Observation) -> tuple[int, int]:
    """Persons and cases that the oracle makes of records of one true case."""
    world = [
        (
            seen,
            [
                TruthRow(seen.feed.value, seen.number, "", "", "C1", ""),
                *(
                    TruthRow(seen.feed.value, seen.number, str(m.order), "victim", "C1", f"P{m.order}")
                    for m in seen.mentions
                ),
            ],
        )
        for seen in observations
    ]
    rows = list(ceiling_links(world))
    return len({row.person for row in rows if row.role}), len({row.case for row in rows if not row.role})


def test_a_shared_valid_document_links() -> None:
    document = Document(type=DocumentType.DNI, number="29150731")
    one = report(Feed.RETA_PNP, "A-2023-1", victim(document=document))
    other = report(Feed.SISTRA, "S-1", victim(protected_key="01-2023", document=document))
    assert linked(one, other)[0] == 1


@pytest.mark.parametrize(
    ("given", "paternal", "persons"),
    [("ODALIS", "QORI", 1), ("ODALYS", "CCORI", 1), ("ODALIS", None, 2), ("MARICIELO", "CCORI", 2)],
)
def test_two_name_parts_link_and_one_does_not(given: str, paternal: str | None, persons: int) -> None:
    one = report(Feed.RETA_PNP, "A-2023-1", victim(paternal="CCORI", given="ODALIS"))
    other = report(Feed.SISTRA, "S-1", victim(paternal=paternal, given=given))
    assert linked(one, other)[0] == persons


def test_ages_in_contradiction_keep_names_apart() -> None:
    one = report(
        Feed.RETA_PNP,
        "A-2023-1",
        victim(paternal="CCORI", given="ODALIS", age=15),
        report_date=date(2023, 1, 1),
    )
    near, far = (
        report(
            Feed.SISTRA,
            "S-1",
            victim(paternal="CCORI", given="ODALIS", age=age),
            report_date=date(2023, 2, 1),
        )
        for age in (16, 19)
    )
    assert linked(one, near)[0] == 1
    assert linked(one, far)[0] == 2


def test_initials_and_keys_link_only_inside_connected_records() -> None:
    named = victim(paternal="CCORI", maternal="HUAMAN", given="ODALIS YARITZA", age=15)
    cited = (Citation(feed=Feed.RETA_PNP, raw="A-2023-2", key="A-2023-2"),)  # one edit from A-2023-1
    police = report(Feed.RETA_PNP, "A-2023-1", named, report_date=date(2023, 1, 1))
    for hidden in (victim(initials="OYCH", age=15), victim(protected_key="01-2023", age=15)):
        court = report(Feed.PODER_JUDICIAL, "E-1", hidden, report_date=date(2023, 3, 1))
        assert linked(police, court) == (2, 2)
        assert linked(police, court.model_copy(update={"citations": cited})) == (1, 1)
    other = report(
        Feed.PODER_JUDICIAL,
        "E-1",
        victim(initials="MCH", age=15),
        citations=cited,
        report_date=date(2023, 3, 1),
    )
    assert linked(police, other)[0] == 2


def test_one_linked_person_joins_reports_only_with_near_facts_in_one_department() -> None:
    who = victim(paternal="CCORI", maternal="HUAMAN", given="ODALIS")
    one = report(Feed.RETA_PNP, "A-2023-1", who, facts_date=date(2023, 1, 1), place=PUNO)
    near = report(Feed.SISTRA, "S-1", who, facts_date=date(2023, 2, 20), place=PUNO)
    assert linked(one, near) == (1, 1)
    assert linked(one, near.model_copy(update={"facts_date": date(2023, 6, 1)})) == (1, 2)
    assert linked(one, near.model_copy(update={"place": Place(department="08")})) == (1, 2)


def test_two_linked_persons_join_reports() -> None:
    people = (victim(1, paternal="CCORI", given="ODALIS"), victim(2, paternal="NUÑEZ", given="ZORAIDA"))
    assert linked(report(Feed.RETA_PNP, "A-2023-1", *people), report(Feed.SISTRA, "S-1", *people)) == (2, 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [("HUAMAN", "GUAMAN"), ("HUAMAN", "WAMAN"), ("CCORI", "QORI"), ("QUISPE", "QISPE"), ("NUÑEZ", "NUNES")],
)
def test_spellings_of_one_name_sound_alike(one: str, other: str) -> None:
    assert sound(one) == sound(other)


def test_the_ceiling_never_joins_what_is_not_the_same() -> None:
    world = World.generate(150, 3, "hard")
    found = evaluate(world.truth(), world.ceiling())
    assert found.persons.pairwise.precision == found.cases.pairwise.precision == 1.0
    assert (
        found.missing_mentions == found.missing_records == found.extra_rows == found.caseless_in_a_case == 0
    )
    assert 0.8 < found.persons.bcubed.f1 < 1.0
    assert 0.9 < found.cases.bcubed.f1 < 1.0
