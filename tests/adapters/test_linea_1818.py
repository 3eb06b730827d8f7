"""Línea 1818: what the sample's calls become, and that the caller's telephone goes nowhere."""

import io
from datetime import UTC, date, datetime
from pathlib import Path

import orjson
import pytest
import xlsxwriter

from adapters.base import Context, Form, UnreadableDelivery
from adapters.linea_1818 import Linea1818
from adapters.linea_1818.mapping import COLUMNS, SHEET
from adapters.linea_1818.native import CallDocument
from adapters.transport import SheetRow, read_xlsx, spill_into
from schemas.observations import Mention, Observation
from schemas.translation import IssueCode, Translation
from schemas.vocabulary import (
    CallCategory,
    CitationRelation,
    Feed,
    OffenceFamily,
    Purpose,
    Recruitment,
    Role,
    Severity,
    Sex,
)

SAMPLE = Path(__file__).parents[2] / "docs" / "contracts" / "samples" / "linea_1818.xlsx"
CONTEXT = Context(date(2026, 6, 15), spill_into())
PHONE = "TELEFONO_LLAMANTE"
HEADER = (*COLUMNS[:-1], PHONE, COLUMNS[-1])


def translate(content: bytes, form: Form = Form.XLSX) -> list[Translation]:
    return list(Linea1818().translate(io.BytesIO(content), form, CONTEXT))


@pytest.fixture(scope="module")
def sample() -> dict[int, Translation]:
    return {translation.rows[0]: translation for translation in translate(SAMPLE.read_bytes())}


def said(translation: Translation, severity: Severity = Severity.WARNING) -> list[tuple[IssueCode, str]]:
    return [(issue.code, issue.field or "") for issue in translation.issues if issue.severity is severity]


def held(translation: Translation) -> Observation:
    assert translation.observation is not None
    return translation.observation


def mentions(translation: Translation) -> dict[tuple[Role, int], Mention]:
    return {(each.role, each.order): each for each in held(translation).mentions}


# --- the sample -------------------------------------------------------------------------------------------

OUTCOMES = {
    2: ("1818-2023-004417", "accepted"),
    3: ("1818-2023-004431", "warnings"),
    4: ("1818-2024-000310", "accepted"),
    5: ("1818-2023-004417", "accepted"),
    6: ("1818-2023-004602", "accepted"),
    7: ("1818-2024-000311", "accepted"),
    8: ("1818-2024-000315", "accepted"),
    9: ("1818-2024-000402", "accepted"),
    10: ("1818-2024-000402", "accepted"),  # superseded, which ingestion finds
    11: ("1818-2024-000320", "accepted"),
    12: ("1818-2024-000316", "accepted"),
    13: (None, "rejected"),
    14: ("1818-2024-000500", "rejected"),
    15: ("1818-2024-000512", "warnings"),
    16: ("1818-2024-000520", "accepted"),
    17: ("1818-2024-000520", "accepted"),
    18: ("1818-2023-004417", "accepted"),  # repeated, which ingestion finds
}


def outcome(translation: Translation) -> str:
    if translation.rejected:
        return "rejected"
    return "warnings" if translation.has_warnings else "accepted"


def test_the_sample_is_17_calls_each_with_its_outcome(sample: dict[int, Translation]) -> None:
    assert {row: (each.number, outcome(each)) for row, each in sample.items()} == OUTCOMES


def test_every_call_of_the_sample_replays_from_what_is_kept(sample: dict[int, Translation]) -> None:
    for each in sample.values():
        replayed = Linea1818().translate_verbatim(each.verbatim, CONTEXT)
        assert (replayed.observation, replayed.issues) == (each.observation, each.issues)


def test_a_call_of_the_sample(sample: dict[int, Translation]) -> None:
    observation = held(sample[2])
    assert observation.category is CallCategory.COMPLAINT
    assert observation.offence is not None
    assert observation.offence.family is OffenceFamily.TRAFFICKING
    assert observation.reported_at == datetime(2023, 3, 15, 2, 40, tzinfo=UTC)
    assert observation.report_date == date(2023, 3, 14)
    assert observation.referred_at is not None
    assert (observation.referred_at - observation.reported_at).total_seconds() == 75 * 60
    assert observation.referred_to == "COMISARIA MAZUKO"
    assert observation.place.district == "170102"
    assert observation.purposes == (Purpose.SEXUAL_EXPLOITATION,)
    assert observation.recruitment == (Recruitment.JOB_OFFER,)
    assert observation.victims_claimed == 3
    assert observation.narrative is not None
    people = mentions(sample[2])
    victim, denounced = people[Role.VICTIM, 1], people[Role.SUSPECT, 2]
    assert (victim.identity.given, victim.age_min, victim.age_approximate) == ("ODA", 15, True)
    assert victim.sex is Sex.FEMALE
    assert (denounced.identity.given, denounced.identity.alias) == ("EULOGIO", "TURCO")


