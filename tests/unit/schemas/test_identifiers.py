"""Numbers of files and documents: every way of writing them has one form in which it compares."""

import pytest

from schemas.identifiers import (
    DocumentFlaw,
    DocumentReading,
    citation_key,
    dni_check_characters,
    document_core,
    foreign_card_core,
    is_placeholder,
    natural_key,
    own_citation_key,
    parse_carpeta,
    parse_expediente,
    parse_ubigeo,
    read_document_number,
)
from schemas.vocabulary import DocumentType, Feed


@pytest.mark.parametrize(
    "written",
    [
        "00123-2023-0-2703-JR-PE-01",
        "123-2023-0-2703-JR-PE-01",
        "00123–2023–0–2703–JR–PE–01",
        " 123 2023 0 2703 jr pe 1 ",
        "EXP. N° 00123-2023-0-2703-JR-PE-01",
        "123-2023-2703-JR-PE-01",
    ],
)
def test_an_expediente_has_one_canonical_form(written: str) -> None:
    expediente = parse_expediente(written)
    assert expediente is not None
    assert expediente.canonical == "00123-2023-0-2703-JR-PE-01"
    assert expediente.complete


def test_incident_organ_and_seat_do_not_make_another_court_case() -> None:
    keys = {
        citation_key(Feed.PODER_JUDICIAL, number)
        for number in ("00123-2023-0-2703-JR-PE-01", "00123-2023-45-2701-SP-PE-01", "123-2023-0-2703")
    }
    assert keys == {"00123-2023-27"}


@pytest.mark.parametrize("other", ["00123-2024-0-2703-JR-PE-01", "00123-2023-0-2803-JR-PE-01"])
def test_another_year_or_district_is_another_court_case(other: str) -> None:
    assert citation_key(Feed.PODER_JUDICIAL, other) != "00123-2023-27"


def test_an_incident_is_a_record_of_its_own() -> None:
    main, incident = (
        natural_key(Feed.PODER_JUDICIAL, f"00123-2023-{number}-2703-JR-PE-01") for number in ("0", "45")
    )
    assert main != incident


@pytest.mark.parametrize("written", ["00123-2023", "S/N", "", "00123-2023-0-27-JR-PE-01", "²-2023-0-2703"])
def test_a_court_number_without_number_year_and_court_is_none(written: str) -> None:
    assert parse_expediente(written) is None


@pytest.mark.parametrize(
    "written",
    [
        "2706014507-2023-88-0",
        "2706014507 2023 88 0",
        "2706014507-2023-000088-0000",
        "0270601450720230000880000",
        "270601450720230000880000",
        "02706014507-2023-88",
    ],
)
def test_a_carpeta_has_one_canonical_form(written: str) -> None:
    carpeta = parse_carpeta(written)
    assert carpeta is not None
    assert carpeta.canonical == "2706014507-2023-88-0"
    assert carpeta.bar_code == "0270601450720230000880000"


@pytest.mark.parametrize("written", ["2706014507-2023", "88-0", "27060145072023000088", "x", ""])
def test_what_is_no_carpeta_is_none(written: str) -> None:
    assert parse_carpeta(written) is None


@pytest.mark.parametrize(
    ("cited", "own"),
    [
        ("COM-MAZUKO-2023-041", "COM-MAZUKO-2023-41"),
        ("COM JUANJUI 2024 77", "com-juanjui-2024-77 "),
        ("COM-PUERTO  MALDONADO-2023-112", "COM-PUERTO MALDONADO-2023-0112"),
        ("COM-CANETE-2024-1", "COM-CAÑETE-2024-1"),
        ("DENUNCIA DIRCTPTIM–2023–00417", "DIRCTPTIM-2023-00417"),
    ],
)
def test_a_cited_denuncia_compares_equal_to_its_own_number(cited: str, own: str) -> None:
    assert citation_key(Feed.RETA_PNP, cited) == own_citation_key(Feed.RETA_PNP, own)


def test_a_denuncia_is_known_by_its_number_as_the_unit_writes_it() -> None:
    assert natural_key(Feed.RETA_PNP, " com-juanjui-2024-77 ") == "COM-JUANJUI-2024-77"
    assert natural_key(Feed.RETA_PNP, "COM-MAZUKO-2023-041") != natural_key(
        Feed.RETA_PNP, "COM-MAZUKO-2023-41"
    )


@pytest.mark.parametrize("written", ["1818-2023-4417", "1818 2023 004417", "2023-4417", "1818–2023–04417"])
def test_a_call_has_one_form_in_which_it_compares(written: str) -> None:
    assert citation_key(Feed.LINEA_1818, written) == "1818-2023-004417"


