"""Sentences of the feed contracts, each held against records that stand in no sample."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import xlsxwriter

from adapters.base import Form
from adapters.catalog import CATALOG
from adapters.linea_1818.mapping import COLUMNS as CALL_COLUMNS
from adapters.reta_pnp.mapping import COLUMNS as RETA_COLUMNS
from schemas.observations import Observation, Offence
from schemas.translation import IssueCode, Translation
from schemas.vocabulary import Feed, OffenceFamily, PartyKind, Role, Severity
from support.deliveries import translate

DENUNCIA = {
    "NRO_DENUNCIA": "COM-LA JOYA-2024-5",
    "FECHA_DENUNCIA": "10/04/2024",
    "FECHA_HECHO": "08/04/2024",
    "DELITO": "TRATA DE PERSONAS",
    "ESTADO": "REGISTRADA",
    "FECHA_ACTUALIZACION": "11/04/2024 10:00:00",
    "NRO_ORDEN": "1",
    "SITUACION": "VICTIMA",
    "APELLIDO_PATERNO": "SALAS",
    "NOMBRES": "IRMA",
}
CARPETA: dict[str, Any] = {
    "numero": "2706014502-2023-123-0",
    "distritoFiscal": "MADRE DE DIOS",
    "fiscalia": "FISCALIA",
    "fechaIngreso": "2023-04-11",
    "fechaHechos": "2023-03-30",
    "actualizado": "2023-09-02T10:15:00-05:00",
    "etapa": "ACUSACION",
    "anulada": False,
    "delitos": [{"codigo": "129-A", "descripcion": "Trata de personas"}],
    "finalidades": [],
    "captacion": [],
    "lugarExplotacion": None,
    "ubigeoHechos": "170103",
    "denunciaPolicial": None,
    "expedienteJudicial": None,
    "agraviados": [],
    "imputados": [],
}
CALL = {
    "nro_llamada": "1818-2024-000001",
    "fecha_hora": "10/04/2024 10:00",
    "categoria": "DENUNCIA",
    "delito": "TRATA DE PERSONAS",
    "fecha_actualizacion": "10/04/2024 11:00:00",
}


def denuncias(*rows: dict[str, str], columns: tuple[str, ...] = RETA_COLUMNS) -> list[Translation]:
    lines = [";".join(columns), *(";".join(_cells(DENUNCIA | row, columns)) for row in rows)]
    return translate(CATALOG[Feed.RETA_PNP], "\r\n".join(lines).encode(), Form.CSV)


def _cells(row: dict[str, str], columns: tuple[str, ...]) -> Iterator[str]:
    for column in columns:
        value = row.get(column, "")
        yield f'"{value}"' if "\n" in value else value


def denuncia(**changed: str) -> Translation:
    (one,) = denuncias(changed)
    return one


def carpeta(**changed: object) -> Translation:
    content = json.dumps(CARPETA | changed).encode()
    (one,) = translate(CATALOG[Feed.SISTRA], content, Form.NDJSON)
    return one


def call(**changed: object) -> Translation:
    empty = dict.fromkeys((column.lower() for column in CALL_COLUMNS), None)
    content = json.dumps(empty | CALL | changed).encode()
    (one,) = translate(CATALOG[Feed.LINEA_1818], content, Form.NDJSON)
    return one


def expediente(parties: str) -> Observation:
    content = f"""<expedientes xmlns="urn:intertrata:poder-judicial:1"><expediente
        numero="00123-2023-0-2701-JR-PE-01" actualizado="2024-01-10T09:00:00-05:00">
        <distritoJudicial>MADRE DE DIOS</distritoJudicial><organo>X</organo>
        <fechaIngreso>2023-10-02</fechaIngreso><delito codigo="129-B">TRATA</delito>
        <estado>EN PROCESO</estado><partes>{parties}</partes></expediente></expedientes>"""
    (one,) = translate(CATALOG[Feed.PODER_JUDICIAL], content.encode(), Form.XML)
    return held(one)


def held(one: Translation) -> Observation:
    assert one.observation is not None
    return one.observation


def offence(one: Translation) -> Offence:
    found = held(one).offence
    assert found is not None
    return found


def warnings(one: Translation) -> list[tuple[IssueCode, str | None]]:
    return [(issue.code, issue.field) for issue in one.issues if issue.severity is Severity.WARNING]


# --- the later stamp wins ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2023-09-02T10:15:00-05:00", "2023-09-02T10:15:00.250-05:00"),
        ("2023-09-02T10:15:00.000001Z", "2023-09-02T10:15:00.000002Z"),
        ("2023-09-02T10:15:00,1", "2023-09-02T10:15:00,2"),
    ],
)
def test_of_two_stamps_in_one_second_one_is_the_later(earlier: str, later: str) -> None:
    assert held(carpeta(actualizado=earlier)).stamp < held(carpeta(actualizado=later)).stamp


@pytest.mark.parametrize(
    "text",
    [
        "2023-09-02T15:15:00Z",
        "2023-09-02t15:15:00z",
        "2023-09-02T10:15:00-05",
        "2023-09-02T10:15:00-0500",
        "20230902T151500Z",
        "2023-09-02T10:15",
        "2023-09-03T00:15:00+09:00",
    ],
)
def test_a_stamp_is_an_instant_in_any_writing_of_iso_8601(text: str) -> None:
    assert held(carpeta(actualizado=text)).stamp == datetime(2023, 9, 2, 15, 15, tzinfo=UTC)


# --- numbers ----------------------------------------------------------------------------------------------


def test_a_number_is_kept_as_received_and_compared_with_its_inner_spaces_collapsed() -> None:
    one = held(denuncia(NRO_DENUNCIA=" com-la  joya-2024-5 "))
    assert (one.number, one.key) == ("COM-LA  JOYA-2024-5", "COM-LA JOYA-2024-5")


def test_rows_of_one_number_are_one_version_however_each_writes_its_spaces() -> None:
    (one,) = denuncias({}, {"NRO_DENUNCIA": "Com-La   Joya-2024-5", "NRO_ORDEN": "2", "NOMBRES": "ANA"})
    assert [mention.order for mention in held(one).mentions] == [1, 2]


# --- offences ---------------------------------------------------------------------------------------------


def test_129_enye_is_an_article_of_its_own() -> None:
    found = offence(carpeta(delitos=[{"codigo": "129-Ñ", "descripcion": "Esclavitud"}]))
    assert (found.family, found.code) == (OffenceFamily.RELATED, "129-Ñ")


@pytest.mark.parametrize("code", ["129–A", "CP 129-A", "129 a", "Art. 129-A"])
def test_an_article_is_read_however_it_is_written(code: str) -> None:
    one = carpeta(delitos=[{"codigo": code, "descripcion": "Delito del artículo citado"}])
    assert offence(one).code == "129-A"
    assert warnings(one) == []


@pytest.mark.parametrize(
    ("words", "family"),
    [
        ("TRATA DE PERSONAS CON FINES DE EXPLOTACION SEXUAL", OffenceFamily.TRAFFICKING),
        ("PRESUNTA TRATA DE PERSONAS", OffenceFamily.TRAFFICKING),
        ("DELITO CONTRA LA DIGNIDAD HUMANA - TRATA DE PERSONAS", OffenceFamily.TRAFFICKING),
        ("TRATA DE PERSONAS (129-A)", OffenceFamily.TRAFFICKING),
        ("129-B", OffenceFamily.TRAFFICKING),
        ("POSIBLE TRAFICO ILICITO DE MIGRANTES", OffenceFamily.SMUGGLING),
        ("EXPLOTACION LABORAL EN AGRAVIO DE MENOR", OffenceFamily.RELATED),
    ],
)
def test_a_listed_offence_is_read_within_the_words_that_reports_put_around_it(
    words: str, family: OffenceFamily
) -> None:
    one = denuncia(DELITO=words)
    assert offence(one).family is family
    assert warnings(one) == []


@pytest.mark.parametrize(
    "words", ["NO SE TRATA DE PERSONAS", "RESISTENCIA A LA TRATA DE PERSONAS", "FALSA TRATA DE PERSONAS"]
)
def test_words_that_only_hold_a_listed_offence_are_on_no_list(words: str) -> None:
    one = denuncia(DELITO=words)
    assert offence(one).family is OffenceFamily.RELATED
    assert warnings(one) == [(IssueCode.OFFENCE_UNLISTED, "DELITO")]


@pytest.mark.parametrize(
    "words",
    [
        "XXXX",
        "SIN INFORMACION",
        "POR ESTABLECER",
        "NO DETERMINADO",
        "EN BLANCO",
        "DELITO NO ESPECIFICADO",
        "¿?",
    ],
)
def test_other_words_that_name_no_offence_reject(words: str) -> None:
    one = denuncia(DELITO=words)
    assert one.observation is None
    assert IssueCode.OFFENCE_UNREADABLE in {issue.code for issue in one.issues}


# --- persons ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("age", "disagrees"), [("17", False), ("18", True), ("16", True)])
def test_a_date_of_birth_and_an_age_that_disagree_are_said_and_the_date_wins(
    age: str, disagrees: bool
) -> None:
    one = denuncia(FECHA_NACIMIENTO="20/01/2007", EDAD=age)
    assert held(one).mentions[0].age_min == 17
    assert warnings(one) == ([(IssueCode.AGE_DISAGREES, "EDAD")] if disagrees else [])


def test_a_name_without_a_letter_is_a_value_lost() -> None:
    one = denuncia(APELLIDO_PATERNO="12345")
    assert held(one).mentions[0].identity.paternal is None
    assert warnings(one) == [(IssueCode.VALUE_UNKNOWN, "APELLIDO_PATERNO")]
    lost = call(victima_nombre="12345", victima_sexo="F")
    assert held(lost).mentions[0].identity.given is None
    assert warnings(lost) == [(IssueCode.VALUE_UNKNOWN, "victima_nombre")]


def test_a_firm_that_stands_among_the_accused_is_no_person() -> None:
    accused = {"orden": 1, "nombres": "INVERSIONES LA NOCHE E.I.R.L.", "situacion": None}
    (mention,) = held(carpeta(imputados=[accused])).mentions
    assert (mention.role, mention.kind) == (Role.OTHER, PartyKind.LEGAL_ENTITY)


def test_an_accused_with_initials_like_a_firms_end_is_a_person() -> None:
    accused = {"orden": 1, "nombres": "MARIA S.A.", "situacion": None}
    (mention,) = held(carpeta(imputados=[accused])).mentions
    assert mention.role is Role.SUSPECT


def test_orders_start_anew_among_the_accused_also_for_who_is_no_party_to_count() -> None:
    state = {"orden": 1, "tipo": "ESTADO", "nombres": "EL ESTADO PERUANO"}
    firm = {"orden": 1, "tipo": "JURIDICA", "nombres": "MINERA S.A.C."}
    one = carpeta(agraviados=[state], imputados=[firm])
    assert sorted(mention.order for mention in held(one).mentions) == [1, 2]
    assert IssueCode.ORDER_REPAIRED not in {code for code, _ in warnings(one)}


@pytest.mark.parametrize(
    ("text", "letters", "age"),
    [
        ("MENOR DE INICIALES M.R.Q. (15)", "MRQ", 15),
        ("LA MENOR DE INICIALES J.C.M.T., DE 14 AÑOS", "JCMT", 14),
        ("MENOR DE INICIALES M.R.Q (15 AÑOS DE EDAD)", "MRQ", 15),
    ],
)
def test_initials_come_in_the_business_name_of_a_natural_party(text: str, letters: str, age: int) -> None:
    one = expediente(
        f'<parte orden="1" tipo="AGRAVIADO" persona="NATURAL"><razonSocial>{text}</razonSocial></parte>'
    )
    (mention,) = one.mentions
    assert (mention.identity.initials, mention.age_min) == (letters, age)


def test_a_natural_partys_name_in_the_business_name_is_not_lost() -> None:
    (mention,) = expediente(
        '<parte orden="1" tipo="AGRAVIADO" persona="NATURAL"><razonSocial>IRMA SALAS</razonSocial></parte>'
    ).mentions
    assert mention.identity.given == "IRMA SALAS"


def test_a_defendant_of_unstated_kind_is_a_person_and_nn_a_distinct_one() -> None:
    one = expediente(
        '<parte orden="1" tipo="PROCESADO"><nombres>NN</nombres></parte>'
        '<parte orden="2" tipo="PROCESADO"><nombres>NN</nombres></parte>'
    )
    assert [(mention.role, mention.order) for mention in one.mentions] == [
        (Role.SUSPECT, 1),
        (Role.SUSPECT, 2),
    ]


# --- forms ------------------------------------------------------------------------------------------------


def test_a_line_end_in_the_last_column_is_part_of_its_cell() -> None:
    columns = (*(column for column in RETA_COLUMNS if column != "UNIDAD_PNP"), "UNIDAD_PNP")
    (one,) = denuncias(
        {"UNIDAD_PNP": "COMISARIA\nLA JOYA"}, {"NRO_ORDEN": "2", "NOMBRES": "ANA"}, columns=columns
    )
    assert held(one).office == "COMISARIA\nLA JOYA"
    assert len(held(one).mentions) == 2


def test_a_stray_quote_in_the_last_column_swallows_no_row() -> None:
    columns = (*(column for column in RETA_COLUMNS if column != "UNIDAD_PNP"), "UNIDAD_PNP")
    first, second = ({**DENUNCIA, "NRO_DENUNCIA": f"COM-ILO-2024-{n}"} for n in (1, 2))
    lines = [";".join(columns)]
    lines += [";".join(first.get(column, "") for column in columns) + '"COMISARIA']
    lines += [";".join(second.get(column, "") for column in columns) + 'ILO"']
    found = translate(CATALOG[Feed.RETA_PNP], "\n".join(lines).encode(), Form.CSV)
    assert len(found) == 2


@pytest.mark.parametrize("name", ["llamadas", " LLAMADAS "])
def test_a_sheet_is_known_whatever_the_case_of_its_name(name: str) -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, CALL_COLUMNS)
        sheet.write_row(1, 0, [CALL.get(column.lower(), "") for column in CALL_COLUMNS])
    (one,) = translate(CATALOG[Feed.LINEA_1818], content.getvalue(), Form.XLSX)
    assert held(one).key == "1818-2024-000001"


@pytest.mark.parametrize("name", ["telefono_llamante", "Teléfono", "celular", "CEL.", "nro_telf"])
def test_the_callers_telephone_reaches_no_record_under_any_name_or_depth(name: str) -> None:
    one = call(**{"extra": {"contacto": [{name: "987654321"}]}, name: "987654321"})
    assert b"987654321" not in one.verbatim
    assert "987654321" not in repr(one.issues) + repr(one.observation)


@pytest.mark.parametrize("written", ["PUENTE PIEDRA - VENTANILLA", "Puente Piedra–Ventanilla"])
def test_a_district_is_known_however_its_dash_is_written(written: str) -> None:
    (one,) = translate(
        CATALOG[Feed.PODER_JUDICIAL],
        f"""<expedientes xmlns="urn:intertrata:poder-judicial:1"><expediente
        numero="00123-2023-0-2701-JR-PE-01" actualizado="2024-01-10T09:00:00-05:00">
        <distritoJudicial>{written}</distritoJudicial><delito codigo="129-B">TRATA</delito>
        </expediente></expedientes>""".encode(),
        Form.XML,
    )
    assert held(one).office_district == "Puente Piedra-Ventanilla"


def test_a_key_that_may_itself_name_a_person_is_shown_in_no_issue() -> None:
    one = call(**{"ROSA QUISPE LIMA": 1})
    assert (IssueCode.FIELD_UNEXPECTED, "X… X… X…") in warnings(one)
    assert "ROSA" not in repr(one.issues)


@pytest.mark.parametrize("column", ["SITUACION", "NRO_ORDEN", "SEXO", "TIPO_DOC", "RESCATADA"])
def test_names_in_another_column_of_a_person_are_masked(column: str) -> None:
    issues = denuncia(**{column: "QUISPE HUAMAN ROSA"}).issues
    assert [issue.personal for issue in issues if issue.field == column] == [True]