def test_the_later_version_cites_the_denuncia(sample: dict[int, Translation]) -> None:
    assert [(each.feed, each.key) for each in held(sample[5]).citations] == [
        (Feed.RETA_PNP, "COM-MAZUKO-2023-41")
    ]


def test_a_repeated_call_names_the_first_and_its_troubles_are_said(sample: dict[int, Translation]) -> None:
    (citation,) = held(sample[3]).citations
    assert (citation.key, citation.relation) == ("1818-2023-004417", CitationRelation.FIRST_CALL)
    people = mentions(sample[3])
    assert (people[Role.VICTIM, 1].age_min, people[Role.VICTIM, 1].age_max) == (14, 15)
    assert people[Role.SUSPECT, 2].identity.model_dump(exclude_none=True) == {"alias": "DOÑA CASI"}
    assert said(sample[3]) == [(IssueCode.NUMBER_UNREADABLE, "NRO_VICTIMAS")]


def test_nn_denounced_is_nobody_and_lost_values_are_said(sample: dict[int, Translation]) -> None:
    assert [*mentions(sample[15])] == [(Role.VICTIM, 1)]
    assert said(sample[15]) == [
        (IssueCode.AGE_IMPLAUSIBLE, "VICTIMA_EDAD"),
        (IssueCode.VALUE_UNKNOWN, "VICTIMA_SEXO"),
    ]
    assert held(sample[15]).place.district == "030501"


def test_titles_are_no_names_and_towns_move(sample: dict[int, Translation]) -> None:
    assert mentions(sample[9])[Role.SUSPECT, 2].identity.given == "TEODOMIRO"
    assert held(sample[4]).place.district == "220601"
    assert mentions(sample[4])[Role.VICTIM, 1].age_min == 18


@pytest.mark.parametrize(
    ("row", "category", "joins"),
    [
        (6, CallCategory.FOLLOW_UP, True),
        (7, CallCategory.GUIDANCE, False),
        (8, CallCategory.QUERY, False),
        (11, CallCategory.NOT_VALID, False),
        (12, CallCategory.FOLLOW_UP, True),
        (17, CallCategory.NOT_VALID, False),
    ],
)
def test_only_complaints_make_a_case_and_name_people(
    sample: dict[int, Translation], row: int, category: CallCategory, joins: bool
) -> None:
    observation = held(sample[row])
    assert observation.category is category
    assert observation.mentions == ()
    assert not observation.makes_case
    assert observation.joins_case is joins


def test_the_unusable_calls_of_the_sample(sample: dict[int, Translation]) -> None:
    assert said(sample[13], Severity.REJECTION) == [(IssueCode.NUMBER_MISSING, "NRO_LLAMADA")]
    assert said(sample[14], Severity.REJECTION) == [(IssueCode.STAMP_MISSING, "FECHA_ACTUALIZACION")]


# --- the caller's telephone -------------------------------------------------------------------------------


def test_the_telephone_reaches_nothing(sample: dict[int, Translation]) -> None:
    received = read_xlsx(io.BytesIO(SAMPLE.read_bytes()), SHEET, CONTEXT.limits)
    at = received.header.index(PHONE)
    phones = [str(row.cells[at]) for row in received.rows if isinstance(row, SheetRow)]
    assert sum(phone.startswith("90000000") for phone in phones) > 5  # it was there
    for each in sample.values():
        assert "90000000" not in each.model_dump_json()
        assert "TELEFONO" not in each.model_dump_json()


SPREADSHEET_DATE = datetime(2024, 5, 20, 7, 45)  # noqa: DTZ001 - spreadsheets know no zone
CALL = dict.fromkeys(COLUMNS, "") | {
    "NRO_LLAMADA": "1818-2024-000777",
    "FECHA_HORA": "20/05/2024 07:45",
    "CATEGORIA": "DENUNCIA",
    "DELITO": "TRATA DE PERSONAS",
    "FECHA_ACTUALIZACION": "21/05/2024 09:00:00",
}


