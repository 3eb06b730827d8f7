"""One document under two names, and one person under two documents.

Told as ``support.stories`` tells: whoever is named in no group stands alone.
"""

import pytest
from spec.test_brothers import apart, cited

from support.sample_story import V, person
from support.stories import (
    CUSCO,
    JULIACA,
    Story,
    denuncia,
    every_arrival,
    expected_cases,
    expected_persons,
    told,
)

DNI = "DNI 71120034"


def who(name: str, **more: object) -> dict[str, object]:
    return {"name": name, "sex": "F", "doc": DNI, **more}


def thrice() -> Story:
    """A document that is its bearer's in two records, and lent in a third."""
    records = {
        "R1": denuncia(
            "COM-CUSCO-2020-55",
            person(V, 1, **who("FLORES/CHAMBI/MARIA", age=20)),
            facts="2020-03-01",
            place=CUSCO,
        ),
        "R2": denuncia(
            "COM-CUSCO-2022-56",
            person(V, 1, **who("FLORES/CHAMBI/MARIA", age=22)),
            facts="2022-08-05",
            place=CUSCO,
        ),
        "R3": denuncia(
            "COM-JULIACA-2023-57",
            person(V, 1, **who("RIOS/PANDURO/ELENA", age=22)),
            facts="2023-09-05",
            place=JULIACA,
        ),
    }
    return Story(records, persons=("R1 victim 1, R2 victim 1",))


def sisters_in_one_case() -> Story:
    """Each record names both sisters, and writes the one document beside another of them."""
    maria, elena = (
        {"name": f"FLORES/CHAMBI/{name}", "sex": "F", "age": age}
        for name, age in (("MARIA", 16), ("ELENA", 13))
    )
    story = cited(maria | {"doc": DNI}, elena | {"doc": DNI})
    records = {
        "R1": story.records["R1"].model_copy(
            update={"mentions": (*story.records["R1"].mentions, person(V, 3, **elena))}
        ),
        "S1": story.records["S1"].model_copy(
            update={"mentions": (*story.records["S1"].mentions, person(V, 3, **maria))}
        ),
    }
    return Story(
        records,
        cases=("R1 S1",),
        persons=(
            "R1 suspect 2, S1 suspect 1",
            "R1 victim 1, S1 victim 3",
            "R1 victim 3, S1 victim 1",
        ),
    )


SHARED = {
    "a document lent": apart(who("FLORES/CHAMBI/MARIA", age=20), who("RIOS/PANDURO/ELENA", age=22)),
    "a document lent, no ages": apart(who("FLORES/CHAMBI/MARIA"), who("RIOS/PANDURO/ELENA")),
    "a document lent, in one case": cited(
        who("FLORES/CHAMBI/MARIA", age=20), who("RIOS/PANDURO/ELENA", age=20)
    ),
    "a document lent to a man a generation older": apart(
        who("FLORES/CHAMBI/MARIA", born="2000-01-02"),
        who("RIOS/PANDURO/JORGE", born="1970-05-06") | {"sex": "M"},
    ),
    "a mother's document given for her daughter": apart(
        who("QUISPE/FLORES/ANA", age=14), who("FLORES/CHAMBI/ROSA", age=40)
    ),
    "a mother's document given for a daughter of her name": apart(
        who("MAMANI/QUISPE/ROSA", age=14), who("MAMANI/QUISPE/ROSA", age=40)
    ),
    "the same in one case": cited(who("MAMANI/QUISPE/ROSA", age=14), who("MAMANI/QUISPE/ROSA", age=40)),
    "a sister's document": apart(
        who("FLORES/CHAMBI/MARIA", born="2004-01-01"), who("FLORES/CHAMBI/ELENA", born="2007-05-05")
    ),
    "a sister's document in one case": cited(
        who("FLORES/CHAMBI/MARIA", born="2004-01-01"), who("FLORES/CHAMBI/ELENA", born="2007-05-05")
    ),
    "a document its bearer's twice and lent once": thrice(),
}
ONE = {
    "a changed given name": apart(
        who("FLORES/CHAMBI/MARIA", born="2004-01-01"),
        who("FLORES/CHAMBI/ELENA", born="2004-01-01"),
        joined=True,
    ),
    "a wrong age": apart(
        who("FLORES/CHAMBI/MARIA", age=16), who("FLORES/CHAMBI/MARIA", age=22), joined=True
    ),
    "another maternal surname": cited(
        who("FLORES/CHAMBI/MARIA", age=30), who("FLORES/QUISPE/MARIA", age=30), joined=True
    ),
}  # fmt: skip