@pytest.mark.parametrize("feed", Feed)
@pytest.mark.parametrize("written", ["", "S/N", "VER OFICIO", "9" * 100_000])
def test_an_unreadable_citation_has_no_key(feed: Feed, written: str) -> None:
    assert citation_key(feed, written) is None


def test_the_check_characters_of_a_dni() -> None:
    assert dni_check_characters("10117410") == ("2", "G")
    assert dni_check_characters("24410987")[0] == "5"


@pytest.mark.parametrize("written", ["24410987", "24410987-5", "244109875", "24410987-j", " 24.410.987 "])
def test_a_dni_reads_with_and_without_its_check_character(written: str) -> None:
    assert read_document_number(DocumentType.DNI, written) == DocumentReading("24410987")


@pytest.mark.parametrize(
    ("kind", "written", "flaw"),
    [
        (DocumentType.DNI, "24410987-6", DocumentFlaw.CHECK_FAILED),
        (DocumentType.DNI, "244109", DocumentFlaw.UNREADABLE),
        (DocumentType.DNI, "2441O987", DocumentFlaw.UNREADABLE),
        (DocumentType.DNI, "00000000", DocumentFlaw.PLACEHOLDER),
        (DocumentType.DNI, "0", DocumentFlaw.PLACEHOLDER),
        (DocumentType.DNI, "12345678", DocumentFlaw.PLACEHOLDER),
        (DocumentType.DNI, "87654321", DocumentFlaw.PLACEHOLDER),
        (DocumentType.DNI, "1234567", DocumentFlaw.PLACEHOLDER),
        (DocumentType.CE, "999999999", DocumentFlaw.PLACEHOLDER),
        (DocumentType.CE, "12345", DocumentFlaw.PLACEHOLDER),
        (DocumentType.CE, "20041773", DocumentFlaw.UNREADABLE),
        (DocumentType.PAS, "X1234", DocumentFlaw.UNREADABLE),
        (DocumentType.PAS, "A1234567", DocumentFlaw.PLACEHOLDER),
        (DocumentType.CI, "ÑÑÑ", DocumentFlaw.UNREADABLE),
    ],
)
def test_no_number_is_evidence_where_the_document_has_a_flaw(
    kind: DocumentType, written: str, flaw: DocumentFlaw
) -> None:
    assert read_document_number(kind, written) == DocumentReading(None, flaw)


def test_a_dni_of_seven_digits_lost_a_zero() -> None:
    assert read_document_number(DocumentType.DNI, "2471126") == DocumentReading(
        "02471126", DocumentFlaw.ZERO_RESTORED
    )


@pytest.mark.parametrize(
    ("kind", "written", "number"),
    [
        (DocumentType.CE, "000 123 457", "000123457"),
        (DocumentType.PTP, "200417733", "200417733"),
        (DocumentType.CI, "v-21.733.908", "V21733908"),
        (DocumentType.PAS, "ax 908213", "AX908213"),
    ],
)
def test_other_documents_are_upper_case_without_separators(
    kind: DocumentType, written: str, number: str
) -> None:
    assert read_document_number(kind, written) == DocumentReading(number)


def test_a_foreign_card_compares_without_its_letter() -> None:
    assert foreign_card_core("V21733908") == foreign_card_core("21733908") == foreign_card_core("E021733908")


def test_a_number_that_merely_begins_like_a_run_is_no_placeholder() -> None:
    assert not is_placeholder("12345679")
    assert not is_placeholder("29150731")


@pytest.mark.parametrize(
    ("written", "code"),
    [("170102", "170102"), ("80910", "080910"), ("170100", "1701"), ("170000", "17"), ("50101", "050101")],
)
def test_an_ubigeo_gets_its_zero_back(written: str, code: str) -> None:
    ubigeo = parse_ubigeo(written)
    assert ubigeo is not None
    assert ubigeo.code == code


@pytest.mark.parametrize("written", ["", "1701", "1701023", "17O102", "000000", "²70102"])
def test_what_is_no_ubigeo_is_none(written: str) -> None:
    assert parse_ubigeo(written) is None


def test_a_document_compares_without_what_clerks_leave_out() -> None:
    passport, card = DocumentType.PAS, DocumentType.CI
    assert document_core(passport, "004377182") == document_core(passport, "4377182") == "4377182"
    assert document_core(passport, "AB004377") == "AB004377", "a zero after letters is no leading one"
    assert document_core(passport, "0000000") == "0000000"
    assert document_core(card, "0012345678") == document_core(card, "V12345678") == "12345678"
    assert document_core(DocumentType.DNI, "00233718") == "00233718"
    assert document_core(DocumentType.CE, "000123456") == "000123456"