def document(**changed: object) -> dict[str, object]:
    return {name.lower(): value or None for name, value in CALL.items()} | changed


def from_json(*documents: object) -> list[Translation]:
    return translate(b"\n".join(map(orjson.dumps, documents)), Form.NDJSON)


@pytest.mark.parametrize("name", ["telefono_llamante", "TELEFONO_LLAMANTE", "Teléfono llamante", "telefono"])
def test_the_telephone_of_a_document_reaches_nothing(name: str) -> None:
    (translation,) = from_json(document(**{name: "999888777"}))
    assert held(translation).number == "1818-2024-000777"
    assert b"999888777" not in translation.model_dump_json().encode()
    assert translation.issues == ()


def test_of_a_call_that_cannot_be_read_nothing_is_kept() -> None:
    cut = orjson.dumps(document(telefono_llamante="999888777"))[:-1]
    (translation,) = translate(cut, Form.NDJSON)
    assert translation.rejected
    assert b"999888777" not in translation.model_dump_json().encode()


def test_a_rejected_call_keeps_no_telephone() -> None:
    (translation,) = from_json(document(nro_llamada=None, telefono_llamante="999888777"))
    assert translation.rejected
    assert b"999888777" not in translation.model_dump_json().encode()


# --- troubles ---------------------------------------------------------------------------------------------


def sheet(*rows: dict[str, object], header: tuple[str, ...] = HEADER, name: str = "LLAMADAS") -> bytes:
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed)
    page = book.add_worksheet(name)
    page.write_row(0, 0, header)
    day = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    for at, row in enumerate(rows, start=1):
        for column, value in enumerate((CALL | row).get(field, "") for field in header):
            if isinstance(value, datetime):
                page.write_datetime(at, column, value, day)
            else:
                page.write(at, column, value)
    book.close()
    return packed.getvalue()


def only(content: bytes, form: Form = Form.XLSX) -> Translation:
    (translation,) = translate(content, form)
    return translation


@pytest.mark.parametrize("column", COLUMNS)
def test_a_missing_column_makes_the_delivery_unreadable_and_is_named(column: str) -> None:
    with pytest.raises(UnreadableDelivery) as caught:
        translate(sheet({}, header=tuple(name for name in HEADER if name != column)))
    assert (caught.value.code, caught.value.columns) == ("column_missing", (column,))


def test_an_added_column_is_said_and_the_call_stands() -> None:
    translation = only(sheet({"OPERADOR": "7"}, header=(*HEADER, "OPERADOR")))
    assert said(translation) == [(IssueCode.COLUMN_UNEXPECTED, "#23 X…")]
    assert translation.observation is not None


def test_another_sheet_is_unreadable() -> None:
    with pytest.raises(UnreadableDelivery):
        translate(sheet({}, name="HOJA1"))


@pytest.mark.parametrize(
    "written",
    [
        SPREADSHEET_DATE,
        "20/05/2024 07:45",
        "2024-05-20T07:45:00",
        "20/05/2024 07:45:00",
        45432.322916667,
    ],
)
def test_dates_are_excel_dates_numbers_or_text(written: object) -> None:
    observation = held(only(sheet({"FECHA_HORA": written})))
    assert observation.reported_at == datetime(2024, 5, 20, 12, 45, tzinfo=UTC)
    assert observation.report_date == date(2024, 5, 20)


@pytest.mark.parametrize("written", ["20/05/2024", 45432])
def test_a_day_without_a_time_gives_no_moment_to_measure_from(written: object) -> None:
    translation = only(sheet({"FECHA_HORA": written}))
    assert held(translation).reported_at is None
    assert held(translation).report_date == date(2024, 5, 20)
    assert said(translation) == [(IssueCode.DATE_UNREADABLE, "FECHA_HORA")]


def test_a_referral_before_the_call_is_unknown_with_a_warning() -> None:
    translation = only(sheet({"FECHA_DERIVACION": "20/05/2024 07:00"}))
    assert held(translation).referred_at is None
    assert said(translation) == [(IssueCode.DATE_IMPLAUSIBLE, "FECHA_DERIVACION")]