def traveller(
    doc: str, name: str = "GONZALEZ/MARQUEZ/YUSMARI DEL VALLE", **more: object
) -> dict[str, object]:
    return {"name": name, "sex": "F", "nat": "VEN", "doc": doc, "born": "1998-03-14", **more}


def through_a_third() -> Story:
    """Two passports, and between them a record of the same name and birth with neither."""
    story = apart(traveller("PAS 043771827"), traveller("PAS 158822013"))
    third = person(V, 1, **(traveller("") | {"doc": None}))
    return Story(story.records | {"R3": denuncia("COM-CUSCO-2023-1", third, facts="2023-02-05", place=CUSCO)})


RENEWED = {
    "a renewed passport in two cases": apart(traveller("PAS 043771827"), traveller("PAS 158822013")),
    "a renewed passport in one case": cited(traveller("PAS 043771827"), traveller("PAS 158822013")),
    "a renewed permit": cited(traveller("PTP 200417733"), traveller("PTP 300981221")),
}
LOST = {
    "zeros lost in a passport": apart(traveller("PAS 004377182"), traveller("PAS 4377182"), joined=True),
    "zeros and a letter in a foreign card": apart(
        traveller("CI 0012345678"), traveller("CI V12345678"), joined=True
    ),
}
OTHERS = {
    "two passports, another name": apart(
        traveller("PAS 043771827"), traveller("PAS 158822013", "GONZALEZ/MARQUEZ/DAYANA")
    ),
    "two passports, another birth": apart(
        traveller("PAS 043771827"), traveller("PAS 158822013", born="1991-03-14")
    ),
    "two DNI": cited(
        who("FLORES/CHAMBI/MARIA", born="2004-01-01"),
        who("FLORES/CHAMBI/MARIA", born="2004-01-01", doc="DNI 45120998"),
    ),
    "two carnés de extranjería": cited(traveller("CE 001234987"), traveller("CE 004877120")),
}
STORIES = (
    RENEWED
    | LOST
    | OTHERS
    | SHARED
    | ONE
    | {"a document copied beside the other sister": sisters_in_one_case()}
)


@pytest.mark.parametrize("name", STORIES)
def test_who_is_who_in_every_order_of_arrival(name: str) -> None:
    story = STORIES[name]
    for linked in every_arrival(story):
        assert linked.cases == expected_cases(story)
        assert linked.persons == expected_persons(story)


@pytest.mark.parametrize("name", SHARED)
def test_one_document_under_two_names_is_seen_by_a_reviewer(name: str) -> None:
    assert [pair for pair in told(SHARED[name]).unsure_persons if "victim" in pair[0]]


@pytest.mark.parametrize("name", RENEWED)
def test_a_renewed_document_is_seen_by_a_reviewer(name: str) -> None:
    assert [pair for pair in told(RENEWED[name]).unsure_persons if "victim" in pair[0]]


@pytest.mark.parametrize("name", OTHERS)
def test_two_documents_that_are_not_renewed_are_two_people(name: str) -> None:
    assert not told(OTHERS[name]).unsure_persons


def test_no_third_joins_two_passports() -> None:
    both = {("reta-pnp", "COM-CUSCO-2020-55", "victim", 1), ("reta-pnp", "COM-CUSCO-2022-56", "victim", 1)}
    found = {linked.persons for linked in every_arrival(through_a_third())}
    (persons,) = found
    assert {len(who) for who in persons} == {1, 2}, "the third is one of the two, the same in every order"
    assert not any(both <= who for who in persons)


def test_no_third_of_the_same_document_joins_mother_and_daughter() -> None:
    name = "MAMANI/QUISPE/ROSA"
    story = apart(who(name, age=14), who(name, age=40))
    third = denuncia("COM-CUSCO-2023-1", person(V, 1, **who(name)), facts="2023-02-05", place=CUSCO)
    found = {linked.persons for linked in every_arrival(Story(story.records | {"R3": third}))}
    (persons,) = found
    assert {len(each) for each in persons} == {1, 2}
    assert not any(
        {key for _, key, *_ in each} >= {"COM-CUSCO-2020-55", "COM-CUSCO-2022-56"} for each in persons
    )
