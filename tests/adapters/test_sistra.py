"""SISTRA: the contract's sample, and what each field means."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from adapters.base import Form
from adapters.sistra import Sistra
from schemas.identifiers import own_citation_key
from schemas.observations import Document, Measure, Mention, Observation, Service
from schemas.translation import IssueCode, Translation
from schemas.vocabulary import (
    DocumentType,
    ExploitationPlace,
    Feed,
    MeasureType,
    OffenceFamily,
    PartyKind,
    Purpose,
    Recruitment,
    Role,
    ServiceType,
    Sex,
    Stage,
)
from support.deliveries import SAMPLES, TODAY, translate

SAMPLE = (SAMPLES / "sistra.ndjson").read_bytes()
LINES = SAMPLE.splitlines()

# As EXPECTED.md counts what the adapter decides; superseded, repeated and conflicting ones are accepted here.
REJECTED = {
    10: IssueCode.STRUCTURE_UNREADABLE,
    11: IssueCode.NUMBER_MISSING,
    15: IssueCode.OFFENCE_UNREADABLE,
}
WARNED = {16}


def carpeta(**changes: object) -> dict[str, Any]:
    return {**json.loads(LINES[0]), **changes}


def party(index: int = 0, group: str = "agraviados", **changes: object) -> dict[str, Any]:
    document = carpeta()
    document[group][index] |= changes
    return document


def read(document: dict[str, Any]) -> Translation:
    (found,) = translate(Sistra(), json.dumps(document).encode(), Form.JSON)
    return found


def observed(document: dict[str, Any]) -> Observation:
    observation = read(document).observation
    assert observation is not None
    return observation


def codes(translation: Translation) -> set[tuple[str, str | None]]:
    return {(issue.code.value, issue.field) for issue in translation.issues}


def mention(observation: Observation, role: Role, order: int) -> Mention:
    return next(each for each in observation.mentions if (each.role, each.order) == (role, order))


def test_sample_lines_end_as_expected() -> None:
    found = translate(Sistra(), SAMPLE, Form.NDJSON)
    assert [each.rows for each in found] == [(line,) for line in range(1, 17)]
    for line, each in enumerate(found, start=1):
        rejections = {issue.code for issue in each.issues if issue.severity.value == "rejection"}
        assert rejections == ({REJECTED[line]} if line in REJECTED else set()), line
        assert each.has_warnings == (line in WARNED), line


def test_sample_line_16_names_what_is_unknown() -> None:
    found = translate(Sistra(), SAMPLE, Form.NDJSON)[15]
    assert {(issue.field, issue.value) for issue in found.issues} == {
        ("agraviados[0].edad", "250"),
        ("ubigeoHechos", "999999"),
        ("etapa", "EN TRAMITE"),
    }
    assert found.observation is not None
    assert found.observation.office_district == "Huaura"


def test_sample_line_1_is_read_to_the_letter() -> None:
    found = translate(Sistra(), SAMPLE, Form.NDJSON)[0].observation
    assert found is not None
    assert (found.number, found.key, found.citation_key) == ("2706014507-2023-88-0",) * 3
    assert found.stamp == datetime(2023, 10, 5, 17, 10, tzinfo=UTC)
    assert (found.facts_date, found.report_date) == (date(2023, 3, 10), date(2023, 3, 17))
    assert found.stage is Stage.TRIAL
    assert found.offence is not None
    assert (found.offence.family, found.offence.code) == (OffenceFamily.TRAFFICKING, "129-B")
    assert found.purposes == (Purpose.SEXUAL_EXPLOITATION,)
    assert found.recruitment == (Recruitment.JOB_OFFER,)
    assert found.exploitation_place is ExploitationPlace.BAR
    assert found.place.district == "170102"
    assert [citation.key for citation in found.citations] == [
        own_citation_key(Feed.RETA_PNP, "COM-MAZUKO-2023-41"),
        own_citation_key(Feed.PODER_JUDICIAL, "00123-2023-0-2703-JR-PE-01"),
    ]
    assert [(each.role, each.order) for each in found.mentions] == [
        (Role.VICTIM, 1),
        (Role.VICTIM, 2),
        (Role.VICTIM, 3),
        (Role.OTHER, 4),
        (Role.SUSPECT, 1),
        (Role.SUSPECT, 2),
    ]


def test_persons_of_sample_line_1() -> None:
    found = translate(Sistra(), SAMPLE, Form.NDJSON)[0].observation
    assert found is not None
    first = mention(found, Role.VICTIM, 1)
    assert first.identity.protected_key == "01-2023"
    assert first.identity.document == Document(type=DocumentType.DNI, number="29150731")
    assert (first.sex, first.age_min, first.nationality) == (Sex.FEMALE, 15, "PER")
    assert first.measures == (Measure(type=MeasureType.RECEPTION_ROOM, date=date(2023, 3, 18)),)
    assert first.services == (
        Service(type=ServiceType.PSYCHOLOGICAL, entity="UDAVIT", date=date(2023, 3, 20)),
    )
    assert mention(found, Role.VICTIM, 2).identity.initials == "MCH"
    third = mention(found, Role.VICTIM, 3)
    assert (third.identity.paternal, third.identity.birth_date, third.age_min) == (
        "NÚÑEZ",
        date(1999, 3, 8),
        24,
    )
    state = mention(found, Role.OTHER, 4)
    assert (state.kind, state.identity.legal_name) == (PartyKind.STATE, "EL ESTADO PERUANO")
    assert mention(found, Role.SUSPECT, 1).identity.situation == "PRISION_PREVENTIVA"


def test_a_page_of_the_pull_is_read_as_its_carpetas() -> None:
    page = {"pagina": 1, "totalPaginas": 1, "carpetas": [carpeta(), carpeta(numero="2706014507-2023-89-0")]}
    found = translate(Sistra(), json.dumps(page).encode(), Form.JSON)
    assert [each.number for each in found] == ["2706014507-2023-88-0", "2706014507-2023-89-0"]


def test_the_bar_code_is_the_same_carpeta() -> None:
    assert observed(carpeta(numero="0270601450720230000880000")).key == "2706014507-2023-88-0"


def test_a_stamp_in_utc_is_the_same_moment() -> None:
    assert observed(carpeta(actualizado="2023-10-05T17:10:00Z")).stamp == observed(carpeta()).stamp


@pytest.mark.parametrize("stamp", [None, "", "ayer", "2023-13-01T00:00:00Z", {"a": 1}])
def test_without_a_readable_stamp_a_record_is_rejected(stamp: object) -> None:
    assert read(carpeta(actualizado=stamp)).rejected


@pytest.mark.parametrize(
    ("offences", "family", "code"),
    [
        ([("153-A", "x")], "trafficking", "153-A"),
        ([("303-B", None)], "smuggling", "303-B"),
        ([("129-M", "Pornografía infantil")], "related", "129-M"),
        ([("181-B", "x"), ("129-A", "Trata"), ("303-A", "y")], "trafficking", "129-A"),
        ([(None, "Trata de personas")], "trafficking", None),
        ([("106", "Homicidio simple")], "related", "106"),
    ],
)
def test_of_several_offences_trafficking_wins(
    offences: list[tuple[str, str]], family: str, code: str | None
) -> None:
    listed = [{"codigo": code, "descripcion": words} for code, words in offences]
    offence = observed(carpeta(delitos=listed)).offence
    assert offence is not None
    assert (offence.family.value, offence.code) == (family, code)


def test_offences_of_several_families_are_noted_without_warning() -> None:
    found = read(
        carpeta(delitos=[{"codigo": "303-A", "descripcion": "x"}, {"codigo": "129-A", "descripcion": "y"}])
    )
    assert ("offences_differ", "delitos") in codes(found)
    assert not found.has_warnings


@pytest.mark.parametrize(
    "offences",
    [
        [],
        None,
        "129-A",
        [{"codigo": "", "descripcion": "#N/A"}],
        [{"codigo": None, "descripcion": "?????"}],
        [3],
    ],
)
def test_without_a_readable_offence_a_record_is_rejected(offences: object) -> None:
    assert ("offence_unreadable", "delitos") in codes(read(carpeta(delitos=offences)))


def test_an_unlisted_offence_is_related_with_a_warning() -> None:
    found = read(carpeta(delitos=[{"codigo": "106", "descripcion": "Homicidio simple"}]))
    assert found.has_warnings
    assert "offence_unlisted" in {code for code, _ in codes(found)}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("etapa", "EN TRAMITE"),
        ("etapa", ["JUZGAMIENTO"]),
        ("anulada", "si"),
        ("anulada", None),
        ("finalidades", ["VIAJE"]),
        ("finalidades", "EXPLOTACION_SEXUAL"),
        ("captacion", [1]),
        ("lugarExplotacion", "PLAYA"),
        ("ubigeoHechos", "999999"),
        ("fechaHechos", "31/02/2024"),
        ("fechaIngreso", "1900-01-01"),
        ("distritoFiscal", "ATLANTIDA"),
        ("denunciaPolicial", "?"),
        ("agraviados", {"orden": 1}),
        ("imputados", ["x"]),
    ],
)
def test_a_bad_field_is_a_warning_and_no_bad_record(field: str, value: object) -> None:
    found = read(carpeta(**{field: value}))
    assert not found.rejected
    assert any(name and name.startswith(field) for _, name in codes(found)), codes(found)
    assert found.has_warnings


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tipo", "EMPRESA"),
        ("reserva", "CLAVE"),
        ("iniciales", "?!"),
        ("documento", "29150731"),
        ("documento", {"tipo": "LE", "numero": "29150731"}),
        ("documento", {"tipo": "DNI", "numero": "29"}),
        ("documento", {"tipo": "DNI"}),
        ("sexo", "Q"),
        ("fechaNacimiento", "1900-01-01"),
        ("edad", 250),
        ("edad", {"años": 3}),
        ("nacionalidad", "MARCIANA"),
        ("procedencia", "999999"),
        ("medidas", [{"tipo": "OTRA COSA", "fecha": None}]),
        ("servicios", [{"entidad": "X", "tipo": "SPA", "fecha": None}]),
        ("servicios", "LEGAL"),
        ("orden", 0),
        ("orden", 2),
        ("orden", None),
    ],
)
def test_a_bad_field_of_a_person_is_a_warning_and_the_person_stays(field: str, value: object) -> None:
    found = read(party(0, **{field: value}))
    assert found.has_warnings
    assert found.observation is not None
    assert len(found.observation.mentions) == 6


def test_orders_missing_or_repeated_are_repaired_after_those_that_stand() -> None:
    found = read(party(0, orden=2))
    assert found.observation is not None
    keys = [(each.role, each.order) for each in found.observation.mentions]
    assert len(set(keys)) == 6
    assert (IssueCode.ORDER_REPAIRED.value, "agraviados[1].orden") in codes(found)


@pytest.mark.parametrize("kind", ["ESTADO", "JURIDICA"])
def test_the_state_and_firms_are_no_victims(kind: str) -> None:
    assert mention(observed(party(3, tipo=kind)), Role.OTHER, 4).kind is not PartyKind.NATURAL


@pytest.mark.parametrize("kind", ["NATURAL", None])
def test_the_state_is_no_victim_whatever_kind_is_stated(kind: str | None) -> None:
    found = read(party(3, tipo=kind))
    assert found.observation is not None
    assert mention(found.observation, Role.OTHER, 4).kind is PartyKind.STATE


def test_a_firm_among_the_accused_is_no_person_and_keeps_its_own_place() -> None:
    found = observed(party(1, "imputados", tipo="JURIDICA", orden=4))
    assert [each.kind for each in found.mentions if each.role is Role.OTHER] == [
        PartyKind.STATE,
        PartyKind.LEGAL_ENTITY,
    ]


def test_a_field_of_no_contract_is_said_without_its_value() -> None:
    found = read(party(0, telefono="900000001") | {"nuevo campo de MARIA": 1, "observacion": "x"})
    unexpected = {
        (issue.field, issue.value) for issue in found.issues if issue.code is IssueCode.FIELD_UNEXPECTED
    }
    assert unexpected == {("agraviados[0].X…", None), ("X… X… X… X…", None), ("X…", None)}


def test_personal_values_are_marked() -> None:
    found = read(
        party(0, reserva="CLAVE DE MARIA", documento={"tipo": "DNI", "numero": "MARIA"}, fechaNacimiento="x")
    )
    assert len(found.issues) == 3
    assert all(issue.personal for issue in found.issues)


def test_a_birth_after_the_facts_is_lost() -> None:
    found = read(party(0, fechaNacimiento=TODAY.isoformat()))
    assert ("date_implausible", "agraviados[0].fechaNacimiento") in codes(found)
