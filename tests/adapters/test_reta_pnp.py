"""RETA-PNP: what the sample's rows become, and what each kind of trouble says."""

import io
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import orjson
import pytest

from adapters.base import Context, Form, Limits, UnreadableDelivery
from adapters.reta_pnp import RetaPnp
from adapters.reta_pnp.mapping import CASE_COLUMNS, COLUMNS, PERSON_COLUMNS
from adapters.reta_pnp.native import RetaDocument, RetaPerson
from adapters.transport import spill_into
from schemas.observations import Mention, Observation
from schemas.translation import IssueCode, Translation
from schemas.vocabulary import (
    ExploitationPlace,
    OffenceFamily,
    Purpose,
    Recruitment,
    Relation,
    Role,
    Severity,
    Sex,
    Stage,
)

SAMPLE = Path(__file__).parents[2] / "docs" / "contracts" / "samples" / "reta_pnp.csv"
TODAY = date(2026, 6, 15)


def context(**limits: int) -> Context:
    return Context(TODAY, spill_into(), Limits(**limits))


def translate(content: bytes, form: Form = Form.CSV, **limits: int) -> list[Translation]:
    return list(RetaPnp().translate(io.BytesIO(content), form, context(**limits)))


@pytest.fixture(scope="module")
def sample() -> dict[tuple[int, ...], Translation]:
    return {translation.rows: translation for translation in translate(SAMPLE.read_bytes())}


def said(translation: Translation, severity: Severity = Severity.WARNING) -> list[tuple[IssueCode, int, str]]:
    return [
        (issue.code, issue.row or 0, issue.field or "")
        for issue in translation.issues
        if issue.severity is severity
    ]


def held(translation: Translation) -> Observation:
    assert translation.observation is not None
    return translation.observation


def mention(translation: Translation, order: int) -> Mention:
    (found,) = [each for each in held(translation).mentions if each.order == order]
    return found


# --- the sample -------------------------------------------------------------------------------------------

MAZUKO = (2, 3, 4, 12, 16)
JUANJUI = (8, 9, 10, 11, 30, 31, 32, 33)
OUTCOMES: dict[tuple[int, ...], tuple[str | None, str]] = {
    MAZUKO: ("COM-MAZUKO-2023-41", "accepted"),
    (5, 6): ("COM-HUARAL-2020-305", "warnings"),
    (7,): (None, "rejected"),
    JUANJUI: ("COM-JUANJUI-2024-77", "accepted"),
    (13, 14, 15): ("COM-MANCORA-2022-19", "accepted"),
    (17, 18, 19, 20): ("COM-MAZUKO-2023-41", "accepted"),  # superseded, which ingestion finds
    (21, 22): ("COM-OXAPAMPA-2024-6", "warnings"),
    (23, 24): ("COM-PICHARI-2024-58", "warnings"),
    (25,): ("COM-SAN IGNACIO-2024-33", "accepted"),
    (26,): ("COM-SAN IGNACIO-2024-33", "accepted"),
    (27,): ("COM-HUARAL-2024-12", "rejected"),
    (28, 29): ("DIRCTPTIM-2024-09051", "warnings"),
    (34, 35): ("DIRCTPTIM-2023-01207", "accepted"),
    (36,): ("COM-PISCO-2024-9", "accepted"),
    (37,): ("COM-PISCO-2024-10", "rejected"),
}


def outcome(translation: Translation) -> str:
    if translation.rejected:
        return "rejected"
    return "warnings" if translation.has_warnings else "accepted"


def test_the_sample_is_15_versions_each_with_its_outcome(sample: dict[tuple[int, ...], Translation]) -> None:
    assert {rows: (each.number, outcome(each)) for rows, each in sample.items()} == OUTCOMES
    assert [each.position for each in sample.values()] == list(range(15))


def test_every_version_of_the_sample_replays_from_what_is_kept(
    sample: dict[tuple[int, ...], Translation],
) -> None:
    for each in sample.values():
        replayed = RetaPnp().translate_verbatim(each.verbatim, context())
        assert replayed.observation == each.observation
        assert replayed.number == each.number
        assert {issue.code for issue in replayed.issues} == {issue.code for issue in each.issues}


