"""Sisters, twins, cousins and namesakes: stories in which rare surnames and near numbers speak for two people
who are two.

Told as ``support.stories`` tells: whoever is named in no group stands alone.
"""

import pytest

from support.sample_story import A, R, S, V, person
from support.stories import (
    CUSCO,
    HUEPETUHE,
    TAMBOPATA,
    Story,
    carpeta,
    denuncia,
    expected_cases,
    expected_persons,
    expediente,
    told,
)

BORN = "2009-05-05"


def cited(one: str, other: str, age: tuple[int | None, int | None] = (None, None), **more: object) -> Story:
    """One victim in a denuncia, one in the carpeta that cites it; ``joined`` where they are one."""
    joined = bool(more.pop("joined", False))
    extra = [dict(more.get(name, {})) for name in ("left", "right")]
    return Story(
        {
            "R1": denuncia(
                "COM-CUSCO-2024-7",
                person(V, 1, one, sex="F", age=age[0], **extra[0]),
                facts="2024-03-10",
                place=CUSCO,
            ),
            "S1": carpeta(
                "1006014508-2024-20-0",
                person(V, 1, other, sex="F", age=age[1], **extra[1]),
                facts="2024-03-10",
                reported="2024-03-20",
                place=CUSCO,
                cites=[(R, "COM-CUSCO-2024-7")],
            ),
        },
        cases=("R1 S1",),
        persons=("R1 victim 1, S1 victim 1",) if joined else (),
    )


def far(one: str, other: str, facts: tuple[str, str] = ("2024-02-01", "2024-02-01"), **more: object) -> Story:
    """Two suspects of one age in two departments."""
    return Story(
        {
            "R1": denuncia(
                "COM-TAMBOPATA-2024-3",
                person(A, 1, one, sex="M", age=22),
                facts=facts[0],
                place=TAMBOPATA,
            ),
            "R2": denuncia(
                "COM-CUSCO-2024-4",
                person(A, 1, other, sex="M", age=23),
                facts=facts[1],
                place=CUSCO,
            ),
        },
        persons=("R1 suspect 1, R2 suspect 1",) if more.get("joined") else (),
    )


def twins(swapped: bool) -> Story:
    """Twins of the same initials in two records, and the initials alone in court."""
    names = ["CCAHUANA/PUMA/ROSA ELVIRA", "CCAHUANA/PUMA/ROSA ELENA"]
    order = names[::-1] if swapped else names
    same = "S1 victim 2" if swapped else "S1 victim 1", "S1 victim 1" if swapped else "S1 victim 2"
    return Story(
        {
            "R1": denuncia(
                "COM-CUSCO-2024-61",
                *(person(V, n, name, sex="F", age=16) for n, name in enumerate(names, 1)),
                facts="2024-04-15",
                place=CUSCO,
            ),
            "S1": carpeta(
                "1006014508-2024-51-0",
                *(person(V, n, name, sex="F", age=16) for n, name in enumerate(order, 1)),
                facts="2024-04-15",
                reported="2024-04-19",
                place=CUSCO,
                cites=[(R, "COM-CUSCO-2024-61")],
            ),
            "J1": expediente(
                "00991-2024-0-1001-JR-PE-02",
                *(person(V, n, initials="RECP", sex="F", age=16) for n in (1, 2)),
                reported="2024-09-02",
                office_district="Cusco",
                cites=[(S, "1006014508-2024-51-0")],
            ),
        },
        cases=("R1 S1 J1",),
        persons=(f"R1 victim 1, {same[0]}, J1 victim 1", f"R1 victim 2, {same[1]}, J1 victim 2"),
    )


def three_records(documents: tuple[str, str], names: tuple[str, str]) -> Story:
    """Two sisters in a denuncia; each in a carpeta of her own that cites it."""
    people = [
        person(V, n, f"LAVERIANO/ROJO/{name}", doc=f"DNI {doc}", sex="F", born=BORN)
        for n, (name, doc) in enumerate(zip(names, documents, strict=True), 1)
    ]
    records = {"R1": denuncia("COM-JUNIN-2024-200", *people, facts="2024-08-02", place=HUEPETUHE)}
    for n, (name, doc) in enumerate(zip(names, documents, strict=True), 1):
        records[f"S{n}"] = carpeta(
            f"170601450{n + 2}-2024-930{n}-0",
            person(V, 1, f"LAVERIANO/ROJO/{name}", doc=f"DNI {doc}", sex="F", age=15),
            facts="2024-08-02",
            reported="2024-08-20",
            place=HUEPETUHE,
            cites=[(R, "COM-JUNIN-2024-200")],
        )
    return Story(
        records, cases=("R1 S1 S2",), persons=("R1 victim 1, S1 victim 1", "R1 victim 2, S2 victim 1")
    )


