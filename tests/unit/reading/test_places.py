"""Places: a UBIGEO of INEI wins; names stand in, misspelt, missing or in the wrong column."""

from collections import Counter

import pytest

from adapters.reading.gazetteer import is_code
from adapters.reading.notes import Cell, Notes
from adapters.reading.places import (
    PlaceCells,
    read_fiscal_district,
    read_judicial_district,
    read_named_place,
    read_origin,
    read_place,
    resolve_names,
)
from adapters.reference import districts, fiscal_districts, judicial_districts, towns
from schemas.observations import Place
from schemas.translation import IssueCode
from schemas.vocabulary import Severity


def cells(department: str, province: str = "", district: str = "") -> tuple[PlaceCells, Notes]:
    notes = Notes()
    named = (("DEPARTAMENTO", department), ("PROVINCIA", province), ("DISTRITO", district))
    return PlaceCells(*(Cell(text, field, notes) for field, text in named)), notes


def said(notes: Notes) -> set[tuple[IssueCode, str | None]]:
    return {(issue.code, issue.field) for issue in notes.issues}


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("MADRE DE DIOS", "TAMBOPATA", "MAZUKO"), "170102"),
        (("Lima", "Huaral", "Huaral"), "150601"),
        (("LIMA", "", "HUARAL"), "150601"),
        (("APURIMAC", "COTABAMBAS", "TAMBOBAMBA"), "030501"),
        (("PUNO", "SANDIA", ""), "2112"),
        (("LIMA", "", ""), "15"),
        (("CUSCO", "LA CONVENCIÓN", "PICHARI"), "080910"),
        (("AYACUCHO", "", "SAN MIGUEL"), "050501"),
        (("LIMA NORTE", "", ""), "15"),
    ],
)
def test_names_in_their_columns(names: tuple[str, str, str], code: str) -> None:
    place, notes = cells(*names)
    read = read_named_place(place)
    assert (read.district or read.province or read.department) == code
    assert not [issue for issue in notes.issues if issue.severity is Severity.WARNING]


@pytest.mark.parametrize(
    ("town", "code"),
    [("JUANJUI", "220601"), ("Juanjuí", "220601"), ("PUCALLPA", "250101"), ("PISCO", "1105")],
)
def test_a_town_in_the_department_column_is_moved_with_a_note(town: str, code: str) -> None:
    place, notes = cells(town)
    read = read_named_place(place)
    assert (read.district or read.province) == code
    assert said(notes) == {(IssueCode.PLACE_MOVED, "DEPARTAMENTO")}
    assert all(issue.severity is Severity.NOTE for issue in notes.issues)


@pytest.mark.parametrize("wrong", ["HUARALL", "HURAL", "HAURAL", "GUARAL"])
def test_a_name_one_letter_away_from_the_only_place_it_can_mean_is_read_with_a_note(wrong: str) -> None:
    place, notes = cells("LIMA", "HUARAL", wrong)
    assert read_named_place(place).district == "150601"
    assert said(notes) == {(IssueCode.PLACE_RESPELT, "DISTRITO")}


def test_a_name_of_several_places_is_no_place() -> None:
    place, notes = cells("", "", "SAN MIGUEL")
    assert read_named_place(place) == Place()
    assert said(notes) == {(IssueCode.PLACE_UNKNOWN, "DISTRITO")}


def test_a_name_of_no_place_is_unknown_and_the_rest_stands() -> None:
    place, notes = cells("LIMA", "HUARAL", "XYZZY")
    assert read_named_place(place) == Place(department="15", province="1506")
    assert said(notes) == {(IssueCode.PLACE_UNKNOWN, "DISTRITO")}


@pytest.mark.parametrize(
    ("names", "code", "field"),
    [
        (("ICA", "HUARAL", "HUARAL"), "150601", "DEPARTAMENTO"),
        (("LIMA", "HUARAL", "MAZUKO"), "1506", "DISTRITO"),
        (("ICA", "", "MAZUKO"), "11", "DISTRITO"),
    ],
)
def test_the_name_that_fits_no_other_is_left_out_and_said(
    names: tuple[str, str, str], code: str, field: str
) -> None:
    place, notes = cells(*names)
    read = read_named_place(place)
    assert (read.district or read.province or read.department) == code
    assert said(notes) == {(IssueCode.PLACE_DISAGREES, field)}