def test_rows_of_one_version_are_found_wherever_they_stand(
    sample: dict[tuple[int, ...], Translation],
) -> None:
    observation = held(sample[MAZUKO])
    assert [(each.role, each.order) for each in observation.mentions] == [
        (Role.COMPLAINANT, 1),
        (Role.VICTIM, 2),
        (Role.VICTIM, 3),
        (Role.VICTIM, 4),
        (Role.SUSPECT, 5),
    ]
    assert observation.stamp.isoformat() == "2023-05-02T09:30:00-05:00"
    assert observation.facts_date == date(2023, 3, 10)
    assert observation.report_date == date(2023, 3, 15)
    assert observation.offence is not None
    assert observation.offence.family is OffenceFamily.TRAFFICKING
    assert observation.place.district == "170102"
    assert observation.recruitment == (Recruitment.DECEPTION, Recruitment.JOB_OFFER)
    assert observation.exploitation_place is ExploitationPlace.BAR
    assert observation.stage is Stage.UNDER_INVESTIGATION
    assert [(each.raw, each.key) for each in observation.citations] == [
        ("1818-2023-4417", "1818-2023-004417")
    ]


def test_persons_of_the_sample(sample: dict[tuple[int, ...], Translation]) -> None:
    daughter, friend, suspect = (mention(sample[MAZUKO], order) for order in (2, 4, 5))
    assert daughter.identity.birth_date == date(2007, 5, 14)
    assert (daughter.sex, daughter.age_min, daughter.age_max) == (Sex.FEMALE, 15, 15)
    assert (daughter.nationality, daughter.origin_ubigeo, daughter.rescued) == ("PER", "081101", True)
    assert friend.identity.paternal == "NU¥EZ"
    assert friend.identity.document is not None
    assert friend.identity.document.number == "02471126"
    assert friend.origin_ubigeo == "120801"
    assert (suspect.relation, suspect.identity.alias) == (Relation.EMPLOYER, "TURCO")


def test_the_birth_date_wins_over_the_age(sample: dict[tuple[int, ...], Translation]) -> None:
    assert mention(sample[(5, 6)], 1).age_min == 17
    assert said(sample[(5, 6)]) == [(IssueCode.AGE_DISAGREES, 5, "EDAD")]


def test_a_town_in_the_department_column_and_a_number_in_lower_case(
    sample: dict[tuple[int, ...], Translation],
) -> None:
    observation = held(sample[JUANJUI])
    assert observation.place.district == "220601"
    assert observation.purposes == (Purpose.LABOUR_EXPLOITATION, Purpose.SERVITUDE)
    assert [each.order for each in observation.mentions] == [1, 2, 3, 4]
    assert mention(sample[JUANJUI], 1).identity.document is None
    document = mention(sample[JUANJUI], 2).identity.document
    assert document is not None
    assert document.number == "24410987"
    nobody = mention(sample[JUANJUI], 4)
    assert nobody.identity.model_dump(exclude_none=True) == {"alias": "CHITO"}


def test_smuggling_and_a_detained_suspect(sample: dict[tuple[int, ...], Translation]) -> None:
    observation = held(sample[(13, 14, 15)])
    assert observation.offence is not None
    assert observation.offence.family is OffenceFamily.SMUGGLING
    assert observation.mentions[2].role is Role.SUSPECT
    assert observation.mentions[2].detained is True
    assert [each.nationality for each in observation.mentions] == ["VEN", "VEN", "PER"]


def test_the_troubles_of_the_sample_are_said(sample: dict[tuple[int, ...], Translation]) -> None:
    assert said(sample[(21, 22)]) == [(IssueCode.DATE_UNREADABLE, 21, "FECHA_HECHO")]
    assert held(sample[(21, 22)]).facts_date is None
    assert [each.key for each in held(sample[(21, 22)]).citations] == ["2206014506-2024-40-0"]
    assert said(sample[(23, 24)]) == [(IssueCode.ROWS_DISAGREE, 24, "LUGAR_EXPLOTACION")]
    assert held(sample[(23, 24)]).exploitation_place is ExploitationPlace.BAR
    assert held(sample[(23, 24)]).place.district == "080910"
    assert said(sample[(28, 29)]) == [(IssueCode.DATE_IMPLAUSIBLE, 28, "FECHA_NACIMIENTO")]
    assert mention(sample[(28, 29)], 1).age_min == 12


