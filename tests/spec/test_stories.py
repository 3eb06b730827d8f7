"""Stories of people: who is who in which records."""

import pytest
from spec.test_stories_of_cases import STORIES as OF_CASES

from schemas.vocabulary import Role
from support.reference_linker import link
from support.sample_story import A, R, S, V, person
from support.stories import (
    ABANCAY,
    AYAVIRI,
    CUSCO,
    HUEPETUHE,
    JULIACA,
    TAMBOPATA,
    TARAPOTO,
    TRUJILLO,
    Story,
    call,
    carpeta,
    denuncia,
    expected_cases,
    expected_persons,
    expediente,
    shipped,
    told,
)

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


@pytest.mark.parametrize("name", STORIES)
def test_the_cases(name: str) -> None:
    assert told(STORIES[name]).cases == expected_cases(STORIES[name])


@pytest.mark.parametrize("name", STORIES)
def test_the_persons(name: str) -> None:
    assert told(STORIES[name]).persons == expected_persons(STORIES[name])


def test_told_together_no_story_runs_into_another() -> None:
    stories = [*STORIES.values(), *OF_CASES.values()]
    linked = link([each for story in stories for each in story.records.values()], shipped())
    assert linked.cases == frozenset().union(*(told(story).cases for story in stories))
