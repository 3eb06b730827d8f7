"""Stories of cases: which records speak of one."""

import pytest

from schemas.observations import Mention, Observation
from schemas.vocabulary import CallCategory
from support.sample_story import RELATED, TIM, A, L, R, S, V, person, record
from support.stories import (
    ABANCAY,
    AYAVIRI,
    HUEPETUHE,
    JULIACA,
    TAMBOPATA,
    TRUJILLO,
    Story,
    call,
    carpeta,
    denuncia,
    every_arrival,
    expected_cases,
    expected_persons,
    expediente,
    told,
)

TUMBES = "240101"
STORIES = {
    "a citation of a carpeta that is another's is outvoted": Story(
        {
            "R1": denuncia(
                "COM-JULIACA-2023-77",
                person(V, 1, "HANCCO/YUCRA/MERY", sex="F", age=17),
                person(A, 2, "CALSIN/PARI/RUFO", doc="DNI 42001973", sex="M"),
                facts="2023-03-03", place=JULIACA, cites=[(S, "1306014502-2023-9-0")],
            ),
            "S1": carpeta(
                "1306014502-2023-9-0",
                person(V, 1, "NEIRA/ULLOA/BRENDA", sex="F", age=20),
                person(A, 1, "GAMBOA/LEYVA/OSCAR", doc="DNI 18099321", sex="M"),
                facts="2023-01-11", reported="2023-01-15", place=TRUJILLO,
            ),
        },
    ),
    "a mistyped citation, the people and the facts agreeing": Story(
        {
            "R1": denuncia(
                "COM-ABANCAY-2024-16",
                person(V, 1, "ALLCCA/SORIA/NAYSHA", doc="DNI 76310882", sex="F", born="2008-05-05"),
                person(A, 2, "BARAZORDA/TELLO/IVAN", sex="M", age=41),
                facts="2024-02-24", place=ABANCAY,
            ),
            "S1": carpeta(
                "0306014501-2024-22-0",
                person(V, 1, initials="NAS", sex="F", born="2008-05-05"),
                person(A, 1, "BARAZORDA/TELLO/IVAN", sex="M"),
                facts="2024-02-24", reported="2024-02-28", place=ABANCAY, cites=[(R, "COM-ABANCAY-2024-61")],
            ),
        },
        cases=("R1 S1",),
        persons=("R1 victim 1, S1 victim 1", "R1 suspect 2, S1 suspect 1"),
    ),
    "two denuncias of one fact at two units": Story(
        {
            "R1": denuncia(
                "COM-TAMBOPATA-2023-310",
                person(V, 1, "QUISPE/HUILLCA/YESSICA", doc="DNI 73318825", sex="F", born="2006-09-09"),
                person(A, 2, "CONDO/LOAYZA/TEOFILA", doc="DNI 25003471", sex="F"),
                facts="2023-08-12", reported="2023-08-13", place=TAMBOPATA,
            ),
            "R2": denuncia(
                "DIRCTPTIM-2023-00877",
                person(V, 1, "QUISPE/HUILLCA/YESICA", sex="F", age=16),
                person(A, 2, "CONDO/LOAIZA/TEOFILA", doc="DNI 25003471", sex="F"),
                facts="2023-08-12", reported="2023-08-20", place=TAMBOPATA,
            ),
        },
        cases=("R1 R2",),
        persons=("R1 victim 1, R2 victim 1", "R1 suspect 2, R2 suspect 2"),
    ),
    "a carpeta passed to another office stays one case": Story(
        {
            "S1": carpeta(
                "2106014501-2023-66-0",
                person(V, 1, initials="FCM", sex="F", born="2009-10-01"),
                person(A, 1, "TURPO/ALATA/VIDAL", sex="M", age=33),
                facts="2023-05-20", reported="2023-05-22", place=JULIACA,
            ),
            "S2": carpeta(
                "2106014511-2023-402-0",
                person(V, 1, initials="FCM", key="01-2023", sex="F", born="2009-10-01"),
                person(A, 1, "TURPO/ALATA/VIDAL", sex="M", age=33),
                facts="2023-05-20", reported="2023-07-30", place=JULIACA,
            ),
        },
        cases=("S1 S2",),
        persons=("S1 victim 1, S2 victim 1", "S1 suspect 1, S2 suspect 1"),
    ),
    "an incident is the court case of its main file": Story(
        {
            "J1": expediente(
                "00610-2022-0-2101-JR-PE-02",
                person(V, 1, initials="RTQ", sex="F", age=14),
                person(A, 2, "CUTIPA/LAURA/HERNAN", sex="M"),
                reported="2022-10-10", office_district="Puno",
            ),
            "J2": expediente(
                "00610-2022-81-2101-SP-PE-01",
                person(A, 1, "CUTIPA/LAURA/HERNAN", sex="M"),
                reported="2023-03-01", office_district="Puno",
            ),
            "J3": expediente(
                "00610-2023-0-2101-JR-PE-02",
                person(V, 1, initials="DAP", sex="F", age=22),
                person(A, 2, "SUCASACA/NINA/OLGA", sex="F"),
                reported="2023-10-10", office_district="Puno",
            ),
        },
        cases=("J1 J2",),
        persons=("J1 suspect 2, J2 suspect 1",),
    ),
    "two raids of one night in one district are two cases": Story(
        {
            "R1": denuncia(
                "COM-HUEPETUHE-2022-4",
                person(V, 1, "ACHAHUI/SURCO/DAYSI", sex="F", age=17),
                person(A, 2, "MEZA/CARDENAS/FIDEL", doc="DNI 40118267", sex="M"),
                facts="2022-09-10", place=HUEPETUHE,
            ),
            "R2": denuncia(
                "COM-HUEPETUHE-2022-5",
                person(V, 1, "TTITO/OLARTE/NOEMI", sex="F", age=23),
                person(A, 2, "USCA/JANAMPA/BERTHA", doc="DNI 23996612", sex="F"),
                facts="2022-09-10", place=HUEPETUHE,
            ),
        },
    ),
    "a denuncia of nobody is not every case of its night": Story(
        {
            "R1": denuncia(
                "COM-HUEPETUHE-2022-14",
                person(V, 1, "ACHAHUI/SURCO/DAYSI", sex="F", age=17),
                person(A, 2, "MEZA/CARDENAS/FIDEL", doc="DNI 40118267", sex="M"),
                facts="2022-11-10", place=HUEPETUHE,
            ),
            "R2": denuncia("COM-HUEPETUHE-2022-15", facts="2022-11-10", place=HUEPETUHE),
        },
    ),
    "a call and the denuncia that it became": Story(
        {
            "L1": call(
                "1818-2023-002210",
                person(V, 1, "//YULI", sex="F", age=15),
                person(A, 2, "//TEODORO", alias="EL TIO"),
                reported="2023-03-30", place=TAMBOPATA,
            ),
            "R1": denuncia(
                "DIRCTPTIM-2023-00301",
                person(V, 1, "HUAYTA/CRUZ/YULIANA", sex="F", born="2007-06-06"),
                person(A, 2, "SALCEDO/UGARTE/TEODORO", sex="M", age=48),
                facts="2023-03-28", reported="2023-03-31", place=TAMBOPATA, cites=[(L, "1818-2023-002210")],
            ),
        },
        cases=("L1 R1",),
        persons=("L1 victim 1, R1 victim 1", "L1 suspect 2, R1 suspect 2"),
    ),
    "follow-ups join the case of the call they name, whatever it is": Story(
        {
            "L1": call("1818-2024-000900", person(V, 1, "//NICOL", sex="F", age=17), reported="2024-01-02"),
            "L2": call(
                "1818-2024-000905", reported="2024-01-03", category=CallCategory.FOLLOW_UP,
                first_call="1818-2024-000900",
            ),
            "L3": call(
                "1818-2024-000911", reported="2024-01-04", category=CallCategory.FOLLOW_UP,
                first_call="1818-2024-000905",
            ),
            "L4": call(
                "1818-2024-000912", reported="2024-01-04", category=CallCategory.FOLLOW_UP,
                first_call="1818-2024-099999",
            ),
        },
        cases=("L1 L2 L3",),
    ),
    "of two calls under one number in two spellings a follow-up joins the one written as it says": Story(
        {
            "L1": call(
                "1818-2023-4417", person(V, 1, "FLORES/CHAMBI/LUISA", sex="F", age=20),
                citation_key="1818-2023-004417", reported="2023-01-05", place=ABANCAY,
            ),
            "L2": call(
                "1818-2023-004417", person(V, 1, "ROJAS/PUMA/ERIKA", sex="F", age=40),
                reported="2023-06-05", place=TRUJILLO,
            ),
            "L3": call(
                "1818-2023-009999", reported="2023-07-05", category=CallCategory.FOLLOW_UP,
                first_call="1818-2023-004417",
            ),
            "R1": denuncia("1818-2023-004417", facts="2022-01-09", place=JULIACA),
        },
        cases=("L2 L3",),
    ),
    "where neither is written so, the one that makes a case, then the first by name": Story(
        {
            "L1": call(
                "1818-2023-4418", citation_key="1818-2023-004418", reported="2023-01-05", place=ABANCAY,
                category=CallCategory.FOLLOW_UP, first_call="1818-2023-000001",
            ),
            "L2": call(
                "2023-4418", person(V, 1, "LAURA/NINA/OLINDA", sex="F", age=40),
                citation_key="1818-2023-004418", reported="2023-10-25", place=TRUJILLO,
            ),
            "L3": call(
                "2023-04418", person(V, 1, "SANGAMA/ISUIZA/NORITH", sex="F", age=20),
                citation_key="1818-2023-004418", reported="2023-01-07", place=JULIACA,
            ),
            "L4": call(
                "1818-2023-009998", reported="2023-07-05", category=CallCategory.FOLLOW_UP,
                first_call="1818-2023-004418",
            ),
        },
        cases=("L3 L4",),
    ),
    "smuggling and trafficking of one night are two cases": Story(
        {
            "R1": denuncia(
                "COM-TUMBES-2023-31",
                person(V, 1, "PEREZ/ROMERO/YORGELIS", doc="CI 27881023", sex="F", nat="VEN"),
                person(A, 2, "ECHE/FIESTAS/SANTOS", doc="DNI 00244871", sex="M"),
                facts="2023-02-14", place="240101", family=TIM,
            ),
            "R2": denuncia(
                "COM-TUMBES-2023-32",
                person(V, 1, "CHERRE/PANTA/LUCIA", sex="F", age=15),
                person(A, 2, "YARLEQUE/IPANAQUE/ELMER", doc="DNI 00257120", sex="M"),
                facts="2023-02-14", place="240101",
            ),
        },
    ),
    "where the families differ the people and the citation still join": Story(
        {
            "R1": denuncia(
                "COM-TRUJILLO-2024-12",
                person(V, 1, "CASTILLO/RONCAL/FIORELLA", doc="DNI 77120983", sex="F", born="2009-01-20"),
                person(A, 2, "MIÑANO/SALINAS/WALTER", doc="DNI 17889021", sex="M"),
                facts="2024-03-17", place=TRUJILLO, family=RELATED,
            ),
            "S1": carpeta(
                "1306014502-2024-70-0",
                person(V, 1, key="07-2024", doc="DNI 77120983", sex="F", age=15),
                person(A, 1, "MIÑANO/SALINAS/WALTER", doc="DNI 17889021", sex="M"),
                facts="2024-03-17", reported="2024-03-19", place=TRUJILLO,
                cites=[(R, "COM-TRUJILLO-2024-12")],
            ),
        },
        cases=("R1 S1",),
        persons=("R1 victim 1, S1 victim 1", "R1 suspect 2, S1 suspect 1"),
    ),
    "a court file that cites nothing": Story(
        {
            "S1": carpeta(
                "2506014501-2023-18-0",
                person(V, 1, "PANDURO/SINARAHUA/LIZ KAREN", sex="F", born="2008-07-07"),
                person(A, 1, "MURAYARI/TANGOA/SEGUNDO", sex="M", age=39),
                facts="2023-02-25", reported="2023-03-01", place="250101", office_district="Ucayali",
            ),
            "J1": expediente(
                "00402-2023-0-2402-JR-PE-02",
                person(V, 1, initials="LKPS", sex="F", age=14),
                person(A, 2, "MURAYARI/TANGOA/SEGUNDO", sex="M"),
                reported="2023-09-12", office_district="Ucayali",
            ),
        },
        cases=("S1 J1",),
        persons=("S1 victim 1, J1 victim 1", "S1 suspect 1, J1 suspect 2"),
    ),
    "a recruiter's house: the same victim, suspect and district a year later": Story(
        {
            "R1": denuncia(
                "COM-TAMBOPATA-2021-20",
                person(V, 1, "SONCCO/QUENAYA/JANETH", doc="DNI 75801127", sex="F", born="2005-05-19"),
                person(A, 2, "ALVIS/PEÑALVA/GRACIELA", doc="DNI 04823319", sex="F"),
                facts="2021-03-03", place=TAMBOPATA,
            ),
            "R2": denuncia(
                "COM-TAMBOPATA-2022-88",
                person(V, 1, "SONCCO/QUENAYA/JANETH", doc="DNI 75801127", sex="F", born="2005-05-19"),
                person(A, 2, "ALVIS/PEÑALVA/GRACIELA", doc="DNI 04823319", sex="F"),
                facts="2022-06-20", place=TAMBOPATA,
            ),
        },
        persons=("R1 victim 1, R2 victim 1", "R1 suspect 2, R2 suspect 2"),
    ),
}  # fmt: skip