def test_annulled_without_persons_and_unreadable(sample: dict[tuple[int, ...], Translation]) -> None:
    assert held(sample[(26,)]).annulled
    assert not held(sample[(26,)]).makes_case
    assert held(sample[(36,)]).mentions == ()
    assert held(sample[(36,)]).makes_case
    rejections = {rows: said(sample[rows], Severity.REJECTION) for rows in ((7,), (27,), (37,))}
    assert rejections == {
        (7,): [(IssueCode.NUMBER_MISSING, 7, "NRO_DENUNCIA")],
        (27,): [(IssueCode.OFFENCE_UNREADABLE, 27, "DELITO")],
        (37,): [(IssueCode.STAMP_MISSING, 37, "FECHA_ACTUALIZACION")],
    }


# --- troubles ---------------------------------------------------------------------------------------------

CASE = dict.fromkeys(CASE_COLUMNS, "") | {
    "NRO_DENUNCIA": "COM-ILO-2024-5",
    "DELITO": "TRATA DE PERSONAS",
    "FECHA_HECHO": "10/05/2024",
    "FECHA_ACTUALIZACION": "12/05/2024 08:00:00",
}
VICTIM = dict.fromkeys(PERSON_COLUMNS, "") | {
    "NRO_ORDEN": "1",
    "SITUACION": "VICTIMA",
    "APELLIDO_PATERNO": "ROJAS",
    "APELLIDO_MATERNO": "CONDORI",
    "NOMBRES": "YULMA",
}
SUSPECT = VICTIM | {"NRO_ORDEN": "2", "SITUACION": "PRESUNTO AUTOR", "NOMBRES": "ABDON"}


def csv(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS, encoding: str = "utf-8") -> bytes:
    lines = [";".join(columns), *(";".join((CASE | row).get(name, "") for name in columns) for row in rows)]
    return "\r\n".join(lines).encode(encoding)


def only(content: bytes) -> Translation:
    (translation,) = translate(content)
    return translation


@pytest.mark.parametrize("column", COLUMNS)
def test_a_missing_column_makes_the_delivery_unreadable_and_is_named(column: str) -> None:
    content = csv(VICTIM, columns=tuple(name for name in COLUMNS if name != column))
    with pytest.raises(UnreadableDelivery) as caught:
        translate(content)
    assert (caught.value.code, caught.value.columns) == ("column_missing", (column,))


def test_an_added_column_is_said_and_the_record_stands() -> None:
    translation = only(csv(VICTIM, columns=(*COLUMNS, "GRADO")))
    assert said(translation) == [(IssueCode.COLUMN_UNEXPECTED, 2, "#32 X…")]
    assert held(translation).mentions


def test_columns_may_come_in_another_order() -> None:
    assert held(only(csv(VICTIM, columns=tuple(reversed(COLUMNS))))) == held(only(csv(VICTIM)))


@pytest.mark.parametrize("column", ["ESTADO", "FINALIDAD", "MEDIO_CAPTACION", "LUGAR_EXPLOTACION"])
def test_an_unknown_code_is_lost_and_said(column: str) -> None:
    assert said(only(csv(VICTIM | {column: "XYZ"}))) == [(IssueCode.VALUE_UNKNOWN, 2, column)]


def test_a_person_of_unknown_situation_is_no_mention_and_said() -> None:
    translation = only(csv(VICTIM, SUSPECT | {"SITUACION": "HEREDERO"}))
    assert [each.order for each in held(translation).mentions] == [1]
    assert said(translation) == [(IssueCode.VALUE_UNKNOWN, 3, "SITUACION")]


def test_a_broken_row_is_one_rejected_record_and_the_others_stand() -> None:
    first, second = translate(csv(VICTIM) + b"\r\nCOM-ILO-2024-6;x;y\r\n")
    assert held(first).number == "COM-ILO-2024-5"
    assert said(second, Severity.REJECTION) == [(IssueCode.STRUCTURE_UNREADABLE, 3, "")]
    assert second.verbatim == b"COM-ILO-2024-6;x;y"


def test_identical_rows_count_once() -> None:
    translation = only(csv(VICTIM, VICTIM, SUSPECT, VICTIM))
    assert translation.rows == (2, 3, 4, 5)
    assert len(held(translation).mentions) == 2
    assert said(translation) == []


def test_two_stamps_are_two_versions() -> None:
    later = VICTIM | {"FECHA_ACTUALIZACION": "13/05/2024 08:00:00"}
    assert len(translate(csv(VICTIM, later, SUSPECT))) == 2