def ubigeo(text: str, names: tuple[str, str, str] = ("", "", "")) -> tuple[Place, Notes]:
    place, notes = cells(*names)
    return read_place(Cell(text, "UBIGEO", notes), place), notes


def test_a_district_implies_its_province_and_department() -> None:
    place, notes = ubigeo("170102", ("MADRE DE DIOS", "TAMBOPATA", "INAMBARI"))
    assert place == Place(department="17", province="1701", district="170102")
    assert notes.issues == ()


def test_a_lost_zero_is_restored_with_a_note() -> None:
    place, notes = ubigeo("80910")
    assert place.district == "080910"
    assert said(notes) == {(IssueCode.UBIGEO_ZERO_RESTORED, "UBIGEO")}


def test_an_ubigeo_of_nowhere_is_unknown_and_the_names_stand() -> None:
    place, notes = ubigeo("999999", ("LIMA", "", ""))
    assert place == Place(department="15")
    assert said(notes) == {(IssueCode.PLACE_UNKNOWN, "UBIGEO")}


def test_the_ubigeo_wins_over_names_of_another_place_with_a_warning() -> None:
    """150101 is Lima for INEI and Iquitos for RENIEC: only INEI's codes are read."""
    place, notes = ubigeo("150101", ("LORETO", "MAYNAS", "IQUITOS"))
    assert place.district == "150101"
    assert said(notes) == {(IssueCode.PLACE_DISAGREES, "UBIGEO")}


def origin(text: str) -> tuple[str | None, set[tuple[IssueCode, Severity]]]:
    notes = Notes()
    return read_origin(Cell(text, "PROCEDENCIA", notes)), {(i.code, i.severity) for i in notes.issues}


@pytest.mark.parametrize(
    ("text", "code"), [("081101", "081101"), ("LA OROYA", "120801"), ("PAUCARTAMBO", "0811"), ("LIMA", "15")]
)
def test_an_origin_is_a_code_or_a_name(text: str, code: str) -> None:
    assert origin(text) == (code, set())


def test_an_origin_abroad_has_no_code_and_a_note() -> None:
    assert origin("VENEZUELA") == (None, {(IssueCode.PLACE_ABROAD, Severity.NOTE)})


def test_an_origin_of_no_name_is_unknown_with_a_warning() -> None:
    assert origin("MACONDO") == (None, {(IssueCode.PLACE_UNKNOWN, Severity.WARNING)})


@pytest.mark.parametrize(
    ("text", "name"), [("MADRE DE DIOS", "Madre de Dios"), ("SANTA", "Del Santa"), ("Cañete", "Cañete")]
)
def test_judicial_districts_have_the_names_of_their_list(text: str, name: str) -> None:
    assert read_judicial_district(Cell(text, "d", Notes())) == name
    assert name in judicial_districts().values()


@pytest.mark.parametrize(
    ("text", "name"), [("HUAURA", "Huaura"), ("DEL SANTA", "Santa"), ("SELVA CENTRAL", "Selva Central")]
)
def test_fiscal_districts_have_the_names_of_their_list(text: str, name: str) -> None:
    assert read_fiscal_district(Cell(text, "d", Notes())) == name
    assert name in fiscal_districts()


def test_a_district_of_no_list_is_unknown_with_a_warning() -> None:
    notes = Notes()
    assert read_judicial_district(Cell("ATLANTIDA", "d", notes)) is None
    assert said(notes) == {(IssueCode.PLACE_UNKNOWN, "d")}


def test_every_town_lies_in_a_place_of_the_directory() -> None:
    assert len(districts()) == 1893
    for town, code in towns().items():
        assert is_code(code), town


def test_every_district_is_found_by_its_own_three_names() -> None:
    names = {code: (d.department, d.province, d.name) for code, d in districts().items()}
    shared = {name for name, count in Counter(names.values()).items() if count > 1}
    assert len(shared) == 2  # the directory lists two districts of Tayacaja twice
    lost = [code for code, name in names.items() if name not in shared and resolve_names(name).code != code]
    assert lost == []
