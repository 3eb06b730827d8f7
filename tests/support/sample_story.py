"""The invented story of the contract's samples as observations written by hand, apart from any adapter.

The same live records as ``samples/``, the version that wins of each. What they make: ``support.expected``.
"""

from datetime import UTC, date, datetime

from schemas.observations import Citation, Document, Identity, Mention, Observation, Offence, Place
from schemas.vocabulary import (
    CallCategory,
    CitationRelation,
    DocumentType,
    Feed,
    OffenceFamily,
    PartyKind,
    Role,
    Sex,
)

R, S, J, L = Feed.RETA_PNP, Feed.SISTRA, Feed.PODER_JUDICIAL, Feed.LINEA_1818
V, A = Role.VICTIM, Role.SUSPECT


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def person(role: Role, order: int, name: str = "", **more: object) -> Mention:
    """``name`` is "PATERNAL/MATERNAL/GIVEN"; ``doc`` "DNI 12345678"; ``age`` a number or (least, most)."""
    paternal, maternal, given = (part or None for part in (name.split("/") if name else ("", "", "")))
    doc = str(more.get("doc") or "").split()
    age = more.get("age")
    low, high = age if isinstance(age, tuple) else (age, age)
    sex = {"F": Sex.FEMALE, "M": Sex.MALE}.get(str(more.get("sex")))
    return Mention(
        role=role,
        order=order,
        kind=more.get("kind", PartyKind.NATURAL),
        identity=Identity(
            paternal=paternal,
            maternal=maternal,
            given=given,
            alias=more.get("alias"),
            initials=more.get("initials"),
            protected_key=more.get("key"),
            document=Document(type=DocumentType(doc[0]), number=doc[1]) if doc else None,
            birth_date=_day(more.get("born")),
        ),
        sex=sex,
        age_min=low,
        age_max=high,
        age_approximate=bool(more.get("approximate")),
        nationality=more.get("nat"),
    )


def record(feed: Feed, key: str, people: list[Mention], **more: object) -> Observation:
    place = str(more.get("place") or "")
    cites = [
        Citation(feed=other, raw=number, key=number, relation=CitationRelation.COUNTERPART)
        for other, number in more.get("cites", ())
    ]
    if more.get("first_call"):
        number = str(more["first_call"])
        cites.append(Citation(feed=L, raw=number, key=number, relation=CitationRelation.FIRST_CALL))
    category = more.get("category", CallCategory.COMPLAINT if feed is L else None)
    makes = category in (None, CallCategory.COMPLAINT)
    return Observation(
        feed=feed,
        number=key,
        key=key,
        citation_key=str(more.get("citation_key", key)),
        stamp=datetime(2025, 1, 1, tzinfo=UTC),
        annulled=bool(more.get("annulled")),
        category=category,
        offence=Offence(family=more.get("family", OffenceFamily.TRAFFICKING)) if makes else None,
        facts_date=_day(more.get("facts")),
        report_date=_day(more.get("reported")),
        office_district=more.get("office_district"),
        place=Place(
            department=place[:2] or None,
            province=place[:4] if len(place) >= 4 else None,
            district=place if len(place) == 6 else None,
        ),
        citations=tuple(cites),
        mentions=tuple(people),
    )


def _court(number: str) -> str:
    """number-year-district: what agrees along the life of one court case."""
    sequence, year, _incident, court, *_ = number.split("-")
    return f"{sequence}-{year}-{court[:2]}"


def court_file(number: str, people: list[Mention], **more: object) -> Observation:
    return record(J, number, people, citation_key=_court(number), **more)


STATE = {"kind": PartyKind.STATE}
TIM, RELATED = OffenceFamily.SMUGGLING, OffenceFamily.RELATED
A1, A_COURT = "2706014507-2023-88-0", "00123-2023-0-2703-JR-PE-01"