def test_one_stamp_written_in_two_ways_is_one_version() -> None:
    other = SUSPECT | {"FECHA_ACTUALIZACION": "2024-05-12T13:00:00Z", "NRO_DENUNCIA": " com-ilo-2024-5"}
    assert len(held(only(csv(VICTIM, other))).mentions) == 2


def test_the_order_of_rows_changes_nothing() -> None:
    rows = [
        VICTIM,
        SUSPECT | {"LUGAR_EXPLOTACION": "CASA"},
        VICTIM | {"NRO_ORDEN": "3", "LUGAR_EXPLOTACION": "BAR"},
        VICTIM | {"NRO_ORDEN": "3", "EDAD": "15"},
        VICTIM | {"NRO_ORDEN": "", "NOMBRES": "NELIDA", "APELLIDO_PATERNO": "QUISPE"},
        SUSPECT | {"NOMBRES": "ROGER", "APELLIDO_PATERNO": "VARGAS"},
    ]
    first = held(only(csv(*rows)))
    shuffle = random.Random(7)
    for _ in range(10):
        shuffle.shuffle(rows)
        assert held(only(csv(*rows))) == first


def test_where_repeated_columns_disagree_the_lowest_order_wins() -> None:
    translation = only(csv(SUSPECT | {"LUGAR_EXPLOTACION": "CASA"}, VICTIM | {"LUGAR_EXPLOTACION": "BAR"}))
    assert held(translation).exploitation_place is ExploitationPlace.BAR
    assert said(translation) == [(IssueCode.ROWS_DISAGREE, 2, "LUGAR_EXPLOTACION")]


def test_the_same_text_otherwise_written_is_no_disagreement() -> None:
    translation = only(csv(VICTIM | {"MEDIO_CAPTACION": "ENGAÑO"}, SUSPECT | {"MEDIO_CAPTACION": "enga¥o"}))
    assert said(translation) == []


def test_two_rows_of_one_person_that_disagree_make_one_person_and_a_warning() -> None:
    translation = only(csv(VICTIM | {"EDAD": "15"}, VICTIM | {"EDAD": "16", "SEXO": "F"}))
    (person,) = held(translation).mentions
    assert (person.age_min, person.sex) == (15, Sex.FEMALE)
    assert said(translation) == [(IssueCode.ROWS_DISAGREE, 3, "EDAD")]


def test_two_persons_under_one_order_are_both_kept() -> None:
    other = VICTIM | {"APELLIDO_PATERNO": "QUISPE", "NOMBRES": "NELIDA"}
    translation = only(csv(VICTIM, other, SUSPECT))
    assert [(each.role, each.order) for each in held(translation).mentions] == [
        (Role.VICTIM, 1),
        (Role.SUSPECT, 2),
        (Role.VICTIM, 3),
    ]
    assert [code for code, _, _ in said(translation)] == [IssueCode.ORDER_REPAIRED]


def test_a_person_without_order_gets_the_next_one() -> None:
    translation = only(csv(SUSPECT, VICTIM | {"NRO_ORDEN": ""}))
    assert [(each.role, each.order) for each in held(translation).mentions] == [
        (Role.SUSPECT, 2),
        (Role.VICTIM, 3),
    ]
    assert said(translation) == [(IssueCode.ORDER_REPAIRED, 3, "NRO_ORDEN")]


def test_issues_about_persons_are_marked_as_personal() -> None:
    translation = only(csv(VICTIM | {"TIPO_DOC": "DNI", "NRO_DOC": "99", "FECHA_NACIMIENTO": "31/02/2007"}))
    assert {(issue.field, issue.personal) for issue in translation.issues} == {
        ("NRO_DOC", True),
        ("FECHA_NACIMIENTO", True),
    }