def spelt(number: str, *people: Mention, key: str = "COM-CUSCO-2022-65", **more: object) -> Observation:
    """A denuncia whose number compares as ``key``; each number in a month of its own."""
    told = {"facts": f"2022-0{key[-1]}-03", "reported": f"2022-0{key[-1]}-04", "place": AYAVIRI} | more
    return record(R, number, list(people), citation_key=key, **told)


def luisa() -> Mention:
    return person(V, 1, "FLORES/CHAMBI/LUISA", sex="F", age=16)


STORIES |= {
    "one number of a denuncia in two spellings, nobody named": Story(
        {
            "R1": spelt("COM-CUSCO-2022-65", person(V, 1, sex="F", age=16)),
            "R2": spelt("COM CUSCO 2022 065", person(V, 1, sex="F", age=16)),
        },
        cases=("R1 R2",),
    ),
    "one number in two spellings, the day of the facts corrected by months": Story(
        {
            "R1": spelt("COM-CUSCO-2022-66", luisa(), key="COM-CUSCO-2022-66"),
            "R2": spelt("COM CUSCO 2022 066", luisa(), key="COM-CUSCO-2022-66", facts="2022-03-20"),
        },
        cases=("R1 R2",),
        persons=("R1 victim 1, R2 victim 1",),
    ),
    "one number in two spellings, and a carpeta that cites it": Story(
        {
            "R1": spelt("COM-CUSCO-2022-67", person(V, 1, sex="F", age=19), key="COM-CUSCO-2022-67"),
            "R2": spelt("COM CUSCO 2022 067", person(V, 1, sex="F", age=19), key="COM-CUSCO-2022-67"),
            "S1": carpeta(
                "1006014508-2022-57-0", person(V, 1, "AROTOMA/YUPA/NELIDA", sex="F", age=19),
                facts="2022-07-03", reported="2022-07-11", place=AYAVIRI, cites=[(R, "COM-CUSCO-2022-67")],
            ),
        },
        cases=("R1 R2 S1",),
    ),
    "one number of a call in two spellings": Story(
        {
            "L1": call(
                "1818-2022-000058", person(V, 1, "//NICOL", sex="F", age=17), reported="2022-02-02",
                place=TUMBES,
            ),
            "L2": call(
                "2022-58", person(V, 1, "//NICOL", sex="F", age=17), citation_key="1818-2022-000058",
                reported="2022-02-03", place=TUMBES,
            ),
        },
        cases=("L1 L2",),
        persons=("L1 victim 1, L2 victim 1",),
    ),
    "one number in two spellings, of other people, years and departments": Story(
        {
            "R1": spelt("COM-CUSCO-2022-69", luisa(), key="COM-CUSCO-2022-69"),
            "R2": spelt(
                "COM CUSCO 2022 069", person(V, 1, "LAURA/NINA/OLINDA", sex="F", age=40),
                key="COM-CUSCO-2022-69", facts="2019-01-05", reported="2019-01-06", place=TUMBES,
            ),
        },
    ),
    "what is no number is nobody's": Story(
        {
            "R1": spelt("S/N 1", person(V, 1, sex="F", age=16), key="S-N-1", place=TRUJILLO),
            "R2": spelt("S-N 1", person(V, 1, sex="F", age=16), key="S-N-1", place=JULIACA),
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STORIES)
def test_the_cases(name: str) -> None:
    assert told(STORIES[name]).cases == expected_cases(STORIES[name])


@pytest.mark.parametrize("name", STORIES)
def test_no_arrival_changes_them(name: str) -> None:
    expected = told(STORIES[name])
    assert all(linked == expected for linked in every_arrival(STORIES[name]))


@pytest.mark.parametrize("name", STORIES)
def test_the_persons(name: str) -> None:
    assert told(STORIES[name]).persons == expected_persons(STORIES[name])
