"""Small stories beside the samples, and what a careful jurist concludes from each.

Whoever is named in no group of a story stands alone. Linking is the pure rules with the shipped model
(``support.reference_linker``), as the linker over the database does it.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass

import pytest

from app.reconciliation.scoring import Model
from schemas.observations import Mention, Observation
from schemas.vocabulary import CallCategory, Role
from support.reference_linker import Linked, MentionName, RecordName, link
from support.sample_story import RELATED, TIM, A, L, R, S, V, court_file, person, record


@dataclass(frozen=True)
class Story:
    """``cases``: records that are one case; ``persons``: mentions that are one person, as ``R1 victim 2``."""

    records: dict[str, Observation]
    cases: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()


def denuncia(number: str, *people: Mention, **more: object) -> Observation:
    more.setdefault("reported", more.get("facts"))
    return record(R, number, list(people), citation_key=number.replace(" ", "-"), **more)


def carpeta(number: str, *people: Mention, **more: object) -> Observation:
    return record(S, number, list(people), **more)


def expediente(number: str, *people: Mention, **more: object) -> Observation:
    return court_file(number, list(people), **more)


def call(number: str, *people: Mention, **more: object) -> Observation:
    return record(L, number, list(people), **more)


ABANCAY, AYAVIRI, CUSCO, JULIACA = "030101", "210801", "080101", "211101"
TARAPOTO, TAMBOPATA, HUEPETUHE, TRUJILLO = "220901", "170101", "170204", "130101"

STORIES = {
    "sisters with the same initials are told apart by their ages": Story(
        {
            "R1": denuncia(
                "COM-ABANCAY-2023-71",
                person(V, 1, "CCAMA/ROJAS/LIZBETH", sex="F", age=16, nat="PER"),
                person(V, 2, "CCAMA/ROJAS/LUZMILA", sex="F", age=13, nat="PER"),
                person(A, 3, "SOTELO/PEÑA/WILBER", doc="DNI 42118836", sex="M", age=35),
                facts="2023-06-02", place=ABANCAY,
            ),
            "S1": carpeta(
                "0306014501-2023-54-0",
                person(V, 1, initials="LCR", sex="F", age=13, nat="PER"),
                person(V, 2, initials="LCR", sex="F", age=16, nat="PER"),
                person(A, 1, "SOTELO/PEÑA/WILBER", doc="DNI 42118836", sex="M"),
                facts="2023-06-02", reported="2023-06-05", place=ABANCAY,
                cites=[(R, "COM-ABANCAY-2023-71")],
            ),
        },
        cases=("R1 S1",),
        persons=("R1 victim 1, S1 victim 2", "R1 victim 2, S1 victim 1", "R1 suspect 3, S1 suspect 1"),
    ),
    "a victim rescued twice is one person in two cases": Story(
        {
            "R1": denuncia(
                "COM-JULIACA-2021-402",
                person(V, 1, "APAZA/TICONA/ROXANA", doc="DNI 74410295", sex="F", born="2006-03-01"),
                person(A, 2, "LIMA/COLQUE/SATURNINO", doc="DNI 02438871", sex="M"),
                facts="2021-05-09", place=JULIACA,
            ),
            "R2": denuncia(
                "COM-HUEPETUHE-2023-17",
                person(V, 1, "APAZA/TICONA/ROXANA", doc="DNI 74410295", sex="F", born="2006-03-01"),
                person(A, 2, "CHOQUE/HANCCO/DELIA", doc="DNI 41220983", sex="F"),
                facts="2023-10-21", place=HUEPETUHE,
            ),
        },
        persons=("R1 victim 1, R2 victim 1",),
    ),
    "a victim who recruits years later is one person in two roles": Story(
        {
            "S1": carpeta(
                "2206014506-2018-12-0",
                person(V, 1, "PINCHI/TUANAMA/KATTY", doc="DNI 70338114", sex="F", born="2001-08-30"),
                person(A, 1, "SANGAMA/ISUIZA/ROGER", doc="DNI 01115872", sex="M"),
                facts="2018-02-11", reported="2018-02-20", place=TARAPOTO,
            ),
            "R1": denuncia(
                "COM-TARAPOTO-2023-208",
                person(V, 1, "SHUPINGAHUA/SATALAYA/ESTEFANY", sex="F", age=15),
                person(A, 2, "PINCHI/TUANAMA/KATTY", doc="DNI 70338114", sex="F", age=22),
                facts="2023-09-14", place=TARAPOTO,
            ),
        },
        persons=("S1 victim 1, R1 suspect 2",),
    ),
    "initials in court, the carpeta cited": Story(
        {
            "R1": denuncia(
                "COM-TRUJILLO-2022-340",
                person(V, 1, "TORIBIO/QUEZADA/KIARA MILAGROS", doc="DNI 75120448",
                       sex="F", born="2007-01-15"),
                person(A, 2, "RODRIGUEZ/VIGO/JHON", doc="DNI 44120675", sex="M", age=34),
                facts="2022-04-18", place=TRUJILLO,
            ),
            "S1": carpeta(
                "1306014502-2022-88-0",
                person(V, 1, key="05-2022", doc="DNI 75120448", sex="F", age=15),
                person(A, 1, "RODRIGUEZ/VIGO/JHON", doc="DNI 44120675", sex="M"),
                facts="2022-04-18", reported="2022-04-21", place=TRUJILLO, office_district="La Libertad",
                cites=[(R, "COM-TRUJILLO-2022-340")],
            ),
            "J1": expediente(
                "01877-2022-0-1601-JR-PE-03",
                person(V, 1, initials="KMTQ", sex="F", age=15),
                person(Role.OTHER, 2),
                person(A, 3, "RODRIGUEZ/VIGO/JHON", sex="M"),
                reported="2022-11-30", office_district="La Libertad", cites=[(S, "1306014502-2022-88-0")],
            ),
        },
        cases=("R1 S1 J1",),
        persons=("R1 victim 1, S1 victim 1, J1 victim 1", "R1 suspect 2, S1 suspect 1, J1 suspect 3"),
    ),
    "one key in two offices is two persons": Story(
        {
            "S1": carpeta(
                "2106014501-2024-31-0",
                person(V, 1, key="02-2024", sex="F", age=16),
                person(A, 1, "MAMANI/HUANCA/ELOY", doc="DNI 40558123", sex="M"),
                facts="2024-01-19", reported="2024-01-24", place=JULIACA,
            ),
            "S2": carpeta(
                "2706014502-2024-31-0",
                person(V, 1, key="02-2024", sex="F", age=16),
                person(A, 1, "PUMA/CCAHUANA/EDWIN", doc="DNI 43772109", sex="M"),
                facts="2024-01-27", reported="2024-02-01", place=TAMBOPATA,
            ),
        },
    ),
    "a widow's name is her maiden name's": Story(
        {
            "R1": denuncia(
                "COM-AYAVIRI-2023-9",
                person(V, 1, "FLORES/CHAMBI/MARIA ELENA", sex="F", born="1988-02-03"),
                person(A, 2, "ZELA/ARI/PORFIRIO", sex="M", age=50),
                facts="2023-01-30", place=AYAVIRI,
            ),
            "S1": carpeta(
                "2106014504-2023-5-0",
                person(V, 1, "FLORES/CHAMBI VDA DE QUISPE/MARIA ELENA", sex="F", born="1988-02-03"),
                person(A, 1, "ZELA/ARI/PORFIRIO", sex="M"),
                facts="2023-01-30", reported="2023-02-06", place=AYAVIRI,
            ),
        },
        cases=("R1 S1",),
        persons=("R1 victim 1, S1 victim 1", "R1 suspect 2, S1 suspect 1"),
    ),
    "swapped surnames are the same surnames": Story(
        {
            "R1": denuncia(
                "COM-CUSCO-2022-55",
                person(V, 1, "LAYME/CONDORI/SAUL", sex="M", born="2005-12-24"),
                person(A, 2, "VALER/OBLITAS/GENARO", doc="DNI 23901744", sex="M"),
                facts="2022-07-03", place=CUSCO,
            ),
            "S1": carpeta(
                "1006014508-2022-40-0",
                person(V, 1, "CONDORI/LAYME/SAUL", sex="M", born="2005-12-24"),
                person(A, 1, "VALER/OBLITAS/GENARO", doc="DNI 23901744", sex="M"),
                facts="2022-07-03", reported="2022-07-11", place=CUSCO,
            ),
        },
        cases=("R1 S1",),
        persons=("R1 victim 1, S1 victim 1", "R1 suspect 2, S1 suspect 1"),
    ),
    "one digit mistyped in a document does not make two persons": Story(
        {
            "R1": denuncia(
                "COM-TARAPOTO-2022-18",
                person(V, 1, "TAPULLIMA/CACHIQUE/NORITH", doc="DNI 71835520", sex="F", born="2004-04-04"),
                person(A, 2, "GRANDEZ/RUIZ/ABEL", doc="DNI 45871236", sex="M", born="1989-06-17"),
                facts="2022-03-05", place=TARAPOTO,
            ),
            "S1": carpeta(
                "2206014506-2022-19-0",
                person(V, 1, "TAPULLIMA/CACHIQUE/NORITH", doc="DNI 71835520", sex="F", born="2004-04-04"),
                person(A, 1, "GRANDEZ/RUIZ/ABEL", doc="DNI 45871286", sex="M", born="1989-06-17"),
                facts="2022-03-05", reported="2022-03-09", place=TARAPOTO,
                cites=[(R, "COM-TARAPOTO-2022-18")],
            ),
        },
        cases=("R1 S1",),
        persons=("R1 victim 1, S1 victim 1", "R1 suspect 2, S1 suspect 1"),
    ),
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
    "one common name, two men of different ages": Story(
        {
            "R1": denuncia(
                "COM-JULIACA-2022-90",
                person(V, 1, "LARICO/VILCA/SONIA", sex="F", age=19),
                person(A, 2, "QUISPE/MAMANI/JUAN", sex="M", age=25),
                facts="2022-05-05", place=JULIACA,
            ),
            "R2": denuncia(
                "COM-TRUJILLO-2024-91",
                person(V, 1, "ASTO/MORI/PAMELA", sex="F", age=21),
                person(A, 2, "QUISPE/MAMANI/JUAN", sex="M", age=52),
                facts="2024-08-08", place=TRUJILLO,
            ),
        },
    ),
    "one common name and nothing else proves nobody": Story(
        {
            "R1": denuncia(
                "COM-JULIACA-2021-92",
                person(V, 1, "PARI/ANCCO/MARLENY", sex="F", age=19),
                person(A, 2, "CONDORI/MAMANI/LUIS", sex="M"),
                facts="2021-07-19", place=JULIACA,
            ),
            "R2": denuncia(
                "COM-TRUJILLO-2023-93",
                person(V, 1, "RUBIO/SACHUN/CAROL", sex="F", age=21),
                person(A, 2, "CONDORI/MAMANI/LUIS", sex="M"),
                facts="2023-11-02", place=TRUJILLO,
            ),
        },
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
    "one recruiter of two cases is one person": Story(
        {
            "R1": denuncia(
                "COM-TARAPOTO-2021-8",
                person(V, 1, "LOZANO/AMASIFUEN/CINDY", sex="F", age=16),
                person(A, 2, "DEL AGUILA/REATEGUI/JHONNY", doc="DNI 42655190", sex="M"),
                facts="2021-02-02", place=TARAPOTO,
            ),
            "R2": denuncia(
                "COM-TARAPOTO-2023-80",
                person(V, 1, "ISUIZA/SALAS/MILENA", sex="F", age=17),
                person(A, 2, "DEL AGUILA/REATEGUI/JHONY", doc="DNI 42655190", sex="M"),
                facts="2023-12-12", place=TARAPOTO,
            ),
        },
        persons=("R1 suspect 2, R2 suspect 2",),
    ),
    "twins are two": Story(
        {
            "R1": denuncia(
                "COM-CUSCO-2023-61",
                person(V, 1, "HUAMAN/PUMA/ANA LUZ", sex="F", born="2008-08-08"),
                person(V, 2, "HUAMAN/PUMA/ANA PAZ", sex="F", born="2008-08-08"),
                person(A, 3, "ENRIQUEZ/LUNA/PASCUAL", sex="M", age=60),
                facts="2023-04-15", place=CUSCO,
            ),
            "S1": carpeta(
                "1006014508-2023-51-0",
                person(V, 1, "HUAMAN/PUMA/ANA PAZ", sex="F", born="2008-08-08"),
                person(V, 2, "HUAMAN/PUMA/ANA LUZ", sex="F", born="2008-08-08"),
                person(A, 1, "ENRIQUEZ/LUNA/PASCUAL", sex="M"),
                facts="2023-04-15", reported="2023-04-19", place=CUSCO, cites=[(R, "COM-CUSCO-2023-61")],
            ),
        },
        cases=("R1 S1",),
        persons=("R1 victim 1, S1 victim 2", "R1 victim 2, S1 victim 1", "R1 suspect 3, S1 suspect 1"),
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
    "sisters under one copied document are two": Story(
        {
            "R1": denuncia(
                "COM-AYAVIRI-2024-3",
                person(V, 1, "PACCO/CCORI/LIZ", doc="DNI 75566120", sex="F", age=16),
                person(V, 2, "PACCO/CCORI/ANABEL", doc="DNI 75566120", sex="F", age=13),
                person(A, 3, "HUMPIRI/SONCCO/RENE", sex="M", age=29),
                facts="2024-04-04", place=AYAVIRI,
            ),
        },
    ),
    "mother among the accused and daughter among the victims under one name": Story(
        {
            "R1": denuncia(
                "COM-JULIACA-2024-50",
                person(V, 1, "MAMANI/QUISPE/ROSA", sex="F", age=14),
                person(A, 2, "MAMANI/QUISPE/ROSA", sex="F", age=38),
                facts="2024-05-01", place=JULIACA,
            ),
            "S1": carpeta(
                "2106014501-2024-90-0",
                person(V, 1, initials="RMQ", sex="F", age=14),
                person(A, 1, "MAMANI/QUISPE/ROSA", sex="F", age=38),
                facts="2024-05-01", reported="2024-05-03", place=JULIACA,
                cites=[(R, "COM-JULIACA-2024-50")],
            ),
        },
        cases=("R1 S1",),
        persons=("R1 victim 1, S1 victim 1", "R1 suspect 2, S1 suspect 1"),
    ),
    "quechua spellings, a lost enye and a joined surname are the same names": Story(
        {
            "R1": denuncia(
                "COM-AYAVIRI-2022-40",
                person(V, 1, "GUAMAN/QUISPE/NAYRUTH", sex="F", age=15),
                person(V, 2, "NU¥EZ/DELACRUZ/SHEYLA", sex="F", age=17),
                person(A, 3, "CCORI/MAYTA/CIPRIANO", sex="M", age=45),
                facts="2022-06-18", place=AYAVIRI,
            ),
            "S1": carpeta(
                "2106014504-2022-30-0",
                person(V, 1, "HUAMÁN/QISPE/NAYRUT", sex="F", age=15),
                person(V, 2, "NÚÑEZ/DE LA CRUZ/SHEYLA", sex="F", age=17),
                person(A, 1, "QORI/MAYTA/CIPRIANO", sex="M"),
                facts="2022-06-18", reported="2022-06-21", place=AYAVIRI,
            ),
        },
        cases=("R1 S1",),
        persons=("R1 victim 1, S1 victim 1", "R1 victim 2, S1 victim 2", "R1 suspect 3, S1 suspect 1"),
    ),
    "a foreigner under two documents": Story(
        {
            "R1": denuncia(
                "COM-TUMBES-2022-61",
                person(V, 1, "GONZALEZ/MARQUEZ/YUSMARI", doc="CI 26110983",
                       sex="F", born="1998-03-14", nat="VEN"),
                person(A, 2, "PRECIADO/OLAYA/MANUEL", doc="DNI 00233718", sex="M"),
                facts="2022-10-02", place="240101",
            ),
            "S1": carpeta(
                "3206014501-2022-77-0",
                person(V, 1, "GONZALEZ/MARQUEZ/YUSMARY", doc="PTP 004377182",
                       sex="F", born="1998-03-14", nat="VEN"),
                person(A, 1, "PRECIADO/OLAYA/MANUEL", doc="DNI 00233718", sex="M"),
                facts="2022-10-02", reported="2022-10-05", place="240101",
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
    "a protected key is the only girl that the denuncia names": Story(
        {
            "R1": denuncia(
                "COM-ABANCAY-2024-44",
                person(V, 1, "TAIPE/OSCCO/YADIRA", sex="F", age=16),
                person(A, 2, "CARBAJAL/ZUNIGA/PERCY", doc="DNI 31044519", sex="M"),
                facts="2024-07-07", place=ABANCAY,
            ),
            "S1": carpeta(
                "0306014501-2024-71-0",
                person(V, 1, key="04-2024", sex="F", age=16),
                person(A, 1, "CARBAJAL/ZUNIGA/PERCY", doc="DNI 31044519", sex="M"),
                facts="2024-07-07", reported="2024-07-09", place=ABANCAY, cites=[(R, "COM-ABANCAY-2024-44")],
            ),
        },
        cases=("R1 S1",),
        persons=("R1 victim 1, S1 victim 1", "R1 suspect 2, S1 suspect 1"),
    ),
    "a first name alone is nobody in another case": Story(
        {
            "L1": call(
                "1818-2023-003001", person(V, 1, "//MARIA", sex="F"), reported="2023-07-01", place=TRUJILLO,
            ),
            "R1": denuncia(
                "COM-TRUJILLO-2024-301",
                person(V, 1, "DIAZ/ROJAS/MARIA", sex="F", age=20),
                person(A, 2, "ESPEJO/LUJAN/ROBERT", sex="M"),
                facts="2024-06-15", place=TRUJILLO,
            ),
        },
    ),
    "one unknown man per record is one man only inside a case at best": Story(
        {
            "R1": denuncia(
                "COM-CUSCO-2021-14",
                person(V, 1, "OCHOA/TTITO/VILMA", doc="DNI 47220913", sex="F"),
                person(A, 2, sex="M"),
                facts="2021-11-11", place=CUSCO,
            ),
            "R2": denuncia(
                "COM-JULIACA-2021-15",
                person(V, 1, "CANAZA/ROQUE/EDITH", doc="DNI 47001852", sex="F"),
                person(A, 2, sex="M"),
                facts="2021-11-11", place=JULIACA,
            ),
        },
    ),
    "brothers accused together, one named by a single letter": Story(
        {
            "R1": denuncia(
                "COM-TARAPOTO-2024-33",
                person(V, 1, "PAIMA/SAAVEDRA/XIOMARA", sex="F", age=17),
                person(A, 2, "SATALAYA/FASABI/HITLER", sex="M", age=30),
                person(A, 3, "SATALAYA/FASABI/LENIN", sex="M", age=26),
                facts="2024-09-01", place=TARAPOTO,
            ),
            "S1": carpeta(
                "2206014506-2024-95-0",
                person(V, 1, initials="XPS", sex="F", age=17),
                person(A, 1, "SATALAYA/FASABI/L", sex="M"),
                person(A, 2, "SATALAYA/FASABI/HITLER", sex="M"),
                facts="2024-09-01", reported="2024-09-04", place=TARAPOTO,
                cites=[(R, "COM-TARAPOTO-2024-33")],
            ),
        },
        cases=("R1 S1",),
        persons=("R1 victim 1, S1 victim 1", "R1 suspect 2, S1 suspect 2", "R1 suspect 3, S1 suspect 1"),
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
    "two DNI that differ in more than a digit are two persons": Story(
        {
            "R1": denuncia(
                "COM-CUSCO-2020-7",
                person(V, 1, "RAMOS/CUSI/FLOR", doc="DNI 71120034", sex="F", age=18),
                person(A, 2, "VARGAS/CCOA/JESUS", doc="DNI 42880913", sex="M", age=33),
                facts="2020-02-02", place=CUSCO,
            ),
            "S1": carpeta(
                "1006014508-2020-9-0",
                person(V, 1, "RAMOS/CUSI/FLOR", doc="DNI 71120034", sex="F", age=18),
                person(A, 1, "VARGAS/CCOA/JESUS", doc="DNI 29871126", sex="M", age=61),
                facts="2020-02-02", reported="2020-02-10", place=CUSCO, cites=[(R, "COM-CUSCO-2020-7")],
            ),
        },
        cases=("R1 S1",),
        persons=("R1 victim 1, S1 victim 1",),
    ),
    "each feed names another sister": Story(
        {
            "R1": denuncia(
                "COM-JULIACA-2023-201",
                person(V, 1, "SALAS/TIPO/SONIA", sex="F", age=16),
                person(A, 2, "CUTI/HANCCO/ADRIAN", doc="DNI 40117725", sex="M"),
                facts="2023-02-18", place=JULIACA,
            ),
            "S1": carpeta(
                "2106014501-2023-22-0",
                person(V, 1, "SALAS/TIPO/IRMA", sex="F", age=15),
                person(A, 1, "CUTI/HANCCO/ADRIAN", doc="DNI 40117725", sex="M"),
                facts="2023-02-18", reported="2023-02-20", place=JULIACA,
                cites=[(R, "COM-JULIACA-2023-201")],
            ),
            "J1": expediente(
                "00321-2023-0-2111-JR-PE-01",
                person(V, 1, initials="RST", sex="F", age=16),
                person(A, 2, "CUTI/HANCCO/ADRIAN", doc="DNI 40117725", sex="M"),
                reported="2023-09-01", office_district="Puno", cites=[(S, "2106014501-2023-22-0")],
            ),
        },
        cases=("R1 S1 J1",),
        persons=("R1 suspect 2, S1 suspect 1, J1 suspect 2",),
    ),
    "sisters in two cases are not one victim rescued twice": Story(
        {
            "R1": denuncia(
                "COM-CUSCO-2022-91",
                person(V, 1, "YUCA/ALLER/DEYSI", sex="F", age=16),
                person(A, 2, "LUCANA/PAZ/HUGO", sex="M"),
                facts="2022-01-08", place=CUSCO,
            ),
            "R2": denuncia(
                "COM-CUSCO-2022-402",
                person(V, 1, "YUCA/ALLER/MARIBEL", sex="F", age=16),
                person(A, 2, "OBANDO/SUNI/FELIX", sex="M"),
                facts="2022-11-08", place=CUSCO,
            ),
        },
    ),
    "a victim here, accused there, her sister the victim: one case, two persons": Story(
        {
            "R1": denuncia(
                "COM-ABANCAY-2022-19",
                person(A, 1, "MERMA/LAIME/IRMA", sex="F", age=19),
                person(V, 2, "MERMA/LAIME/SONIA", sex="F", age=16),
                facts="2022-08-20", place=ABANCAY, cites=[(S, "0306014501-2022-8-0")],
            ),
            "S1": carpeta(
                "0306014501-2022-8-0",
                person(V, 1, "MERMA/LAIME/IRMA", sex="F", age=19),
                facts="2022-08-20", reported="2022-08-25", place=ABANCAY,
            ),
        },
        cases=("R1 S1",),
        persons=("R1 suspect 1, S1 victim 1",),
    ),
    "initials without a letter of the name are another victim's": Story(
        {
            "R1": denuncia(
                "COM-TRUJILLO-2023-77",
                person(V, 1, "ROJAS/QUISPE/ANA", sex="F", age=16),
                person(A, 2, "CRUZADO/LEZAMA/ELMER", doc="DNI 18120934", sex="M"),
                facts="2023-09-09", place=TRUJILLO, cites=[(S, "1306014502-2023-610-0")],
            ),
            "J1": expediente(
                "02210-2023-0-1601-JR-PE-05",
                person(V, 1, initials="TMV", sex="F", age=16),
                person(A, 2, "CRUZADO/LEZAMA/ELMER", doc="DNI 18120934", sex="M"),
                reported="2024-02-01", office_district="La Libertad", cites=[(S, "1306014502-2023-610-0")],
            ),
        },
        cases=("R1 J1",),
        persons=("R1 suspect 2, J1 suspect 2",),
    ),
}  # fmt: skip


def expected_cases(story: Story) -> frozenset[frozenset[RecordName]]:
    groups = [frozenset(_record(story, label) for label in group.split()) for group in story.cases]
    grouped = frozenset().union(*groups)
    alone = [_record(story, name) for name, each in story.records.items() if each.makes_case]
    return frozenset(groups) | {frozenset({one}) for one in alone if one not in grouped}


def expected_persons(story: Story) -> frozenset[frozenset[MentionName]]:
    groups = [frozenset(_mention(story, label) for label in group.split(", ")) for group in story.persons]
    grouped = frozenset().union(*groups)
    alone = [one for one in _everybody(story) if one not in grouped]
    return frozenset(groups) | {frozenset({one}) for one in alone}


def _record(story: Story, label: str) -> RecordName:
    return story.records[label].feed.value, story.records[label].key


def _mention(story: Story, label: str) -> MentionName:
    name, role, order = label.split()
    return *_record(story, name), role, int(order)


def _everybody(story: Story) -> Iterable[MentionName]:
    for name, each in story.records.items():
        for mention in each.mentions if each.makes_case else ():
            if mention.role in (V, A):
                yield *_record(story, name), mention.role.value, mention.order


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.load()


def told(name: str, model: Model, seed: int = 0) -> Linked:
    records = list(STORIES[name].records.values())
    return link(random.Random(seed).sample(records, len(records)), model)


@pytest.mark.parametrize("name", STORIES)
def test_the_cases(name: str, model: Model) -> None:
    assert told(name, model).cases == expected_cases(STORIES[name])


@pytest.mark.parametrize("name", STORIES)
def test_the_persons(name: str, model: Model) -> None:
    assert told(name, model).persons == expected_persons(STORIES[name])


def test_told_together_no_story_runs_into_another(model: Model) -> None:
    linked = link([each for story in STORIES.values() for each in story.records.values()], model)
    apart = [told(name, model) for name in STORIES]
    assert linked.cases == frozenset().union(*(each.cases for each in apart))