STORIES = {
    "twins of consecutive documents": three_records(("61274912", "61274913"), ("ELENA", "ELVA")),
    "twins of consecutive documents and one first name": three_records(
        ("61274912", "61274913"), ("ROSA ELENA", "ROSA LUZ")
    ),
    "sisters of far documents": three_records(("61274112", "63589213"), ("ELENA", "ELVA")),
    "sisters of one first name": cited("SULLCA/ARI/MARIA LUZ", "SULLCA/ARI/MARIA ROSA", (14, 15)),
    "sisters of short names one letter apart": cited("QUISPE/HUAMAN/LUZ", "QUISPE/HUAMAN/LIZ"),
    "sisters of near names": cited("QUISPE/HUAMAN/MARIA", "QUISPE/HUAMAN/MARTA", (15, 15)),
    "sisters whose second names begin alike": cited("PUMA/ARI/ROSA ELVIRA", "PUMA/ARI/ROSA ELENA", (15, 15)),
    "cousins of one given name": cited("QUISPE/HUAMAN/ROSA", "QUISPE/MAMANI/ROSA", (15, 15)),
    "a misspelt given name": cited("SULLCA/ARI/ROSA", "SULLCA/ARI/ROZA", (15, 15), joined=True),
    "a letter lost in a given name": cited("SULLCA/ARI/ROXANA", "SULLCA/ARI/ROXNA", (15, 15), joined=True),
    "a second name left out": cited("SULLCA/ARI/MARIA ROSA", "SULLCA/ARI/MARIA", (15, 15), joined=True),
    "the second name is the one used": cited(
        "SULLCA/ARI/MARIA ROSA", "SULLCA/ARI/ROSA", (15, 15), joined=True
    ),
    "a second name that sounds the same": cited(
        "SULLCA/ARI/MARIA YSABEL", "SULLCA/ARI/MARIA ISABEL", (15, 15), joined=True
    ),
    "a married name": cited("SULLCA/ARI/ROSA", "SULLCA/ARI DE QUISPE/ROSA", (35, 35), joined=True),
    "a maternal surname misspelt": cited("SULLCA/HUAMAN/ROSA", "SULLCA/GUAMAN/ROSA", (15, 15), joined=True),
    "another maternal surname and one date of birth": cited(
        "QUISPE/HUAMAN/ROSA", "QUISPE/MAMANI/ROSA", left={"born": BORN}, right={"born": BORN}, joined=True
    ),
    "one digit mistyped, the names equal": cited(
        "SULLCA/ARI/ROSA", "SULLCA/ARI/ROSA",
        left={"doc": "DNI 61274912"}, right={"doc": "DNI 61274913"}, joined=True,
    ),
    "twins of the same initials in court": twins(swapped=False),
    "twins of the same initials in court, the files in other orders": twins(swapped=True),
    "namesakes of one age in two departments": far(
        "QUISPE/MAMANI/JUAN CARLOS", "QUISPE/MAMANI/JUAN CARLOS", ("2024-02-01", "2025-07-01")
    ),
    "namesakes on one day in two departments": far("QUISPE/MAMANI/JUAN CARLOS", "QUISPE/MAMANI/JUAN CARLOS"),
    "one day in two departments, however rare the name": far(
        "ZUÑAGA/TTITO/HERMENEGILDO", "ZUÑAGA/TTITO/HERMENEGILDO"
    ),
    "a rare name and an age in two departments": far(
        "ZUÑAGA/TTITO/HERMENEGILDO", "ZUÑAGA/TTITO/HERMENEGILDO", ("2024-02-01", "2025-07-01"), joined=True
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STORIES)
def test_who_is_who(name: str) -> None:
    linked = told(STORIES[name])
    assert linked.cases == expected_cases(STORIES[name])
    assert linked.persons == expected_persons(STORIES[name])


@pytest.mark.parametrize("name", STORIES)
def test_no_arrival_changes_it(name: str) -> None:
    first = told(STORIES[name])
    assert all(told(STORIES[name], seed) == first for seed in range(1, 7))


@pytest.mark.parametrize(
    "name", [name for name, story in STORIES.items() if not story.persons and "departments" not in name]
)
def test_sisters_and_cousins_go_to_a_reviewer(name: str) -> None:
    assert told(STORIES[name]).unsure_persons


def test_who_is_only_placed_is_marked_for_a_reviewer() -> None:
    linked = told(STORIES["twins of the same initials in court"])
    court = {pair for pair in linked.unsure_persons if pair[0][0] == "poder-judicial"}
    assert len(court) == 8, "each of the two with each of two and two"