@pytest.mark.parametrize("category", ["ORIENTACION", "CONSULTA", "SEGUIMIENTO", "NO VALIDA"])
def test_an_offence_must_be_readable_only_in_a_complaint(category: str) -> None:
    assert said(only(sheet({"CATEGORIA": category, "DELITO": ""}))) == []
    assert said(only(sheet({"CATEGORIA": category, "DELITO": "#N/A"}))) == [
        (IssueCode.OFFENCE_UNREADABLE, "DELITO")
    ]
    assert said(only(sheet({"DELITO": ""})), Severity.REJECTION) == [(IssueCode.OFFENCE_UNREADABLE, "DELITO")]


@pytest.mark.parametrize(
    ("category", "code"), [("XYZ", IssueCode.VALUE_UNKNOWN), ("", IssueCode.FIELD_MISSING)]
)
def test_a_call_of_unknown_category_is_held_and_makes_no_case(category: str, code: IssueCode) -> None:
    translation = only(sheet({"CATEGORIA": category, "VICTIMA_NOMBRE": "YULMA"}))
    assert held(translation).category is None
    assert held(translation).mentions == ()
    assert not held(translation).joins_case
    assert said(translation) == [(code, "CATEGORIA")]


def test_somebody_described_is_a_victim_without_a_name() -> None:
    people = mentions(only(sheet({"VICTIMA_NOMBRE": "UNA CHICA"})))
    assert people[Role.VICTIM, 1].identity.model_dump(exclude_none=True) == {}


@pytest.mark.parametrize("name", ["", "NN", "S/D"])
def test_nothing_said_of_a_victim_is_no_mention(name: str) -> None:
    assert mentions(only(sheet({"VICTIMA_NOMBRE": name}))) == {}


def test_a_victim_known_by_age_alone_is_a_mention() -> None:
    assert mentions(only(sheet({"VICTIMA_NOMBRE": "NN", "VICTIMA_EDAD": 15})))[Role.VICTIM, 1].age_min == 15


def test_the_age_beside_the_name_gives_way_to_its_own_column() -> None:
    translation = only(sheet({"VICTIMA_NOMBRE": "YULMA APROX 12 AÑOS", "VICTIMA_EDAD": 17}))
    assert mentions(translation)[Role.VICTIM, 1].age_min == 17
    assert said(translation) == [(IssueCode.AGE_DISAGREES, "VICTIMA_EDAD")]


def test_a_formula_is_never_computed() -> None:
    translation = only(sheet({"VICTIMA_EDAD": "=10+5"}))
    assert mentions(translation) == {} or mentions(translation)[Role.VICTIM, 1].age_min != 15


def test_both_forms_of_a_call_say_the_same() -> None:
    row = {"VICTIMA_NOMBRE": "YULMA", "VICTIMA_EDAD": 18, "NRO_VICTIMAS": 2, "DENUNCIADO_ALIAS": "TITO"}
    (pushed,) = from_json(document(**{name.lower(): value for name, value in row.items()}))
    assert held(pushed) == held(only(sheet(row)))
    assert pushed.issues == ()


@pytest.mark.parametrize("field", [name.lower() for name in COLUMNS])
def test_a_missing_field_signals(field: str) -> None:
    whole = document()
    del whole[field]
    (translation,) = from_json(whole)
    assert (IssueCode.FIELD_MISSING, field) in said(translation)


def test_an_added_field_signals() -> None:
    assert said(from_json(document(operador="7"))[0]) == [(IssueCode.FIELD_UNEXPECTED, "X…")]


def test_a_broken_document_is_one_rejected_call_and_the_others_stand() -> None:
    first, second = translate(b"{\n" + orjson.dumps(document()), Form.NDJSON)
    assert (first.rejected, first.rows) == (True, (1,))
    assert held(second).number == "1818-2024-000777"


def test_the_published_form_has_the_contracts_names() -> None:
    assert [*CallDocument.model_fields] == [name.lower() for name in HEADER]


@pytest.mark.parametrize("kept", [b"", b"[]", b'{"line": 1, "row": {}}', b'{"line": "x", "row": 3}', b"\xff"])
def test_what_cannot_be_replayed_is_a_rejection(kept: bytes) -> None:
    assert Linea1818().translate_verbatim(kept, CONTEXT).rejected