def test_a_stamp_from_the_future_cannot_outrank_every_true_version() -> None:
    translation = only(csv(VICTIM | {"FECHA_ACTUALIZACION": "01/01/2099 00:00:00"}))
    assert said(translation, Severity.REJECTION) == [(IssueCode.STAMP_UNREADABLE, 2, "FECHA_ACTUALIZACION")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_the_encoding_is_found(encoding: str) -> None:
    content = csv(VICTIM | {"APELLIDO_PATERNO": "NUÑEZ"}, encoding=encoding)
    assert held(only(content)).mentions[0].identity.paternal == "NUÑEZ"


def test_spilling_changes_nothing() -> None:
    content = SAMPLE.read_bytes()
    assert translate(content, rows_in_memory=5) == translate(content)


# --- JSON -------------------------------------------------------------------------------------------------


def document(*persons: dict[str, object], **changed: object) -> dict[str, object]:
    people = [
        {name.lower(): (VICTIM | person).get(name) or None for name in PERSON_COLUMNS} for person in persons
    ]
    return {name.lower(): CASE[name] or None for name in CASE_COLUMNS} | {"personas": people} | changed


def from_json(*documents: dict[str, object]) -> list[Translation]:
    return translate(b"\n".join(map(orjson.dumps, documents)), Form.NDJSON)


def test_both_forms_of_a_denuncia_say_the_same() -> None:
    (pushed,) = from_json(document(VICTIM | {"NRO_ORDEN": 1, "EDAD": 15}, SUSPECT))
    assert held(pushed) == held(only(csv(VICTIM | {"EDAD": "15"}, SUSPECT)))
    assert pushed.issues == ()


def test_a_json_array_reads_like_ndjson() -> None:
    documents = [document(VICTIM), document(nro_denuncia="COM-ILO-2024-6")]
    array = translate(orjson.dumps(documents), Form.JSON)
    assert [each.observation for each in array] == [each.observation for each in from_json(*documents)]


@pytest.mark.parametrize("field", [*(name.lower() for name in CASE_COLUMNS), "personas"])
def test_a_missing_field_signals(field: str) -> None:
    whole = document(VICTIM)
    del whole[field]
    (translation,) = from_json(whole)
    assert (IssueCode.FIELD_MISSING, 1, field) in said(translation)


def test_an_added_field_signals_by_its_path() -> None:
    person = document(VICTIM)["personas"]
    assert isinstance(person, list)
    person[0]["grado"] = "x"
    (translation,) = from_json(document(personas=person, region="x"))
    assert said(translation) == [
        (IssueCode.FIELD_UNEXPECTED, 1, "X…"),
        (IssueCode.FIELD_UNEXPECTED, 1, "personas[0].X…"),
    ]


def wrong_types() -> Iterator[dict[str, object]]:
    yield document(personas="x")
    yield document(personas=["x"])
    yield document(personas={"0": {}})
    yield document(VICTIM, departamento=["LIMA"])
    yield document(VICTIM | {"EDAD": {"x": 1}})


@pytest.mark.parametrize("wrong", list(wrong_types()))
def test_a_wrong_type_loses_the_field_and_not_the_record(wrong: dict[str, object]) -> None:
    (translation,) = from_json(wrong)
    assert translation.observation is not None
    assert IssueCode.VALUE_UNKNOWN in {code for code, _, _ in said(translation)}


def test_an_order_used_twice_is_replaced() -> None:
    (translation,) = from_json(document(VICTIM, VICTIM | {"NOMBRES": "NELIDA"}, SUSPECT))
    assert sorted(each.order for each in held(translation).mentions) == [1, 2, 3]
    assert [code for code, _, _ in said(translation)] == [IssueCode.ORDER_REPAIRED]


def test_a_pushed_document_replays_from_what_was_received() -> None:
    (translation,) = from_json(document(VICTIM, SUSPECT))
    assert (
        RetaPnp().translate_verbatim(translation.verbatim, context()).observation == translation.observation
    )


def test_the_published_form_has_the_contracts_names() -> None:
    assert [*RetaDocument.model_fields] == [*(name.lower() for name in CASE_COLUMNS), "personas"]
    assert [*RetaPerson.model_fields] == [name.lower() for name in PERSON_COLUMNS]


@pytest.mark.parametrize("form", [Form.XML, Form.XLSX])
def test_another_form_is_unreadable(form: Form) -> None:
    with pytest.raises(UnreadableDelivery):
        translate(b"", form)


@pytest.mark.parametrize(
    "kept",
    [b"", b"{}", b"[]", b"\xff", b'{"columns": 1, "rows": 2}', b'{"columns": [], "rows": [[1, false, []]]}'],
)
def test_what_cannot_be_replayed_is_a_rejection(kept: bytes) -> None:
    assert RetaPnp().translate_verbatim(kept, context()).rejected
