"""Brother and sister: names that are one stem, births that may be one day, and two sexes that are stated.

Told as ``support.stories`` tells: whoever is named in no group stands alone.
"""

import pytest

from support.sample_story import A, R, S, V, person
from support.stories import (
    CUSCO,
    JULIACA,
    Story,
    carpeta,
    denuncia,
    every_arrival,
    expected_cases,
    expected_persons,
    expediente,
    told,
)

BORN = "2008-02-03"
PAPER = "DNI 71120034"


def cited(one: dict[str, object], other: dict[str, object], joined: bool = False) -> Story:
    """One victim in a denuncia, one in the carpeta that cites it, and one suspect in both."""
    suspect = {"doc": "DNI 23901744", "sex": "M"}
    return Story(
        {
            "R1": denuncia(
                "COM-CUSCO-2022-55",
                person(V, 1, **one),
                person(A, 2, "VALER/OBLITAS/GENARO", **suspect),
                facts="2022-07-03",
                place=CUSCO,
            ),
            "S1": carpeta(
                "1006014508-2022-40-0",
                person(V, 1, **other),
                person(A, 1, "VALER/OBLITAS/GENARO", **suspect),
                facts="2022-07-03",
                reported="2022-07-11",
                place=CUSCO,
                cites=[(R, "COM-CUSCO-2022-55")],
            ),
        },
        cases=("R1 S1",),
        persons=("R1 suspect 2, S1 suspect 1", *(("R1 victim 1, S1 victim 1",) if joined else ())),
    )


def apart(one: dict[str, object], other: dict[str, object], joined: bool = False) -> Story:
    """Two victims of one department in two cases, years apart."""
    return Story(
        {
            "R1": denuncia("COM-CUSCO-2020-55", person(V, 1, **one), facts="2020-03-01", place=CUSCO),
            "R2": denuncia("COM-CUSCO-2022-56", person(V, 1, **other), facts="2022-08-05", place=CUSCO),
        },
        persons=("R1 victim 1, R2 victim 1",) if joined else (),
    )


def he(given: str, **more: object) -> dict[str, object]:
    return {"name": f"TUPAYACHI/CHAMBILLA/{given}", "sex": "M", **more}


def she(given: str, **more: object) -> dict[str, object]:
    return {"name": f"TUPAYACHI/CHAMBILLA/{given}", "sex": "F", **more}


def through_the_court() -> Story:
    """A boy in the denuncia, a girl in the carpeta, and in court initials without a sex that fit both."""
    story = cited(he("LUIS", age=16), she("LUISA", age=16))
    court = expediente(
        "00991-2022-0-1001-JR-PE-02",
        person(V, 1, initials="LTC", age=16),
        person(A, 2, "VALER/OBLITAS/GENARO", doc="DNI 23901744", sex="M"),
        reported="2022-09-02",
        office_district="Cusco",
        cites=[(S, "1006014508-2022-40-0")],
    )
    return Story(
        story.records | {"J1": court},
        cases=("R1 S1 J1",),
        persons=("R1 suspect 2, S1 suspect 1, J1 suspect 2", "R1 victim 1, J1 victim 1"),
    )


PAIRS = (("LUIS", "LUISA"), ("JUAN", "JUANA"), ("DANIEL", "DANIELA"), ("ANGEL", "ANGELA"))
BROTHERS = {
    **{f"{a} and {b} in one case": cited(he(a, age=16), she(b, age=15)) for a, b in PAIRS},
    **{f"{a} and {b} of one age in one case": cited(he(a, age=16), she(b, age=16)) for a, b in PAIRS},
    **{f"{a} and {b} born on one day": cited(he(a, born=BORN), she(b, born=BORN)) for a, b in PAIRS},
    **{f"{a} and {b} in two cases": apart(he(a, age=16), she(b, age=18)) for a, b in PAIRS},
    "twins in two cases": apart(he("JULIO", born=BORN), she("JULIA", born=BORN)),
    "twins of consecutive documents": cited(
        he("JULIO", born=BORN, doc="DNI 61274912"), she("JULIA", born=BORN, doc="DNI 61274913")
    ),
    "a short form that both could bear": cited(he("ALE", age=16), she("ALEJANDRA", age=16)),
    "MARIA as a second name": cited(he("JOSE MARIA", age=16), she("MARIA JOSE", age=16)),
}
ONE = {
    "one name and a mistyped sex": cited(he("ARIEL", age=16), she("ARIEL", age=16), joined=True),
    "one name that sounds the same": cited(he("YSAAC", age=16), she("ISAAC", age=16), joined=True),
    "a letter lost and a mistyped sex": cited(
        he("ROXANA", born=BORN), she("ROXNA", born=BORN), joined=True
    ),
    "a second name left out": cited(he("LUIS MIGUEL", age=16), she("LUIS", age=16), joined=True),
    "no sex in one of the two": cited(he("LUIS", age=16), he("LUISA", age=16) | {"sex": None}, joined=True),
    "one document, other sex and other name": apart(
        he("JULIO", born=BORN, doc=PAPER), she("JULIA", born=BORN, doc=PAPER), joined=True
    ),
    "one document, other sex and a wholly other name": apart(
        he("MARCO ANTONIO", born=BORN, doc=PAPER), she("VALENTINA", born=BORN, doc=PAPER), joined=True
    ),
}  # fmt: skip
OTHERS = {"initials in court that fit both": through_the_court()}
STORIES = BROTHERS | ONE | OTHERS


@pytest.mark.parametrize("name", STORIES)
def test_who_is_who_in_every_order_of_arrival(name: str) -> None:
    story = STORIES[name]
    for linked in every_arrival(story):
        assert linked.cases == expected_cases(story)
        assert linked.persons == expected_persons(story)


@pytest.mark.parametrize("name", BROTHERS)
def test_brother_and_sister_are_for_a_reviewer(name: str) -> None:
    assert [pair for pair in told(BROTHERS[name]).unsure_persons if "victim" in pair[0]]


def test_three_of_one_document_are_one_whatever_sex_each_states() -> None:
    third = denuncia(
        "COM-JULIACA-2023-9", person(V, 1, **he("JULIO", born=BORN)), facts="2023-08-05", place=JULIACA
    )
    base = ONE["one document, other sex and other name"]
    story = Story(base.records | {"R3": third}, persons=("R1 victim 1, R2 victim 1, R3 victim 1",))
    assert all(linked.persons == expected_persons(story) for linked in every_arrival(story))