OBSERVATIONS: tuple[Observation, ...] = (
    # --- reta-pnp
    record(R, "COM-MAZUKO-2023-41", [
        person(Role.COMPLAINANT, 1, "HUAMAN/QUISPE/EUFEMIA", doc="DNI 23990415", sex="F", age=47),
        person(V, 2, "CCORI/HUAMAN/ODALIS YARITZA", doc="DNI 29150731", sex="F", born="2007-05-14",
               nat="PER"),
        person(V, 3, "QORI/HUAMAN/MARICIELO", sex="F", age=14, nat="PER"),
        person(V, 4, "NU¥EZ/DELACRUZ/ZORAIDA", doc="DNI 02471126", sex="F", born="1999-03-08", nat="PER"),
        person(A, 5, "QUISPE/VARGAS/EULOGIO", doc="DNI 23874410", sex="M", age=44, alias="TURCO", nat="PER"),
    ], facts="2023-03-10", reported="2023-03-15", place="170102", cites=[(L, "1818-2023-004417")]),
    record(R, "COM-HUARAL-2020-305", [
        person(V, 1, "FLORES/HUAMAN/BRISEIDA", doc="DNI 27003321", sex="F", born="2003-07-21", nat="PER"),
        person(A, 2, "CONDORI/VARGAS/PRIMITIVO", sex="M"),
    ], facts="2020-09-02", reported="2020-09-08", place="150601"),
    record(R, "COM-JUANJUI-2024-77", [
        person(V, 1, "ROJAS/QUISPE/DANITSA", sex="F", age=18, nat="PER"),
        person(V, 2, "HUAMAN/CONDORI/TEODOMIRO", doc="DNI 24410987", sex="M", born="1990-12-03", nat="PER"),
        person(A, 3, "FLORES/HUAMAN/BRISEIDA", doc="DNI 27003321", sex="F", born="2003-07-21", nat="PER"),
        person(A, 4, alias="CHITO", sex="M"),
    ], facts="2024-05-18", reported="2024-05-21", place="220601"),
    record(R, "COM-MANCORA-2022-19", [
        person(V, 1, "ROJAS/GUTIERREZ/MAIGUALIDA", doc="CI 21733908", sex="F", born="1993-10-19", nat="VEN"),
        person(V, 2, "MENDOZA//EGLIS DARINEL", doc="PTP 200417733", sex="M", age=24, nat="VEN"),
        person(A, 3, "ROJAS/FLORES/GRIMALDO", doc="DNI 22519873", sex="M", age=39, alias="GUIA", nat="PER"),
    ], facts="2022-06-13", reported="2022-06-14", place="200706", family=TIM),
    record(R, "COM-OXAPAMPA-2024-6", [
        person(V, 1, "FLORES/QUISPE/NINFA", sex="F", born="1996-02-22", nat="PER"),
        person(A, 2, "VARGAS/ROJAS/OSWALDO", doc="DNI 25117864", sex="M", age=51, nat="PER"),
    ], reported="2024-07-04", place="190301", cites=[(S, "2206014506-2024-40-0")]),
    record(R, "COM-PICHARI-2024-58", [
        person(V, 1, "CCORI/HUAMAN/ODALIS Y", sex="F", born="2007-05-14", nat="PER"),
        person(A, 2, "ROJAS/CONDORI/LEANDRO", doc="DNI 26120458", sex="M", age=29, nat="PER"),
    ], facts="2024-02-05", reported="2024-02-09", place="080910"),
    record(R, "COM-SAN IGNACIO-2024-33", [
        person(V, 1, "QUISPE/ROJAS/ZENAIDA", doc="DNI 28440127", sex="F", age=20, nat="PER"),
    ], facts="2024-04-09", reported="2024-04-11", place="060901", annulled=True),
    record(R, "DIRCTPTIM-2024-09051", [
        person(V, 1, "QUISPE/HUAMAN/MAYTE", sex="F", age=12, nat="PER"),
        person(A, 2, "HUAMAN/CONDORI/TEODOMIRO", doc="DNI 21870345", sex="M", born="1968-04-17", nat="PER"),
    ], facts="2024-08-01", reported="2024-08-14", place="150601", family=RELATED,
        cites=[(L, "1818-2024-000402")]),
    record(R, "DIRCTPTIM-2023-01207", [
        person(V, 1, "CCORI/HUAMAN/MARICIELO", sex="F", born="2008-11-02", nat="PER"),
        person(A, 2, "MAMANI/ROJAS/CASILDA ROSENDA", doc="DNI 24093317", sex="F", age=38, alias="DOÑA CASI",
               nat="PER"),
    ], facts="2023-03-10", reported="2023-03-20", place="170102"),
    record(R, "COM-PISCO-2024-9", [], reported="2024-10-03", place="110501"),
    # --- sistra
    record(S, A1, [
        person(V, 1, key="01-2023", doc="DNI 29150731", sex="F", age=15, nat="PER"),
        person(V, 2, initials="MCH", sex="F", age=14, nat="PER"),
        person(V, 3, "NÚÑEZ/DE LA CRUZ/ZORAIDA", doc="DNI 02471126", sex="F", born="1999-03-08", nat="PER"),
        person(Role.OTHER, 4, **STATE),
        person(A, 1, "QUISPE/VARGAS/EULOGIO ABELARDO", doc="DNI 23874410", sex="M", nat="PER"),
        person(A, 2, "MAMANI/ROJAS/CASILDA ROSENDA", doc="DNI 24093317", sex="F", nat="PER"),
    ], facts="2023-03-10", reported="2023-03-17", place="170102", office_district="Madre de Dios",
        cites=[(R, "COM-MAZUKO-2023-41"), (J, _court(A_COURT))]),
    record(S, "1006014508-2024-15-0", [
        person(V, 1, key="01-2024", sex="F", born="2007-05-14", nat="PER"),
        person(A, 1, "ROJAS/CONDORI/LEANDRO", doc="DNI 26120458", sex="M", nat="PER"),
    ], facts="2024-02-05", reported="2024-02-15", place="080910", office_district="Cusco"),
    record(S, "1606014506-2023-8-0", [
        person(V, 1, "MAMANI/FLORES/RUFINA", sex="F", age=31),
    ], facts="2023-01-20", reported="2023-02-01", place="130801", annulled=True),
    record(S, "2206014506-2024-40-0", [
        person(V, 1, "ROJAS/QUISPE/DANITZA FÁTIMA", doc="DNI 28113402", sex="F", born="2006-01-30",
               nat="PER"),
        person(V, 2, "HUAMÁN/CONDORI/TEODOMIRO", doc="DNI 24410987", sex="M", age=33, nat="PER"),
        person(A, 1, "FLORES/HUAMÁN/BRISEIDA", doc="DNI 27003321", sex="F", born="2003-07-21", nat="PER"),
        person(A, 2, "FLORES/MAMANI/ANÍBAL LEANDRO", doc="DNI 25804119", sex="M", alias="CHITO", nat="PER"),
    ], facts="2024-05-18", reported="2024-05-24", place="220601", office_district="San Martín",
        cites=[(R, "COM-JUANJUI-2024-77"), (J, "00456-2024-22")]),
    record(S, "3106014509-2022-7-0", [
        person(V, 1, "ROJAS/GUTIÉRREZ/MAIGUALIDA", doc="CI V21733908", sex="F", born="1993-10-19", nat="VEN"),
        person(V, 2, "MENDOZA//EGLIS DARINEL", doc="PTP 200417733", sex="M", age=24, nat="VEN"),
        person(A, 1, "ROJAS/FLORES/GRIMALDO", doc="DNI 22519873", sex="M", age=39, nat="PER"),
    ], facts="2022-06-13", reported="2022-06-15", place="200706", family=TIM, office_district="Sullana",
        cites=[(R, "COM-MANCORA-2022-19"), (J, "00077-2022-31")]),
    record(S, "2906014505-2024-22-0", [
        person(V, 1, "QUISPE/FLORES/NINFA", doc="DNI 26650911", sex="F", born="1996-02-22", nat="PER"),
        person(A, 1, "VARGAS/ROJAS/OSWALDO", doc="DNI 25117864", sex="M", age=51, nat="PER"),
    ], facts="2024-06-30", reported="2024-07-09", place="190301", office_district="Pasco"),
    record(S, "0506014503-2024-5-0", [
        person(V, 1, key="01-2024", sex="F", born="2010-09-09", nat="PER"),
        person(A, 1, "ROJAS/MAMANI/HERACLIO", sex="M", age=45, nat="PER"),
    ], facts="2024-03-03", reported="2024-03-12", place="050501", office_district="Ayacucho"),
    record(S, "0506014521-2024-61-0", [
        person(V, 1, key="01-2024", initials="IAVC", sex="F", age=13, nat="PER"),
        person(A, 1, "ROJAS/MAMANI/HERACLIO", doc="DNI 23306742", sex="M", age=45, nat="PER"),
    ], facts="2024-03-03", reported="2024-05-02", place="050501", office_district="Ayacucho"),
    record(S, "1306014504-2020-90-0", [
        person(V, 1, "FLORES/HUAMÁN/BRISEIDA", doc="DNI 27003321", sex="F", nat="PER"),
        person(A, 1, "CONDORI/VARGAS/PRIMITIVO", doc="DNI 22768190", sex="M", age=36, nat="PER"),
    ], facts="2020-09-02", reported="2020-09-21", place="15", office_district="Huaura",
        cites=[(R, "COM-HUARAL-2020-305")]),
    # --- poder-judicial
    court_file(A_COURT, [
        person(V, 1, initials="OYCH", age=16, sex="F"),
        person(V, 2, initials="MCH", age=14, sex="F"),
        person(V, 3, "NUÑEZ/DE LA CRUZ/ZORAIDA", doc="DNI 02471126", sex="F"),
        person(Role.OTHER, 4, **STATE),
        person(A, 5, "QUISPE/VARGAS/EULOGIO ABELARDO", doc="DNI 23874410", sex="M"),
        person(A, 6, "MAMANI/ROJAS/CASILDA R", sex="F", age=39),
    ], reported="2023-09-25", office_district="Madre de Dios", cites=[(S, A1)]),
    court_file("00077-2022-0-3104-JR-PE-01", [
        person(V, 1, "ROJAS/GUTIERREZ/MAIGUALIDA", sex="F", nat="VEN"),
        person(A, 2, "ROJAS/FLORES/GRIMALDO", doc="DNI 22519873", sex="M"),
    ], reported="2022-09-01", office_district="Sullana", family=TIM, cites=[(S, "3106014509-2022-7-0")]),
    court_file("00123-2023-45-2703-SP-PE-01", [
        person(V, 1, initials="OYCH", age=16, sex="F"),
        person(A, 2, "QUISPE/VARGAS/EULOGIO ABELARDO", sex="M"),
    ], reported="2023-12-01", office_district="Madre de Dios"),
    court_file("00456-2024-0-2206-JR-PE-02", [
        person(Role.OTHER, 1, **STATE),
        person(V, 2, "ROJAS/QUISPE/DANITZA FATIMA", age=18, sex="F"),
        person(V, 3, "HUAMAN/CONDORI/TEODOMIRO", sex="M"),
        person(A, 4, "FLORES/HUAMAN/BRISEIDA", doc="DNI 27003321", sex="F", born="2003-07-21"),
        person(A, 5, "FLORES/MAMANI/ANIBAL LEANDRO", sex="M"),
    ], reported="2024-11-04", office_district="San Martín", cites=[(S, "2206014506-2024-40-0")]),
    court_file("00031-2024-0-0505-JP-PE-01", [
        person(V, 1, initials="IAVC", age=14, sex="F"),
        person(A, 2, "ROJAS/MAMANI/HERACLIO", sex="M", age=46),
        person(Role.WITNESS, 3, "CONDORI/FLORES/NOEMI"),
    ], reported="2024-10-07", office_district="Ayacucho", cites=[(S, "0506014521-2024-61-0")]),
    court_file("00500-2023-0-2904-JR-PE-01", [
        person(V, 1, "VARGAS/QUISPE/AURISTELA", sex="F", age=27),
    ], reported="2023-06-12", office_district="Pasco", annulled=True),
    court_file("00210-2025-0-1306-JR-PE-03", [
        person(V, 1, initials="MQH", sex="F"),
        person(A, 2, "HUAMAN/CONDORI/TEODOMIRO", doc="DNI 21870345", sex="M", born="1968-04-17"),
    ], reported="2025-01-20", office_district="Huaura", family=RELATED),
    court_file("00123-2024-0-2703-JR-PE-01", [
        person(Role.OTHER, 1, **STATE),
        person(A, 3),
    ], reported="2024-02-19", office_district="Madre de Dios"),
    # --- linea-1818
    record(L, "1818-2023-004417", [
        person(V, 1, "//ODA", sex="F", age=15, approximate=True),
        person(A, 2, "//EULOGIO", alias="TURCO"),
    ], reported="2023-03-14", place="170102", cites=[(R, "COM-MAZUKO-2023-41")]),
    record(L, "1818-2023-004431", [
        person(V, 1, "//MARICIELO", sex="F", age=(14, 15), approximate=True, nat="PER"),
        person(A, 2, alias="DOÑA CASI"),
    ], reported="2023-03-15", place="17", first_call="1818-2023-004417"),
    record(L, "1818-2024-000310", [person(V, 1, "//DANI", sex="F", age=18)], reported="2024-05-20",
           place="220601", cites=[(R, "COM-JUANJUI-2024-77")]),
    record(L, "1818-2023-004602", [], reported="2023-04-02", category=CallCategory.FOLLOW_UP,
           first_call="1818-2023-004417"),
    record(L, "1818-2024-000315", [], reported="2024-05-21", category=CallCategory.QUERY),
    record(L, "1818-2024-000316", [], reported="2024-05-25", category=CallCategory.FOLLOW_UP,
           first_call="1818-2024-000315"),
    record(L, "1818-2024-000402", [
        person(V, 1, "//MAYTE", sex="F", age=12, approximate=True, nat="PER"),
        person(A, 2, "//TEODOMIRO"),
    ], reported="2024-08-12", place="150601", family=RELATED, cites=[(R, "DIRCTPTIM-2024-09051")]),
    record(L, "1818-2024-000512", [person(V, 1, "//FATI")], reported="2024-09-15",
           place="030501"),
)  # fmt: skip
